"""Our series against recurring_ical_events, on random events with zones and exceptions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from office.items import occurrences
from tests.calendar_texts import calendar, component, read, us

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "UTC")
RULES = (
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "FREQ=WEEKLY;INTERVAL=2",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
)
FORM = "%Y%m%dT%H%M%S"


@st.composite
def series(draw: st.DrawFn) -> tuple[bytes, datetime]:
    """A series and its first local time.

    Times lie between 5 and 21 o'clock, away from the hours that zones leave out or have twice,
    and no instance is moved by more than an hour: there the two programs differ on purpose.
    """
    zone = draw(st.sampled_from(ZONES))
    start = draw(st.datetimes(datetime(2010, 1, 1), datetime(2026, 12, 31)))  # noqa: DTZ001
    start = start.replace(hour=draw(st.integers(5, 20)), second=0, microsecond=0)
    rule = draw(st.sampled_from(RULES))
    first = _aligned(rule, start)
    ending = draw(st.sampled_from(["", ";COUNT=7", ";COUNT=30", "until"]))
    if ending == "until":
        until = first.replace(tzinfo=ZoneInfo(zone)) + timedelta(days=draw(st.integers(0, 900)))
        ending = f";UNTIL={until.astimezone(UTC):{FORM}}Z"
    minutes = draw(st.integers(0, 180))
    lines = [
        f"DTSTART;TZID={zone}:{first:{FORM}}",
        f"DURATION:PT{minutes}M",
        f"RRULE:{rule}{ending}",
    ]
    days = draw(st.lists(st.integers(0, 120), max_size=4, unique=True))
    for day in days:
        left_out = first + timedelta(days=day)
        lines.append(f"EXDATE;TZID={zone}:{left_out:{FORM}}")
    for day in draw(st.lists(st.integers(1, 300), max_size=3, unique=True)):
        added = first + timedelta(days=day, minutes=17)
        lines.append(f"RDATE;TZID={zone}:{added:{FORM}}")
    return calendar(*component(*lines)), first


def _aligned(rule: str, start: datetime) -> datetime:
    first: datetime = next(iter(rrulestr(rule, dtstart=start)))
    return first


any_series = given(made=series(), ahead=st.integers(-10, 1500), length=st.integers(1, 200))


@any_series
def test_a_series_is_as_recurring_ical_events_has_it(
    made: tuple[bytes, datetime], ahead: int, length: int
) -> None:
    _check(made, ahead, length)


@pytest.mark.soak
@settings(max_examples=5_000)
@any_series
def test_so_are_thousands(made: tuple[bytes, datetime], ahead: int, length: int) -> None:
    _check(made, ahead, length)


def _check(made: tuple[bytes, datetime], ahead: int, length: int) -> None:
    data, first = made
    begin = (first + timedelta(days=ahead)).replace(hour=0, minute=0, tzinfo=UTC)
    end = begin + timedelta(days=length)

    found = occurrences(read(data).indexed, us(begin.isoformat()), us(end.isoformat()), limit=999)

    wanted = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(begin, end)
    assert [(each.starts_us, each.ends_us) for each in found] == sorted(map(_times, wanted))


def _times(event: Any) -> tuple[int, int]:
    return us(event["DTSTART"].dt.isoformat()), us(event["DTEND"].dt.isoformat())
