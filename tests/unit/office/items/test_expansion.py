"""Objects as their single instances (RFC 4791 section 9.6.5)."""

from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from office.items import (
    Budget,
    TooManyInstancesError,
    expanded,
    instances,
    occurrences,
)
from tests.calendar_texts import calendar, component, read, us
from tests.unit.office.items.test_series_differential import series

BERLIN = ZoneInfo("Europe/Berlin")


def expand(data: bytes, start: str, end: str, *, most: int = 100, zone: tzinfo = UTC) -> str:
    """*data* expanded between two times."""
    taken = read(data)
    budget = Budget(most, 1_000_000)
    within = us(start), us(end)
    found = instances(taken.indexed, within, budget, zone=zone)
    return expanded(taken.text.decode(), taken.indexed, found, budget, zone=zone)


def lines(text: str, name: str) -> list[str]:
    return [each for each in text.splitlines() if each.startswith(name)]


WEEKLY = component(
    "DTSTART;TZID=Europe/Berlin:20260323T100000",
    "DTEND;TZID=Europe/Berlin:20260323T110000",
    "RRULE:FREQ=WEEKLY",
    "EXDATE;TZID=Europe/Berlin:20260413T100000",
    "SUMMARY:Jour fixe",
    "BEGIN:VALARM",
    "TRIGGER:-PT15M",
    "DURATION:PT5M",
    "REPEAT:2",
    "END:VALARM",
)


def test_times_are_utc_and_no_rule_or_zone_is_left() -> None:
    text = expand(calendar(*WEEKLY), "2026-03-20", "2026-04-18")

    assert lines(text, "DTSTART") == [
        "DTSTART:20260323T090000Z",
        "DTSTART:20260330T080000Z",
        "DTSTART:20260406T080000Z",
    ]
    assert lines(text, "DTEND")[0] == "DTEND:20260323T100000Z"
    assert lines(text, "RECURRENCE-ID") == [
        f"RECURRENCE-ID:{each.partition(':')[2]}" for each in lines(text, "DTSTART")
    ]
    for gone in ("RRULE", "EXDATE", "TZID", "VTIMEZONE"):
        assert gone not in text
    assert text.count("SUMMARY:Jour fixe") == text.count("DURATION:PT5M") == 3
    assert lines(text, "PRODID") == ["PRODID:-//Musterbüro//EN"]


def test_a_changed_instance_stands_where_it_was_moved_to() -> None:
    moved = component(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000",
        "DTSTART;TZID=Europe/Berlin:20260331T140000",
        "DURATION:PT2H",
        "SUMMARY:Verlegt",
    )

    text = expand(calendar(*WEEKLY, *moved), "2026-03-29", "2026-04-05")

    assert lines(text, "DT") == ["DTSTART:20260331T120000Z", "DTEND:20260331T140000Z"]
    assert lines(text, "RECURRENCE-ID") == ["RECURRENCE-ID:20260330T080000Z"]
    assert lines(text, "SUMMARY") == ["SUMMARY:Verlegt"]


def test_all_that_follow_a_change_are_like_it() -> None:
    later = component(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T100000",
        "DTSTART;TZID=Europe/Berlin:20260330T150000",
        "DURATION:PT30M",
        "SUMMARY:Nachmittags",
    )

    text = expand(calendar(*WEEKLY, *later), "2026-03-20", "2026-04-08")

    assert lines(text, "SUMMARY") == [
        "SUMMARY:Jour fixe",
        *["SUMMARY:Nachmittags"] * 2,
    ]
    assert lines(text, "DTSTART")[2] == "DTSTART:20260406T130000Z"
    assert lines(text, "RECURRENCE-ID")[2] == "RECURRENCE-ID:20260406T080000Z"


def test_days_stay_days_and_floating_times_float() -> None:
    days = component("DTSTART;VALUE=DATE:20260504", "RRULE:FREQ=DAILY", "DURATION:P2D")
    floating = component("DTSTART:20260504T100000", "DTEND:20260504T110000", "RRULE:FREQ=DAILY")

    text = expand(calendar(*days), "2026-05-04T22:00", "2026-05-05T22:00", zone=BERLIN)
    assert lines(text, "DT") == [
        "DTSTART;VALUE=DATE:20260504",
        "DTEND;VALUE=DATE:20260506",
        "DTSTART;VALUE=DATE:20260505",
        "DTEND;VALUE=DATE:20260507",
    ]
    assert lines(text, "RECURRENCE-ID")[0] == "RECURRENCE-ID;VALUE=DATE:20260504"
    text = expand(calendar(*floating), "2026-05-05", "2026-05-06", zone=BERLIN)
    assert lines(text, "DT") == ["DTSTART:20260505T100000", "DTEND:20260505T110000"]


def test_tasks_are_expanded_too() -> None:
    task = component("DUE:20260504T100000Z", "RRULE:FREQ=DAILY", kind="VTODO")

    text = expand(calendar(*task), "2026-05-05", "2026-05-07")

    assert lines(text, "DUE") == ["DUE:20260505T100000Z", "DUE:20260506T100000Z"]
    assert "DTSTART" not in text


def test_what_happens_once_only_loses_its_zone() -> None:
    once = component("DTSTART;TZID=Europe/Berlin:20260504T100000", "SUMMARY:Notar")

    text = expand(calendar(*once), "2026-05-04", "2026-05-05")

    assert lines(text, "DT") == ["DTSTART:20260504T080000Z"]
    assert "RECURRENCE-ID" not in text


def test_a_task_without_dates_stays_and_what_happens_elsewhere_is_nothing() -> None:
    undated = calendar(*component("SUMMARY:Irgendwann", kind="VTODO"))

    assert expand(undated, "2026-05-04", "2026-05-05").encode() == undated
    assert expand(calendar(*WEEKLY), "2020-05-04", "2020-05-05") == ""


def test_too_many_are_refused_before_anything_is_written() -> None:
    with pytest.raises(TooManyInstancesError):
        expand(calendar(*WEEKLY), "2026-01-01", "2036-01-01", most=100)
    assert expand(calendar(*WEEKLY), "2026-03-20", "2026-04-18", most=3)


@given(made=series(), ahead=st.integers(-10, 900))
def test_each_instance_can_be_read_and_is_where_it_was(
    made: tuple[bytes, datetime], ahead: int
) -> None:
    data, first = made
    begin = int(first.replace(tzinfo=UTC).timestamp() + ahead * 86_400) * 1_000_000
    within = begin, begin + 30 * 86_400_000_000
    taken = read(data)
    budget = Budget(1_000, 1_000_000)

    found = instances(taken.indexed, within, budget, zone=UTC)
    text = expanded(taken.text.decode(), taken.indexed, found, budget, zone=UTC)

    assert found == occurrences(taken.indexed, *within, limit=1_000)
    shown: Any = Calendar.from_ical(text).walk("VEVENT") if text else []
    assert [us(each["DTSTART"].dt.isoformat()) for each in shown] == [
        each.starts_us for each in found
    ]
