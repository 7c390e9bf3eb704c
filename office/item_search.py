"""Which words of a filter the database can look for (RFC 4791 section 9.7, RFC 6352 section 10.5).

They are words without which nothing passes the filter. What holds them is looked at anew.
"""

import re
from collections.abc import Iterable

from office.items.collations import Collation, fold
from office.items.column_filters import STORED
from office.items.filters import CardFilter, ComponentFilter
from office.items.property_filters import EFFECTIVE, PropertyFilter, TextMatch
from storage.item_words import FIELDS, Condition, Word, Words

_SPLITTERS = re.compile(r"[\\\r\n\t]")
_FIELDS = {name.upper(): name for name in FIELDS}


def words_of_calendar(filter_: ComponentFilter) -> Condition | None:
    """What an object must hold to pass *filter_*, the one of VCALENDAR; None: nothing certain."""
    found: list[Condition] = []
    for each in filter_.components:
        if not each.is_not_defined:
            found += _of_component(each, is_main=each.name in STORED)
    return Words(tuple(found)) if found else None


def words_of_card(filter_: CardFilter) -> Condition | None:
    """What a vCard must hold to pass *filter_*; None: nothing certain."""
    return _joined([_of_field(each) for each in filter_.properties], is_any=filter_.is_any)


def _of_component(asked: ComponentFilter, *, is_main: bool) -> Iterable[Condition]:
    if not is_main:
        yield Word("text", asked.name.lower())
    for each in asked.properties:
        if not each.is_not_defined:
            yield from _of_property(each, is_main=is_main)
    for inner in asked.components:
        if not inner.is_not_defined:
            yield from _of_component(inner, is_main=False)


def _of_property(asked: PropertyFilter, *, is_main: bool) -> Iterable[Condition]:
    column = asked.name.lower() if is_main and asked.name in {"SUMMARY", "UID"} else "text"
    if column == "text" and asked.name not in EFFECTIVE:
        yield Word("text", asked.name.lower())
    for each in asked.tests:
        word = _word(each, column)
        if word is not None:
            yield word


def _of_field(asked: PropertyFilter) -> Condition | None:
    if asked.is_not_defined:
        return None
    name = asked.name.rpartition(".")[2]
    column = _FIELDS.get(name, "text")
    if not asked.tests:
        return Word("text", name.lower()) if column == "text" else None
    found = [_word(each, column) for each in asked.tests]
    return _joined(found, is_any=asked.is_any)


def _word(test: object, column: str) -> Word | None:
    """The word that *column* has to hold for a test; None: it need not hold any."""
    if not isinstance(test, TextMatch) or test.is_negated:
        return None
    if column in FIELDS:
        folded = fold(test.text)
        return Word(column, folded) if folded else None
    text = max(_SPLITTERS.split(test.text), key=len)
    is_unicode = test.collation is Collation.UNICODE
    if not text or (is_unicode and not text.isascii()):
        return None
    return Word(column, text.encode().lower().decode(), is_any_script=is_unicode)


def _joined(parts: Iterable[Condition | None], *, is_any: bool) -> Condition | None:
    """The parts as one; with *is_any* nothing is certain unless each of them is."""
    known = list(parts)
    certain = [each for each in known if each is not None]
    if not certain or (is_any and len(certain) < len(known)):
        return None
    return Words(tuple(certain), is_any)
