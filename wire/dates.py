"""Dates as HTTP, WebDAV and Windows write them.

HTTP dates are RFC 9110 section 5.6.7, creation dates RFC 4918 section 15.1 (RFC 3339). The
database counts microseconds since the epoch, HTTP whole seconds; the ``_us`` functions bridge
the two and round down.
"""

import calendar
import re
import time
from datetime import UTC, datetime
from functools import lru_cache

MICROSECONDS = 1_000_000

_LEAP_SECOND = 60
_DAY_SECONDS = 86_400

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBER = {name.lower(): number for number, name in enumerate(_MONTHS, 1)}

# A listing writes two dates a row; looked up by day and minute they cost half a microsecond each.
_TWO_DIGITS = tuple(f"{number:02d}" for number in range(60))
_MINUTES = tuple(f"{hour:02d}:{minute:02d}:" for hour in range(24) for minute in range(60))

_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        # IMF-fixdate. Windows writes a one-digit day here and there.
        rf"[a-z]{{3}}, (?P<day>\d{{1,2}}) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_CLOCK} GMT",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_CLOCK} GMT",
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_CLOCK} (?P<year>\d{{4}})",
    )
)


@lru_cache(maxsize=4096)
def _day(days: int) -> tuple[str, str]:
    """Return the day *days* after the epoch as an HTTP date and as RFC 3339 begin."""
    year, month, day, _, _, _, weekday, _, _ = time.gmtime(days * _DAY_SECONDS)
    return (
        f"{_DAYS[weekday]}, {day:02d} {_MONTHS[month - 1]} {year:04d} ",
        f"{year:04d}-{month:02d}-{day:02d}T",
    )


def http_date(seconds: int) -> str:
    """Return *seconds* since the epoch as an IMF-fixdate (``Sun, 22 Nov 2026 07:00:00 GMT``)."""
    days, second = divmod(seconds, _DAY_SECONDS)
    return f"{_day(days)[0]}{_MINUTES[second // 60]}{_TWO_DIGITS[second % 60]} GMT"


def http_date_us(us: int) -> str:
    """Return *us* microseconds since the epoch as an IMF-fixdate."""
    return http_date(us // MICROSECONDS)


def iso_date_us(us: int) -> str:
    """Return *us* microseconds since the epoch as RFC 3339 in UTC, whole seconds."""
    days, second = divmod(us // MICROSECONDS, _DAY_SECONDS)
    return f"{_day(days)[1]}{_MINUTES[second // 60]}{_TWO_DIGITS[second % 60]}Z"


def parse_http_date(text: str) -> int | None:
    """Return the seconds since the epoch of an HTTP date in any of its three forms, or None.

    A two-digit year more than 50 years ahead is taken for the last century (RFC 9110 section
    5.6.7).
    """
    for form in _FORMS:
        if found := form.fullmatch(text.strip()):
            return _seconds(found)
    return None


def parse_win32_time(text: str) -> int | None:
    """Return the microseconds of a ``Win32LastModifiedTime`` and its like, or None.

    Windows sends HTTP dates; RFC 3339 is accepted too, since other clients imitate the property.
    """
    seconds = parse_http_date(text)
    if seconds is not None:
        return seconds * MICROSECONDS
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    whole = calendar.timegm(moment.utctimetuple())
    return whole * MICROSECONDS + moment.microsecond


def _seconds(found: re.Match[str]) -> int | None:
    month = _MONTH_NUMBER.get(found["month"].lower())
    year, day = int(found["year"]), int(found["day"])
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    # RFC 9110 allows the second 60; it is the first of the next minute.
    is_leap_second = second == _LEAP_SECOND
    if month is None:
        return None
    if len(found["year"]) == len("99"):
        year = _full_year(year)
    try:
        moment = datetime(year, month, day, hour, minute, second - is_leap_second, tzinfo=UTC)
    except ValueError:
        return None
    return calendar.timegm(moment.timetuple()) + is_leap_second


def _full_year(two_digits: int) -> int:
    this_year = time.gmtime().tm_year
    year = this_year - this_year % 100 + two_digits
    return year - 100 if year > this_year + 50 else year
