"""From components to a schedule: rules, dates, overridden instances, and their bounds."""

from typing import NamedTuple

from office.items.bounds import bounds
from office.items.clocks import Clocks
from office.items.components import Component, Fault, Line
from office.items.content_lines import parameters
from office.items.errors import InvalidItemError, Precondition, shown
from office.items.instants import DAY, Clock, Length, Moment
from office.items.limits import ItemLimits
from office.items.recurrence_rules import Rule
from office.items.rule_parts import RuleError
from office.items.rule_texts import Start, read_rule
from office.items.schedules import (
    BUSY,
    FLOATING,
    FREE,
    TENTATIVE,
    UNAVAILABLE,
    Date,
    Override,
    Period,
    Schedule,
    Span,
)
from office.items.spans import SpanReader

_SECOND = 1_000_000
_MOST_RULES = 4
_PERIOD_KINDS = {
    "FREE": FREE,
    "BUSY-TENTATIVE": TENTATIVE,
    "BUSY-UNAVAILABLE": UNAVAILABLE,
}


class Columns(NamedTuple):
    """What the store keeps of a schedule; see ``Indexed``."""

    starts_us: int | None
    ends_us: int | None
    recurrence: str


class Scheduler:
    """Makes the schedule of one calendar object."""

    def __init__(self, clocks: Clocks, fault: Fault, limits: ItemLimits) -> None:
        self._clocks = clocks
        self._fault = fault
        self._limits = limits
        self._reader = SpanReader(clocks, fault)

    def columns(self, components: list[Component]) -> Columns:
        """The columns of an object of *components*, all of one kind and UID.

        Raises:
            InvalidItemError: A date or rule is none, or it would come too often.
        """
        masters = [each for each in components if not each.all("RECURRENCE-ID")]
        if len(masters) > 1:
            raise self._fault.at(
                masters[1].first, f"a second {masters[1].name} without RECURRENCE-ID."
            )
        if len(components) > self._limits.overrides:
            raise InvalidItemError(
                Precondition.CALENDAR_INSTANCES,
                f"There are more than {self._limits.overrides} changed instances.",
            )
        if len(components) == 1 and masters and not _repeats(masters[0]):
            return self._single(masters[0])
        schedule = self._schedule(masters[0] if masters else None, components)
        return Columns(*bounds(schedule), schedule.as_json())

    def series(self, master: Component) -> Schedule:
        """The schedule of *master* alone, as if no instance had been changed.

        Raises:
            InvalidItemError: As for :meth:`columns`.
        """
        return self._schedule(master, [])

    def _single(self, component: Component) -> Columns:
        span = self._reader.span(component)
        periods = self._periods(component) if component.name == "VFREEBUSY" else ()
        if span is None and not periods:
            return Columns(None, None, "")
        if span is None:
            first, last = min(periods).starts, max(each.ends for each in periods)
            span = Span("UTC", first, 0, 0, "F", FREE)
            schedule = Schedule(span, periods=periods)
            return Columns(first * _SECOND, last * _SECOND, schedule.as_json())
        schedule = Schedule(span, zones=self._clocks.own, periods=periods)
        starts, ends = bounds(schedule)
        is_plain = span.kind == "E" and span.busy == BUSY and span.zone != FLOATING
        return Columns(starts, ends, "" if is_plain else schedule.as_json())

    def _schedule(self, master: Component | None, components: list[Component]) -> Schedule:
        anchor = None if master is None else self._anchor(master)
        rules: tuple[Rule, ...] = ()
        dates: tuple[Date, ...] = ()
        excluded: frozenset[int] = frozenset()
        span = None
        if master is not None and anchor is not None:
            span = self._reader.span(master)
            rules, written_out = self._rules(master, anchor)
            left_out = self._listed(master, "EXDATE", anchor)
            added = self._listed(master, "RDATE", anchor)
            excluded = frozenset(date.local for date in left_out)
            further = {each: Date(each, None) for each in written_out}
            further.update((date.local, date) for date in added)
            dates = tuple(further[local] for local in sorted(further))
        overrides = self._overrides(components, anchor)
        return Schedule(span, rules, dates, excluded, overrides, self._clocks.own)

    def _anchor(self, master: Component) -> Moment:
        """What a series counts from: DTSTART, or DUE of tasks that have only that."""
        for name in ("DTSTART", "DUE"):
            moment = self._reader.moment(self._reader.line(master, name))
            if moment is not None:
                return moment
        raise self._fault.at(master.first, f"a {master.name} that repeats without DTSTART.")

    def _rules(self, master: Component, anchor: Moment) -> tuple[tuple[Rule, ...], list[int]]:
        lines = master.all("RRULE")
        if len(lines) > _MOST_RULES:
            raise self._fault.at(lines[_MOST_RULES][2], f"more than {_MOST_RULES} RRULE.")
        zone = None
        if anchor.clock in {Clock.UTC, Clock.ZONED}:
            zone = self._clocks.zone(self._clocks.name(anchor))
        start = Start(anchor.local, anchor.clock is Clock.DATE, zone)
        rules: list[Rule] = []
        written_out: list[int] = []
        for _, text, index in lines:
            try:
                rule = read_rule(text, start, self._limits)
            except RuleError as error:
                found = self._fault.at(index, f"the rule “{shown(text)}”: {error}")
                raise InvalidItemError(
                    error.precondition, found.sentence, line=found.line
                ) from None
            if isinstance(rule, Rule):
                rules.append(rule)
            elif rule is not None:
                written_out += rule
        return tuple(rules), written_out

    def _listed(self, master: Component, name: str, anchor: Moment) -> list[Date]:
        """The dates of all lines *name*, by the clock of *anchor*."""
        dates: list[Date] = []
        most = self._limits.dates
        for line in master.all(name):
            for text in line[1].split(",", most + 1):
                if len(dates) == most:
                    raise InvalidItemError(
                        Precondition.CALENDAR_INSTANCES, f"There are more than {most} {name}s."
                    )
                if text.strip():
                    dates.append(self._date(line, text, anchor))
        return dates

    def _date(self, line: Line, text: str, anchor: Moment) -> Date:
        begin, _, end = text.partition("/")
        moment = self._reader.moment_of(line, begin)
        local = self._clocks.local_on(anchor, moment)
        if not end:
            return Date(local, None)
        if end.strip()[:1] in {"P", "p", "+", "-"}:
            return Date(local, self._reader.length_of(line, end))
        length = self._reader.between(moment, self._reader.moment_of(line, end))
        if length is None:
            raise self._fault.at(line[2], f"“{shown(text)}” ends before it begins.")
        return Date(local, length)

    def _overrides(
        self, components: list[Component], anchor: Moment | None
    ) -> tuple[Override, ...]:
        overrides: list[Override] = []
        known: set[tuple[int, str]] = set()
        for component in components:
            line = self._reader.line(component, "RECURRENCE-ID")
            moment = self._reader.moment(line)
            if line is None or moment is None:
                continue
            at = None if anchor is None else self._clocks.local_on(anchor, moment)
            key = (moment.local, self._clocks.name(moment)) if at is None else (at, "")
            if key in known:
                raise self._fault.at(line[2], f"RECURRENCE-ID {shown(line[1])} comes twice.")
            known.add(key)
            overrides.append(self._override(component, at, line))
        return tuple(overrides)

    def _override(self, component: Component, at: int | None, line: Line) -> Override:
        span = self._reader.span(component)
        if span is None:
            # A task's instance without a date of its own is where the series has it.
            moment = self._reader.moment_of(line, line[1])
            span = Span(self._clocks.name(moment), moment.local, 0, 0, "E", FREE)
        is_future = parameters(line[0]).get("RANGE", "").upper() == "THISANDFUTURE"
        return Override(at, span, is_future and at is not None)

    def _periods(self, component: Component) -> tuple[Period, ...]:
        """The periods of FREEBUSY lines (RFC 5545 section 3.8.2.6)."""
        found: list[Period] = []
        for line in component.all("FREEBUSY"):
            kind = _PERIOD_KINDS.get(parameters(line[0]).get("FBTYPE", "BUSY").upper(), BUSY)
            for text in line[1].split(",", self._limits.dates + 1):
                if len(found) == self._limits.dates:
                    raise self._fault.at(line[2], f"more than {self._limits.dates} periods.")
                begin, _, end = text.partition("/")
                starts = self._clocks.utc(self._reader.moment_of(line, begin))
                found.append(Period(starts, self._period_end(line, starts, end), kind))
        return tuple(sorted(found))

    def _period_end(self, line: Line, starts: int, text: str) -> int:
        if text.strip()[:1] in {"P", "p", "+", "-"}:
            length: Length = self._reader.length_of(line, text)
            return starts + length.days * DAY + length.seconds
        return max(self._clocks.utc(self._reader.moment_of(line, text)), starts)


def _repeats(component: Component) -> bool:
    return any(component.all(name) for name in ("RRULE", "RDATE", "EXDATE"))
