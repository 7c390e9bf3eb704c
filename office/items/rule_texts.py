"""RRULE as it is written, and the guard before it: what is let in can be told in bounded time.

Refused are rules without end that come more than daily, that never come, whose numbers are out of
bounds, or that need too much counting (RFC 5545 section 3.3.10). Each is refused within some
milliseconds, whatever it says.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from office.items import subdaily_rules
from office.items.errors import Precondition, shown
from office.items.instants import DAY, EPOCH_DAY, LAST_LOCAL, Clock, read_moment
from office.items.limits import ItemLimits
from office.items.recurrence_rules import MOST_EMPTY, Rule, picked
from office.items.rule_days import Parts
from office.items.subdaily_rules import SubdailyRule
from office.items.zones import Zone

_WEEKDAYS = {
    name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
}
_BY_DAY = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_MOST_PERIODS = 20_000  # looked at to find the last of COUNT instances
_BOUNDS = {
    "BYSECOND": range(61),
    "BYMINUTE": range(60),
    "BYHOUR": range(24),
    "BYMONTHDAY": range(-31, 32),
    "BYYEARDAY": range(-366, 367),
    "BYWEEKNO": range(-53, 54),
    "BYMONTH": range(1, 13),
    "BYSETPOS": range(-366, 367),
}
_FROM_ONE = frozenset({"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"})
_FREQUENCIES = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", *subdaily_rules.UNITS})
_OTHERS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "RSCALE", "SKIP"})


class RuleError(Exception):
    """What is wrong with a rule; *precondition* is max-instances or valid-calendar-data."""

    def __init__(
        self, message: str, precondition: Precondition = Precondition.CALENDAR_DATA
    ) -> None:
        super().__init__(message)
        self.precondition = precondition


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
    parts = _split(text)
    frequency = parts["FREQ"].upper()
    if frequency in subdaily_rules.UNITS:
        return _read_subdaily(frequency, parts, start, limits)
    rule = _rule(frequency, parts, start, limits)
    if next(rule.locals_from(start.local, start.local), None) is None:
        raise RuleError("It never comes.")
    if "COUNT" in parts:
        return _counted(rule, start.local, _count(parts, limits))
    if "UNTIL" not in parts:
        return rule
    last, until = _until(parts["UNTIL"], start)
    return replace(rule, last=last, until=until)


def _split(text: str) -> Mapping[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().split(";"):
        name, _, value = part.partition("=")
        name = name.strip().upper()
        if not name or name.startswith("X-"):
            continue
        if name in parts:
            raise RuleError(f"{shown(name)} stands in it twice.")
        if name not in _BOUNDS and name not in _OTHERS:
            raise RuleError(f"{shown(name)} is not known.")
        parts[name] = value.strip()
    _check(parts)
    return parts


def _check(parts: Mapping[str, str]) -> None:
    frequency = parts.get("FREQ", "").upper()
    if frequency not in _FREQUENCIES:
        raise RuleError(f"FREQ is {shown(frequency) or 'missing'}.")
    if "COUNT" in parts and "UNTIL" in parts:
        raise RuleError("COUNT and UNTIL exclude each other.")
    if parts.get("RSCALE", "GREGORIAN").upper() != "GREGORIAN":
        raise RuleError("Only the Gregorian calendar is read.")
    if parts.get("SKIP", "OMIT").upper() != "OMIT":
        raise RuleError("SKIP is not read.")
    if "BYWEEKNO" in parts and frequency != "YEARLY":
        raise RuleError("BYWEEKNO goes with FREQ=YEARLY only.")


def _rule(frequency: str, parts: Mapping[str, str], start: Start, limits: ItemLimits) -> Rule:
    times = _times(parts, start, limits)
    positions = _numbers(parts, "BYSETPOS", limits)
    if frequency == "DAILY" and positions:
        # Each day's set are its times, the same every day.
        times, positions = tuple(picked(list(times), positions)), ()
        if not times:
            raise RuleError("It never comes.")
    day_parts = _with_start(frequency, _day_parts(parts, frequency, limits), start.local)
    return Rule(frequency, day_parts, times, positions)


def _day_parts(parts: Mapping[str, str], frequency: str, limits: ItemLimits) -> Parts:
    weekdays, numbered = _by_day(parts.get("BYDAY", ""), limits)
    weeks = _numbers(parts, "BYWEEKNO", limits)
    if frequency not in {"YEARLY", "MONTHLY"} or weeks:
        # Numbers have no meaning there; other programs read over them, too.
        weekdays, numbered = tuple(sorted({*weekdays, *(day for _, day in numbered)})), ()
    return Parts(
        interval=_interval(parts, limits),
        months=_numbers(parts, "BYMONTH", limits),
        month_days=_numbers(parts, "BYMONTHDAY", limits),
        weekdays=weekdays,
        numbered=numbered,
        year_days=_numbers(parts, "BYYEARDAY", limits),
        weeks=weeks,
        week_start=_week_start(parts),
    )


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


def _times(parts: Mapping[str, str], start: Start, limits: ItemLimits) -> tuple[int, ...]:
    if start.is_date:
        return (0,)
    of_day = start.local % DAY
    if not any(name in parts for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
        return (of_day,)
    hours = _numbers(parts, "BYHOUR", limits) or (of_day // 3600,)
    minutes = _numbers(parts, "BYMINUTE", limits) or (of_day // 60 % 60,)
    seconds = _seconds(parts, limits) or (of_day % 60,)
    if len(hours) * len(minutes) * len(seconds) > limits.day_times:
        raise _too_many(f"It comes more than {limits.day_times} times a day.")
    return tuple(
        3600 * hour + 60 * minute + each
        for hour in hours
        for minute in minutes
        for each in seconds
    )


def _seconds(parts: Mapping[str, str], limits: ItemLimits) -> tuple[int, ...]:
    return tuple(sorted({min(each, 59) for each in _numbers(parts, "BYSECOND", limits)}))


def _numbers(parts: Mapping[str, str], name: str, limits: ItemLimits) -> tuple[int, ...]:
    text = parts.get(name)
    if text is None:
        return ()
    values = text.split(",", limits.list_values)
    if len(values) > limits.list_values:
        raise RuleError(f"{name} has more than {limits.list_values} values.")
    found = {int(each) if _NUMBER.fullmatch(each.strip()) else None for each in values}
    bounds = _BOUNDS[name]
    for each in found:
        if each is None or each not in bounds or (each == 0 and name in _FROM_ONE):
            raise RuleError(f"{name}={shown(text)} is out of bounds.")
    return tuple(sorted(each for each in found if each is not None))


def _by_day(text: str, limits: ItemLimits) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
    """The weekdays without a number, and those with one."""
    values = text.upper().split(",", limits.list_values) if text else []
    if len(values) > limits.list_values:
        raise RuleError(f"BYDAY has more than {limits.list_values} values.")
    weekdays: set[int] = set()
    numbered: set[tuple[int, int]] = set()
    for value in values:
        found = _BY_DAY.fullmatch(value.strip())
        number = int(found[1] or 0) if found else 0
        if found is None or abs(number) > 53 or (found[1] and not number):  # noqa: PLR2004 - weeks
            raise RuleError(f"BYDAY={shown(text)} is out of bounds.")
        weekday = _WEEKDAYS[found[2]]
        if number:
            numbered.add((number, weekday))
        else:
            weekdays.add(weekday)
    return tuple(sorted(weekdays)), tuple(sorted(numbered))


def _week_start(parts: Mapping[str, str]) -> int:
    name = parts.get("WKST", "MO").upper()
    if name not in _WEEKDAYS:
        raise RuleError(f"WKST={shown(name)} is no day of the week.")
    return _WEEKDAYS[name]


def _interval(parts: Mapping[str, str], limits: ItemLimits) -> int:
    text = parts.get("INTERVAL", "1")
    interval = int(text) if _NUMBER.fullmatch(text) else 0
    if not 0 < interval <= limits.interval:
        raise RuleError(f"INTERVAL={shown(text)} is not from 1 to {limits.interval}.")
    return interval


def _count(parts: Mapping[str, str], limits: ItemLimits) -> int:
    text = parts["COUNT"]
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


def _read_subdaily(
    frequency: str, parts: Mapping[str, str], start: Start, limits: ItemLimits
) -> tuple[int, ...]:
    if start.is_date:
        raise RuleError(f"FREQ={frequency} needs a DTSTART with a time.")
    if "COUNT" not in parts and "UNTIL" not in parts:
        raise _too_many(f"FREQ={frequency} has no end.")
    is_over: Callable[[int], bool] = _never
    if "UNTIL" in parts:
        is_over = _ending(*_until(parts["UNTIL"], start), start)
    rule = SubdailyRule(
        frequency,
        _day_parts(parts, frequency, limits),
        hours=_numbers(parts, "BYHOUR", limits),
        minutes=_numbers(parts, "BYMINUTE", limits),
        seconds=_seconds(parts, limits),
        positions=_numbers(parts, "BYSETPOS", limits),
    )
    most = (
        min(_count(parts, limits), limits.subdaily + 1)
        if "COUNT" in parts
        else limits.subdaily + 1
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
