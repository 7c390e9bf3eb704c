"""Dates, times and durations as iCalendar writes them (RFC 5545 sections 3.3.4 to 3.3.9).

Times are counted in whole seconds since 1970, *local* ones by the clock on the wall and so without
any zone. Integers, because they are an order of magnitude quicker than datetimes.
"""

import re
from datetime import date
from enum import Enum
from typing import NamedTuple

DAY = 86_400
"""Seconds of a day on the wall."""
EPOCH_DAY = date(1970, 1, 1).toordinal()
LAST_LOCAL = (date(9999, 12, 31).toordinal() - EPOCH_DAY + 1) * DAY - 1
"""The last second that can be written."""
FIRST_LOCAL = (1 - EPOCH_DAY) * DAY
"""The first second that can be written."""

_DATE = 8
_TIME = 15
_LEAP_SECOND = 60
_DURATION = re.compile(
    r"([+-]?)P(?=[\dT])(?:(\d{1,7})W)?(?:(\d{1,7})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?"
)


class Clock(Enum):
    """What a moment's time is counted by."""

    DATE = 0
    FLOATING = 1
    UTC = 2
    ZONED = 3


class Moment(NamedTuple):
    """A date or time as it was written.

    Attributes:
        local: Seconds since 1970 by its own clock; a date's midnight.
        clock: What the clock is.
        tzid: The TZID of a zoned one.
    """

    local: int
    clock: Clock
    tzid: str


class Length(NamedTuple):
    """A duration: days by the calendar, and seconds by the clock (RFC 5545 section 3.3.6)."""

    days: int
    seconds: int


def read_moment(text: str, tzid: str) -> Moment:
    """The date or time *text*; its form decides which, as clients get VALUE wrong.

    Raises:
        ValueError: It is neither, or there is no such day or time.
    """
    if not text.isascii():
        raise ValueError(text)
    if len(text) == _DATE and text.isdigit():
        return Moment(_day(text) * DAY, Clock.DATE, "")
    is_utc = text[-1:] in "Zz" and len(text) == _TIME + 1
    digits = text[9:_TIME]
    if text[8:9] not in "Tt" or not digits.isdigit() or not (is_utc or len(text) == _TIME):
        raise ValueError(text)
    hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    if hour > 23 or minute > 59 or second > _LEAP_SECOND:  # noqa: PLR2004 - a clock's own bounds
        raise ValueError(text)
    local = _day(text[:_DATE]) * DAY + hour * 3600 + minute * 60 + min(second, 59)
    if is_utc:
        return Moment(local, Clock.UTC, "")
    return Moment(local, Clock.ZONED, tzid) if tzid else Moment(local, Clock.FLOATING, "")


def _day(text: str) -> int:
    if not text.isdigit():
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:])).toordinal() - EPOCH_DAY


def read_length(text: str) -> Length:
    """The duration *text*, signed (RFC 5545 section 3.3.6).

    Raises:
        ValueError: It is none, or longer than the calendar.
    """
    found = _DURATION.fullmatch(text.upper()) if text.isascii() else None
    if found is None:
        raise ValueError(text)
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[1:])
    sign = -1 if found[1] == "-" else 1
    length = Length(sign * (7 * weeks + days), sign * (3600 * hours + 60 * minutes + seconds))
    if abs(length.days * DAY + length.seconds) > LAST_LOCAL:
        raise ValueError(text)
    return length


def read_offset(text: str) -> int:
    """A UTC offset such as ``+0100``, in seconds (RFC 5545 section 3.3.14).

    Raises:
        ValueError: It is none.
    """
    found = re.fullmatch(r"([+-]?)(\d\d):?(\d\d):?(\d\d)?", text, re.ASCII)
    if found is None:
        raise ValueError(text)
    seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
    if seconds >= DAY:
        raise ValueError(text)
    return -seconds if found[1] == "-" else seconds


def year_of(local: int) -> int:
    """The year in which *local* lies; the first or last that can be written beyond them."""
    return date.fromordinal(min(max(local // DAY + EPOCH_DAY, 1), _LAST_DAY)).year


_LAST_DAY = date.max.toordinal()
