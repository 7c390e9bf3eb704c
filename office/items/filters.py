"""Filters of CalDAV and CardDAV queries, matched against an object's text.

RFC 4791 section 9.7 and RFC 6352 section 10.5. A text is read only if every word that has to stand
in it does: the others, most of a collection, cost next to nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property

from office.items.alarms import rings
from office.items.budgets import Budget
from office.items.clocks import ClockError, Clocks
from office.items.components import Component, Fault, read_components
from office.items.content_lines import find_lines, parameters, unfold
from office.items.errors import Precondition
from office.items.haystacks import Haystack
from office.items.indexed import IndexColumns
from office.items.instants import DAY, Clock, Moment, read_length, read_moment
from office.items.limits import DEFAULT_LIMITS
from office.items.occurrences import hits, occurs_in
from office.items.property_filters import PropertyFilter, Within
from office.items.schedules import schedule_from_json
from office.items.series import EVER, MASTER, Series
from office.items.zones import zone_of

_SECOND = 1_000_000
_WHOLE = "VCALENDAR"
_READING = 3  # times as much work as to look for a word
_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")


@dataclass(frozen=True, slots=True)
class ComponentFilter:
    """What is asked of one of the components of a name that lie in another.

    Attributes:
        name: In capitals.
        is_not_defined: There must be none; then nothing else is asked.
        within: When an instance of it has to happen; of VCALENDAR: of whatever lies in it.
        properties: Asked of the same component.
        components: Asked of those inside of it.
    """

    name: str
    is_not_defined: bool = False
    within: Within | None = None
    properties: tuple[PropertyFilter, ...] = ()
    components: tuple["ComponentFilter", ...] = ()

    def fits(self, parent: Component, scope: "ObjectScope") -> bool:
        """Whether *parent* has such a component."""
        named = [each for each in parent.children if each.name == self.name]
        if self.is_not_defined:
            return not named
        return any(self._fits(each, parent, scope) for each in named)

    def may_fit(self, hay: Haystack) -> bool:
        """False only if no object with the text *hay* can have such a component."""
        if self.is_not_defined:
            return True
        return (
            hay.has_name(self.name)
            and all(each.may_fit(hay) for each in self.properties)
            and all(each.may_fit(hay) for each in self.components)
        )

    def _fits(self, component: Component, parent: Component, scope: "ObjectScope") -> bool:
        return (
            all(each.fits(component, scope) for each in self.properties)
            and all(each.fits(component, scope) for each in self.components)
            and (self.within is None or scope.happens(component, parent, self.within))
        )


@dataclass(frozen=True, slots=True)
class CardFilter:
    """What is asked of a vCard: all of *properties*, or with *is_any* one of them."""

    properties: tuple[PropertyFilter, ...]
    is_any: bool

    def fits(self, card: Component, scope: "ObjectScope") -> bool:
        """Whether *card* is what is asked."""
        found = (each.fits(card, scope) for each in self.properties)
        return not self.properties or (any(found) if self.is_any else all(found))

    def may_fit(self, hay: Haystack) -> bool:
        """False only if no card with the text *hay* can fit."""
        found = (each.may_fit(hay) for each in self.properties)
        return not self.properties or (any(found) if self.is_any else all(found))


class ObjectScope:
    """An object that filters are matched against: its tree, its columns, its clocks."""

    def __init__(
        self, text: str, indexed: IndexColumns | None, budget: Budget | None = None
    ) -> None:
        """Nothing is read before it is asked for.

        Args:
            text: A stored object.
            indexed: Its columns; None for a vCard.
            budget: Pays for the instances that are looked at for alarms; None: nobody asks.
        """
        self._text = text
        self._indexed = indexed
        self._budget = budget
        self._series: dict[tzinfo, Series] = {}

    @cached_property
    def root(self) -> Component:
        """Its outermost component.

        Raises:
            InvalidItemError: It can't be read any more.
        """
        # It was read within its limits when it was stored; they may have been wider then.
        return read_components(self._text, _NO_FAULT, DEFAULT_LIMITS)

    @cached_property
    def top(self) -> Component:
        """What its outermost component lies in; raises what :attr:`root` does."""
        top = Component("", 0)
        top.children.append(self.root)
        return top

    def series(self, zone: tzinfo) -> Series | None:
        """When it happens, for who asks in *zone*; None where its columns alone tell it."""
        if self._indexed is None or not self._indexed.recurrence:
            return None
        if zone not in self._series:
            schedule = schedule_from_json(self._indexed.recurrence)
            self._series[zone] = Series(schedule, zone_of(zone))
        return self._series[zone]

    def happens(self, component: Component, parent: Component, within: Within) -> bool:
        """Whether an instance of *component*, which lies in *parent*, happens in a time."""
        if component.name == "VALARM":
            return rings(
                component,
                within,
                lambda *time: self._instances(parent, time, within.zone, self._budget),
            )
        if self._indexed is None or component.name not in {self._indexed.component, _WHOLE}:
            return False
        if component.name == _WHOLE or not self._indexed.recurrence:
            start_us, end_us = _us(within.start), _us(within.end)
            return occurs_in(self._indexed, start_us, end_us, zone=within.zone)
        time = (within.start, within.end)
        return any(True for _ in self._instances(component, time, within.zone))

    def second_of(self, params: str, text: str, zone: tzinfo) -> int | None:
        """See :class:`office.items.property_filters.Scope`."""
        moment = self._moment(params, text)
        return None if moment is None else self._utc(moment, zone)

    def end_of(self, component: Component, zone: tzinfo) -> int | None:
        """See :class:`office.items.property_filters.Scope`."""
        start, length = component.all("DTSTART"), component.value("DURATION")
        moment = self._moment(start[0][0], start[0][1]) if start and length else None
        if moment is None:
            return None
        try:
            days, seconds = read_length(length.strip())
            end = self._utc(moment._replace(local=moment.local + days * DAY), zone)
        except ValueError:
            return None
        return None if end is None else end + seconds

    def group_of(self, index: int) -> str:
        """See :class:`office.items.property_filters.Scope`."""
        return self._names[index].rpartition(".")[0].upper()

    def _instances(
        self,
        component: Component,
        time: tuple[int | None, ...],
        zone: tzinfo,
        budget: Budget | None = None,
    ) -> Iterator[tuple[int, int]]:
        number = self._numbers.get(id(component))
        if number is None or self._indexed is None:
            return
        if budget is not None:
            budget.spend(1)
        start, end = time
        series = self.series(zone)
        if series is None:
            found = hits(self._indexed, _us(start), _us(end), zone) if number == MASTER else ()
        else:
            begin = -EVER if start is None else start
            until = EVER if end is None else end
            found = series.hits(begin, until, pattern=number, budget=budget)
        yield from ((hit.starts, hit.ends) for hit in found)

    def _moment(self, params: str, text: str) -> Moment | None:
        try:
            return read_moment(text.strip(), parameters(params).get("TZID", "").strip())
        except ValueError:
            return None

    def _utc(self, moment: Moment, zone: tzinfo) -> int | None:
        if moment.clock in {Clock.DATE, Clock.FLOATING}:
            return zone_of(zone).utc(moment.local)
        try:
            return self._clocks.utc(moment)
        except ClockError:
            return None

    @cached_property
    def _clocks(self) -> Clocks:
        return Clocks(self.root.children, DEFAULT_LIMITS)

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """By identity: which component each is, as :class:`Occurrence` counts them."""
        kind = "" if self._indexed is None else self._indexed.component
        mains = [each for each in self.root.children if each.name == kind]
        changed = [each for each in mains if each.all("RECURRENCE-ID")]
        numbers = {id(each): MASTER for each in mains}
        numbers.update((id(each), number) for number, each in enumerate(changed))
        return numbers

    @cached_property
    def _names(self) -> list[str]:
        return [name for name, _, _, _ in find_lines(unfold(self._text))]


def matches_calendar(
    text: str, indexed: IndexColumns, filter_: ComponentFilter, budget: Budget
) -> bool:
    """Whether a stored calendar object passes a filter.

    Args:
        text: The object.
        indexed: Its columns.
        filter_: The one of VCALENDAR.
        budget: What the query may still look through.

    Raises:
        InvalidItemError: The object can't be read any more.
        TooManyInstancesError: *budget* is used up.
    """
    if not _may_fit(text, filter_, budget):
        return False
    scope = ObjectScope(text, indexed, budget)
    return filter_.fits(scope.top, scope)


def matches_card(text: str, filter_: CardFilter, budget: Budget) -> bool:
    """Whether a stored vCard passes a filter; arguments as for :func:`matches_calendar`."""
    if not _may_fit(text, filter_, budget):
        return False
    scope = ObjectScope(text, None)
    return filter_.fits(scope.root, scope)


def _may_fit(text: str, filter_: ComponentFilter | CardFilter, budget: Budget) -> bool:
    budget.spend(0, len(text))
    if not text or not filter_.may_fit(Haystack(text)):
        return False
    budget.spend(0, _READING * len(text))
    return True


def _us(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * _SECOND
