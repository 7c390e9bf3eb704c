"""The parts of an RRULE as they are written, each within its bounds (RFC 5545 section 3.3.10)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from office.items.errors import Precondition, shown
from office.items.limits import ItemLimits
from office.items.rule_days import Parts
from office.items.subdaily_rules import UNITS

_WEEKDAYS = {
    name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))
}
_BY_DAY = re.compile(r"([+-]?\d{1,3})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,6}", re.ASCII)
_MOST_KNOWN = 200  # characters of a rule that is remembered
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
_FREQUENCIES = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY", *UNITS})
_OTHERS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "RSCALE", "SKIP"})


class RuleError(Exception):
    """What is wrong with a rule; *precondition* is max-instances or valid-calendar-data."""

    def __init__(
        self, message: str, precondition: Precondition = Precondition.CALENDAR_DATA
    ) -> None:
        super().__init__(message)
        self.precondition = precondition


@dataclass(frozen=True, slots=True)
class RuleText:
    """What a rule says by itself, before anything is taken from DTSTART.

    Attributes:
        frequency: FREQ.
        parts: All parts as they were written.
        days: INTERVAL and the parts that pick days.
        hours: BYHOUR.
        minutes: BYMINUTE.
        seconds: BYSECOND.
        positions: BYSETPOS.
    """

    frequency: str
    parts: Mapping[str, str]
    days: Parts
    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]
    positions: tuple[int, ...]


def read_rule_text(text: str, limits: ItemLimits) -> RuleText:
    """The rule *text*; people's rules are few and come again and again, so some are remembered.

    Raises:
        RuleError: A part is not known, comes twice or is out of its bounds.
    """
    return _known(text, limits) if len(text) <= _MOST_KNOWN else _read(text, limits)


def _read(text: str, limits: ItemLimits) -> RuleText:
    parts = _split(text)
    frequency = parts["FREQ"].upper()
    # 60 is a leap second, which no clock here has.
    seconds = {min(each, 59) for each in _numbers(parts, "BYSECOND", limits)}
    return RuleText(
        frequency=frequency,
        parts=parts,
        days=_day_parts(parts, frequency, limits),
        hours=_numbers(parts, "BYHOUR", limits),
        minutes=_numbers(parts, "BYMINUTE", limits),
        seconds=tuple(sorted(seconds)),
        positions=_numbers(parts, "BYSETPOS", limits),
    )


_known = lru_cache(256)(_read)


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
