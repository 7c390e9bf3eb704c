"""In which zone a client wants dates and floating times read (RFC 4791 sections 5.2.2 and 7.3)."""

from datetime import tzinfo

from office.items.components import Component, Fault, read_components
from office.items.custom_zones import read_zone
from office.items.errors import Precondition, shown
from office.items.limits import DEFAULT_LIMITS
from office.items.zones import LocalClock, find_zone

_FORM = "VCALENDAR"
_OBSERVANCES = frozenset({"STANDARD", "DAYLIGHT"})


def read_timezone(text: str) -> tzinfo:
    """The zone of a ``calendar-timezone``: an iCalendar object with one VTIMEZONE and no more.

    Its TZID is understood as in calendar objects: an IANA zone goes by its name, any other,
    Windows' too, by what the VTIMEZONE says.

    Raises:
        InvalidItemError: It is none (``CALDAV:valid-calendar-data``).
    """
    fault = Fault(text, Precondition.CALENDAR_DATA, _FORM)
    root = read_components(text.strip(), fault, DEFAULT_LIMITS)
    if root.name != _FORM or root.value("VERSION").strip() != "2.0":
        raise fault.whole("A time zone is given as a VCALENDAR of VERSION 2.0.")
    if [each.name for each in root.children] != ["VTIMEZONE"]:
        raise fault.whole("There must be one VTIMEZONE and nothing else in it.")
    return _zone(root.children[0], fault)


def _zone(described: Component, fault: Fault) -> tzinfo:
    tzid = described.value("TZID").strip()
    if not tzid or len(tzid) > DEFAULT_LIMITS.text:
        raise fault.whole(f"A TZID has 1 to {DEFAULT_LIMITS.text} characters.")
    known = find_zone(tzid)
    if known is not None and any(each.name in _OBSERVANCES for each in described.children):
        return known
    try:
        return LocalClock(read_zone(described, DEFAULT_LIMITS))
    except ValueError as error:
        raise fault.whole(f"VTIMEZONE “{shown(tzid)}”: {error}") from None
