"""Our rules against dateutil's, on random rules: same instances, in any window."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import event, given, settings
from hypothesis import strategies as st

from office.items import Indexed, InvalidItemError
from office.items.schedules import schedule_from_json
from office.items.series import Series
from office.items.zones import UNIVERSAL
from tests.calendar_texts import indexed, starts, us

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STEPS = tuple(timedelta(seconds=each) for each in (0, 1, -60, 3600, -86_400, 86_400, 7 * 86_400))
HORIZON = datetime(2060, 1, 1)  # noqa: DTZ001 - floating


def listed(values: st.SearchStrategy[int], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(
        lambda found: ",".join(map(str, found))
    )


def signed(most: int) -> st.SearchStrategy[int]:
    return st.integers(1, most) | st.integers(-most, -1)


def weekdays() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(DAYS), min_size=1, max_size=4, unique=True).map(",".join)


def numbered(most: int) -> st.SearchStrategy[str]:
    one = st.tuples(signed(most), st.sampled_from(DAYS)).map(lambda pair: f"{pair[0]}{pair[1]}")
    return st.lists(one, min_size=1, max_size=3, unique=True).map(",".join)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """A rule on which dateutil and RFC 5545 agree.

    Left out: BYDAY with and without numbers in one rule, numbers of a year beside BYMONTHDAY,
    BYWEEKNO without BYDAY, and week sets that begin before DTSTART; dateutil reads those its
    own way.
    """
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"]))
    parts: dict[str, object] = {"FREQ": frequency}
    optional: dict[str, st.SearchStrategy[object]] = {
        "INTERVAL": st.integers(1, 5),
        "BYMONTH": listed(st.integers(1, 12)),
        "BYMONTHDAY": listed(signed(31)),
        "BYHOUR": listed(st.integers(0, 23)),
        "BYMINUTE": listed(st.integers(0, 59)),
        "BYSETPOS": listed(signed(4)),
        "WKST": st.sampled_from(DAYS),
    }
    if frequency in {"YEARLY", "DAILY"}:
        optional["BYYEARDAY"] = listed(signed(366), most=30)
    for name in sorted(draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))):
        parts[name] = draw(optional[name])
    if draw(st.booleans()):
        parts["BYDAY"] = draw(_by_day(frequency, parts))
    if frequency == "YEARLY" and draw(st.integers(0, 3)) == 0:
        parts["BYWEEKNO"] = draw(listed(signed(53)))
        parts["BYDAY"] = draw(weekdays())
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _by_day(frequency: str, parts: Mapping[str, object]) -> st.SearchStrategy[str]:
    in_months = frequency == "MONTHLY" or "BYMONTH" in parts
    if frequency == "MONTHLY" or (
        frequency == "YEARLY" and ("BYMONTH" in parts or "BYMONTHDAY" not in parts)
    ):
        return weekdays() | numbered(5 if in_months else 53)
    return weekdays()


def moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1996, 1, 1), datetime(2030, 12, 31)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0, second=0)
    )


def expected(
    rule: str, start: datetime, begin: datetime, end: datetime, count: int | None
) -> list[datetime]:
    """What dateutil says; DTSTART is the first instance, whatever the rule says."""
    found: Iterator[datetime] = iter(
        rrulestr(f"{rule};UNTIL={HORIZON:%Y%m%dT%H%M%S}", dtstart=start)
    )
    if count is not None:
        firsts = list(islice(found, count))
        found = iter(firsts if firsts[:1] == [start] else firsts[: count - 1])
    times = {start}
    for each in found:
        if each >= end:
            break
        times.add(each)
    return sorted(each for each in times if begin <= each < end)


any_window = given(
    rule=rules(),
    start=moments(),
    ahead=st.integers(-400, 400) | st.integers(0, 365 * 25),
    length=st.integers(1, 100) | st.integers(100, 2500),
    count=st.none() | st.integers(1, 40),
)


@any_window
def test_any_window_of_any_rule_is_as_dateutil_has_it(
    rule: str, start: datetime, ahead: int, length: int, count: int | None
) -> None:
    _check(rule, start, ahead, length, count)


@pytest.mark.soak
@settings(max_examples=2_000)
@any_window
def test_so_are_thousands(
    rule: str, start: datetime, ahead: int, length: int, count: int | None
) -> None:
    _check(rule, start, ahead, length, count)


def _is_sure(rule: str, moment: datetime) -> bool:
    """Whether dateutil knows: it counts the old year's weeks by the new year's days.

    The days of January before the first week are in a 53rd week then that the old year has not,
    or the other way round.
    """
    return "BYWEEKNO" not in rule or (moment.month, moment.day) > (1, 3)


def _check(rule: str, start: datetime, ahead: int, length: int, count: int | None) -> None:
    if "FREQ=WEEKLY" in rule and "BYSETPOS" in rule:
        start -= timedelta(days=(start.weekday() - _week_start(rule)) % 7)
    begin = start + timedelta(days=ahead)
    end = min(begin + timedelta(days=length), HORIZON)
    if "BYWEEKNO" in rule:
        count = None
    text = rule if count is None else f"{rule};COUNT={count}"

    try:
        found = indexed(f"DTSTART:{start:%Y%m%dT%H%M%S}Z", f"RRULE:{text}")
    except InvalidItemError as error:
        assert "never comes" in str(error)  # noqa: PT017
        event("refused")
        return  # dateutil would look until the year 9999

    wanted = [each for each in expected(rule, start, begin, end, count) if _is_sure(rule, each)]
    event("hit" if wanted else "empty")
    _check_alone(found, rule, wanted, (begin, end))
    ours = starts(found, begin.isoformat(), end.isoformat(), limit=50_000)
    sure = [each for each in ours if _is_sure(rule, datetime.fromisoformat(each))]
    assert sure == [f"{each:%Y-%m-%d %H:%M}" for each in wanted]


def _check_alone(
    found: Indexed, rule: str, wanted: list[datetime], window: tuple[datetime, datetime]
) -> None:
    """Asked for on its own each time is one of the series, and no other is."""
    series = Series(schedule_from_json(found.recurrence), UNIVERSAL)
    begin, end = window
    near = {each + step for each in (begin, *wanted[:200]) for step in STEPS}
    asked = {*wanted, *(each for each in near if begin <= each < end and _is_sure(rule, each))}

    told = {each for each in asked if series.has(us(each.isoformat()) // 1_000_000)}

    assert told == set(wanted)


@pytest.mark.parametrize(
    ("week", "day", "last"),
    [(52, "SA", "2011-01-01"), (53, "SA", "2010-01-02"), (-1, "SU", "2012-01-01")],
)
def test_a_years_last_week_may_end_in_january(week: int, day: str, last: str) -> None:
    found = indexed("DTSTART:20080301T120000Z", f"RRULE:FREQ=YEARLY;BYWEEKNO={week};BYDAY={day}")

    assert f"{last} 12:00" in starts(found, f"{last}T00:00", f"{last}T23:59", limit=10)


def _week_start(rule: str) -> int:
    parts = dict(part.split("=") for part in rule.split(";"))
    return DAYS.index(parts.get("WKST", "MO"))
