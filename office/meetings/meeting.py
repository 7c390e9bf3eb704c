"""A meeting as those see it who take part: instances, organizer, attendees (RFC 5546)."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cached_property

from office.items.clocks import ClockError, Clocks
from office.items.components import Component, Fault, read_components
from office.items.content_lines import parameters
from office.items.errors import InvalidItemError, Precondition
from office.items.instants import (
    DAY,
    EPOCH_DAY,
    Clock,
    Moment,
    read_length,
    read_moment,
)
from office.items.limits import DEFAULT_LIMITS
from office.items.scheduling import Scheduler
from office.items.series import Series
from office.items.zones import UNIVERSAL
from office.meetings import parts
from office.meetings.addresses import key_of
from office.meetings.parts import Line, Part

SCHEDULED = frozenset({"VEVENT", "VTODO"})
"""What meetings are made of (RFC 5546 sections 3.2 and 3.4)."""
Instance = int | None
"""When an instance begins by its RECURRENCE-ID, in seconds; None is the series or the whole."""
_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")
_RULES = ("RRULE", "RDATE", "EXDATE", "EXRULE")
_AGENT = "SCHEDULE-AGENT"
_WORD = re.compile(r"[A-Z0-9-]+")


class Meeting:
    """A calendar object with an ORGANIZER.

    Attributes:
        root: All of it.
        instances: Its events or tasks by instance; None: that of the series.
        organizer: The key of the organizer's address.
        hosts: The hosts under which this server knows itself.
    """

    def __init__(self, text: str, hosts: frozenset[str]) -> None:
        self.root = parts.read(text)
        self.hosts = hosts
        known = read_components(text, _NO_FAULT, DEFAULT_LIMITS).children
        self._clocks = Clocks(known, DEFAULT_LIMITS)
        self._master = next((each for each in known if _is_master(each)), None)
        mains = [each for each in self.root.parts if each.name in SCHEDULED]
        self._anchor = self._begin_of_series(mains)
        self.instances: dict[Instance, Part] = {self.instance(each): each for each in mains}
        organizers = {
            key_of(each.value, hosts)
            for part in self.instances.values()
            for each in part.all("ORGANIZER")
        }
        if len(organizers) > 1:
            raise InvalidItemError(
                Precondition.SAME_ORGANIZER, "Its parts name more than one organizer."
            )
        self.organizer = next(iter(organizers), "")

    @property
    def main(self) -> Part:
        """The series, or the first of single instances."""
        return self.instances.get(None) or next(iter(self.instances.values()))

    def _begin_of_series(self, mains: list[Part]) -> Moment | None:
        master = next((each for each in mains if not each.all("RECURRENCE-ID")), None)
        line = (master.first("DTSTART") or master.first("DUE")) if master else None
        return self.moment(line, line.value) if line else None

    def instance(self, part: Part) -> Instance:
        """Which instance of this meeting *part* is."""
        line = part.first("RECURRENCE-ID")
        return None if line is None else self._at(line, line.value)

    def _at(self, line: Line, value: str) -> int:
        """Which instance *value* names, by the clock of the series if that is known."""
        moment, anchor = self.moment(line, value), self._anchor
        if anchor is not None:
            try:
                moment = anchor._replace(local=self._clocks.local_on(anchor, moment))
            except ClockError:
                return moment.local
        return self._utc(moment)

    def moment(self, line: Line, value: str) -> Moment:
        """The time *value*, one of those in *line*."""
        return read_moment(value.strip(), parameters(line.params).get("TZID", "").strip())

    def second(self, line: Line, value: str) -> int:
        """When that is: in UTC, a date or floating time by its own clock."""
        return self._utc(self.moment(line, value))

    def _utc(self, moment: Moment) -> int:
        try:
            return self._clocks.utc(moment) if moment.clock is Clock.ZONED else moment.local
        except ClockError:
            return moment.local

    def left_out(self, part: Part) -> frozenset[int]:
        """The instances that EXDATE takes out of *part*, the series."""
        return frozenset(at for line in part.all("EXDATE") for at in self.named(line))

    @property
    def gone(self) -> frozenset[int]:
        """The instances that EXDATE takes out of the series."""
        master = self.instances.get(None)
        return self.left_out(master) if master else frozenset()

    def named(self, line: Line) -> dict[int, str]:
        """The instances that *line* names, with the values that do."""
        values = [each for each in line.value.split(",") if each.strip()]
        return {self._at(line, each): each for each in values}

    def starts(self, part: Part) -> int | None:
        """When *part* begins."""
        line = part.first("DTSTART") or part.first("DUE")
        return None if line is None else self.second(line, line.value)

    def lasts(self, part: Part) -> int:
        """How long *part* is, in seconds."""
        if line := part.first("DURATION"):
            days, seconds = read_length(line.value.strip())
            return days * DAY + seconds
        start, end = part.first("DTSTART"), part.first("DTEND") or part.first("DUE")
        if start is None or end is None:
            return 0
        return self.second(end, end.value) - self.second(start, start.value)

    def attendees(self, part: Part) -> Iterator[tuple[str, Line]]:
        """The attendees of *part*: the keys of their addresses, and their lines."""
        for line in part.all("ATTENDEE"):
            yield key_of(line.value, self.hosts), line

    def attendee(self, part: Part, keys: frozenset[str]) -> Line | None:
        """The line of the attendee with one of *keys*."""
        return next((line for key, line in self.attendees(part) if key in keys), None)

    def everybody(self) -> dict[str, Line]:
        """All who are named as attendees anywhere, each with one of their lines."""
        return {
            key: line
            for part in reversed(self.instances.values())
            for key, line in self.attendees(part)
        }

    def has(self, keys: frozenset[str]) -> bool:
        """Whether one of *keys* is an attendee's anywhere."""
        return any(key in keys for key in self.everybody())

    def change_attendees(self, part: Part, lines: dict[str, Line]) -> None:
        """Put *lines* in the place of those attendees' lines in *part*."""
        part.lines = [
            lines.get(key_of(each.value, self.hosts), each)
            if each.name.upper() == "ATTENDEE"
            else each
            for each in part.lines
        ]

    def agent_of_organizer(self) -> str:
        """Who sends answers (RFC 6638 section 7.1): ``SERVER``, or somebody else."""
        line = self.main.first("ORGANIZER")
        return agent_of(line) if line else "SERVER"

    @cached_property
    def _series(self) -> Series | None:
        """The series as it would be had no instance been changed."""
        if self._master is None or not any(map(self._master.all, _RULES)):
            return None
        try:
            schedule = Scheduler(self._clocks, _NO_FAULT, DEFAULT_LIMITS).series(self._master)
        except InvalidItemError:
            return None  # stored when more was taken
        return Series(schedule, UNIVERSAL)

    def derived(self, at: int) -> Part | None:
        """The instance at *at* as the series has it, left out by no EXDATE; None: it has none."""
        master = self.instances.get(None)
        line = master.first("DTSTART") if master else None
        if master is None or line is None or self._series is None or not self._series.has(at):
            return None
        made = master.copy()
        made.drop(*_RULES, "RECURRENCE-ID")
        start = self.written(line, at)
        lasts = self.lasts(master)
        for name in ("DTEND", "DUE"):
            if end := made.first(name):
                made.put(self.written(end, at + lasts))
        made.put(start, Line("RECURRENCE-ID", start.params, start.value))
        return made

    def written(self, line: Line, at: int) -> Line:
        """*line* with the time *at*, in its own form."""
        moment = self.moment(line, line.value)
        local = at
        if moment.clock is Clock.ZONED:
            local = self._clocks.zone(self._clocks.name(moment)).local(at)
        day = date.fromordinal(local // DAY + EPOCH_DAY)
        shown = f"{day.year:04}{day.month:02}{day.day:02}"
        if moment.clock is not Clock.DATE:
            minutes, second = divmod(local % DAY, 60)
            shown += f"T{minutes // 60:02}{minutes % 60:02}{second:02}"
            shown += "Z" if moment.clock is Clock.UTC else ""
        return Line(line.name, line.params, shown)

    def of(self, at: Instance) -> Part | None:
        """The instance at *at*, as it was changed or as the series has it."""
        found = self.instances.get(at)
        return found if found is not None or at is None else self.derived(at)

    def add(self, at: Instance, part: Part) -> None:
        """Put an instance in."""
        self.instances[at] = part
        self.root.parts.append(part)

    @property
    def text(self) -> str:
        """The whole object."""
        return parts.write(self.root)


def _is_master(component: Component) -> bool:
    return component.name in SCHEDULED and not component.all("RECURRENCE-ID")


def is_meeting(text: str) -> bool:
    """Whether *text*, a calendar object, may be one: it names an ORGANIZER."""
    return "\norganizer" in text.lower()


def agent_of(line: Line) -> str:
    """Who sends messages to whom *line* names."""
    return line.parameter(_AGENT).upper() or "SERVER"


def sequence_of(part: Part) -> int:
    """Its revision (RFC 5545 section 3.8.7.4)."""
    value = part.value("SEQUENCE")
    return int(value) if value.isdecimal() and value.isascii() else 0


def answer_of(line: Line | None) -> str:
    """The participation status that *line* tells (RFC 5545 section 3.2.12).

    What is no word is no answer: it came from a client, and is written to others' objects.
    """
    if line is None:
        return ""
    told = line.parameter("PARTSTAT").upper()
    return told if _WORD.fullmatch(told) else "NEEDS-ACTION"
