"""Rules that come more than once a day: written out when they are read, as they have to end.

RFC 5545 section 3.3.10, HOURLY, MINUTELY and SECONDLY. Times are counted by the clock on the wall.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from office.items.instants import DAY, EPOCH_DAY, LAST_LOCAL
from office.items.recurrence_rules import picked
from office.items.rule_days import Parts, is_picked

UNITS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
"""Seconds of each frequency's period."""

_MOST_PERIODS = 20_000


@dataclass(frozen=True, slots=True)
class SubdailyRule:
    """A rule of FREQ HOURLY or quicker; the parts that pick days only limit."""

    frequency: str
    parts: Parts
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]
    positions: tuple[int, ...]


def all_times(
    rule: SubdailyRule, start: int, most: int, is_over: Callable[[int], bool]
) -> tuple[int, ...] | None:
    """The rule's local times, at most *most*, DTSTART first; None: it takes too long to tell."""
    times = [start]
    for number, found in enumerate(_periods(rule, start)):
        if number > _MOST_PERIODS:
            return None
        for local in found:
            if local <= start:
                continue
            if len(times) == most or local > LAST_LOCAL or is_over(local):
                return tuple(times)
            times.append(local)
        if not found and number % 64 == 0 and is_over(_begin(rule, start, number)):
            return tuple(times)
    return tuple(times)


def _begin(rule: SubdailyRule, start: int, number: int) -> int:
    unit = UNITS[rule.frequency]
    return start - start % unit + number * rule.parts.interval * unit


def _periods(rule: SubdailyRule, start: int) -> Iterator[list[int]]:
    offsets = _offsets(rule, start)
    begin = _begin(rule, start, 0)
    step = rule.parts.interval * UNITS[rule.frequency]
    day, is_fit = -1, False
    while begin <= LAST_LOCAL:
        if begin // DAY != day:
            day = begin // DAY
            is_fit = is_picked(rule.parts, day + EPOCH_DAY)
        if is_fit and _is_fit(rule, begin % DAY):
            found = [begin + offset for offset in offsets]
            yield picked(found, rule.positions) if rule.positions else found
        else:
            yield []
        begin += step


def _offsets(rule: SubdailyRule, start: int) -> list[int]:
    """The seconds after a period's beginning at which the rule comes."""
    if rule.frequency == "SECONDLY":
        return [0]
    seconds = rule.seconds or (start % 60,)
    if rule.frequency == "MINUTELY":
        return list(seconds)
    minutes = rule.minutes or (start // 60 % 60,)
    return [60 * minute + second for minute in minutes for second in seconds]


def _is_fit(rule: SubdailyRule, time: int) -> bool:
    """Whether the parts that only limit let a period through that begins at *time* of the day."""
    if rule.hours and time // 3600 not in rule.hours:
        return False
    if rule.frequency == "HOURLY":
        return True
    if rule.minutes and time // 60 % 60 not in rule.minutes:
        return False
    return rule.frequency == "MINUTELY" or not rule.seconds or time % 60 in rule.seconds
