"""What reports have in common: which properties are wanted, how many objects, in which zone."""

import re
from datetime import UTC, tzinfo

from lxml import etree

from dav_providers.groupware.names import CAL, DAV
from dav_providers.multistatus.request_xml import (
    MAX_NAMES,
    Propfind,
    PropfindKind,
    RequestXMLError,
    RequestXMLTooComplexError,
)
from office.items.zones import find_zone
from storage.collections import CollectionRow

_TIMEZONE = f"{CAL}calendar-timezone"
_TZID = re.compile(r"^TZID:([^\r\n]{1,255})\r?$", re.MULTILINE)
_COUNT = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def wanted(root: etree._Element) -> Propfind:
    """The properties a report asks for; none where it names none.

    Raises:
        RequestXMLTooComplexError: It names more than `MAX_NAMES`.
    """
    if root.find(f"{DAV}allprop") is not None:
        return Propfind(PropfindKind.ALLPROP)
    if root.find(f"{DAV}propname") is not None:
        return Propfind(PropfindKind.PROPNAME)
    prop = root.find(f"{DAV}prop")
    names = () if prop is None else tuple(dict.fromkeys(str(each.tag) for each in prop))
    if len(names) > MAX_NAMES:
        raise RequestXMLTooComplexError(f"Ask for at most {MAX_NAMES} properties at a time.")
    return Propfind(PropfindKind.PROP, names)


def limit_of(root: etree._Element, namespace: str = DAV) -> int | None:
    """``nresults`` (RFC 5323 section 5.17, RFC 6352 10.6): the most responses wanted, or None.

    Raises:
        RequestXMLError: It is no number of at least 1.
    """
    limit = root.find(f"{namespace}limit")
    if limit is None:
        return None
    text = (limit.findtext(f"{namespace}nresults") or "").strip()
    if not _COUNT.fullmatch(text):
        raise RequestXMLError("nresults must be a number of at least 1.")
    return int(text)


def zone_of(collection: CollectionRow, root: etree._Element) -> tzinfo:
    """The zone of floating times: the query's, else the calendar's, else UTC (section 7.3)."""
    told = root.findtext(f"{CAL}timezone") or collection.properties.get(_TIMEZONE, "")
    found = _TZID.search(told.replace("&#13;", "").replace("&#xD;", ""))
    return (find_zone(found[1].strip()) if found else None) or UTC
