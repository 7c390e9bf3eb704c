"""Time zones that only the object itself describes (RFC 5545 section 3.6.5).

A VTIMEZONE is compiled once to a few numbers and rules, which the store keeps with the object's
recurrence: nothing has to read the text again to know when an instance is.
"""

from dataclasses import replace
from typing import Any, NamedTuple

from office.items.components import Component
from office.items.errors import shown
from office.items.instants import (
    DAY,
    FIRST_LOCAL,
    Clock,
    read_moment,
    read_offset,
    year_of,
)
from office.items.limits import ItemLimits
from office.items.recurrence_rules import Rule, rule_from_json
from office.items.rule_parts import RuleError
from office.items.rule_texts import Start, read_rule
from office.items.zones import UNIVERSAL

_YEAR = 366 * DAY
_MOST_OBSERVANCES = 500
_MOST_RULES = 30
_MOST_ENDLESS = 4
_MOST_DATES = 1_000
_MOST_YEARS = 500  # remembered: a cycle and some
_CYCLE_YEARS = 400
_CYCLE = 146_097 * DAY
"""After so long the calendar comes again, day of the week by day of the week."""
_LAST_CHANGE = (2_100 - 1970) * _YEAR
"""Rules that end later are taken not to end, and nothing else is read that comes later."""


class Observance(NamedTuple):
    """One STANDARD or DAYLIGHT.

    Attributes:
        onset: Its DTSTART, by the clock before the change.
        before: The offset before the change, seconds east of UTC.
        after: The offset from the change on.
        rule: When the change comes again.
        dates: RDATE.
    """

    onset: int
    before: int
    after: int
    rule: Rule | None
    dates: tuple[int, ...]

    @property
    def known(self) -> tuple[int, ...]:
        """The times at which something of it begins or ends."""
        ends = () if self.rule is None else (self.rule.last, self.rule.until)
        return (self.onset, *self.dates, *(end for end in ends if end is not None))


class _Change(NamedTuple):
    utc: int
    shown_from: int  # what the clock shows when the offset begins to count for local times
    after: int


class CustomZone:
    """A clock that goes by a VTIMEZONE."""

    __slots__ = ("_first", "_settled", "_years", "observances")

    def __init__(self, observances: tuple[Observance, ...]) -> None:
        self.observances = observances
        self._first = min(observances, key=lambda each: each.onset)
        # From this year on only rules without an end change anything.
        self._settled = 2 + max(year_of(time) for each in observances for time in each.known)
        self._years: dict[int, list[_Change]] = {}

    def utc(self, local: int) -> int:
        """The seconds since 1970 UTC at which the clock shows *local*."""
        offset, seen = self._first.before, self._within_cycle(local)
        for change in self._changes(year_of(seen)):
            if change.shown_from <= seen:
                offset = change.after
        return local - offset

    def local(self, utc: int) -> int:
        """What the clock shows at *utc*."""
        offset, seen = self._first.before, self._within_cycle(utc)
        for change in self._changes(year_of(seen)):
            if change.utc <= seen:
                offset = change.after
        return utc + offset

    def as_json(self) -> list[Any]:
        """The zone for the store."""
        return [
            [each.onset, each.before, each.after, each.rule and each.rule.as_json(), each.dates]
            for each in self.observances
        ]

    def _within_cycle(self, seconds: int) -> int:
        """The same time of an earlier year that is like it."""
        cycles = (year_of(seconds) - self._settled) // _CYCLE_YEARS
        return seconds - max(cycles, 0) * _CYCLE

    def _changes(self, year: int) -> list[_Change]:
        """The changes that matter in *year*, sorted, from the one in force at its beginning."""
        if year not in self._years:
            if len(self._years) == _MOST_YEARS:
                self._years.clear()
            begin = (year - 1970) * 365 * DAY + (year - 1969) // 4 * DAY  # some days off is enough
            begin -= 20 * DAY
            found = {
                _change(each, onset)
                for each in self.observances
                for onset in _onsets(each, begin, begin + _YEAR + 60 * DAY)
            }
            self._years[year] = sorted(found)
        return self._years[year]


def zone_from_json(content: list[Any]) -> CustomZone:
    """What :meth:`CustomZone.as_json` wrote."""
    return CustomZone(
        tuple(
            Observance(onset, before, after, rule_from_json(rule) if rule else None, tuple(dates))
            for onset, before, after, rule, dates in content
        )
    )


def _change(observance: Observance, onset: int) -> _Change:
    gap = max(observance.after - observance.before, 0)
    return _Change(onset - observance.before, onset + gap, observance.after)


def _onsets(observance: Observance, begin: int, end: int) -> list[int]:
    """The onsets up to *end*, of those before *begin* only the last."""
    times = sorted({observance.onset, *observance.dates})
    if observance.rule is not None:
        times += _rule_onsets(observance, observance.rule, begin, end)
        times.sort()
    earlier = [time for time in times if time < begin]
    return earlier[-1:] + [time for time in times if begin <= time <= end]


def _rule_onsets(observance: Observance, rule: Rule, begin: int, end: int) -> list[int]:
    ends = [time for time in (rule.last, rule.until) if time is not None]
    since = min([begin, *ends]) - (rule.parts.interval + 1) * _YEAR
    times: list[int] = []
    for onset in rule.locals_from(observance.onset, max(since, FIRST_LOCAL)):
        if onset > end or (rule.until is not None and onset - observance.before > rule.until):
            break
        times.append(onset)
    return times


def read_zone(component: Component, limits: ItemLimits) -> CustomZone:
    """The clock that a VTIMEZONE describes.

    Raises:
        ValueError: It doesn't; the text is a sentence.
    """
    found = [each for each in component.children if each.name in {"STANDARD", "DAYLIGHT"}]
    if not found:
        raise ValueError("it has neither STANDARD nor DAYLIGHT.")
    if len(found) > _MOST_OBSERVANCES:
        raise ValueError(f"it has more than {_MOST_OBSERVANCES} parts.")
    observances = tuple(_observance(each, limits) for each in found)
    rules = [each.rule for each in observances if each.rule is not None]
    endless = [rule for rule in rules if rule.last is None and rule.until is None]
    if len(rules) > _MOST_RULES or len(endless) > _MOST_ENDLESS:
        raise ValueError(f"it has more than {_MOST_RULES} rules, or {_MOST_ENDLESS} without end.")
    if sum(len(each.dates) for each in observances) > _MOST_DATES:
        raise ValueError(f"it has more than {_MOST_DATES} dates.")
    return CustomZone(observances)


def _observance(component: Component, limits: ItemLimits) -> Observance:
    onset = _local(component.value("DTSTART"))
    before, after = (_offset(component, each) for each in ("TZOFFSETFROM", "TZOFFSETTO"))
    dates = [
        _local(value)
        for _, text, _ in component.all("RDATE")
        for value in text.split(",", limits.dates)[: limits.dates]
    ]
    if len(dates) > limits.dates:
        raise ValueError(f"it has more than {limits.dates} dates.")
    text = component.value("RRULE")
    rule = _rule(text, onset, limits) if text else None
    return Observance(onset, before, after, rule, tuple(sorted(set(dates))))


def _rule(text: str, onset: int, limits: ItemLimits) -> Rule | None:
    try:
        rule = read_rule(text, Start(onset, is_date=False, zone=UNIVERSAL), limits)
    except RuleError as error:
        raise ValueError(f"its rule “{shown(text)}”: {error}") from None
    if rule is None:
        return None
    if isinstance(rule, tuple) or rule.frequency != "YEARLY":
        raise ValueError(f"its rule “{shown(text)}” is not FREQ=YEARLY.")
    if _CYCLE_YEARS % rule.parts.interval:
        raise ValueError(f"its rule “{shown(text)}” leaves out years in a way that is not read.")
    if max(rule.last or 0, rule.until or 0) > _LAST_CHANGE:
        return replace(rule, last=None, until=None)
    return rule


def _local(text: str) -> int:
    try:
        moment = read_moment(text.strip().partition("/")[0], "")
    except ValueError:
        raise ValueError(f"“{shown(text)}” is no date and time.") from None
    if moment.clock is Clock.DATE or not FIRST_LOCAL + DAY < moment.local < _LAST_CHANGE:
        raise ValueError(f"“{shown(text)}” is no date and time.")
    return moment.local


def _offset(component: Component, name: str) -> int:
    text = component.value(name).strip()
    try:
        return read_offset(text)
    except ValueError:
        raise ValueError(f"{name} is “{shown(text)}” and no offset such as +0100.") from None
