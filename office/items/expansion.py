"""A calendar object as its single instances (``expand``, RFC 4791 section 9.6.5).

Each instance is a component of its own with times in UTC and without rules; nothing refers to a
time zone any more. Dates stay dates, and floating times float.
"""

import re
from collections.abc import Iterator
from datetime import date, tzinfo

from office.items.budgets import Budget
from office.items.clocks import ClockError, Clocks
from office.items.components import Component, Fault, Line, read_components
from office.items.content_lines import fold_line, logical_lines, newline, parameters
from office.items.errors import Precondition
from office.items.indexed import IndexColumns
from office.items.instants import DAY, EPOCH_DAY, FIRST_LOCAL, LAST_LOCAL, Clock, read_moment
from office.items.limits import DEFAULT_LIMITS
from office.items.occurrences import Occurrence, occurrences
from office.items.series import MASTER
from office.items.zones import UNIVERSAL, Zone, zone_of

_SECOND = 1_000_000
_TIMES = ("DTSTART", "DTEND", "DUE", "DURATION", "RECURRENCE-ID")
_RULES = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_ENDS = {"VEVENT": "DTEND", "VTODO": "DUE", "VJOURNAL": ""}
_TZID = re.compile(r";\s*TZID=(?:[^;\":]++|\"[^\"]*+\")*+", re.IGNORECASE)
_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")


def instances(
    indexed: IndexColumns, within_us: tuple[int, int], budget: Budget, *, zone: tzinfo
) -> list[Occurrence]:
    """The instances of an object that meet a time; none of what has no instances to tell apart.

    Args:
        indexed: The object's columns.
        within_us: Beginning and end of the time, in microseconds.
        budget: What may still be given out.
        zone: The asker's zone, for dates and floating times.

    Raises:
        TooManyInstancesError: *budget* is used up.
    """
    if not _has_instances(indexed):
        return []
    found = occurrences(indexed, *within_us, limit=budget.instances + 1, zone=zone)
    budget.spend(len(found))
    return found


def expanded(
    text: str,
    indexed: IndexColumns,
    found: list[Occurrence],
    budget: Budget,
    *,
    zone: tzinfo,
) -> str:
    """A stored calendar object as *found*, its :func:`instances`; empty where there are none.

    Raises:
        InvalidItemError: The object can't be read any more.
        TooManyInstancesError: *budget* is used up.
    """
    if not _has_instances(indexed):
        budget.spend(0, len(text))
        return text
    return _Expansion(text, indexed, zone).of(found, budget) if found and text else ""


def _has_instances(indexed: IndexColumns) -> bool:
    """Not so periods of free and busy time, and a task without any date."""
    return indexed.component in _ENDS and indexed.starts_us is not None


class _Base:
    """A component that instances are made of: all but its times is written once."""

    def __init__(
        self, component: Component, lines: list[str], clocks: Clocks, asker: Zone
    ) -> None:
        self.component = component
        self.clock = _clock(component)
        self._asker = asker
        gone = {line[2] for name in (*_TIMES, *_RULES) for line in component.all(name)}
        inner = range(component.first + 1, component.last)
        self._begin, self._end = lines[component.first], lines[component.last]
        zoned = {
            line[2]: without_zone(name, line, clocks, newline(lines[line[2]]))
            for each in component.walk()
            for name, found in each.lines.items()
            for line in found
            if line[2] not in gone and "TZID" in line[0].upper()
        }
        self._rest = "".join([zoned.get(at, lines[at]) for at in inner if at not in gone])

    def written(self, each: Occurrence, recurrence_id: str, ending: str) -> str:
        """One instance, with its line RECURRENCE-ID."""
        lines = [f"{line}{ending}" for line in (recurrence_id, *self._times(each)) if line]
        return "".join([self._begin, *lines, self._rest, self._end])

    def _times(self, each: Occurrence) -> Iterator[str]:
        starts, ends = each.starts_us // _SECOND, each.ends_us // _SECOND
        if self.component.all("DTSTART"):
            yield dated("DTSTART", starts, self.clock, self._asker)
        name = _ENDS[self.component.name]
        is_told = bool(self.component.all(name) or self.component.all("DURATION"))
        if name == "DTEND" and self.clock is not Clock.DATE:
            is_told = is_told or ends > starts  # an RDATE may bring a length of its own
        if name and is_told:
            yield dated(name, ends, self.clock, self._asker)


class _Expansion:
    """One object, cut into what instances are made of."""

    def __init__(self, text: str, indexed: IndexColumns, zone: tzinfo) -> None:
        root, lines = read_components(text, _NO_FAULT, DEFAULT_LIMITS), logical_lines(text)
        self._asker, self._ending = zone_of(zone), newline(text)
        self._clocks = Clocks(root.children, DEFAULT_LIMITS)
        mains = [each for each in root.children if each.name == indexed.component]
        bases = [_Base(each, lines, self._clocks, self._asker) for each in mains]
        self._changed = [each for each in bases if each.component.all("RECURRENCE-ID")]
        masters = [each for each in bases if not each.component.all("RECURRENCE-ID")]
        self._master = masters[0] if masters else None
        inner = {at for each in root.children for at in range(each.first, each.last + 1)}
        self._head = "".join([lines[at] for at in range(root.last) if at not in inner])
        self._foot = lines[root.last]

    def of(self, found: list[Occurrence], budget: Budget) -> str:
        """The object with *found* instead of its components."""
        parts = [self._head]
        for each in found:
            base = self._base(each)
            parts.append(base.written(each, self._recurrence_id(each, base), self._ending))
            budget.spend(0, len(parts[-1]))
        return "".join([*parts, self._foot])

    def _base(self, each: Occurrence) -> _Base:
        if each.pattern == MASTER and self._master is not None:
            return self._master
        return self._changed[each.pattern]

    def _recurrence_id(self, each: Occurrence, base: _Base) -> str:
        if each.recurrence_id_us is None:
            return ""
        if self._master is not None:
            second = each.recurrence_id_us // _SECOND
            return dated("RECURRENCE-ID", second, self._master.clock, self._asker)
        # Nothing but its own line says which one of its series it is.
        line = base.component.all("RECURRENCE-ID")[0]
        return without_zone("RECURRENCE-ID", line, self._clocks)


def without_zone(name: str, line: Line, clocks: Clocks, ending: str = "") -> str:
    """*line*, called *name*, without a reference to a time zone: its times are in UTC."""
    params, value, _ = line
    kept = _TZID.sub("", params)
    tzid = parameters(params).get("TZID", "").strip()
    times = [_in_utc(each, tzid, clocks) for each in value.split(",")] if tzid else [value]
    return fold_line(f"{name}{kept}:{','.join(times)}", ending or "\r\n") + ending


def _in_utc(text: str, tzid: str, clocks: Clocks) -> str:
    try:
        moment = read_moment(text.strip(), tzid)
        if moment.clock is not Clock.ZONED:
            return text
        return dated("", clocks.utc(moment), Clock.UTC, UNIVERSAL)[1:]
    except (ValueError, ClockError):
        return text


def dated(name: str, utc: int, clock: Clock, asker: Zone) -> str:
    """The line *name* that says when *utc* is, in the form of *clock*."""
    local = utc if clock in {Clock.UTC, Clock.ZONED} else asker.local(utc)
    # What begins or ends beyond the calendar is cut to it.
    local = min(max(local, FIRST_LOCAL), LAST_LOCAL)
    day = date.fromordinal(local // DAY + EPOCH_DAY)
    shown = f"{day.year:04}{day.month:02}{day.day:02}"
    if clock is Clock.DATE:
        return f"{name};VALUE=DATE:{shown}"
    minutes, second = divmod(local % DAY, 60)
    zulu = "" if clock is Clock.FLOATING else "Z"
    return f"{name}:{shown}T{minutes // 60:02}{minutes % 60:02}{second:02}{zulu}"


def _clock(component: Component) -> Clock:
    """How the times of *component* are counted; those that have none go by UTC."""
    for name in ("DTSTART", "DUE"):
        for params, value, _ in component.all(name):
            return read_moment(value.strip(), "x" if "TZID" in params.upper() else "").clock
    return Clock.UTC
