"""Whether a series has an instance at one instant, which nobody counts up to."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rruleset, rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from office.items.schedules import schedule_from_json
from office.items.series import Series
from office.items.zones import UNIVERSAL
from tests.calendar_texts import calendar, component, indexed, read, us
from tests.pace import within

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kolkata",
)
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=2;BYHOUR=1,2,3",
    "FREQ=WEEKLY;BYDAY=FR,SU",
    "FREQ=WEEKLY;INTERVAL=3;BYDAY=SA,SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYDAY=SU;BYSETPOS=-1,1",
    "FREQ=YEARLY;BYMONTH=3,10,12;BYDAY=-1SU,1SU",
    "FREQ=YEARLY",
)
CHANGES = (date(2011, 12, 28), date(2026, 3, 25), date(2026, 10, 20))
FORM = "%Y%m%dT%H%M%S"
STEPS = tuple(
    timedelta(minutes=each)
    for each in (0, 1, -30, 30, -60, 60, 120, -1440, 1440, 1500, 1380, 7 * 1440)
)


def has(*lines: str, at: str) -> bool:
    """Whether an event with *lines* has an instance at *at*, UTC."""
    series = Series(schedule_from_json(indexed(*lines).recurrence), UNIVERSAL)
    return series.has(us(at) // 1_000_000)


@st.composite
def series(draw: st.DrawFn) -> tuple[list[str], set[datetime]]:
    """The lines of a series, and when its instances are: dateutil's, by the standard library.

    The hours are those that zones leave out or have twice, and the days those around the changes
    as often as others.
    """
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.dates(date(2009, 1, 1), date(2026, 12, 31)) | st.sampled_from(CHANGES))
    time = draw(st.times(clock_time(0), clock_time(4, 59))).replace(second=0, microsecond=0)
    rule = draw(st.sampled_from(RULES))
    start = next(iter(rrulestr(rule, dtstart=datetime.combine(day, time))))
    rule += f";COUNT={draw(st.integers(1, 40))}"
    wanted = rruleset()
    wanted.rrule(rrulestr(rule, dtstart=start))
    lines = [f"DTSTART;TZID={zone}:{start:{FORM}}", f"RRULE:{rule}"]
    for days in draw(st.lists(st.integers(1, 60), max_size=3, unique=True)):
        added = start + timedelta(days=days, minutes=17)
        wanted.rdate(added)
        lines.append(f"RDATE;TZID={zone}:{added:{FORM}}")
    instants = {_instant(each, zone) for each in wanted}
    for out in draw(st.lists(st.sampled_from(sorted(instants)), max_size=3, unique=True)):
        local = out.astimezone(ZoneInfo(zone))
        in_zone = f"EXDATE;TZID={zone}:{local:{FORM}}"
        lines.append(draw(st.sampled_from([in_zone, f"EXDATE:{out:{FORM}}Z"])))
        instants.discard(out)
    return lines, instants


def _instant(local: datetime, zone: str) -> datetime:
    """An hour that is left out or comes twice counts by the offset before the change."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


any_series = given(series())


@any_series
def test_instants_are_those_of_the_series(made: tuple[list[str], set[datetime]]) -> None:
    _check(*made)


@pytest.mark.soak
@settings(max_examples=3_000)
@any_series
def test_so_are_thousands(made: tuple[list[str], set[datetime]]) -> None:
    _check(*made)


def _check(lines: list[str], wanted: set[datetime]) -> None:
    found = indexed(*lines)
    asked = {each + step for each in wanted for step in STEPS}
    asked.add(datetime.strptime(lines[0][-15:], FORM).replace(tzinfo=UTC))
    ours = Series(schedule_from_json(found.recurrence), UNIVERSAL)

    assert {each for each in asked if ours.has(int(each.timestamp()))} == wanted


def test_dates_and_floating_times_go_by_their_own_clock() -> None:
    days = ("DTSTART;VALUE=DATE:20270504", "RRULE:FREQ=WEEKLY", "EXDATE:20270518T000000Z")
    floating = ("DTSTART:20270504T100000", "RRULE:FREQ=WEEKLY;UNTIL=20270518T100000")

    assert has(*days, at="2027-05-11")
    assert not has(*days, at="2027-05-11T10:00")
    assert not has(*days, at="2027-05-12")
    assert not has(*days, at="2027-05-18")
    assert has(*floating, at="2027-05-18T10:00")
    assert not has(*floating, at="2027-05-25T10:00")


def test_the_last_one_is_told_in_utc() -> None:
    lines = (
        "DTSTART;TZID=Europe/Berlin:20270504T100000",
        "RRULE:FREQ=DAILY;UNTIL=20270506T080000Z",
    )

    assert has(*lines, at="2027-05-06T08:00")
    assert not has(*lines, at="2027-05-07T08:00")


def test_a_changed_instance_is_one_of_the_series_where_that_has_it() -> None:
    changed = component("RECURRENCE-ID:20270511T100000Z", "DTSTART:20270512T130000Z")
    main = component("DTSTART:20270504T100000Z", "RRULE:FREQ=WEEKLY")
    found = Series(
        schedule_from_json(read(calendar(*main, *changed)).indexed.recurrence), UNIVERSAL
    )

    assert found.has(us("2027-05-11T10:00") // 1_000_000)
    assert not found.has(us("2027-05-12T13:00") // 1_000_000)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;INTERVAL=7;BYWEEKNO=53",
    ],
)
def test_neither_long_nor_rare_series_take_long(rule: str) -> None:
    found = indexed("DTSTART:00040229T000000Z", f"RRULE:{rule}")
    ours = Series(schedule_from_json(found.recurrence), UNIVERSAL)
    first = us("9000-01-02T01:00") // 1_000_000

    with within(0.5):
        assert not any(ours.has(first + 86_400 * number) for number in range(2_000))
