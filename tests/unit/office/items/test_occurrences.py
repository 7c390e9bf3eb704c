"""When things happen: clocks that change, days that are missing, moved and cancelled instances."""

from zoneinfo import ZoneInfo

import pytest

from office.items import Indexed, occurrences, occurs_in
from tests.calendar_texts import calendar, component, indexed, read, starts, us

BERLIN = "DTSTART;TZID=Europe/Berlin:"


class TestClocks:
    def test_a_weekly_hour_stays_on_the_wall(self) -> None:
        found = indexed(f"{BERLIN}20260105T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")

        assert starts(found, "2026-03-20", "2026-04-01") == [
            "2026-03-23 08:00",
            "2026-03-30 07:00",
        ]
        assert starts(found, "2036-10-20", "2036-10-31") == [
            "2036-10-20 07:00",
            "2036-10-27 08:00",
        ]

    def test_a_time_that_is_left_out_counts_by_the_offset_before(self) -> None:
        # On 29 March 2026 the clock goes from 2 to 3: half past two is half past three.
        found = indexed(f"{BERLIN}20260328T023000", "RRULE:FREQ=DAILY")

        assert starts(found, "2026-03-28", "2026-03-31") == [
            "2026-03-28 01:30",
            "2026-03-29 01:30",
            "2026-03-30 00:30",
        ]

    def test_a_time_that_comes_twice_is_the_first(self) -> None:
        found = indexed(f"{BERLIN}20261024T023000", "RRULE:FREQ=DAILY")

        assert starts(found, "2026-10-24", "2026-10-27") == [
            "2026-10-24 00:30",
            "2026-10-25 00:30",
            "2026-10-26 01:30",
        ]

    def test_an_end_keeps_the_exact_length_and_a_duration_the_days(self) -> None:
        exact = indexed(
            f"{BERLIN}20260327T120000",
            "DTEND;TZID=Europe/Berlin:20260328T120000",
            "RRULE:FREQ=DAILY",
        )
        nominal = indexed(f"{BERLIN}20260327T120000", "DURATION:P1D", "RRULE:FREQ=DAILY")

        assert _ends(exact, "2026-03-28T12:00", "2026-03-28T13:00")[-1] == us("2026-03-29T11:00")
        assert _ends(nominal, "2026-03-28T12:00", "2026-03-28T13:00")[-1] == us("2026-03-29T10:00")

    def test_a_zone_that_only_the_object_describes(self) -> None:
        zone = [
            "BEGIN:VTIMEZONE",
            "TZID:Office",
            "BEGIN:STANDARD",
            "DTSTART:16011028T030000",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:16010325T020000",
            "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "END:DAYLIGHT",
            "END:VTIMEZONE",
        ]
        lines = ["DTSTART;TZID=Office:20260328T023000", "RRULE:FREQ=DAILY"]
        berlin = indexed(f"{BERLIN}20260328T023000", "RRULE:FREQ=DAILY")

        taken = read(calendar(*zone, *component(*lines)))

        assert not taken.was_changed
        for begin, end in [("2026-03-28", "2026-04-02"), ("2031-10-20", "2031-10-30")]:
            assert starts(taken.indexed, begin, end) == starts(berlin, begin, end) != []

    def test_a_floating_time_is_the_askers(self) -> None:
        found = indexed("DTSTART:20260112T090000", "DURATION:PT1H")
        window = us("2026-01-12T08:00"), us("2026-01-12T09:00")

        assert occurs_in(found, *window, zone=ZoneInfo("Europe/Berlin"))
        assert not occurs_in(found, *window)
        assert not occurs_in(found, *window, zone=ZoneInfo("Asia/Tokyo"))
        for name in ("Pacific/Kiritimati", "Etc/GMT+12"):
            (instance,) = occurrences(found, None, None, limit=9, zone=ZoneInfo(name))
            assert found.starts_us is not None
            assert found.ends_us is not None
            assert found.starts_us <= instance.starts_us < instance.ends_us <= found.ends_us

    def test_a_day_is_the_askers_day(self) -> None:
        found = indexed("DTSTART;VALUE=DATE:20260112")
        window = us("2026-01-11T23:00"), us("2026-01-11T23:30")

        assert occurs_in(found, *window, zone=ZoneInfo("Europe/Berlin"))
        assert not occurs_in(found, *window)

    def test_all_days_of_a_holiday_and_not_the_one_after(self) -> None:
        found = indexed("DTSTART;VALUE=DATE:20260112", "DTEND;VALUE=DATE:20260115")

        assert occurs_in(found, us("2026-01-14T23:00"), us("2026-01-14T23:30"))
        assert not occurs_in(found, us("2026-01-15"), us("2026-01-16"))


class TestRules:
    def test_missing_days_are_left_out(self) -> None:
        found = indexed("DTSTART:20260131T090000Z", "RRULE:FREQ=MONTHLY")

        assert starts(found, "2026-01-01", "2026-06-01") == [
            "2026-01-31 09:00",
            "2026-03-31 09:00",
            "2026-05-31 09:00",
        ]

    def test_numbered_and_plain_days_of_one_rule_are_all_meant(self) -> None:
        found = indexed("DTSTART:20260105T090000Z", "RRULE:FREQ=MONTHLY;BYDAY=MO,2TU")

        assert [each[8:10] for each in starts(found, "2026-01-01", "2026-02-01")] == [
            "05", "12", "13", "19", "26",
        ]  # fmt: skip

    def test_a_week_by_number_keeps_the_first_days_weekday(self) -> None:
        found = indexed("DTSTART:20260514T090000Z", "RRULE:FREQ=YEARLY;BYWEEKNO=20")

        assert starts(found, "2027-01-01", "2028-01-01") == ["2027-05-20 09:00"]

    def test_the_first_date_counts_even_beside_the_rule(self) -> None:
        found = indexed("DTSTART:20260106T090000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=3")

        assert [each[:10] for each in starts(found, "2026-01-01", "2026-12-31")] == [
            "2026-01-06",
            "2026-01-12",
            "2026-01-19",
        ]

    def test_until_a_date_takes_the_day_in(self) -> None:
        found = indexed(f"{BERLIN}20260112T200000", "RRULE:FREQ=DAILY;UNTIL=20260114")

        assert len(starts(found, "2026-01-01", "2026-02-01")) == 3

    def test_until_is_exact_in_utc(self) -> None:
        last = "RRULE:FREQ=DAILY;UNTIL=20260331T065959Z"

        found = indexed(f"{BERLIN}20260327T090000", last)

        assert starts(found, "2026-03-29", "2026-05-01") == [
            "2026-03-29 07:00",
            "2026-03-30 07:00",
        ]

    def test_several_hours_a_day(self) -> None:
        rule = "RRULE:FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0,30"

        found = indexed("DTSTART:20260112T090000Z", rule)

        assert len(starts(found, "2030-01-01", "2030-01-02")) == 4

    def test_hours_are_written_out(self) -> None:
        rule = "RRULE:FREQ=HOURLY;INTERVAL=5;BYDAY=MO,TU;UNTIL=20260113T120000Z"

        found = indexed("DTSTART:20260112T090000Z", rule)

        assert starts(found, "2026-01-01", "2026-02-01") == [
            "2026-01-12 09:00",
            "2026-01-12 14:00",
            "2026-01-12 19:00",
            "2026-01-13 00:00",
            "2026-01-13 05:00",
            "2026-01-13 10:00",
        ]

    def test_two_rules_and_a_period(self) -> None:
        found = indexed(
            "DTSTART:20260112T090000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY",
            "RRULE:FREQ=MONTHLY",
            "RDATE;VALUE=PERIOD:20260114T100000Z/PT5H,20260115T100000Z/20260115T120000Z",
        )

        assert [each[:10] for each in starts(found, "2026-01-12", "2026-02-13")] == [
            "2026-01-12", "2026-01-14", "2026-01-15", "2026-01-19", "2026-01-26", "2026-02-02",
            "2026-02-09", "2026-02-12",
        ]  # fmt: skip
        assert occurs_in(found, us("2026-01-14T14:30"), us("2026-01-14T14:45"))
        assert not occurs_in(found, us("2026-01-15T12:00"), us("2026-01-15T14:00"))


class TestExceptions:
    def test_left_out_in_utc_by_date_and_by_zone(self) -> None:
        found = indexed(
            f"{BERLIN}20260112T090000",
            "RRULE:FREQ=DAILY;COUNT=5",
            "EXDATE:20260113T080000Z",
            "EXDATE;VALUE=DATE:20260114",
            "EXDATE;TZID=America/New_York:20260115T030000",
        )

        assert [each[:10] for each in starts(found, "2026-01-01", "2026-02-01")] == [
            "2026-01-12",
            "2026-01-16",
        ]

    def test_a_moved_instance_is_where_it_was_moved_to(self) -> None:
        series = component(f"{BERLIN}20260112T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
        moved = component(
            "RECURRENCE-ID:20260119T080000Z", "DTSTART:20260220T100000Z", "DURATION:PT2H"
        )

        found = read(calendar(*series, *moved)).indexed

        assert starts(found, "2026-01-19", "2026-01-20") == []
        (instance,) = occurrences(found, us("2026-02-20"), us("2026-02-21"), limit=9)
        assert instance == (
            us("2026-02-20T10:00"),
            us("2026-02-20T12:00"),
            us("2026-01-19T08:00"),
            0,
            0,
        )

    def test_this_and_all_after_it_are_moved(self) -> None:
        series = component(f"{BERLIN}20260112T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
        later = component(
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260126T090000",
            f"{BERLIN}20260127T140000",
            "DURATION:PT3H",
        )

        found = read(calendar(*series, *later)).indexed

        assert starts(found, "2026-01-12", "2026-02-05") == [
            "2026-01-12 08:00",
            "2026-01-19 08:00",
            "2026-01-27 13:00",
            "2026-02-03 13:00",
        ]
        assert occurs_in(found, us("2030-07-02T14:30"), us("2030-07-02T14:45"))
        assert not occurs_in(found, us("2030-07-01"), us("2030-07-02"))

    def test_all_after_it_may_be_moved_far(self) -> None:
        series = component("DTSTART:20260112T090000Z", "RRULE:FREQ=WEEKLY")
        for moved, there in [("20260310", "2030-07-02"), ("20251201", "2030-06-03")]:
            later = component(
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20260126T090000Z", f"DTSTART:{moved}T090000Z"
            )

            found = read(calendar(*series, *later)).indexed

            assert starts(found, there, f"{there}T23:00") == [f"{there} 09:00"]

    def test_changed_instances_without_their_series(self) -> None:
        one = component("RECURRENCE-ID:20260112T090000Z", "DTSTART:20260112T100000Z")
        two = component("RECURRENCE-ID:20260119T090000Z", "DTSTART:20260119T110000Z")

        found = read(calendar(*one, *two)).indexed

        assert starts(found, "2026-01-01", "2026-02-01") == [
            "2026-01-12 10:00",
            "2026-01-19 11:00",
        ]
        assert (found.starts_us, found.ends_us) == (us("2026-01-12T10:00"), us("2026-01-19T11:00"))


class TestColumns:
    def test_a_plain_event_needs_no_more_than_its_bounds(self) -> None:
        found = indexed(f"{BERLIN}20260112T090000", "DURATION:PT1H")

        assert found.recurrence == ""
        assert (found.starts_us, found.ends_us) == (us("2026-01-12T08:00"), us("2026-01-12T09:00"))

    def test_a_series_without_end_has_none(self) -> None:
        found = indexed("DTSTART:20260112T090000Z", "RRULE:FREQ=DAILY")

        assert (found.starts_us, found.ends_us) == (us("2026-01-12T09:00"), None)

    @pytest.mark.parametrize("rule", ["COUNT=10", "UNTIL=20260121T090000Z", "UNTIL=20260121"])
    def test_a_series_with_an_end_has_it_within_days(self, rule: str) -> None:
        found = indexed("DTSTART:20260112T090000Z", "DURATION:PT1H", f"RRULE:FREQ=DAILY;{rule}")

        assert found.ends_us is not None
        assert us("2026-01-21T10:00") <= found.ends_us <= us("2026-01-25")

    def test_the_window_may_be_open(self) -> None:
        found = indexed("DTSTART:20260112T090000Z", "RRULE:FREQ=DAILY;COUNT=10")

        assert occurs_in(found, us("2026-01-21"), None)
        assert not occurs_in(found, us("2026-01-22"), None)
        assert occurs_in(found, None, us("2026-01-13"))
        assert not occurs_in(found, None, us("2026-01-12T09:00"))

    def test_a_limit_gives_the_first(self) -> None:
        found = indexed("DTSTART:20260112T090000Z", "RRULE:FREQ=DAILY")

        assert starts(found, "2026-02-01", "2030-01-01", limit=2) == [
            "2026-02-01 09:00",
            "2026-02-02 09:00",
        ]


class TestTasks:
    """The table for VTODO in RFC 4791 section 9.9; the window is the 12th."""

    @pytest.mark.parametrize(
        ("lines", "matches"),
        [
            ([], True),
            (["DTSTART:20260112T000000Z"], True),
            (["DTSTART:20260113T000000Z"], False),
            (["DTSTART:20260111T090000Z", "DURATION:PT15H"], True),
            (["DTSTART:20260111T090000Z", "DURATION:PT14H"], False),
            (["DTSTART:20260111T090000Z", "DUE:20260112T000000Z"], False),
            (["DTSTART:20260111T090000Z", "DUE:20260112T000001Z"], True),
            (["DUE:20260112T000000Z"], False),
            (["DUE:20260113T000000Z"], True),
            (["DUE:20260113T000001Z"], False),
            (["COMPLETED:20260113T000000Z"], True),
            (["COMPLETED:20260113T000001Z"], False),
            (["CREATED:20260113T000000Z"], False),
            (["CREATED:20200101T000000Z"], True),
            (["CREATED:20260114T000000Z", "COMPLETED:20260112T120000Z"], True),
            (["CREATED:20260101T000000Z", "COMPLETED:20260111T120000Z"], False),
            (["DUE:20260105T120000Z", "RRULE:FREQ=WEEKLY"], True),
            (["DUE:20260106T120000Z", "RRULE:FREQ=WEEKLY"], False),
        ],
    )
    def test_row(self, lines: list[str], *, matches: bool) -> None:
        found = read(calendar(*component(*lines, kind="VTODO"))).indexed

        assert occurs_in(found, us("2026-01-12"), us("2026-01-13")) == matches

    def test_a_diary_without_a_date_is_in_no_window(self) -> None:
        found = read(calendar(*component(kind="VJOURNAL"))).indexed

        assert not occurs_in(found, None, None)

    def test_a_diary_of_a_day(self) -> None:
        lines = component("DTSTART;VALUE=DATE:20260112", kind="VJOURNAL")

        found = read(calendar(*lines)).indexed

        assert occurs_in(found, us("2026-01-12T23:00"), us("2026-01-13"))


def _ends(found: Indexed, start: str, end: str) -> list[int]:
    return [each.ends_us for each in occurrences(found, us(start), us(end), limit=99)]
