"""calendar-query (RFC 4791 section 7.8): from the index alone where its filter allows that."""

import re
from datetime import UTC, tzinfo

from lxml import etree

from dav_providers.groupware import engine
from dav_providers.groupware.filters import EARLIEST_US, LATEST_US, CalendarFilter, calendar_filter
from dav_providers.groupware.names import CAL
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.report_xml import wanted, wants_parts
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.writer import CONTENT_TYPE, document, stream
from office.items import occurs_in
from office.items.zones import find_zone
from storage import items
from storage.collections import CollectionRow
from storage.items import Candidate, ItemRow

_TIMEZONE = f"{CAL}calendar-timezone"
_TZID = re.compile(r"^TZID:(.+?)\s*$", re.MULTILINE)
_STREAMED_ROWS = 200


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The objects that match."""
    asked, filter_ = wanted(root), calendar_filter(root)
    is_ours = filter_.is_all and not wants_parts(root)
    with_text = TEXT in ITEMS.needs(asked) or not is_ours
    found = candidates(request, collection, root, filter_, with_text=with_text)
    if not filter_.is_all:
        found = engine.matching(request, collection, root, found)
    if wants_parts(root):
        return engine.parts(request, collection, root, found)
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    if len(found) > _STREAMED_ROWS:
        blocks = stream(of_items(plan, where, found))
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], blocks)
    return xml(MULTI_STATUS, document(of_items(plan, where, found)))


def candidates(
    request: GroupwareRequest,
    collection: CollectionRow,
    root: etree._Element,
    filter_: CalendarFilter,
    *,
    with_text: bool,
) -> list[ItemRow]:
    """The objects of the kind that happen in the time that *filter_* names."""
    within = filter_.time_range
    start_us = EARLIEST_US if within is None or within.start_us is None else within.start_us
    end_us = LATEST_US if within is None or within.end_us is None else within.end_us
    with request.services.store.read() as unit:
        found = items.may_happen_in(
            unit, collection.id, filter_.component, start_us, end_us, with_text=with_text
        )
    if within is None:
        return [each.item for each in found]
    zone = zone_of(collection, root)

    def happens(each: Candidate) -> bool:
        return occurs_in(each, within.start_us, within.end_us, zone=zone)

    return [each.item for each in found if happens(each)]


def zone_of(collection: CollectionRow, root: etree._Element) -> tzinfo:
    """The zone of floating times: the query's, else the calendar's, else UTC (section 7.3)."""
    told = root.findtext(f"{CAL}timezone") or collection.properties.get(_TIMEZONE, "")
    found = _TZID.search(told.replace("&#13;", "").replace("&#xD;", ""))
    return (find_zone(found[1]) if found else None) or UTC
