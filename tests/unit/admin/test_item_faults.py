"""What is wrong with a contact or an appointment, as the guard says it, in the page's language."""

from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask

from admin.item_faults import item_fault
from admin.texts import Speech
from office.items.calendar_objects import read_calendar_object
from office.items.errors import InvalidItemError
from office.items.vcards import read_address_object
from tests.groupware_door import card, event

EVENT, CARD = event("a"), card("a")
_read_event = partial(read_calendar_object, components=frozenset({"VEVENT"}))
FAULTY: dict[str, tuple[Callable[[bytes], object], bytes, str]] = {
    "old card": (read_address_object, CARD.replace(b"VERSION:3.0", b"VERSION:2.1"), "vCard 2.1"),
    "old calendar": (
        _read_event,
        EVENT.replace(b"VERSION:2.0", b"VERSION:1.0"),
        "iCalendar 1.0",
    ),
    "Latin-1": (read_address_object, CARD.replace(b"Anna", b"B\xe4rbel"), "UTF-8"),
    "cut off": (read_address_object, CARD[:-13], "abgeschnitten"),
    "no line": (read_address_object, CARD.replace(b"END", b"Unsinn\r\nEND"), "„Unsinn“"),
    "no name": (read_address_object, CARD.replace(b"FN:Anna Berg\r\n", b""), "(FN)"),
    "no beginning": (
        _read_event,
        EVENT.replace(b"DTSTART:20260504T100000Z\r\n", b""),
        "DTSTART",
    ),
    "ends before": (_read_event, EVENT.replace(b"T110000Z", b"T090000Z"), "endet, bevor"),
    "no time": (_read_event, EVENT.replace(b"20260504T11", b"20261504T11"), "keine Uhr"),
    "no rule": (
        _read_event,
        EVENT.replace(b"SUMMARY", b"RRULE:FREQ=OFTEN\r\nSUMMARY"),
        "„FREQ=OFTEN“",
    ),
}


def _said(read: Callable[[bytes], object], text: bytes, language: str) -> str:
    app = Flask("admin")
    Speech(app, default_locale="en", locale_selector=lambda: language)
    with pytest.raises(InvalidItemError) as raised:
        read(text)
    with app.test_request_context():
        return str(item_fault(raised.value.sentence))


@pytest.mark.parametrize("name", FAULTY)
def test_the_faults_of_real_exports_are_told_in_german(name: str) -> None:
    read, text, word = FAULTY[name]

    said = _said(read, text, "de")

    assert word in said
    assert "<span" not in said


def test_what_stays_english_is_marked_and_escaped() -> None:
    app = Flask("admin")
    Speech(app, default_locale="en", locale_selector=lambda: "de")
    with app.test_request_context():
        assert item_fault("<b> is odd.") == '<span lang="en">&lt;b&gt; is odd.</span>'
        assert item_fault("“<b>” is no duration.") == "„&lt;b&gt;“ ist keine Dauer."


def test_a_fault_says_its_line_to_programs() -> None:
    with pytest.raises(InvalidItemError, match=r"^Line \d+: “Unsinn” is no line") as raised:
        read_address_object(CARD.replace(b"END", b"Unsinn\r\nEND"))

    assert raised.value.line == 6
