"""Words that the database looks for: nothing that a filter lets through is missed by them."""

from itertools import product
from pathlib import Path

import pytest

from office import item_store
from office.item_search import words_of_calendar, words_of_card
from office.items import Budget, ItemLimits
from office.items.collations import Collation
from office.items.filters import CardFilter, ComponentFilter, matches_calendar, matches_card
from office.items.property_filters import MatchType, ParameterFilter, PropertyFilter, TextMatch
from storage import collections, item_changes, items, people
from storage.collections import CollectionRow
from storage.store import Store
from tests.builders import NOW_US
from tests.calendar_texts import calendar, component
from tests.groupware_door import card, groupware_office

TEXTS = (
    "Notar", "NOTAR", "Müller", "MU\u0308LLER", "straße", "STRASSE", "m²", "Stock 2", "a, b; c",
    "C:\\Objekte", "eins\nzwei", "%_'", "İstanbul", "ﬁn", "kelvin \u212a", "",
)  # fmt: skip
EVERYTHING = 10_000_000


def _event(number: int, text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    escaped = escaped.replace("\n", "\\n")
    changed: list[str] = []
    uid = f"{number}-{escaped[:5]}"
    if number % 3 == 0:
        changed = component(
            "RECURRENCE-ID:20260505T100000Z",
            "DTSTART:20260505T100000Z",
            f"SUMMARY:{escaped}",
            uid=uid,
        )
    own = "x" if changed else escaped
    master = component(
        "DTSTART:20260504T100000Z",
        "RRULE:FREQ=DAILY;COUNT=2",
        f"SUMMARY:{own}",
        f"LOCATION:{escaped[:2]}\r\n {escaped[2:4]}\r\n\t{escaped[4:]}",
        f'ATTENDEE;CN="{text.partition(chr(10))[0][:5]}":mailto:a@x.example',
        uid=uid,
    )
    return calendar(*master, *changed)


def _contact(number: int, text: str) -> bytes:
    escaped = text.replace("\\", "\\\\").replace(",", "\\,").replace("\n", "\\n")
    return card(str(number), f"x{escaped}", f"NOTE:{escaped}", f"CATEGORIES:Kunde,{escaped}")


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    groupware_office(store, tmp_path).person("anna")
    for name, make in (("calendar", _event), ("contacts", _contact)):
        collection = _find(store, name)
        with store.write() as unit:
            for number, text in enumerate(TEXTS):
                data = make(number, text)
                content = item_store.read(collection, data, ItemLimits()).content
                item_changes.create(unit, collection.id, f"{number}", content, now_us=NOW_US)
    return store


def _asked(names: tuple[str, ...]) -> list[PropertyFilter]:
    parts = {text[start : start + 4] for text in TEXTS for start in range(0, len(text), 2)}
    texts = [
        TextMatch(text, collation, is_negated=is_negated)
        for text, collation in product(sorted(parts), Collation)
        for is_negated in (False, True)[: 1 + (collation is Collation.UNICODE)]
    ]
    found = [PropertyFilter(name, (text,)) for name, text in product(names, texts)]
    found += [PropertyFilter(name, is_not_defined=True) for name in (*names, "URL")]
    return [*found, *(PropertyFilter(name) for name in (*names, "URL"))]


def _find(store: Store, name: str) -> CollectionRow:
    with store.read() as unit:
        person = people.find(unit, "anna")
        found = collections.find(unit, person.id, name) if person else None
    assert found is not None
    return found


def test_no_event_is_missed(filled: Store) -> None:
    collection = _find(filled, "calendar")
    asked = _asked(("SUMMARY", "UID", "LOCATION"))
    asked.append(PropertyFilter("ATTENDEE", (ParameterFilter("CN", TextMatch("Not")),)))
    with filled.read() as unit:
        ids = [each.id for each in items.of_collection(unit, collection.place)]
        every = items.candidates(unit, collection.place, ids, with_text=True).values()
        for each in asked:
            event = ComponentFilter("VEVENT", properties=(each,))
            whole = ComponentFilter("VCALENDAR", components=(event,))
            fitting = {
                one.item.href
                for one in every
                if matches_calendar(one.item.text, one, whole, Budget(characters=EVERYTHING))
            }
            held = items.may_happen_in(
                unit,
                collection.place,
                "VEVENT",
                -(1 << 60),
                1 << 60,
                words=words_of_calendar(whole),
            )

            assert fitting <= {one.item.href for one in held}, each


def test_no_contact_is_missed(filled: Store) -> None:
    collection = _find(filled, "contacts")
    asked = _asked(("FN", "NOTE", "CATEGORIES"))
    both = [
        CardFilter((one, other), is_any)
        for one, other in zip(asked, asked[7:], strict=False)
        for is_any in (True, False)
    ]
    either = PropertyFilter(
        "NOTE", (TextMatch("Not"), TextMatch("Mü", match_type=MatchType.STARTS_WITH)), is_any=True
    )
    with filled.read() as unit:
        ids = [each.id for each in items.of_collection(unit, collection.place)]
        every = items.read(unit, collection.place, ids).values()
        for filter_ in (*both[::5], CardFilter((either,), is_any=True)):
            fitting = {
                one.href
                for one in every
                if matches_card(one.text, filter_, Budget(characters=EVERYTHING))
            }
            held = items.contacts(unit, collection.place, words_of_card(filter_))

            assert fitting <= {one.item.href for one in held}, filter_


def test_what_lacks_the_word_does_not_come_out_of_the_database(filled: Store) -> None:
    notary = PropertyFilter("LOCATION", (TextMatch("notar"),))
    event = ComponentFilter("VEVENT", properties=(notary,))
    words = words_of_calendar(ComponentFilter("VCALENDAR", components=(event,)))
    named = words_of_card(CardFilter((PropertyFilter("FN", (TextMatch("notar"),)),), is_any=True))

    with filled.read() as unit:
        events = items.may_happen_in(
            unit, _find(filled, "calendar").place, "VEVENT", 0, 1 << 60, words=words
        )
        contacts = items.contacts(unit, _find(filled, "contacts").place, named)

    assert {each.item.href for each in events} == {"0", "1"}
    assert {each.item.href for each in contacts} == {"0", "1"}
