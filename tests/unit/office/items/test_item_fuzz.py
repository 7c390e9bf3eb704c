"""Whatever is sent is taken or refused with a sentence, soon; what is taken reads again."""

import time

from hypothesis import given
from hypothesis import strategies as st

from office.items import (
    Budget,
    InvalidItemError,
    busy_intervals,
    occurrences,
    occurs_in,
    read_address_object,
)
from tests.calendar_texts import calendar, component, event, read, us
from tests.pace import is_within

RICH = calendar(
    "BEGIN:VTIMEZONE",
    "TZID:Office",
    "BEGIN:STANDARD",
    "DTSTART:20001028T030000",
    "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "END:STANDARD",
    "END:VTIMEZONE",
    *component(
        "DTSTART;TZID=Office:20260112T090000",
        "DTEND;TZID=Europe/Berlin:20260112T100000",
        "RRULE:FREQ=MONTHLY;BYDAY=-1FR,2MO;BYSETPOS=1,-1;UNTIL=20300101T000000Z",
        "EXDATE;VALUE=DATE:20260227,20260327",
        "RDATE;VALUE=PERIOD:20260114T100000Z/PT5H",
        "SUMMARY:Süd\\, Besichtigung",
    ),
    *component(
        'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID="W. Europe Standard Time":20260626T090000',
        "DTSTART;VALUE=DATE:20260627",
        "STATUS:TENTATIVE",
    ),
)
TASK = calendar(*component("DUE;VALUE=DATE:20260112", "RRULE:FREQ=WEEKLY;COUNT=5", kind="VTODO"))
CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nN:Berg;Anna;;;\r\nFN:Anna Berg\r\n"
    b"item1.TEL;TYPE=CELL:+49 170\r\n 1234\r\nEND:VCARD\r\n"
)
PIECES = (
    *(b"\r\n", b"\n ", b";", b":", b",", b'"', b"\xff", b"\xc3", b"\x00", b"\xef\xbf\xbf"),
    *(b"0", b"9999", b"-", b"T", b"Z", b"P1D", b"RANGE=THISANDFUTURE;", b"TZID=Europe/Berlin"),
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:X\r\n", b"RRULE:FREQ=DAILY\r\n"),
    *(b"DUE:20260101\r\n", b"DTSTART:00010101T000000\r\n", b"DTSTART:99991231T235959\r\n"),
)


@st.composite
def mutated(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """One of *seeds* with some pieces put in or taken out."""
    data = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.integers(0, 12))
        data = data[:at] + draw(st.sampled_from(PIECES)) + data[at + gone :]
    return data


@given(data=mutated((RICH, TASK)) | st.binary(max_size=200))
def test_calendar_objects(data: bytes) -> None:
    began = time.process_time()
    try:
        taken = read(data)
    except InvalidItemError:
        pass
    else:
        again = read(taken.text)
        assert again.text == taken.text
        assert again.indexed == taken.indexed
        assert taken.was_changed == (taken.text != data)
        _ask(data)
    assert is_within(time.process_time() - began, 1)


def _ask(data: bytes) -> None:
    """Every instance found lies within the bounds, and whether there is one agrees."""
    indexed = read(data).indexed
    for begin, end in [("2026-01-01", "2026-03-01"), ("2031-06-01", "2031-06-08")]:
        window = us(begin), us(end)
        found = occurrences(indexed, *window, limit=50)
        undated = indexed.component == "VTODO" and indexed.starts_us is None
        assert occurs_in(indexed, *window) == (bool(found) or undated)
        for each in found:
            assert indexed.starts_us is not None
            assert indexed.starts_us <= each.starts_us
            assert indexed.ends_us is None or each.ends_us <= indexed.ends_us
        busy_intervals(indexed, *window, budget=Budget(10_000))


@given(data=mutated((CARD,)) | st.binary(max_size=200))
def test_address_objects(data: bytes) -> None:
    try:
        taken = read_address_object(data)
    except InvalidItemError:
        return

    again = read_address_object(taken.text)
    assert again.text == taken.text
    assert again.indexed == taken.indexed
    assert taken.was_changed == (taken.text != data)


def test_a_megabyte_of_anything_is_answered_soon() -> None:
    size = 1 << 20
    attached = "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + "QUJD" * (size // 4)
    for data in (
        b"A" * size,
        b"\r\n" * (size // 2),
        b"\n " * (size // 2),
        b"BEGIN:VCALENDAR\r\n" * (size // 17),
        b'A;B="' * (size // 5),
        event("DTSTART:20260112T090000Z", attached),
        event(
            "DTSTART:20260112T090000Z",
            "\r\n ".join(attached[at : at + 74] for at in range(0, size, 74)),
        ),
        event("DTSTART:20260112T090000Z", "EXDATE:" + "20260112T090000Z," * (size // 17)),
        event("DTSTART:20260112T090000Z", "RRULE:FREQ=DAILY;BYDAY=" + "MO," * (size // 3)),
        event("DTSTART:20260112T090000Z", *["X:1"] * (size // 5)),
    ):
        began = time.process_time()
        try:
            read(data)
        except InvalidItemError as error:
            assert len(str(error)) < 500  # noqa: PT017
        assert is_within(time.process_time() - began, 0.5), data[:100]
