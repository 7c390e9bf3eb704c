"""From the clock on the wall to UTC: IANA zones by name, fixed ones, and the asker's own.

A time that a zone leaves out, and one that it has twice, mean what RFC 5545 section 3.3.5 says:
the offset before the change counts. That is ``fold=0`` of the standard library.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from office.items.instants import FIRST_LOCAL, LAST_LOCAL
from office.items.windows_zones import WINDOWS_ZONES

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the clock on the wall has no zone
_NAME = re.compile(r"(?!posix|right)[A-Z][A-Za-z0-9_]*(?:[/+-][A-Za-z0-9_+-]+)*", re.ASCII)
_NO_ZONES = frozenset({"Factory"})
_ONE_SECOND = timedelta(seconds=1)


class Zone(Protocol):
    """A clock on the wall."""

    def utc(self, local: int) -> int:
        """The seconds since 1970 UTC at which the clock shows *local*."""

    def local(self, utc: int) -> int:
        """What the clock shows at *utc*."""


class LibraryZone:
    """A zone of the standard library."""

    __slots__ = ("_zone",)

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def utc(self, local: int) -> int:
        """The seconds since 1970 UTC at which the clock shows *local*."""
        if not FIRST_LOCAL <= local <= LAST_LOCAL:
            return local
        moment = (_EPOCH + timedelta(seconds=local)).replace(tzinfo=self._zone)
        offset = self._zone.utcoffset(moment)
        return local if offset is None else local - offset // _ONE_SECOND

    def local(self, utc: int) -> int:
        """What the clock shows at *utc*."""
        margin = 86_400  # a zone's local time must be writable too
        if not FIRST_LOCAL + margin <= utc <= LAST_LOCAL - margin:
            return utc
        moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=utc)
        offset = moment.astimezone(self._zone).utcoffset()
        return utc if offset is None else utc + offset // _ONE_SECOND


class UniversalTime:
    """UTC, without the detour."""

    __slots__ = ()

    def utc(self, local: int) -> int:
        """*local* itself."""
        return local

    def local(self, utc: int) -> int:
        """*utc* itself."""
        return utc


UNIVERSAL = UniversalTime()


@lru_cache(512)
def find_zone(tzid: str) -> ZoneInfo | None:
    """The IANA zone of that very name, if there is one."""
    if tzid in _NO_ZONES or _NAME.fullmatch(tzid) is None:
        return None
    try:
        return ZoneInfo(tzid)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None  # a folder of the database is an OSError


@lru_cache(512)
def iana_name(tzid: str) -> str | None:
    """The IANA name of a zone that is called otherwise, if it is known.

    Windows' names, and IANA names behind a prefix such as ``/mozilla.org/20050126_1/``.
    """
    if tzid in WINDOWS_ZONES:
        return WINDOWS_ZONES[tzid]
    parts = tzid.split("/")
    for first in range(1, len(parts)):
        name = "/".join(parts[first:])
        if find_zone(name) is not None:
            return name
    return None


@lru_cache(128)
def zone_by_name(name: str) -> Zone:
    """The clock of IANA zone *name*; of one that the database lost, UTC."""
    zone = find_zone(name)
    return UNIVERSAL if zone is None or name == "UTC" else LibraryZone(zone)


class LocalClock(tzinfo):
    """A clock where a zone of the standard library is expected: see :func:`zone_of`."""

    def __init__(self, clock: Zone) -> None:
        self.clock = clock

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """How far the clock is ahead of UTC when it shows *moment*."""
        if moment is None:
            return None
        local = (moment.replace(tzinfo=None) - _EPOCH) // _ONE_SECOND
        return timedelta(seconds=local - self.clock.utc(local))

    def dst(self, moment: datetime | None) -> timedelta | None:
        """Unknown."""

    def tzname(self, moment: datetime | None) -> str | None:
        """Unknown."""


def zone_of(zone: tzinfo) -> Zone:
    """The clock of any *zone*."""
    if isinstance(zone, LocalClock):
        return zone.clock
    return UNIVERSAL if zone is UTC else LibraryZone(zone)
