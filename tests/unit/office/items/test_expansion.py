"""Objects as their single instances (RFC 4791 section 9.6.5)."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from office.items import Budget, TooManyInstancesError, expanded, instances
from tests.calendar_texts import calendar, component, read, us

BERLIN = "DTSTART;TZID=Europe/Berlin:"
FORM = "%Y%m%dT%H%M%S"


def expanded_text(
    data: bytes, within_us: tuple[int, int], budget: Budget, *, zone: tzinfo = UTC
) -> str:
    taken = read(data)
    found = instances(taken.indexed, within_us, budget, zone=zone)
    return expanded(taken.text.decode(), taken.indexed, found, budget, zone=zone)


def expand(
    data: bytes, start: str, end: str, *, most: int = 100, zone: tzinfo = UTC
) -> list[list[str]]:
    """The lines of each instance but for BEGIN, END and UID."""
    text = expanded_text(data, (us(start), us(end)), Budget(most, 1_000_000), zone=zone)
    events = text.split("BEGIN:V")[2:] if text else []
    return [
        [line for line in each.split("\r\n")[1:] if line and not line.startswith(("UID", "END:"))]
        for each in events
    ]


class TestSeries:
    def test_each_instance_is_a_component_in_utc(self) -> None:
        data = calendar(
            *component(
                f"{BERLIN}20260327T090000",
                "DTEND;TZID=Europe/Berlin:20260327T100000",
                "RRULE:FREQ=DAILY",
                "EXDATE;TZID=Europe/Berlin:20260328T090000",
                "SUMMARY:Jour fixe",
            )
        )

        # Clocks go forward on the 29th.
        assert expand(data, "2026-03-27", "2026-03-30") == [
            [
                "RECURRENCE-ID:20260327T080000Z",
                "DTSTART:20260327T080000Z",
                "DTEND:20260327T090000Z",
                "SUMMARY:Jour fixe",
            ],
            [
                "RECURRENCE-ID:20260329T070000Z",
                "DTSTART:20260329T070000Z",
                "DTEND:20260329T080000Z",
                "SUMMARY:Jour fixe",
            ],
        ]

    def test_nothing_refers_to_a_zone(self) -> None:
        data = calendar(
            *component(
                f"{BERLIN}20260504T090000",
                "RRULE:FREQ=DAILY;COUNT=2",
                "X-SEEN;TZID=Europe/Berlin;X-BY=a:20260504T090000",
                "X-WORD;TZID=Europe/Berlin:morgens",
            )
        )

        text = expanded_text(data, (us("2026-05-04"), us("2026-05-05")), Budget(9, 9999))

        assert "TZID" not in text
        assert "VTIMEZONE" not in text
        assert "\r\nX-SEEN;X-BY=a:20260504T070000Z\r\nX-WORD:morgens\r\n" in text

    def test_changed_instances_take_their_places(self) -> None:
        series = component(
            "DTSTART:20260504T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY", "SUMMARY:Kaffee"
        )
        tea = component(
            "RECURRENCE-ID:20260505T100000Z",
            "DTSTART:20260505T150000Z",
            "DURATION:PT30M",
            "SUMMARY:Tee",
        )
        later = component(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260506T100000Z",
            "DTSTART:20260506T110000Z",
            "DURATION:PT2H",
            "SUMMARY:Brunch",
        )

        found = expand(calendar(*series, *tea, *later), "2026-05-04", "2026-05-08")

        assert [" ".join(line.partition(":")[2] for line in each) for each in found] == [
            "20260504T100000Z 20260504T100000Z 20260504T110000Z Kaffee",
            "20260505T100000Z 20260505T150000Z 20260505T153000Z Tee",
            "20260506T100000Z 20260506T110000Z 20260506T130000Z Brunch",
            "20260507T100000Z 20260507T110000Z 20260507T130000Z Brunch",
        ]
        assert "RANGE" not in str(found)

    def test_a_single_instance_of_a_series_elsewhere_keeps_its_name(self) -> None:
        data = calendar(
            *component(
                "RECURRENCE-ID;TZID=Europe/Berlin:20260506T100000",
                f"{BERLIN}20260520T150000",
            )
        )

        assert expand(data, "2026-05-20", "2026-05-21") == [
            ["RECURRENCE-ID:20260506T080000Z", "DTSTART:20260520T130000Z"]
        ]

    def test_a_date_of_its_own_may_have_a_length_of_its_own(self) -> None:
        data = calendar(
            *component(
                "DTSTART:20260504T100000Z",
                "DURATION:PT1H",
                "RDATE;VALUE=PERIOD:20260505T100000Z/PT3H,20260506T100000Z/20260506T120000Z",
            )
        )

        ends = [each[2] for each in expand(data, "2026-05-04", "2026-05-08")]

        assert ends == [
            "DTEND:20260504T110000Z",
            "DTEND:20260505T130000Z",
            "DTEND:20260506T120000Z",
        ]

    def test_days_stay_days_and_floating_times_float(self) -> None:
        new_york = ZoneInfo("America/New_York")
        days = calendar(
            *component(
                "DTSTART;VALUE=DATE:20260504", "DTEND;VALUE=DATE:20260506", "RRULE:FREQ=WEEKLY"
            )
        )
        floating = calendar(
            *component("DTSTART:20260504T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=1")
        )

        assert expand(days, "2026-05-12", "2026-05-13", zone=new_york) == [
            [
                "RECURRENCE-ID;VALUE=DATE:20260511",
                "DTSTART;VALUE=DATE:20260511",
                "DTEND;VALUE=DATE:20260513",
            ]
        ]
        assert expand(floating, "2026-05-04T14:30", "2026-05-04T15:30", zone=new_york) == [
            ["RECURRENCE-ID:20260504T100000", "DTSTART:20260504T100000", "DTEND:20260504T110000"]
        ]

    def test_tasks_and_journals_too(self) -> None:
        due = calendar(*component("DUE:20260504T100000Z", "RRULE:FREQ=DAILY", kind="VTODO"))
        diary = calendar(
            *component("DTSTART;VALUE=DATE:20260504", "RRULE:FREQ=DAILY", kind="VJOURNAL")
        )

        assert expand(due, "2026-05-05", "2026-05-06") == [
            ["RECURRENCE-ID:20260505T100000Z", "DUE:20260505T100000Z"]
        ]
        assert expand(diary, "2026-05-05", "2026-05-06") == [
            ["RECURRENCE-ID;VALUE=DATE:20260505", "DTSTART;VALUE=DATE:20260505"]
        ]


class TestSingles:
    def test_one_that_does_not_repeat_has_no_recurrence_id(self) -> None:
        data = calendar(*component(f"{BERLIN}20260504T090000", "DURATION:PT1H"))

        assert expand(data, "2026-05-04", "2026-05-05") == [
            ["DTSTART:20260504T070000Z", "DTEND:20260504T080000Z"]
        ]
        assert expand(data, "2026-05-05", "2026-05-06") == []

    def test_a_task_without_dates_stays(self) -> None:
        undated = calendar(*component("SUMMARY:Irgendwann", kind="VTODO"))
        within_us = us("2026-05-04"), us("2026-05-05")

        assert expanded_text(undated, within_us, Budget(9, 9999)).encode() == undated


class TestMeasure:
    def test_it_is_counted_before_it_is_written(self) -> None:
        data = calendar(*component("DTSTART:20260504T100000Z", "RRULE:FREQ=DAILY"))

        assert len(expand(data, "2026-05-04", "2026-05-13", most=9)) == 9
        with pytest.raises(TooManyInstancesError):
            expand(data, "2026-05-04", "2026-05-14", most=9)


@st.composite
def series(draw: st.DrawFn) -> bytes:
    """A series with zones and exceptions whose texts say which component they come from.

    Away from the hours that a zone leaves out or has twice, and without what the two programs see
    differently on purpose (each in a test of its own below).
    """
    zone = draw(st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Kolkata")))
    day = draw(st.integers(0, 400))
    first = datetime(2026, 1, 1, draw(st.integers(5, 20))) + timedelta(days=day)  # noqa: DTZ001
    is_date = draw(st.booleans())

    def at(name: str, moment: datetime) -> str:
        if is_date:
            return f"{name};VALUE=DATE:{moment:%Y%m%d}"
        return f"{name};TZID={zone}:{moment:{FORM}}"

    length = "DURATION:P1D" if is_date else f"DURATION:PT{draw(st.integers(1, 300))}M"
    rule = draw(st.sampled_from(("DAILY", "DAILY;INTERVAL=2", "WEEKLY")))
    step = 7 if rule == "WEEKLY" else 2
    lines = [at("DTSTART", first), length, f"RRULE:FREQ={rule};COUNT=20", "SUMMARY:master"]
    days = [step * each for each in range(1, 8)]
    lines += [at("EXDATE", first + timedelta(days=each)) for each in draw(_some(days[:3]))]
    data = component(*lines)
    for number in draw(_some(days[3:])):
        moment = first + timedelta(days=number)
        data += component(
            at("RECURRENCE-ID", moment),
            at("DTSTART", moment + timedelta(days=draw(st.integers(0, 1)))),
            length,
            f"SUMMARY:changed {number}",
        )
    return calendar(*data)


def _some(days: list[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(days), max_size=3, unique=True)


windows = given(data=series(), ahead=st.integers(-10, 500), length=st.integers(1, 200))


@windows
def test_instances_are_those_of_recurring_ical_events(
    data: bytes, ahead: int, length: int
) -> None:
    _check(data, ahead, length)


@pytest.mark.soak
@settings(max_examples=5_000)
@windows
def test_so_are_thousands(data: bytes, ahead: int, length: int) -> None:
    _check(data, ahead, length)


def _check(data: bytes, ahead: int, length: int) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=ahead)
    end = begin + timedelta(days=length)

    within_us = us(begin.isoformat()), us(end.isoformat())
    text = expanded_text(data, within_us, Budget(999, 1_000_000))

    ours = icalendar.Calendar.from_ical(text).walk("VEVENT") if text else []
    theirs = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(begin, end)
    assert sorted(map(_told, ours)) == sorted(map(_told, theirs))
    assert all("RECURRENCE-ID" in each and "RRULE" not in each for each in ours)


def _told(event: Any) -> tuple[str, str, str]:
    return _utc(event.start), _utc(event.end), str(event["SUMMARY"])


def _utc(moment: Any) -> str:
    return (moment.astimezone(UTC) if isinstance(moment, datetime) else moment).isoformat()


class TestWhereProgramsDiffer:
    """What recurring_ical_events says otherwise, and the RFC's sentence that decides."""

    def test_an_event_without_length_that_begins_with_the_window(self) -> None:
        # RFC 4791 section 9.9: “(start <= DTSTART AND end > DTSTART)”.
        data = calendar(*component("DTSTART:20260504T100000Z", "RRULE:FREQ=DAILY"))

        assert len(expand(data, "2026-05-04T10:00", "2026-05-05T10:00")) == 1

    def test_a_time_that_a_zone_leaves_out(self) -> None:
        # RFC 5545 section 3.3.5: “interpreted using the UTC offset before the gap”.
        data = calendar(*component(f"{BERLIN}20260328T023000", "RRULE:FREQ=DAILY;COUNT=2"))

        assert [each[1] for each in expand(data, "2026-03-28", "2026-03-30")] == [
            "DTSTART:20260328T013000Z",
            "DTSTART:20260329T013000Z",
        ]
