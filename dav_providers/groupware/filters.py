"""The filter of a calendar-query: what an index answers of it, and what is left to be matched."""

from dataclasses import dataclass, replace
from datetime import tzinfo

from lxml import etree

from dav_providers.groupware.filter_xml import find_filter, invalid, read_components
from dav_providers.groupware.names import CAL
from office.items.filters import ComponentFilter
from office.items.property_filters import Within

_SECOND = 1_000_000
_STORED = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_EARLIEST_US, _LATEST_US = -(1 << 61), 1 << 61


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """A calendar-query's filter (RFC 4791 section 9.7).

    Attributes:
        component: The kind of object; None for all.
        within: When something of it has to happen; None for ever.
        rest: What has to be matched against the object besides; None: nothing.
    """

    component: str | None = None
    within: Within | None = None
    rest: ComponentFilter | None = None


def calendar_filter(root: etree._Element, zone: tzinfo) -> CalendarFilter:
    """Read the filter of a calendar-query; *zone* is the asker's.

    Raises:
        RefusedError: It is no filter (``CALDAV:valid-filter``), or has too many parts.
    """
    element = find_filter(root, CAL)
    if element is None or len(element) != 1 or element[0].tag != f"{CAL}comp-filter":
        raise invalid("A calendar-query must hold a filter with one comp-filter.")
    whole = read_components(element[0], zone)
    if whole.name != "VCALENDAR":
        raise invalid("The filter must begin with comp-filter VCALENDAR.")
    match whole.components:
        case (asked,) if asked.name in _STORED and not asked.is_not_defined:
            rest = replace(whole, components=(replace(asked, within=None),))
            is_all = rest == ComponentFilter(
                "VCALENDAR", components=(ComponentFilter(asked.name),)
            )
            return CalendarFilter(asked.name, asked.within, None if is_all else rest)
        case _:
            rest = replace(whole, within=None)
            is_all = rest == ComponentFilter("VCALENDAR")
            return CalendarFilter(within=whole.within, rest=None if is_all else rest)


def bounds_us(within: Within | None) -> tuple[int, int]:
    """What a time range says to the index: microseconds, far off where a side is open."""
    start_us = None if within is None or within.start is None else within.start * _SECOND
    end_us = None if within is None or within.end is None else within.end * _SECOND
    return (
        _EARLIEST_US if start_us is None else start_us,
        _LATEST_US if end_us is None else end_us,
    )
