"""When things take time (RFC 4791 section 7.10)."""

from office.items import Budget, BusyInterval, BusyKind, busy_intervals
from tests.calendar_texts import calendar, component, indexed, read, us

START, HOUR = "DTSTART:20260112T090000Z", "DURATION:PT1H"
DAY = us("2026-01-12"), us("2026-01-13")


def test_a_plain_event_takes_its_time() -> None:
    assert busy_intervals(indexed(START, HOUR), *DAY, budget=Budget(9)) == [
        BusyInterval(us("2026-01-12T09:00"), us("2026-01-12T10:00"), BusyKind.BUSY)
    ]


def test_it_is_cut_to_the_window() -> None:
    found = busy_intervals(
        indexed(START, HOUR), us("2026-01-12T09:15"), us("2026-01-12T09:30"), budget=Budget(9)
    )

    assert found == [BusyInterval(us("2026-01-12T09:15"), us("2026-01-12T09:30"), BusyKind.BUSY)]


def test_what_is_transparent_cancelled_or_a_moment_takes_none() -> None:
    for line in ("TRANSP:TRANSPARENT", "STATUS:CANCELLED"):
        assert busy_intervals(indexed(START, HOUR, line), *DAY, budget=Budget(9)) == []
    assert busy_intervals(indexed(START), *DAY, budget=Budget(9)) == []


def test_what_is_tentative_says_so() -> None:
    (found,) = busy_intervals(indexed(START, HOUR, "STATUS:TENTATIVE"), *DAY, budget=Budget(9))

    assert found.kind is BusyKind.TENTATIVE


def test_a_cancelled_instance_frees_its_time_and_touching_ones_are_one() -> None:
    series = component(START, HOUR, "RRULE:FREQ=HOURLY;COUNT=4")
    cancelled = component(
        "RECURRENCE-ID:20260112T110000Z", "DTSTART:20260112T110000Z", HOUR, "STATUS:CANCELLED"
    )

    found = busy_intervals(read(calendar(*series, *cancelled)).indexed, *DAY, budget=Budget(9))

    assert [(each.starts_us, each.ends_us) for each in found] == [
        (us("2026-01-12T09:00"), us("2026-01-12T11:00")),
        (us("2026-01-12T12:00"), us("2026-01-12T13:00")),
    ]


def test_the_periods_of_a_free_busy_object() -> None:
    lines = component(
        "FREEBUSY:20260112T080000Z/PT1H,20260112T083000Z/20260112T100000Z",
        "FREEBUSY;FBTYPE=FREE:20260112T110000Z/PT1H",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260112T120000Z/PT1H",
        kind="VFREEBUSY",
    )

    found = read(calendar(*lines)).indexed

    assert busy_intervals(found, *DAY, budget=Budget(9)) == [
        BusyInterval(us("2026-01-12T08:00"), us("2026-01-12T10:00"), BusyKind.BUSY),
        BusyInterval(us("2026-01-12T12:00"), us("2026-01-12T13:00"), BusyKind.UNAVAILABLE),
    ]
    assert (found.starts_us, found.ends_us) == (us("2026-01-12T08:00"), us("2026-01-12T13:00"))


def test_a_task_takes_none() -> None:
    found = read(calendar(*component(START, kind="VTODO"))).indexed

    assert busy_intervals(found, *DAY, budget=Budget(9)) == []
