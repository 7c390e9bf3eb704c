"""When an object happens within a window, told from the store's columns alone.

The work depends on the window and not on how long ago a series began: rules are asked from just
before the window on.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from heapq import merge
from typing import NamedTuple

from office.items.indexed import IndexColumns
from office.items.instants import DAY
from office.items.recurrence_rules import Rule
from office.items.schedules import BUSY, Override, Schedule, Span, schedule_from_json
from office.items.zones import Zone, zone_of

_SECOND = 1_000_000
_EVER = 1 << 50  # seconds; beyond any year that can be written
# A clock's time and UTC differ by less than this, wherever it hangs.
_MARGIN = 2 * DAY
MASTER = -1


class Occurrence(NamedTuple):
    """One instance of an object.

    Attributes:
        starts_us: Microseconds UTC.
        ends_us: Microseconds UTC.
        recurrence_id_us: Where the series has this instance; None: the object doesn't repeat.
        override: MASTER, or which of the components with a RECURRENCE-ID it is, in text order.
    """

    starts_us: int
    ends_us: int
    recurrence_id_us: int | None
    override: int


class Hit(NamedTuple):
    """An instance that meets the window, in seconds."""

    starts: int
    ends: int
    recurrence_id: int | None
    override: int
    busy: int


def occurs_in(
    indexed: IndexColumns, start_us: int | None, end_us: int | None, *, zone: tzinfo = UTC
) -> bool:
    """Whether the object matches a time-range (RFC 4791 section 9.9).

    Args:
        indexed: The object's columns.
        start_us: The window's beginning; None: it has none.
        end_us: The window's end, itself outside; None: it has none.
        zone: The asker's zone, for dates and floating times.
    """
    if not indexed.recurrence and indexed.starts_us is None:
        return indexed.component == "VTODO"  # one without any date is in every window
    return any(True for _ in hits(indexed, start_us, end_us, zone))


def occurrences(
    indexed: IndexColumns,
    start_us: int | None,
    end_us: int | None,
    *,
    limit: int,
    zone: tzinfo = UTC,
) -> list[Occurrence]:
    """The first *limit* instances that match a time-range, by their beginning.

    An undated object has none; the arguments are those of :func:`occurs_in`.
    """
    found = sorted(_limited(indexed, start_us, end_us, zone, limit))[:limit]
    return [
        Occurrence(
            hit.starts * _SECOND,
            hit.ends * _SECOND,
            None if hit.recurrence_id is None else hit.recurrence_id * _SECOND,
            hit.override,
        )
        for hit in found
    ]


def _limited(
    indexed: IndexColumns, start_us: int | None, end_us: int | None, zone: tzinfo, limit: int
) -> list[Hit]:
    """All overridden instances, and the first *limit* others."""
    overridden: list[Hit] = []
    others: list[Hit] = []
    for hit in hits(indexed, start_us, end_us, zone):
        if hit.override == MASTER:
            others.append(hit)
            if len(others) == limit:
                break
        else:
            overridden.append(hit)
    return overridden + others


def hits(
    indexed: IndexColumns, start_us: int | None, end_us: int | None, zone: tzinfo
) -> Iterator[Hit]:
    """The instances that match: the overridden first, then the series by the clock."""
    begin = -_EVER if start_us is None else start_us // _SECOND
    end = _EVER if end_us is None else -(-end_us // _SECOND)
    if indexed.recurrence:
        yield from _hits(schedule_from_json(indexed.recurrence), begin, end, zone_of(zone))
    elif indexed.starts_us is not None and indexed.ends_us is not None:
        starts, ends = indexed.starts_us // _SECOND, indexed.ends_us // _SECOND
        if meets("E", starts, ends, begin, end):
            yield Hit(starts, ends, None, MASTER, BUSY)


def _hits(schedule: Schedule, begin: int, end: int, asker: Zone) -> Iterator[Hit]:
    for number, override in enumerate(schedule.overrides):
        starts, ends = instant(schedule, override.span, override.span.start, asker)
        if meets(override.span.kind, starts, ends, begin, end):
            at = _recurrence_id(schedule, override, starts, asker)
            yield Hit(starts, ends, at, number, override.span.busy)
    if schedule.master is None:
        return
    if schedule.repeats:
        yield from _series(schedule, schedule.master, begin, end, asker)
        return
    starts, ends = instant(schedule, schedule.master, schedule.master.start, asker)
    if _meets(schedule, schedule.master.kind, starts, ends, begin, end):
        yield Hit(starts, ends, None, MASTER, schedule.master.busy)


def _recurrence_id(schedule: Schedule, override: Override, starts: int, asker: Zone) -> int:
    if schedule.master is None or override.recurrence_id is None:
        return starts
    return schedule.clock(schedule.master.zone, asker).utc(override.recurrence_id)


def _series(schedule: Schedule, master: Span, begin: int, end: int, asker: Zone) -> Iterator[Hit]:
    """The instances that no override replaces."""
    excluded = schedule.excluded.union(each.recurrence_id or 0 for each in schedule.overrides)
    lengths = {date.local: date.length for date in schedule.dates if date.length}
    clock = schedule.clock(master.zone, asker)
    for part in _parts(schedule, master):
        for local in part.locals(schedule, master, begin, end, clock):
            if local in excluded:
                continue
            span = part.span
            if local in lengths:
                days, seconds = lengths[local]
                span = span._replace(days=days, seconds=seconds)
            starts, ends = instant(schedule, span, local + part.shift, asker)
            if meets(span.kind, starts, ends, begin, end):
                yield Hit(starts, ends, clock.utc(local), MASTER, span.busy)


class _Part(NamedTuple):
    """A stretch of a series whose instances are all alike.

    Attributes:
        first: Its first local time, by the series' own count.
        last: Its last.
        span: What its instances are like.
        shift: By how much they lie elsewhere than the series has them.
    """

    first: int
    last: int
    span: Span
    shift: int

    def locals(
        self, schedule: Schedule, master: Span, begin: int, end: int, clock: Zone
    ) -> Iterator[int]:
        """Its local times that may meet a window, each once, sorted.

        Nothing is counted that lies before: a long way off, or in a long series, that is work.
        """
        length = self.span.days * DAY + self.span.seconds
        since = max(self.first, begin - length - self.shift - _MARGIN)
        until = min(self.last, end - self.shift + _MARGIN)
        # Dates may have lengths of their own; they are few and written out.
        dates = [date.local for date in schedule.dates if self.first <= date.local <= until]
        if since > until and not dates:
            return
        if self.first <= master.start <= until:
            dates.append(master.start)
        dates.sort()
        streams = [_rule_locals(rule, master.start, since, clock) for rule in schedule.rules]
        previous = None
        for local in merge(dates, *streams):
            if local > until:
                return
            if local != previous:
                yield local
                previous = local


def _parts(schedule: Schedule, master: Span) -> Iterator[_Part]:
    """The series, cut where an override counts for all that follow."""
    futures = sorted(each for each in schedule.overrides if each.is_future)
    starts = [each.recurrence_id or 0 for each in futures]
    ends = [*(start - 1 for start in starts), _EVER]
    yield _Part(-_EVER, ends[0], master, 0)
    for each, start, end in zip(futures, starts, ends[1:], strict=True):
        yield _Part(start, end, each.span, each.shift)


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


def _meets(schedule: Schedule, kind: str, starts: int, ends: int, begin: int, end: int) -> bool:
    if kind == "F" and starts == ends:
        return any(meets("E", each.starts, each.ends, begin, end) for each in schedule.periods)
    return meets(kind, starts, ends, begin, end)


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
