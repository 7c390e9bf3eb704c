"""Filters of CalDAV and CardDAV queries, matched against an object's text.

RFC 4791 section 9.7 and RFC 6352 section 10.5. A text is read only if every word that has to stand
in it does: the others, most of a collection, cost next to nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from itertools import islice
from typing import Protocol

from office.items.alarms import rings
from office.items.budgets import Budget
from office.items.components import Component, Fault, read_components
from office.items.errors import Precondition
from office.items.indexed import IndexColumns
from office.items.limits import DEFAULT_LIMITS
from office.items.occurrences import hits, occurs_in
from office.items.property_filters import PropertyFilter, Within
from office.items.screens import Screen

_SECOND = 1_000_000
_INNER = frozenset({"VALARM", "VTIMEZONE"})
_READING = 3  # times as much work as to look for a word
_MOST_INSTANCES = 5_000  # looked at for one alarm
_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")


class Happenings(Protocol):
    """When an object happens."""

    def occurs(self, name: str, within: Within) -> bool:
        """Whether anything of it, of components called *name*, happens in a time."""

    def instances(self, start: int | None, end: int | None) -> Iterable[tuple[int, int]]:
        """From when to when, in seconds UTC, its instances are that meet a time."""


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """What is asked of the components of one name that lie in another.

    Attributes:
        name: In capitals.
        is_not_defined: There must be none; then nothing else is asked.
        within: When something of it has to happen; of VCALENDAR: of whatever lies in it.
        properties: Asked of one and the same component.
        components: Asked of those inside of it.
    """

    name: str
    is_not_defined: bool = False
    within: Within | None = None
    properties: tuple[PropertyFilter, ...] = ()
    components: tuple["ComponentFilter", ...] = ()

    def fits(self, candidates: Iterable[Component], happenings: Happenings) -> bool:
        """Whether one of *candidates* is such a component of an object with these *happenings*."""
        named = [each for each in candidates if each.name == self.name]
        if self.is_not_defined or not named:
            return self.is_not_defined and not named
        if not self._happens(named, happenings):
            return False
        return any(self._fits(each, happenings) for each in named)

    def may_fit(self, screen: Screen) -> bool:
        """False only if the screened object can't fit."""
        if self.is_not_defined:
            return True
        return (
            (self.name not in _INNER or screen.may_hold_line(self.name))
            and all(each.may_fit(screen) for each in self.properties)
            and all(each.may_fit(screen) for each in self.components)
        )

    def _happens(self, named: list[Component], happenings: Happenings) -> bool:
        if self.within is None:
            return True
        if self.name == "VALARM":
            return any(rings(each, self.within, happenings.instances) for each in named)
        return happenings.occurs(self.name, self.within)

    def _fits(self, component: Component, happenings: Happenings) -> bool:
        return all(each.fits(component) for each in self.properties) and all(
            each.fits(component.children, happenings) for each in self.components
        )


@dataclass(frozen=True, slots=True)
class CardFilter:
    """What is asked of a vCard: all of *properties*, or with *is_any* one of them."""

    properties: tuple[PropertyFilter, ...]
    is_any: bool

    def fits(self, card: Component) -> bool:
        """Whether *card* is what is asked."""
        found = (each.fits(card) for each in self.properties)
        return any(found) if self.is_any else all(found)

    def may_fit(self, screen: Screen) -> bool:
        """False only if the screened card can't fit."""
        found = (each.may_fit(screen) for each in self.properties)
        return any(found) if self.is_any else all(found)


@dataclass(frozen=True, slots=True)
class _Columns:
    """The happenings of an object as its columns tell them."""

    indexed: IndexColumns
    zone: tzinfo

    def occurs(self, name: str, within: Within) -> bool:
        start_us, end_us = _us(within.start), _us(within.end)
        is_its_own = name in {"VCALENDAR", self.indexed.component}
        return is_its_own and occurs_in(self.indexed, start_us, end_us, zone=self.zone)

    def instances(self, start: int | None, end: int | None) -> Iterator[tuple[int, int]]:
        found = hits(self.indexed, _us(start), _us(end), self.zone)
        return ((hit.starts, hit.ends) for hit in islice(found, _MOST_INSTANCES))


def matches_calendar(
    text: str, indexed: IndexColumns, filter_: ComponentFilter, budget: Budget, *, zone: tzinfo
) -> bool:
    """Whether a stored calendar object passes a filter.

    Args:
        text: The object.
        indexed: Its columns.
        filter_: The one of VCALENDAR.
        budget: What the query may still look through.
        zone: The asker's zone, for dates and floating times.

    Raises:
        TooManyInstancesError: *budget* is used up.
    """
    screen = _screened(text, budget)
    if not text or not filter_.may_fit(screen):
        return False
    return filter_.fits([_read(screen, budget)], _Columns(indexed, zone))


def matches_card(text: str, filter_: CardFilter, budget: Budget) -> bool:
    """Whether a stored vCard passes a filter; arguments as for :func:`matches_calendar`."""
    screen = _screened(text, budget)
    return bool(text) and filter_.may_fit(screen) and filter_.fits(_read(screen, budget))


def _screened(text: str, budget: Budget) -> Screen:
    budget.spend(0, len(text))
    return Screen(text)


def _read(screen: Screen, budget: Budget) -> Component:
    budget.spend(0, _READING * len(screen.unfolded))
    return read_components(screen.unfolded, _NO_FAULT, DEFAULT_LIMITS)


def _us(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * _SECOND
