"""When an object happens within a window, told from the store's columns alone.

The work depends on the window and not on how long ago a series began: rules are asked from just
before the window on.
"""

from collections.abc import Iterator
from datetime import UTC, tzinfo
from typing import NamedTuple

from office.items.indexed import IndexColumns
from office.items.schedules import BUSY, schedule_from_json
from office.items.series import EVER, MASTER, Hit, Series, meets
from office.items.zones import zone_of

_SECOND = 1_000_000


class Occurrence(NamedTuple):
    """One instance of an object.

    Attributes:
        starts_us: Microseconds UTC.
        ends_us: Microseconds UTC.
        recurrence_id_us: Where the series has this instance; None: the object doesn't repeat.
        override: MASTER, or which of the components with a RECURRENCE-ID it is, in text order.
        pattern: Which component it is a copy of, counted like *override*; one that counts for all
            that follow is the pattern of each of them.
    """

    starts_us: int
    ends_us: int
    recurrence_id_us: int | None
    override: int
    pattern: int


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
            hit.pattern,
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
    """The instances that match: the overridden first, then the series by the clock.

    Args:
        indexed: The object's columns.
        start_us: The window's beginning; None: it has none.
        end_us: The window's end, itself outside; None: it has none.
        zone: The asker's zone, for dates and floating times.
    """
    begin = -EVER if start_us is None else start_us // _SECOND
    end = EVER if end_us is None else -(-end_us // _SECOND)
    if indexed.recurrence:
        yield from Series(schedule_from_json(indexed.recurrence), zone_of(zone)).hits(begin, end)
    elif indexed.starts_us is not None and indexed.ends_us is not None:
        starts, ends = indexed.starts_us // _SECOND, indexed.ends_us // _SECOND
        if meets("E", starts, ends, begin, end):
            yield Hit(starts, ends, None, MASTER, MASTER, BUSY)
