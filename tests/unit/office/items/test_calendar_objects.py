"""What of calendar objects is taken, as it was sent, and what is refused with which words."""

import pytest

from office.items import InvalidItemError, ItemLimits, Precondition, read_calendar_object
from tests.calendar_texts import ALL, calendar, component, event, read

START = "DTSTART:20260112T090000Z"


def refusal(data: bytes, limits: ItemLimits | None = None) -> InvalidItemError:
    with pytest.raises(InvalidItemError) as caught:
        read(data, limits)
    return caught.value


class TestTaken:
    def test_the_bytes_stay_as_they_were_sent(self) -> None:
        data = event(START, "X-APPLE-TRAVEL;X=1:a\\,b", "SUMMARY:Besichtigung\\, Süd", "x-y:z")
        data = data.replace(b"\r\nSUMMARY", b"\r\n\t folded\r\nSUMMARY")

        taken = read(data)

        assert taken.text == data
        assert not taken.was_changed
        assert taken.indexed.summary == "Besichtigung, Süd"
        assert taken.indexed.uid == "1@muster.example"
        assert taken.indexed.component == "VEVENT"

    def test_line_feeds_alone_are_line_ends(self) -> None:
        data = event(START).replace(b"\r\n", b"\n")

        assert read(data).text == data

    def test_control_characters_are_dropped(self) -> None:
        taken = read(event(START, "SUMMARY:a\x0bb"))

        assert taken.was_changed
        assert taken.indexed.summary == "ab"
        assert b"\x0b" not in taken.text

    def test_a_changed_instance_without_its_series_is_taken(self) -> None:
        lines = component("RECURRENCE-ID:20260112T090000Z", START)

        assert read(calendar(*lines)).indexed.component == "VEVENT"

    def test_the_access_class_is_kept_beside_it(self) -> None:
        assert read(event(START, "CLASS:private")).indexed.fields == {"CLASS": "PRIVATE"}


class TestRefused:
    @pytest.mark.parametrize(
        ("data", "precondition", "words"),
        [
            (b"", Precondition.CALENDAR_DATA, "empty"),
            (event(START, "SUMMARY:ü").decode().encode("latin-1"), None, "not UTF-8: byte 0xfc"),
            (event(START)[:-30], None, "has no END"),
            (event(START) + event(START), None, "exactly one VCALENDAR, not 2"),
            (event(START, "no line"), None, "Line 7: “no line” is no line"),
            (event(START).replace(b"END:VEVENT", b"END:VTODO"), None, "closes BEGIN:VEVENT"),
            (b"BEGIN:VCARD\r\nEND:VCARD\r\n", None, "not VCALENDAR"),
            (event("SUMMARY:x"), None, "VEVENT without DTSTART"),
            (event("DTSTART:20260230T090000Z"), None, "Line 6: “20260230T090000Z” is no date"),
            (event("DTSTART:20260112T2500"), None, "no date or time"),
            (event(START, START), None, "a second DTSTART"),
            (event(START, "DTEND:20260112T080000Z"), None, "before DTSTART"),
            (event("DTSTART:20260112", "DTEND:20260111"), None, "before DTSTART"),
            (event(START, "DTEND:20260113"), None, "one is a date"),
            (event(START, "DTEND:20260112T100000Z", "DURATION:PT1H"), None, "exclude each other"),
            (event(START, "DURATION:-PT1H"), None, "goes backwards"),
            (event(START, "DURATION:1H"), None, "is no duration"),
            (event("DTSTART;TZID=Nowhere:20260112T090000"), None, "neither known nor described"),
            (event("DTSTART;TZID=../passwd:20260112T090000"), None, "neither known nor described"),
        ],
    )
    def test_bad_data_is_told_with_its_line(
        self, data: bytes, precondition: Precondition | None, words: str
    ) -> None:
        error = refusal(data)

        assert error.precondition is (precondition or Precondition.CALENDAR_DATA)
        assert words in str(error)

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (calendar("METHOD:REQUEST", *component(START)), "METHOD"),
            (calendar(), "no event"),
            (calendar(*component(START), *component(START, kind="VTODO")), "one object"),
            (calendar(*component(START), *component(START, uid="2")), "2 UIDs"),
        ],
    )
    def test_what_is_not_one_object_is_told(self, data: bytes, words: str) -> None:
        error = refusal(data)

        assert error.precondition is Precondition.CALENDAR_OBJECT
        assert words in str(error)

    def test_two_series_of_one_uid_are_none(self) -> None:
        assert "second VEVENT" in str(refusal(calendar(*component(START), *component(START))))

    def test_one_instance_is_changed_once(self) -> None:
        change = component("RECURRENCE-ID:20260113T090000Z", START)
        series = component(START, "RRULE:FREQ=DAILY")

        assert "comes twice" in str(refusal(calendar(*series, *change, *change)))

    def test_an_event_without_uid(self) -> None:
        data = event(START).replace(b"UID:1@muster.example\r\n", b"")

        assert "without UID" in str(refusal(data))

    def test_a_kind_that_the_collection_does_not_take(self) -> None:
        with pytest.raises(InvalidItemError, match="only VTODO") as caught:
            read_calendar_object(event(START), components=frozenset({"VTODO"}))

        assert caught.value.precondition is Precondition.CALENDAR_COMPONENT

    @pytest.mark.parametrize("version", [b"1.0", b""])
    def test_another_version(self, version: bytes) -> None:
        error = refusal(event(START).replace(b"2.0", version))

        assert error.precondition is Precondition.CALENDAR_SUPPORTED

    def test_one_byte_too_many(self) -> None:
        data = event(START)

        assert read(data, ItemLimits(object_bytes=len(data))).text == data
        error = refusal(data, ItemLimits(object_bytes=len(data) - 1))
        assert error.precondition is Precondition.CALENDAR_SIZE

    def test_too_many_lines(self) -> None:
        assert "100 lines" in str(refusal(event(START, *["X:1"] * 100), ItemLimits(lines=100)))

    def test_too_deep(self) -> None:
        lines = ["BEGIN:X"] * 9 + ["END:X"] * 9

        assert "8 deep" in str(refusal(event(START, *lines)))

    def test_too_many_changed_instances(self) -> None:
        changes = [component(f"RECURRENCE-ID:202601{day}T090000Z", START) for day in range(13, 16)]
        data = calendar(*component(START, "RRULE:FREQ=DAILY"), *sum(changes, []))  # noqa: RUF017

        error = refusal(data, ItemLimits(overrides=3))

        assert error.precondition is Precondition.CALENDAR_INSTANCES
        assert read(data, ItemLimits(overrides=4)).text == data

    def test_ten_megabytes_of_dates(self) -> None:
        data = event(START, "RDATE:" + ",".join(["20260112T090000Z"] * 600_000))

        error = refusal(data)

        assert error.precondition is Precondition.CALENDAR_INSTANCES


def test_all_kinds_can_be_taken() -> None:
    for kind in ALL:
        assert read(calendar(*component(START, kind=kind))).indexed.component == kind
