"""Time zones: found by any of their names, written out where they are missing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items import InvalidItemError, occurrences
from office.items.components import Fault, read_components
from office.items.content_lines import unfold
from office.items.custom_zones import read_zone, zone_from_json
from office.items.errors import Precondition
from office.items.limits import DEFAULT_LIMITS
from office.items.windows_zones import WINDOWS_ZONES
from office.items.zone_texts import vtimezone
from office.items.zones import LibraryZone, find_zone, iana_name
from tests.calendar_texts import calendar, component, event, read, us

NAMES = sorted(name for name in available_timezones() if find_zone(name) is not None)


class TestNames:
    @pytest.mark.parametrize(
        "name",
        ["", "/etc/passwd", "../Europe/Berlin", "Europe", "localtime", "posixrules", "Factory"],
    )
    def test_what_is_no_zone(self, name: str) -> None:
        assert find_zone(name) is None

    @pytest.mark.parametrize(
        ("tzid", "name"),
        [
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
            ("/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
             "America/Argentina/Buenos_Aires"),
            ("Nowhere/At/All", None),
        ],
    )  # fmt: skip
    def test_other_names(self, tzid: str, name: str | None) -> None:
        assert iana_name(tzid) == name

    def test_every_windows_name_has_a_zone(self) -> None:
        assert all(find_zone(name) for name in WINDOWS_ZONES.values())


class TestWrittenOut:
    @given(
        name=st.sampled_from(NAMES),
        year=st.integers(1970, 2030),
        days=st.floats(0, 366 * 30),
    )
    def test_a_zone_written_out_is_that_zone(self, name: str, year: int, days: float) -> None:
        text = vtimezone(name, since_year=year)
        moment = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=days)
        moment = min(moment, datetime(2037, 12, 1, tzinfo=UTC)).replace(microsecond=0)
        fault = Fault(text, Precondition.CALENDAR_DATA, "VTIMEZONE")
        zone = read_zone(read_components(text, fault, DEFAULT_LIMITS), DEFAULT_LIMITS)
        again = zone_from_json(zone.as_json())
        library = LibraryZone(ZoneInfo(name))
        utc = int(moment.timestamp())

        assert again.local(utc) == zone.local(utc) == library.local(utc)
        if library.utc(library.local(utc)) == utc:  # not the second time round
            assert zone.utc(zone.local(utc)) == utc

    def test_an_office_in_berlin(self) -> None:
        assert vtimezone("Europe/Berlin", since_year=2026).splitlines() == [
            "BEGIN:VTIMEZONE",
            "TZID:Europe/Berlin",
            "BEGIN:STANDARD",
            "DTSTART:20260101T010000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0100",
            "TZNAME:CET",
            "END:STANDARD",
            "BEGIN:DAYLIGHT",
            "DTSTART:20260329T020000",
            "TZOFFSETFROM:+0100",
            "TZOFFSETTO:+0200",
            "TZNAME:CEST",
            "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
            "END:DAYLIGHT",
            "BEGIN:STANDARD",
            "DTSTART:20261025T030000",
            "TZOFFSETFROM:+0200",
            "TZOFFSETTO:+0100",
            "TZNAME:CET",
            "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
            "END:STANDARD",
            "END:VTIMEZONE",
        ]

    def test_there_is_none_of_a_zone_that_is_none(self) -> None:
        with pytest.raises(KeyError):
            vtimezone("Nowhere", since_year=2026)


WINDOWS = [
    "BEGIN:VTIMEZONE",
    "TZID:W. Europe Standard Time",
    "BEGIN:STANDARD",
    "DTSTART:16010101T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:16010101T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
]
AT_NINE = ('DTSTART;X="a;b";TZID="W. Europe Standard Time":20260714T090000', "SUMMARY:Süd")


class TestMended:
    def test_a_zone_without_a_description_gets_one(self) -> None:
        data = event("DTSTART;TZID=Europe/Berlin:20260112T090000", "SUMMARY:x\r\n y")

        taken = read(data)

        assert taken.was_changed
        added = vtimezone("Europe/Berlin", since_year=2026).encode()
        assert taken.text == data.replace(b"BEGIN:VEVENT", added + b"BEGIN:VEVENT")
        assert read(taken.text).text == taken.text

    @pytest.mark.parametrize("zone", [[], WINDOWS])
    def test_windows_name_becomes_ianas(self, zone: list[str]) -> None:
        taken = read(calendar(*zone, *component(*AT_NINE)))

        assert taken.was_changed
        text = unfold(taken.text.decode())
        assert 'DTSTART;X="a;b";TZID=Europe/Berlin:20260714T090000\n' in text
        assert "W. Europe" not in text
        assert text.count("BEGIN:VTIMEZONE") == 1
        assert taken.indexed.starts_us == us("2026-07-14T07:00")
        assert not read(taken.text).was_changed

    def test_a_description_that_says_otherwise_is_believed(self) -> None:
        zone = [line.replace("BYMONTH=3", "BYMONTH=8") for line in WINDOWS]
        data = calendar(*zone, *component(*AT_NINE))

        taken = read(data)

        assert not taken.was_changed
        assert taken.indexed.starts_us == us("2026-07-14T08:00")

    def test_a_name_of_ones_own_stays(self) -> None:
        zone = [
            line.replace("W. Europe Standard Time", "(UTC+01:00) Berlin, Rom") for line in WINDOWS
        ]
        at_nine = 'DTSTART;TZID="(UTC+01:00) Berlin, Rom":20260714T090000'
        data = calendar(*zone, *component(at_nine, "RRULE:FREQ=WEEKLY"))

        taken = read(data)

        assert taken.text == data
        found = occurrences(taken.indexed, us("2030-01-01"), us("2030-01-09"), limit=9)
        assert [each.starts_us for each in found] == [
            us("2030-01-01T08:00"),
            us("2030-01-08T08:00"),
        ]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("BEGIN:STANDARD", "BEGIN:OTHER"),
            ("TZOFFSETTO:+0100", "TZOFFSETTO:later"),
            ("DTSTART:16010101T030000", "DTSTART:long ago"),
            ("FREQ=YEARLY", "FREQ=SECONDLY"),
            ("FREQ=YEARLY", "FREQ=DAILY"),
            ("BYMONTH=3", "BYMONTH=2;BYMONTHDAY=30"),
        ],
    )
    def test_a_description_that_is_none(self, old: str, new: str) -> None:
        lines = [
            line.replace("W. Europe Standard Time", "Office").replace(old, new) for line in WINDOWS
        ]
        text = calendar(*lines, *component("DTSTART;TZID=Office:20260714T090000"))
        text = text.replace(b"END:STANDARD", b"END:OTHER") if "OTHER" in new else text
        text = text.replace(b"DAYLIGHT", b"OTHER") if "OTHER" in new else text

        with pytest.raises(InvalidItemError, match="VTIMEZONE “Office”"):
            read(text)
