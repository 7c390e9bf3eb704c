"""VTIMEZONE written from the zone database (RFC 5545 section 3.6.5).

RFC 4791 section 4.1 wants one for every TZID in a calendar object, and devices go by it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from office.items.zones import find_zone

_DAY = timedelta(days=1)
_ONE_SECOND = timedelta(seconds=1)
_FIRST_YEAR = 1900
_LAST_YEAR = 2037  # to which the database itself lists changes one by one
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LEAST_YEARS = 5
_FORM = "%Y%m%dT%H%M%S"


class _Change(NamedTuple):
    """One change of a zone's offset; offsets in seconds."""

    onset: datetime  # by the clock before
    before: int
    after: int
    name: str
    is_daylight: bool


def vtimezone(tzid: str, *, since_year: int) -> str:
    """The VTIMEZONE of IANA zone *tzid*, right from the beginning of *since_year* on.

    Raises:
        KeyError: There is no such zone.
    """
    return _vtimezone(tzid, min(max(since_year, _FIRST_YEAR), _LAST_YEAR - 2 * _LEAST_YEARS))


@lru_cache(256)
def _vtimezone(tzid: str, since_year: int) -> str:
    zone = find_zone(tzid)
    if zone is None:
        raise KeyError(tzid)
    changes = _changes(zone, since_year)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{tzid}"]
    for observance in _observances(changes):
        lines += observance
    return "\r\n".join([*lines, "END:VTIMEZONE", ""])


def _changes(zone: ZoneInfo, since_year: int) -> list[_Change]:
    """What is in force when *since_year* begins, as a change, and all changes from then on."""
    begin = datetime(since_year, 1, 1, tzinfo=UTC)
    first = begin.astimezone(zone)
    changes = [_change(first, first)]
    day = begin
    while day.year <= _LAST_YEAR:
        following = day + 7 * _DAY
        if _is_other(day, following, zone):
            changes += _between(day, following, zone)
        day = following
    return changes


def _is_other(one: datetime, two: datetime, zone: ZoneInfo) -> bool:
    first, second = one.astimezone(zone), two.astimezone(zone)
    return (first.utcoffset(), first.dst()) != (second.utcoffset(), second.dst())


def _between(begin: datetime, end: datetime, zone: ZoneInfo) -> list[_Change]:
    """The change between *begin* and *end*, found by halving; Ramadan's come weeks apart."""
    while end - begin > _ONE_SECOND:
        middle = begin + timedelta(seconds=(end - begin) // _ONE_SECOND // 2)
        if _is_other(begin, middle, zone):
            end = middle
        else:
            begin = middle
    return [_change(begin.astimezone(zone), end.astimezone(zone))]


def _change(before: datetime, after: datetime) -> _Change:
    offset = before.utcoffset() or timedelta()
    onset = (after.astimezone(UTC) + offset).replace(tzinfo=None)
    return _Change(
        onset,
        offset // _ONE_SECOND,
        (after.utcoffset() or timedelta()) // _ONE_SECOND,
        after.tzname() or "",
        bool(after.dst()),
    )


def _observances(changes: list[_Change]) -> Iterator[list[str]]:
    """The lines of each STANDARD and DAYLIGHT; changes that come each year alike are a rule."""
    groups: dict[tuple[bool, int, int, str], list[_Change]] = {}
    for change in changes:
        key = (change.is_daylight, change.before, change.after, change.name)
        groups.setdefault(key, []).append(change)
    for group in groups.values():
        run, rule = _last_run(group)
        dated = group[: len(group) - len(run)]
        if dated:
            yield _observance(dated[0], [f"RDATE:{each.onset:{_FORM}}" for each in dated[1:]])
        if run:
            yield _observance(run[0], [f"RRULE:FREQ=YEARLY;{rule}"])


def _last_run(group: list[_Change]) -> tuple[list[_Change], str]:
    """The changes at the end of *group* that keep one rule, and the rule; none, if too few."""
    onsets = [each.onset for each in group]
    if onsets[-1].year != _LAST_YEAR:
        return [], ""
    first, windows = len(group) - 1, _windows(onsets[-1])
    while first and _is_alike(onsets[first - 1], onsets[first]):
        common = windows & _windows(onsets[first - 1])
        if not common:
            break
        first, windows = first - 1, common
    if len(group) - first < _LEAST_YEARS:
        return [], ""
    return group[first:], _rule(onsets[-1], windows)


def _is_alike(earlier: datetime, later: datetime) -> bool:
    one = (earlier.year + 1, earlier.month, earlier.weekday(), earlier.time())
    return one == (later.year, later.month, later.weekday(), later.time())


def _windows(onset: datetime) -> set[int]:
    """The first days of the spans of seven days in which *onset* lies; -1: the month's last."""
    first = max(onset.day - 6, 1)
    is_last = (onset + 7 * _DAY).month != onset.month
    return {*range(first, onset.day + 1)} | ({-1} if is_last else set())


def _rule(onset: datetime, windows: set[int]) -> str:
    weekday = _WEEKDAYS[onset.weekday()]
    if -1 in windows:
        return f"BYMONTH={onset.month};BYDAY=-1{weekday}"
    whole = next((day for day in (1, 8, 15, 22) if day in windows), None)
    if whole is not None:
        return f"BYMONTH={onset.month};BYDAY={whole // 7 + 1}{weekday}"
    days = ",".join(str(max(windows) + number) for number in range(7))
    return f"BYMONTH={onset.month};BYMONTHDAY={days};BYDAY={weekday}"


def _observance(first: _Change, more: list[str]) -> list[str]:
    kind = "DAYLIGHT" if first.is_daylight else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{first.onset:{_FORM}}",
        f"TZOFFSETFROM:{_offset(first.before)}",
        f"TZOFFSETTO:{_offset(first.after)}",
        f"TZNAME:{first.name}",
        *more,
        f"END:{kind}",
    ]


def _offset(seconds: int) -> str:
    hours, rest = divmod(abs(seconds), 3600)
    minutes, left = divmod(rest, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02}{minutes:02}{f'{left:02}' if left else ''}"
