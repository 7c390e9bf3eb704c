"""A schedule that is asked when it happens, again and again.

What does not depend on the window is worked out once: an object may have thousands of instances
that were changed, and each of them is asked for on its own.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property
from heapq import merge
from typing import NamedTuple

from office.items.budgets import Budget
from office.items.instants import DAY
from office.items.recurrence_rules import Rule
from office.items.schedules import Schedule, Span
from office.items.zones import Zone

MASTER = -1
EVER = 1 << 50
"""Seconds; beyond any year that can be written."""
# A clock's time and UTC differ by less than this, wherever it hangs.
_MARGIN = 2 * DAY


class Hit(NamedTuple):
    """An instance that meets a window.

    Attributes:
        starts: Seconds UTC.
        ends: Seconds UTC.
        recurrence_id: Where the series has this instance; None: the object doesn't repeat.
        override: MASTER, or which of the components with a RECURRENCE-ID it is, in text order.
        pattern: Which component it is a copy of, counted like *override*.
        busy: FREE, BUSY, TENTATIVE.
    """

    starts: int
    ends: int
    recurrence_id: int | None
    override: int
    pattern: int
    busy: int


class _Part(NamedTuple):
    """A stretch of a series whose instances are all alike.

    Attributes:
        first: Its first local time, by the series' own count.
        last: Its last.
        span: What its instances are like.
        shift: By how much they lie elsewhere than the series has them.
        pattern: The component they are copies of; see :class:`Occurrence`.
    """

    first: int
    last: int
    span: Span
    shift: int
    pattern: int


class Series:
    """A schedule, for whoever asks for it in his zone."""

    def __init__(self, schedule: Schedule, asker: Zone) -> None:
        """Nothing is worked out before it is asked for.

        Args:
            schedule: The object's.
            asker: The clock of dates and floating times.
        """
        self.schedule = schedule
        self._asker = asker

    def hits(
        self, begin: int, end: int, *, pattern: int | None = None, budget: Budget | None = None
    ) -> Iterator[Hit]:
        """The instances that meet a window: the overridden first, then the series by the clock.

        Args:
            begin: The window's beginning, in seconds UTC.
            end: Its end, itself outside.
            pattern: Only those that are copies of this component; None: all.
            budget: Pays for each instance that is looked at, whether it counts or not.

        Raises:
            TooManyInstancesError: *budget* is used up.
        """
        yield from self._overridden(begin, end, pattern)
        schedule, master = self.schedule, self.schedule.master
        if master is None:
            return
        if schedule.repeats:
            for part in self._parts_of(pattern):
                yield from self._repeated(part, master, (begin, end), budget)
            return
        starts, ends = self._instant(master, master.start)
        if self._meets(master.kind, starts, ends, begin, end) and pattern in {None, MASTER}:
            yield Hit(starts, ends, None, MASTER, MASTER, master.busy)

    def original(self, number: int) -> tuple[str, int, int] | None:
        """What an overridden instance would have been: its kind, beginning and end in seconds UTC.

        Args:
            number: Which of the schedule's overrides.

        Returns:
            None where its series is not known.
        """
        at = self.schedule.overrides[number].recurrence_id
        if self.schedule.master is None or at is None:
            return None
        # One that counts for all that follow is of the stretch before.
        part = self._parts[max(bisect_left(self._parts, at, key=_first) - 1, 0)]
        return part.span.kind, *self._instant(part.span, at + part.shift)

    def has(self, at: int) -> bool:
        """Whether the series has an instance at *at*, changed or not; one left out is none.

        Only what lies around that time is looked at.

        Args:
            at: Where the series has it, in seconds UTC.
        """
        schedule, master = self.schedule, self.schedule.master
        if master is None or at in self._left_out:
            return False
        clock = schedule.clock(master.zone, self._asker)
        rules = [each for each in schedule.rules if each.until is None or at <= each.until]
        return any(
            local == master.start
            or self._dates_between(local, local)
            or any(each.has(master.start, local) for each in rules)
            for local in _shown(clock, at)
        )

    def _overridden(self, begin: int, end: int, pattern: int | None) -> Iterator[Hit]:
        overrides = self.schedule.overrides
        numbers = range(len(overrides)) if pattern is None else range(max(pattern, 0), pattern + 1)
        for number in numbers:
            span = overrides[number].span
            starts, ends = self._instant(span, span.start)
            if meets(span.kind, starts, ends, begin, end):
                at = self._recurrence_id(number, starts)
                yield Hit(starts, ends, at, number, number, span.busy)

    def _recurrence_id(self, number: int, starts: int) -> int:
        at, master = self.schedule.overrides[number].recurrence_id, self.schedule.master
        if master is None or at is None:
            return starts
        return self.schedule.clock(master.zone, self._asker).utc(at)

    def _repeated(
        self, part: _Part, master: Span, window: tuple[int, int], budget: Budget | None
    ) -> Iterator[Hit]:
        """The instances of *part* that no override replaces."""
        clock = self.schedule.clock(master.zone, self._asker)
        for local in self._locals(part, master, window, clock):
            if budget is not None:
                budget.spend(1)
            if local in self._excluded:
                continue
            span = part.span
            if local in self._lengths:
                days, seconds = self._lengths[local]
                span = span._replace(days=days, seconds=seconds)
            starts, ends = self._instant(span, local + part.shift)
            if meets(span.kind, starts, ends, *window):
                yield Hit(starts, ends, clock.utc(local), MASTER, part.pattern, span.busy)

    def _locals(
        self, part: _Part, master: Span, window: tuple[int, int], clock: Zone
    ) -> Iterator[int]:
        """The local times of *part* that may meet a window, each once, sorted.

        Nothing is counted that lies before: a long way off, or in a long series, that is work.
        """
        begin, end = window
        length = part.span.days * DAY + part.span.seconds
        earliest = begin - part.shift - _MARGIN
        since = max(part.first, earliest - length)
        until = min(part.last, end - part.shift + _MARGIN)
        # Dates may have lengths of their own.
        longest = max(length, self._longest)
        dates = self._dates_between(max(part.first, earliest - longest), until)
        if part.first <= master.start <= until:
            dates.append(master.start)
            dates.sort()
        rules = self.schedule.rules if since <= until else ()
        streams = [_rule_locals(rule, master.start, since, clock) for rule in rules]
        previous = None
        for local in merge(dates, *streams):
            if local > until:
                return
            if local != previous:
                yield local
                previous = local

    def _dates_between(self, first: int, last: int) -> list[int]:
        """The written dates from *first* to *last*."""
        begin = bisect_left(self._dates, first)
        return self._dates[begin : bisect_right(self._dates, last, lo=begin)]

    def _parts_of(self, pattern: int | None) -> list[_Part]:
        """The stretches that are copies of one component, or all of them."""
        if pattern is None:
            return self._parts
        if pattern != MASTER and not self.schedule.overrides[pattern].is_future:
            return []  # it is the pattern of nothing but itself
        return [self._by_pattern[pattern]]

    @cached_property
    def _parts(self) -> list[_Part]:
        """The series, cut where an override counts for all that follow; by their beginning."""
        master, overrides = self.schedule.master, self.schedule.overrides
        if master is None:
            return []
        futures = sorted(
            (each.recurrence_id or 0, number)
            for number, each in enumerate(overrides)
            if each.is_future
        )
        ends = [*(start - 1 for start, _ in futures), EVER]
        parts = [_Part(-EVER, ends[0], master, 0, MASTER)]
        for (start, number), end in zip(futures, ends[1:], strict=True):
            each = overrides[number]
            parts.append(_Part(start, end, each.span, each.shift, number))
        return parts

    @cached_property
    def _by_pattern(self) -> dict[int, _Part]:
        return {each.pattern: each for each in self._parts}

    @cached_property
    def _dates(self) -> list[int]:
        return sorted(each.local for each in self.schedule.dates)

    @cached_property
    def _lengths(self) -> dict[int, tuple[int, int]]:
        return {each.local: each.length for each in self.schedule.dates if each.length}

    @cached_property
    def _longest(self) -> int:
        return max((days * DAY + seconds for days, seconds in self._lengths.values()), default=0)

    @cached_property
    def _excluded(self) -> frozenset[int]:
        """The local times that are left out, or overridden."""
        overridden = (each.recurrence_id or 0 for each in self.schedule.overrides)
        return self.schedule.excluded.union(overridden)

    @cached_property
    def _left_out(self) -> frozenset[int]:
        """When instances would be that EXDATE took out, in seconds UTC."""
        master, schedule = self.schedule.master, self.schedule
        if master is None:
            return frozenset()
        clock = schedule.clock(master.zone, self._asker)
        return frozenset(clock.utc(local) for local in schedule.excluded)

    def _instant(self, span: Span, local: int) -> tuple[int, int]:
        return instant(self.schedule, span, local, self._asker)

    def _meets(self, kind: str, starts: int, ends: int, begin: int, end: int) -> bool:
        if kind == "F" and starts == ends:
            periods = self.schedule.periods
            return any(meets("E", each.starts, each.ends, begin, end) for each in periods)
        return meets(kind, starts, ends, begin, end)


def _first(part: _Part) -> int:
    return part.first


def _shown(clock: Zone, at: int) -> list[int]:
    """The local times that mean *at*: what *clock* shows, and what it leaves out just then."""
    ahead = clock.local(at - DAY) - (at - DAY)
    return [local for local in {clock.local(at), at + ahead} if clock.utc(local) == at]


def _rule_locals(rule: Rule, start: int, since: int, clock: Zone) -> Iterator[int]:
    if rule.until is None:
        yield from rule.locals_from(start, since)
        return
    for local in rule.locals_from(start, since):
        if local > rule.until + _MARGIN:
            return
        if clock.utc(local) <= rule.until:
            yield local


def instant(schedule: Schedule, span: Span, local: int, asker: Zone) -> tuple[int, int]:
    """From when to when, in seconds UTC, *span* is when it begins at *local*."""
    clock = schedule.clock(span.zone, asker)
    starts = clock.utc(local)
    ends = starts if not span.days else max(clock.utc(local + span.days * DAY), starts)
    return starts, ends + span.seconds


def meets(kind: str, starts: int, ends: int, begin: int, end: int) -> bool:
    """Whether an instance meets a window, by the tables of RFC 4791 section 9.9."""
    if kind == "E":
        return starts < end and (ends > begin or begin <= starts == ends)
    if kind == "D":
        return begin <= ends and (end > starts or end >= ends)
    if kind == "T":
        return (begin < ends or begin <= starts) and (end > starts or end >= ends)
    if kind == "U":
        return begin < ends <= end
    if kind == "C":
        return begin <= max(starts, ends) and end >= min(starts, ends)
    if kind == "F":
        return begin <= ends and end > starts
    return end > starts  # N: created, and since then never done
