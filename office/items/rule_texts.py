"""RRULE as it is written, and the guard before it: what is let in can be told in bounded time.

Refused are rules without end that come more than daily, that never come, whose numbers are out of
bounds, or that need too much counting (RFC 5545 section 3.3.10). Each is refused within some
milliseconds, whatever it says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from office.items import subdaily_rules
from office.items.errors import Precondition, shown
from office.items.instants import DAY, EPOCH_DAY, LAST_LOCAL, Clock, read_moment
from office.items.limits import ItemLimits
from office.items.recurrence_rules import MOST_EMPTY, Rule, picked
from office.items.rule_days import Parts
from office.items.rule_parts import RuleError, RuleText, read_rule_text
from office.items.subdaily_rules import SubdailyRule
from office.items.zones import Zone

_MOST_PERIODS = 20_000  # looked at to find the last of COUNT instances


@dataclass(frozen=True, slots=True)
class Start:
    """What a rule takes from its DTSTART.

    Attributes:
        local: DTSTART by its own clock.
        is_date: It is a date: parts of the day don't count.
        zone: Its clock; None for dates and floating times.
    """

    local: int
    is_date: bool
    zone: Zone | None


def read_rule(text: str, start: Start, limits: ItemLimits) -> Rule | tuple[int, ...] | None:
    """The rule *text* of an object that begins at *start*.

    Returns:
        The rule; or all of its local times where it comes more than daily; or None where nothing
        but DTSTART comes of it.

    Raises:
        RuleError: See the module.
    """
    read = read_rule_text(text, limits)
    if read.frequency in subdaily_rules.UNITS:
        return _read_subdaily(read, start, limits)
    rule = _rule(read, start, limits)
    if next(rule.locals_from(start.local, start.local), None) is None:
        raise RuleError("It never comes.")
    if "COUNT" in read.parts:
        return _counted(rule, start.local, _count(read.parts["COUNT"], limits))
    if "UNTIL" not in read.parts:
        return rule
    last, until = _until(read.parts["UNTIL"], start)
    return replace(rule, last=last, until=until)


def _rule(read: RuleText, start: Start, limits: ItemLimits) -> Rule:
    times, positions = _times(read, start, limits), read.positions
    if read.frequency == "DAILY" and positions:
        # Each day's set are its times, the same every day.
        times, positions = tuple(picked(list(times), positions)), ()
        if not times:
            raise RuleError("It never comes.")
    days = _with_start(read.frequency, read.days, start.local)
    return Rule(read.frequency, days, times, positions)


def _with_start(frequency: str, parts: Parts, local: int) -> Parts:
    """*parts* with what RFC 5545 takes from DTSTART."""
    day = date.fromordinal(local // DAY + EPOCH_DAY)
    by_day = parts.weekdays or parts.numbered
    if parts.month_days or parts.year_days or by_day:
        return parts
    if frequency == "WEEKLY" or parts.weeks:
        return replace(parts, weekdays=(day.weekday(),))
    if frequency == "MONTHLY":
        return replace(parts, month_days=(day.day,))
    if frequency == "YEARLY":
        return replace(parts, month_days=(day.day,), months=parts.months or (day.month,))
    return parts


def _times(read: RuleText, start: Start, limits: ItemLimits) -> tuple[int, ...]:
    """The seconds of the day at which the rule comes."""
    if start.is_date:
        return (0,)
    of_day = start.local % DAY
    hours = read.hours or (of_day // 3600,)
    minutes = read.minutes or (of_day // 60 % 60,)
    seconds = read.seconds or (of_day % 60,)
    if len(hours) * len(minutes) * len(seconds) > limits.day_times:
        raise _too_many(f"It comes more than {limits.day_times} times a day.")
    return tuple(
        3600 * hour + 60 * minute + each
        for hour in hours
        for minute in minutes
        for each in seconds
    )


def _count(text: str, limits: ItemLimits) -> int:
    if not (text.isascii() and text.isdigit()) or not text.strip("0"):
        raise RuleError(f"COUNT={shown(text)} is no number from 1 on.")
    if len(text.lstrip("0")) > 6 or int(text) > limits.count:  # noqa: PLR2004 - digits of any limit
        raise _too_many(f"COUNT={shown(text)} is over {limits.count}.")
    return int(text)


def _counted(rule: Rule, start: int, count: int) -> Rule | None:
    """*rule* up to its *count*th instance; DTSTART is the first, whatever the rule says."""
    last = None
    left = count
    is_first = True
    for local in _bounded(rule, start):
        if is_first and local != start:
            left -= 1
        is_first = False
        if not left:
            break
        last = local
        left -= 1
    return None if last is None else replace(rule, last=last)


def _bounded(rule: Rule, start: int) -> Iterator[int]:
    """The rule's local times; an error where too many periods hold none."""
    empty = 0
    for number, days in enumerate(rule.periods(start, start)):
        found = rule.times_of(days)
        empty = 0 if found else empty + 1
        if empty > MOST_EMPTY[rule.frequency]:
            return
        if number > _MOST_PERIODS:
            raise _too_many("Its COUNT takes too long to count.")
        yield from (local for local in found if local >= start)


def _until(text: str, start: Start) -> tuple[int | None, int | None]:
    """The last local time, and the last in UTC; one of them is None.

    A date beside a DTSTART with a time takes the whole day in; clients write it so.
    """
    try:
        moment = read_moment(text, "")
    except ValueError:
        raise RuleError(f"UNTIL={shown(text)} is no date or time.") from None
    if moment.clock is Clock.UTC and start.zone is not None:
        return None, moment.local
    if moment.clock is Clock.DATE:
        return min(moment.local + DAY - 1, LAST_LOCAL), None
    return moment.local, None


def _read_subdaily(read: RuleText, start: Start, limits: ItemLimits) -> tuple[int, ...]:
    frequency, parts = read.frequency, read.parts
    if start.is_date:
        raise RuleError(f"FREQ={frequency} needs a DTSTART with a time.")
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise _too_many(f"FREQ={frequency} has no end.")
    is_over: Callable[[int], bool] = _never
    if "UNTIL" in parts:
        is_over = _ending(*_until(parts["UNTIL"], start), start)
    most = limits.subdaily + 1
    if "COUNT" in parts:
        most = min(_count(parts["COUNT"], limits), most)
    rule = SubdailyRule(
        frequency, read.days, read.hours, read.minutes, read.seconds, read.positions
    )
    times = subdaily_rules.all_times(rule, start.local, most, is_over)
    if times is None:
        raise _too_many(f"FREQ={frequency} takes too long to count.")
    if len(times) > limits.subdaily:
        raise _too_many(f"FREQ={frequency} comes more than {limits.subdaily} times.")
    return times


def _never(_local: int) -> bool:
    return False


def _ending(last: int | None, until: int | None, start: Start) -> Callable[[int], bool]:
    zone = start.zone
    if until is not None and zone is not None:
        return lambda local: zone.utc(local) > until
    end = LAST_LOCAL if last is None else last
    return lambda local: local > end


def _too_many(sentence: str) -> RuleError:
    return RuleError(sentence, Precondition.CALENDAR_INSTANCES)
