"""Which days a recurrence rule picks in a year, month or week (RFC 5545 section 3.3.10).

Days are proleptic Gregorian ordinals, as ``date.toordinal`` counts; weekdays count from Monday, 0.
Every generator begins at the period in which *since* lies, by arithmetic and not by counting.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

_LENGTHS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_MONTHS = range(1, 13)
_LAST_YEAR = 9999
_LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a rule that pick days.

    Attributes:
        interval: INTERVAL, 1 or more.
        months: BYMONTH.
        month_days: BYMONTHDAY, negative from the end.
        weekdays: BYDAY without a number.
        numbered: BYDAY with one: (number, weekday); YEARLY and MONTHLY only.
        year_days: BYYEARDAY.
        weeks: BYWEEKNO; YEARLY only.
        week_start: WKST.
    """

    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[int, ...] = ()
    numbered: tuple[tuple[int, int], ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    week_start: int = 0

    def as_json(self) -> dict[str, Any]:
        """Everything that has not its default."""
        content: dict[str, Any] = {}
        for key, name in _KEYS.items():
            value = getattr(self, name)
            if value != _DEFAULTS[name]:
                content[key] = value
        return content

    @staticmethod
    def from_json(content: dict[str, Any]) -> "Parts":
        """What :meth:`as_json` wrote."""
        lists = {
            name: tuple(content.get(key, ())) for key, name in _KEYS.items() if key in "mdwyn"
        }
        numbered = tuple((number, weekday) for number, weekday in content.get("o", ()))
        return Parts(
            content.get("i", 1), numbered=numbered, week_start=content.get("k", 0), **lists
        )


_KEYS = {
    "i": "interval",
    "m": "months",
    "d": "month_days",
    "w": "weekdays",
    "o": "numbered",
    "y": "year_days",
    "n": "weeks",
    "k": "week_start",
}
_DEFAULTS: dict[str, Any] = {name: getattr(Parts(), name) for name in _KEYS.values()}


def days_by_year(parts: Parts, first: int, since: int) -> Iterator[list[int]]:
    """The days of each year of a YEARLY rule that begins on day *first*."""
    begin = date.fromordinal(first).year
    skipped = max(_month_index(since) // 12 - begin, 0) // parts.interval
    for year in range(begin + skipped * parts.interval, _LAST_YEAR + 1, parts.interval):
        yield year_days(parts, year)


def days_by_month(parts: Parts, first: int, since: int) -> Iterator[list[int]]:
    """The days of each month of a MONTHLY rule that begins on day *first*."""
    begin = _month_index(first)
    skipped = max(_month_index(since) - begin, 0) // parts.interval
    for index in range(begin + skipped * parts.interval, (_LAST_YEAR + 1) * 12, parts.interval):
        year, month = divmod(index, 12)
        if parts.months and month + 1 not in parts.months:
            yield []
            continue
        days = _days_of_month(parts, year, month + 1)
        yield _of_year(parts, days) if parts.year_days else days


def days_by_week(parts: Parts, first: int, since: int) -> Iterator[list[int]]:
    """The days of each week of a WEEKLY rule that begins on day *first*."""
    begin = first - (first - 1 - parts.week_start) % 7
    step = 7 * parts.interval
    skipped = max(since - begin, 0) // step
    offsets = sorted((each - parts.week_start) % 7 for each in parts.weekdays or range(7))
    is_plain = not (parts.months or parts.month_days or parts.year_days)
    for week in range(begin + skipped * step, _LAST_DAY - 6, step):
        days = [week + offset for offset in offsets]
        yield days if is_plain else [day for day in days if is_picked(parts, day)]


def days_by_day(parts: Parts, first: int, since: int) -> Iterator[list[int]]:
    """The days of a DAILY rule that begins on day *first*, a month at a time."""
    interval = parts.interval
    is_plain = not (parts.months or parts.month_days or parts.year_days or parts.weekdays)
    for index in range(_month_index(max(since, first)), (_LAST_YEAR + 1) * 12):
        year, month = divmod(index, 12)
        if parts.months and month + 1 not in parts.months:
            yield []
            continue
        begin = date(year, month + 1, 1).toordinal()
        nearest = first if first > begin else begin + (first - begin) % interval
        days = range(nearest, begin + _length(year, month + 1), interval)
        yield list(days) if is_plain else [day for day in days if is_picked(parts, day)]


def year_days(parts: Parts, year: int) -> list[int]:
    """The days that a YEARLY rule picks in *year*."""
    begin = date(year, 1, 1).toordinal()
    end = begin + 365 + _is_leap(year)
    fits: list[set[int]] = []
    if parts.months or parts.month_days:
        months = parts.months or _MONTHS
        fits.append({day for month in months for day in _days_of_month(parts, year, month)})
    elif parts.weekdays or parts.numbered:
        fits.append(_weekdays_between(parts, begin, end))
    if parts.year_days:
        fits.append(set(_numbered_days(parts.year_days, begin, end)))
    if parts.weeks:
        fits.append(_week_days(parts, year))
    days = sorted(set.intersection(*fits))
    return [day for day in days if begin <= day < end] if parts.weeks else days


def _days_of_month(parts: Parts, year: int, month: int) -> list[int]:
    begin = date(year, month, 1).toordinal()
    length = _length(year, month)
    if parts.weekdays or parts.numbered:
        fit = _weekdays_between(parts, begin, begin + length)
        if parts.month_days:
            fit &= set(_numbered_days(parts.month_days, begin, begin + length))
        return sorted(fit)
    if parts.month_days:
        return _numbered_days(parts.month_days, begin, begin + length)
    return list(range(begin, begin + length))


def _numbered_days(numbers: tuple[int, ...], begin: int, end: int) -> list[int]:
    """The days that *numbers* name, from 1 or from -1, in the span up to *end*."""
    if len(numbers) == 1:
        day = begin + numbers[0] - 1 if numbers[0] > 0 else end + numbers[0]
        return [day] if begin <= day < end else []
    days = {begin + number - 1 if number > 0 else end + number for number in numbers}
    return sorted(day for day in days if begin <= day < end)


def _weekdays_between(parts: Parts, begin: int, end: int) -> set[int]:
    """The days of BYDAY from *begin* up to *end*, the span that its numbers count in."""
    days: set[int] = set()
    for weekday in parts.weekdays:
        days.update(range(begin + (weekday + 1 - begin) % 7, end, 7))
    for number, weekday in parts.numbered:
        if number > 0:
            day = begin + (weekday + 1 - begin) % 7 + 7 * (number - 1)
        else:
            day = end - 1 - (end - 2 - weekday) % 7 + 7 * (number + 1)
        if begin <= day < end:
            days.add(day)
    return days


def _week_days(parts: Parts, year: int) -> set[int]:
    """The days of weeks BYWEEKNO in and around the calendar year *year*.

    Week 1 is the first that has four days of its year (RFC 5545 section 3.3.10); its days before
    New Year, and those after it of the last week, count to the year on the calendar.
    """
    days: set[int] = set()
    for week_year in range(max(year - 1, 1), min(year + 1, _LAST_YEAR) + 1):
        begin = _first_week(week_year, parts.week_start)
        weeks = (_next_first_week(week_year, parts.week_start) - begin) // 7
        for number in parts.weeks:
            at = number - 1 if number > 0 else weeks + number
            if 0 <= at < weeks:
                days.update(range(begin + 7 * at, begin + 7 * at + 7))
    return days


def _first_week(year: int, week_start: int) -> int:
    fourth = date(year, 1, 4).toordinal()
    return fourth - (fourth - 1 - week_start) % 7


def _next_first_week(year: int, week_start: int) -> int:
    if year == _LAST_YEAR:
        return _first_week(year, week_start) + 52 * 7
    return _first_week(year + 1, week_start)


def is_picked(parts: Parts, day: int) -> bool:
    """Whether the parts that only limit let *day* through."""
    if day < 1:
        return False
    if parts.weekdays and (day - 1) % 7 not in parts.weekdays:
        return False
    if not (parts.months or parts.month_days or parts.year_days):
        return True
    calendar_day = date.fromordinal(day)
    month, number = calendar_day.month, calendar_day.day
    if parts.months and month not in parts.months:
        return False
    if parts.month_days and not (
        number in parts.month_days
        or number - _length(calendar_day.year, month) - 1 in parts.month_days
    ):
        return False
    return not parts.year_days or bool(_of_year(parts, [day]))


def _of_year(parts: Parts, days: list[int]) -> list[int]:
    """Those of *days*, all of one year, that BYYEARDAY names."""
    if not days:
        return days
    year = date.fromordinal(days[0]).year
    begin = date(year, 1, 1).toordinal()
    fit = _numbered_days(parts.year_days, begin, begin + 365 + _is_leap(year))
    return [day for day in days if day in fit]


def _month_index(day: int) -> int:
    calendar_day = date.fromordinal(min(max(day, 1), _LAST_DAY))
    return calendar_day.year * 12 + calendar_day.month - 1


def _length(year: int, month: int) -> int:
    return 29 if month == _FEBRUARY and _is_leap(year) else _LENGTHS[month]


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
