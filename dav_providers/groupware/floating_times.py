"""In which zone a calendar's floating times are (RFC 4791 section 7.3)."""

import re
from datetime import UTC, tzinfo

from lxml import etree

from dav_providers.groupware.names import CAL
from office.items.zones import find_zone
from storage.collections import CollectionRow

_TIMEZONE = f"{CAL}calendar-timezone"
_TZID = re.compile(r"^TZID:([^\r\n]{1,255})\r?$", re.MULTILINE)


def zone_of(collection: CollectionRow, root: etree._Element) -> tzinfo:
    """The query's zone, else the calendar's, else UTC."""
    told = root.findtext(f"{CAL}timezone") or collection.properties.get(_TIMEZONE, "")
    found = _TZID.search(told.replace("&#13;", "").replace("&#xD;", ""))
    return (find_zone(found[1].strip()) if found else None) or UTC
