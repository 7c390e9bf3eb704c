"""When an object takes its owner's time (RFC 4791 section 7.10)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import NamedTuple

from office.items.budgets import Budget
from office.items.indexed import IndexColumns
from office.items.occurrences import hits
from office.items.schedules import BUSY, FREE, TENTATIVE, UNAVAILABLE, Period, schedule_from_json
from office.items.series import meets

_SECOND = 1_000_000


class BusyKind(StrEnum):
    """FBTYPE (RFC 5545 section 3.2.9)."""

    BUSY = "BUSY"
    TENTATIVE = "BUSY-TENTATIVE"
    UNAVAILABLE = "BUSY-UNAVAILABLE"


_KINDS = {
    BUSY: BusyKind.BUSY,
    TENTATIVE: BusyKind.TENTATIVE,
    UNAVAILABLE: BusyKind.UNAVAILABLE,
}


class BusyInterval(NamedTuple):
    """A time that is taken, in microseconds UTC."""

    starts_us: int
    ends_us: int
    kind: BusyKind


def busy_intervals(
    indexed: IndexColumns, start_us: int, end_us: int, *, budget: Budget, zone: tzinfo = UTC
) -> list[BusyInterval]:
    """What of the window the object takes: cut to it, sorted, times of one kind joined.

    Args:
        indexed: The object's columns; only VEVENT and VFREEBUSY take time.
        start_us: The window's beginning.
        end_us: The window's end.
        budget: What instances may still be looked at.
        zone: The asker's zone, for dates and floating times.

    Raises:
        TooManyInstancesError: *budget* is used up.
    """
    if indexed.component == "VFREEBUSY":
        if not indexed.recurrence:
            return []
        found: Iterable[Period] = schedule_from_json(indexed.recurrence).periods
    elif indexed.component == "VEVENT" and _takes_time(indexed):
        found = (
            Period(hit.starts, hit.ends, hit.busy) for hit in hits(indexed, start_us, end_us, zone)
        )
    else:
        return []
    return joined(_cut(_counted(found, budget), start_us, end_us))


def _takes_time(indexed: IndexColumns) -> bool:
    """Whether any instance does; one of a series that is free all through need not be counted."""
    if not indexed.recurrence:
        return True
    schedule = schedule_from_json(indexed.recurrence)
    spans = [each.span for each in schedule.overrides]
    if schedule.master is not None:
        spans.append(schedule.master)
    return any(span.busy != FREE for span in spans)


def _counted(periods: Iterable[Period], budget: Budget) -> Iterator[Period]:
    for each in periods:
        budget.spend(1)
        yield each


def _cut(periods: Iterable[Period], start_us: int, end_us: int) -> Iterable[BusyInterval]:
    for starts, ends, busy in periods:
        is_within = meets("E", starts * _SECOND, ends * _SECOND, start_us, end_us)
        if busy != FREE and ends > starts and is_within:
            first, last = max(starts * _SECOND, start_us), min(ends * _SECOND, end_us)
            yield BusyInterval(first, last, _KINDS[busy])


def joined(intervals: Iterable[BusyInterval]) -> list[BusyInterval]:
    """*intervals* of each kind joined where they touch; sorted by their beginning."""
    by_kind: dict[BusyKind, list[BusyInterval]] = {}
    for each in sorted(intervals):
        run = by_kind.setdefault(each.kind, [])
        if run and each.starts_us <= run[-1].ends_us:
            run[-1] = run[-1]._replace(ends_us=max(run[-1].ends_us, each.ends_us))
        else:
            run.append(each)
    return sorted(each for run in by_kind.values() for each in run)
