"""The filter of a calendar-query: what an index answers of it, and what is left to be matched."""

from dataclasses import dataclass
from datetime import tzinfo

from lxml import etree

from dav_providers.groupware.filter_xml import find_filter, invalid, read_components
from dav_providers.groupware.names import CAL
from office.items.column_filters import STORED
from office.items.filters import ComponentFilter
from office.items.property_filters import Within

_SECOND = 1_000_000
_EARLIEST_US, _LATEST_US = -(1 << 61), 1 << 61


@dataclass(frozen=True, slots=True)
class CalendarFilter:
    """A calendar-query's filter (RFC 4791 section 9.7).

    Attributes:
        component: The kind of object; None for all.
        within: When something of it has to happen; None for ever.
        whole: All that is asked.
        is_answered: Kind and time are all that is asked: the index and the columns answer it.
    """

    component: str | None
    within: Within | None
    whole: ComponentFilter
    is_answered: bool

    def tells_all(self, components: frozenset[str]) -> bool:
        """Whether every member of a calendar that takes *components* passes."""
        is_of_all = self.component is None or components == {self.component}
        return self.is_answered and self.within is None and is_of_all


def calendar_filter(root: etree._Element, zone: tzinfo) -> CalendarFilter:
    """Read the filter of a calendar-query; *zone* is the asker's.

    Raises:
        RefusedError: It is no filter (``CALDAV:valid-filter``), or none that is served.
    """
    element = find_filter(root, CAL)
    # Elements of other namespaces are extensions, to be passed over (RFC 4918 section 17).
    found = [] if element is None else element.findall(f"{CAL}*")
    if len(found) != 1 or found[0].tag != f"{CAL}comp-filter":
        raise invalid("A calendar-query must hold a filter with one comp-filter.")
    whole = read_components(found[0], zone)
    if whole.name != "VCALENDAR":
        raise invalid("The filter must begin with comp-filter VCALENDAR.")
    asked = next((each for each in whole.components if _is_kind(each)), None)
    if asked is None:
        is_answered = whole == ComponentFilter("VCALENDAR", within=whole.within)
        return CalendarFilter(None, whole.within, whole, is_answered)
    only = ComponentFilter(asked.name, within=asked.within)
    is_answered = whole == ComponentFilter("VCALENDAR", components=(only,))
    return CalendarFilter(asked.name, asked.within or whole.within, whole, is_answered)


def _is_kind(asked: ComponentFilter) -> bool:
    return asked.name in STORED and not asked.is_not_defined


def bounds_us(within: Within | None) -> tuple[int, int]:
    """What a time range says to the index: microseconds, far off where a side is open."""
    start_us = None if within is None or within.start is None else within.start * _SECOND
    end_us = None if within is None or within.end is None else within.end * _SECOND
    return (
        _EARLIEST_US if start_us is None else start_us,
        _LATEST_US if end_us is None else end_us,
    )
