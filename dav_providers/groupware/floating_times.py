"""In which zone a calendar's floating times are (RFC 4791 section 7.3)."""

from datetime import UTC, tzinfo

from lxml import etree

from dav_providers.groupware.names import CAL
from dav_providers.multistatus.request_xml import PropertyInstruction, text_of
from office.items import InvalidItemError
from office.items.floating_zones import read_timezone
from storage.collections import CollectionRow

_TIMEZONE = f"{CAL}calendar-timezone"


def zone_of(collection: CollectionRow, root: etree._Element) -> tzinfo:
    """The query's zone, else the calendar's, else UTC.

    Raises:
        InvalidItemError: The query's is none (RFC 4791 section 7.8).
    """
    asked = root.find(f"{CAL}timezone")
    if asked is not None:
        return read_timezone("".join(str(text) for text in asked.itertext()))
    kept = collection.properties.get(_TIMEZONE)
    if kept is None:
        return UTC
    try:
        return read_timezone(text_of(kept.encode()))
    except InvalidItemError:
        return UTC  # it was taken when limits were wider


def check_timezone(each: PropertyInstruction) -> None:
    """See to it that a zone which is to be kept on a calendar is one (RFC 4791 section 5.2.2).

    Raises:
        InvalidItemError: It is none.
    """
    if each.name == _TIMEZONE and each.xml is not None:
        read_timezone(text_of(each.xml))
