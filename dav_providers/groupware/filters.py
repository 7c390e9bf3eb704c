"""The filter of a calendar-query as far as an index answers it (RFC 4791 section 9.7)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from dav_providers.groupware import preconditions
from dav_providers.groupware.names import CAL
from dav_providers.multistatus.answers import RefusedError

_INSTANT = re.compile(r"\d{8}T\d{6}Z")
_MICROSECONDS = 1_000_000
EARLIEST_US, LATEST_US = -(1 << 61), 1 << 61


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A time range in microseconds; None where a side is open (section 9.9)."""

    start_us: int | None
    end_us: int | None


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """What of a filter can be looked up.

    Attributes:
        component: The kind of object; None for all.
        time_range: When something of it has to happen; None for ever.
        is_all: Nothing else is asked.
    """

    component: str | None = None
    time_range: TimeRange | None = None
    is_all: bool = True


def calendar_filter(root: etree._Element) -> CalendarFilter:
    """Read the filter of a calendar-query.

    Raises:
        RefusedError: It is no filter (``CALDAV:valid-filter``).
    """
    outer = root.find(f"{CAL}filter/{CAL}comp-filter")
    if outer is None or str(outer.get("name", "")).upper() != "VCALENDAR":
        raise invalid("The filter must begin with comp-filter VCALENDAR.")
    inner = outer.findall(f"{CAL}comp-filter")
    if len(outer) == 0:
        return CalendarFilter()
    if len(outer) != 1 or len(inner) != 1:
        return CalendarFilter(is_all=False)
    if inner[0].find(f"{CAL}is-not-defined") is not None:
        return CalendarFilter(is_all=False)
    component = str(inner[0].get("name", "")).upper()
    if not component:
        raise invalid("A comp-filter must have a name.")
    time_ranges = inner[0].findall(f"{CAL}time-range")
    others = len(inner[0]) - len(time_ranges)
    found = time_range(time_ranges[0]) if time_ranges else None
    return CalendarFilter(component, found, is_all=not others)


def time_range(element: etree._Element) -> TimeRange:
    """Read a time range.

    Raises:
        RefusedError: A side is no instant in UTC, both are open, or it ends before it begins.
    """
    found = TimeRange(_instant(element.get("start")), _instant(element.get("end")))
    if found == TimeRange(None, None):
        raise invalid("A time-range must have a start or an end.")
    match found:
        case TimeRange(int(start_us), int(end_us)) if end_us <= start_us:
            raise invalid("A time-range must end after it begins.")
    return found


def invalid(message: str) -> RefusedError:
    """The refusal of a filter that is none."""
    return RefusedError(403, message, preconditions.VALID_FILTER)


def _instant(text: str | bytes | None) -> int | None:
    if text is None:
        return None
    told = str(text)
    if not _INSTANT.fullmatch(told):
        raise invalid("The times of a time-range must be in UTC, such as 20260131T080000Z.")
    try:
        moment = datetime.strptime(told, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise invalid(f"{told} is no time.") from None
    return int(moment.timestamp()) * _MICROSECONDS
