"""Parts of objects (RFC 4791 sections 9.6.1 to 9.6.7, RFC 6352 section 10.4)."""

from datetime import UTC

import pytest

from office.items.partial_data import ComponentPart, part_of_calendar, part_of_card
from office.items.property_filters import Within
from office.items.recurrence_limits import limited_free_busy, limited_overrides
from tests.calendar_texts import calendar, component, read, us

EVENT = calendar(
    "CALSCALE:GREGORIAN",
    *component(
        "DTSTART;TZID=Europe/Berlin:20260504T100000",
        "SUMMARY;LANGUAGE=de:Ein langer Titel\r\n  über zwei Zeilen",
        "DESCRIPTION:Text",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT5M",
        "END:VALARM",
    ),
)
TEXT = read(EVENT).text.decode()


def part(*properties: str, inside: tuple[ComponentPart, ...] = ()) -> ComponentPart:
    return ComponentPart("VEVENT", dict.fromkeys(properties, False), inside)


def whole(*inside: ComponentPart, **properties: bool) -> ComponentPart:
    return ComponentPart("VCALENDAR", properties, inside)


class TestCalendars:
    def test_named_properties_as_they_were_sent(self) -> None:
        found = part_of_calendar(TEXT, whole(part("SUMMARY", "UID"), VERSION=False))

        assert found.split("\r\n") == [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:1@muster.example",
            "SUMMARY;LANGUAGE=de:Ein langer Titel",
            "  über zwei Zeilen",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]

    def test_names_without_values(self) -> None:
        event = ComponentPart("VEVENT", {"SUMMARY": True}, ())

        assert "\r\nSUMMARY;LANGUAGE=de:\r\nEND" in part_of_calendar(TEXT, whole(event))

    def test_all_properties_and_no_components(self) -> None:
        found = part_of_calendar(TEXT, whole(ComponentPart("VEVENT", None, ())))

        assert "DESCRIPTION:Text" in found
        assert "VALARM" not in found
        assert "VTIMEZONE" not in found

    def test_all_components_whole(self) -> None:
        found = part_of_calendar(TEXT, ComponentPart("VCALENDAR", {}, None))

        assert (
            found.replace(
                "BEGIN:VCALENDAR\r\n",
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Musterbüro//EN\r\nCALSCALE:GREGORIAN\r\n",
            )
            == TEXT
        )

    def test_those_inside_of_those_inside(self) -> None:
        alarm = ComponentPart("VALARM", {"ACTION": False}, ())
        found = part_of_calendar(TEXT, whole(part(inside=(alarm,))))

        assert found.count("\r\n") == 7
        assert "\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n" in found

    def test_everything_is_the_same(self) -> None:
        assert part_of_calendar(TEXT, ComponentPart("VCALENDAR")) == TEXT


CARD = (
    "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Anna\nitem1.TEL;TYPE=home:1\n"
    "item2.TEL:2\nitem1.X-ABLabel:x\nEND:VCARD\n"
)


class TestCards:
    @pytest.mark.parametrize(
        ("wanted", "lines"),
        [
            ({"FN": False}, ["FN:Anna"]),
            ({"TEL": False}, ["item1.TEL;TYPE=home:1", "item2.TEL:2"]),
            ({"ITEM2.TEL": False}, ["item2.TEL:2"]),
            ({"ITEM1.TEL": True}, ["item1.TEL;TYPE=home:"]),
            ({"NOTE": False}, []),
        ],
    )
    def test_named_properties(self, wanted: dict[str, bool], lines: list[str]) -> None:
        found = part_of_card(CARD, wanted)

        assert found.split("\n")[2:-2] == lines
        assert found.startswith("BEGIN:VCARD\nVERSION:3.0\n")


def time(start: str, end: str) -> Within:
    return Within(us(start) // 1_000_000, us(end) // 1_000_000, UTC)


class TestOverrides:
    SERIES = component("DTSTART:20260504T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=20")

    def limited(self, data: bytes, start: str, end: str) -> str:
        found = read(data)
        return limited_overrides(found.text.decode(), found.indexed, time(start, end))

    @pytest.mark.parametrize(
        ("start", "end", "is_kept"),
        [
            ("2026-05-06", "2026-05-07", True),  # when it would have been
            ("2026-05-20", "2026-05-21", True),  # where it is now
            ("2026-05-10", "2026-05-11", False),
            ("2026-05-06T11:00", "2026-05-06T12:00", False),
        ],
    )
    def test_a_moved_instance(self, start: str, end: str, *, is_kept: bool) -> None:
        moved = component("RECURRENCE-ID:20260506T100000Z", "DTSTART:20260520T100000Z")

        found = self.limited(calendar(*self.SERIES, *moved), start, end)

        assert ("RECURRENCE-ID" in found) == is_kept
        assert "RRULE" in found
        assert found.count("BEGIN:VEVENT") == found.count("END:VEVENT") == 1 + is_kept

    @pytest.mark.parametrize(
        ("start", "end", "is_kept"),
        [
            ("2026-05-18", "2026-05-19", True),
            ("2026-05-18T10:00", "2026-05-18T11:00", True),  # it is why there is nothing then
            ("2026-05-04", "2026-05-05", False),
        ],
    )
    def test_one_that_counts_for_all_that_follow(
        self, start: str, end: str, *, is_kept: bool
    ) -> None:
        later = component(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260506T100000Z", "DTSTART:20260506T120000Z"
        )

        found = self.limited(calendar(*self.SERIES, *later), start, end)

        assert ("RECURRENCE-ID" in found) == is_kept

    def test_without_its_series_only_its_time_is_known(self) -> None:
        alone = calendar(*component("RECURRENCE-ID:20260506T100000Z", "DTSTART:20260520T100000Z"))

        assert "VEVENT" in self.limited(alone, "2026-05-06", "2026-05-07")
        assert "VEVENT" in self.limited(alone, "2026-05-20", "2026-05-21")
        assert "VEVENT" not in self.limited(alone, "2026-05-10", "2026-05-11")


class TestFreeBusy:
    def test_only_periods_in_the_time(self) -> None:
        data = calendar(
            *component(
                "FREEBUSY;FBTYPE=BUSY:20260504T100000Z/PT1H,20260505T100000Z/20260505T110000Z",
                "FREEBUSY:20260506T100000Z/PT1H",
                kind="VFREEBUSY",
            )
        )

        found = limited_free_busy(data.decode(), time("2026-05-05T10:30", "2026-05-06T10:00"))

        assert [line for line in found.split("\r\n") if line.startswith("FREEBUSY")] == [
            "FREEBUSY;FBTYPE=BUSY:20260505T100000Z/20260505T110000Z"
        ]

    def test_events_are_left_alone(self) -> None:
        assert limited_free_busy(TEXT, time("2026-05-05", "2026-05-06")) is TEXT
