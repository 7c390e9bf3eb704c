"""Between when and when all of an object happens: what the store's range queries go by.

Bounds are outer ones. They are exact where an object is one time of a known clock; a series' may
lie some days off, since every candidate is looked at again.
"""

from office.items.instants import DAY
from office.items.schedules import FLOATING, Schedule, Span
from office.items.series import instant
from office.items.zones import UNIVERSAL

_SECOND = 1_000_000
# Clocks are from 14 hours before UTC to 12 behind it: a floating time may be any of these.
_EARLIEST, _LATEST = 14 * 3600, 12 * 3600
# By so much the clocks of two instances, and days by the calendar, may differ from UTC's.
_SLACK = 2 * DAY


def bounds(schedule: Schedule) -> tuple[int, int | None]:
    """From when to when, in microseconds UTC; None: there is no end."""
    spans = [each.span for each in schedule.overrides]
    times = [_instant(schedule, span, span.start) for span in spans]
    last: int | None = None
    is_endless = any(span.kind == "N" for span in spans)
    if schedule.master is not None:
        master = schedule.master
        spans.append(master)
        own = [_instant(schedule, master, master.start)]
        times += _series(schedule, master) if schedule.repeats else own
        last = _last(schedule, master)
        is_endless = is_endless or master.kind == "N" or (bool(schedule.rules) and last is None)
    is_floating = any(span.zone == FLOATING for span in spans)
    starts = min(first for first, _ in times) - (_EARLIEST if is_floating else 0)
    if is_endless:
        return starts * _SECOND, None
    ends = max(end for _, end in times)
    ends = (ends if last is None else max(ends, last)) + (_LATEST if is_floating else 0)
    return starts * _SECOND, ends * _SECOND


def _instant(schedule: Schedule, span: Span, local: int) -> tuple[int, int]:
    starts, ends = instant(schedule, span, local, UNIVERSAL)
    return min(starts, ends), max(starts, ends)  # a task can be completed before it was created


def _series(schedule: Schedule, master: Span) -> list[tuple[int, int]]:
    """The bounds of DTSTART and of the further dates, moved as a part of the series may be."""
    locals_ = [master.start, *(date.local for date in schedule.dates)]
    shifts = _shifts(schedule)
    is_moved = len(shifts) > 1
    found: list[tuple[int, int]] = []
    for local in {min(locals_), max(locals_)}:
        starts, ends = _instant(schedule, master, local)
        first = starts + min(shifts) - (_SLACK if is_moved else 0)
        found.append(
            (first, max(ends, starts + _longest(schedule, master)) + max(shifts) + _SLACK)
        )
    return found


def _last(schedule: Schedule, master: Span) -> int | None:
    """A second UTC after which no rule comes; None: there is no rule, or one without an end."""
    ends = [rule.until if rule.until is not None else rule.last for rule in schedule.rules]
    known = [end for end in ends if end is not None]
    if not ends or len(known) < len(ends):
        return None
    return max(known) + _longest(schedule, master) + max(_shifts(schedule)) + _SLACK


def _longest(schedule: Schedule, master: Span) -> int:
    lengths = [(master.days, master.seconds)]
    lengths += [(each.span.days, each.span.seconds) for each in schedule.overrides]
    lengths += [date.length for date in schedule.dates if date.length is not None]
    return max(days * DAY + seconds for days, seconds in lengths)


def _shifts(schedule: Schedule) -> list[int]:
    return [0, *(each.shift for each in schedule.overrides if each.is_future)]
