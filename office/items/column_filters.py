"""What an object's columns alone say to a filter: it fits, it doesn't, or its text must be read.

Verdicts are True, False or None, and join as in Kleene's logic.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from office.items.collations import fold
from office.items.filters import CardFilter, ComponentFilter
from office.items.indexed import IndexColumns
from office.items.occurrences import occurs_in
from office.items.property_filters import PropertyFilter, TextMatch, Within

STORED = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
"""The components of which an object has one kind, and no more than that kind."""

_SECOND = 1_000_000
_LONGEST_SUMMARY = 990
_LONGEST_FIELD = 3_900
"""A column that is longer may have been cut."""
_OVERRIDES = '"o":['
"""What stands in the recurrence of an object of several components."""

Verdict = bool | None


class SearchColumns(IndexColumns, Protocol):
    """The columns of a calendar object that a filter can ask for."""

    @property
    def uid(self) -> str:
        """UID of all its components, as it was sent."""

    @property
    def summary(self) -> str:
        """SUMMARY of its first component, unescaped; RFC 5545 section 3.6 allows one."""


def calendar_verdict(filter_: ComponentFilter, columns: SearchColumns) -> Verdict:
    """What the columns of a calendar object say to *filter_*, the one of VCALENDAR."""
    if filter_.is_not_defined:
        return False
    found = [_component(each, columns) for each in filter_.components]
    found += [None for _ in filter_.properties]
    if filter_.within is not None and False not in found:
        found.append(_happens(filter_.within, columns))
    return _all(found)


def card_verdict(filter_: CardFilter, columns: Mapping[str, str]) -> Verdict:
    """What the columns of a vCard say to *filter_*.

    Args:
        filter_: All that is asked.
        columns: By property: values joined, folded by ``office.items.fold``.
    """
    if not filter_.properties:
        return True
    found = [_field(each, columns) for each in filter_.properties]
    return _any(found) if filter_.is_any else _all(found)


def _component(asked: ComponentFilter, columns: SearchColumns) -> Verdict:
    if asked.name not in STORED:
        return None
    if asked.name != columns.component or asked.is_not_defined:
        return asked.is_not_defined and asked.name != columns.component
    has_several = _OVERRIDES in columns.recurrence
    found: list[Verdict] = [_property(each, columns, has_several) for each in asked.properties]
    found += [None for _ in asked.components]
    if asked.within is not None and False not in found:
        found.append(_happens(asked.within, columns))
    # Of several components only time and UID are known, and the UID is that of them all.
    return _all(found)


def _happens(within: Within, columns: IndexColumns) -> bool:
    start_us = None if within.start is None else within.start * _SECOND
    end_us = None if within.end is None else within.end * _SECOND
    return occurs_in(columns, start_us, end_us, zone=within.zone)


def _property(asked: PropertyFilter, columns: SearchColumns, has_several: bool) -> Verdict:  # noqa: FBT001 - private
    if asked.name == "UID":
        value = columns.uid
        is_known = "\\" not in value
    else:
        value = columns.summary
        is_known = asked.name == "SUMMARY" and not has_several and len(value) < _LONGEST_SUMMARY
    if not is_known:
        return None
    if not value:
        return _empty(asked)
    if asked.is_not_defined:
        return False
    if not asked.tests:
        return True
    found = [each.fits(value) if isinstance(each, TextMatch) else None for each in asked.tests]
    return _any(found) if asked.is_any else _all(found)


def _field(asked: PropertyFilter, columns: Mapping[str, str]) -> Verdict:
    group, _, name = asked.name.rpartition(".")
    column = columns.get(name)
    if column is None or len(column) >= _LONGEST_FIELD:
        return None
    if not column:
        return _empty(asked)
    if asked.is_not_defined or not asked.tests:
        return None if group else not asked.is_not_defined
    found = [_may_be_in(column, each) for each in asked.tests]
    return _any(found) if asked.is_any else _all(found)


def _may_be_in(column: str, test: object) -> Verdict:
    """False if *column* rules the test out; what it lets through has to be read."""
    if not isinstance(test, TextMatch) or test.is_negated:
        return None
    return None if fold(test.text) in column else False


def _empty(asked: PropertyFilter) -> Verdict:
    """The verdict where a property is missing or empty: the column does not tell which."""
    if asked.is_not_defined or not asked.tests:
        return None
    found: list[Verdict] = [
        False if isinstance(each, TextMatch) and each.text and not each.is_negated else None
        for each in asked.tests
    ]
    return _any(found) if asked.is_any else _all(found)


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    is_known = True
    for each in verdicts:
        if each is False:
            return False
        is_known = is_known and each is True
    return True if is_known else None


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    is_known = True
    for each in verdicts:
        if each is True:
            return True
        is_known = is_known and each is False
    return False if is_known else None
