"""calendar-query (RFC 4791 section 7.8): from the index alone where its filter allows that."""

import re
from datetime import UTC, tzinfo

from lxml import etree

from dav_providers.groupware import expansion, texts
from dav_providers.groupware.filters import CalendarFilter, bounds_us, calendar_filter
from dav_providers.groupware.names import CAL
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.report_xml import wanted
from dav_providers.multistatus.writer import CONTENT_TYPE, document, stream
from office.items import Budget, occurs_in
from office.items.filters import matches_calendar
from office.items.zones import find_zone
from storage import items
from storage.collections import CollectionRow
from storage.items import Candidate

_TIMEZONE = f"{CAL}calendar-timezone"
_TZID = re.compile(r"^TZID:([^\r\n]{1,255})\r?$", re.MULTILINE)
MOST_READ = 256 * 1024 * 1024
"""Characters that one query may look through; an office's texts are some ten millions."""


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The objects that match."""
    asked, expand = wanted(root), expansion.asked_for(root)
    zone = zone_of(collection, root)
    filter_ = calendar_filter(root, zone)
    wants_text = TEXT in ITEMS.needs(asked)
    with_text = wants_text or filter_.rest is not None
    found = matching(request, collection, filter_, zone, with_text=with_text)
    rows = [each.item for each in found]
    if expand is not None:
        # What happens in the time that is asked about but not in the one to be shown is left out.
        rows = [each for each in expansion.rows(request, found, expand, zone) if each.text]
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    is_long = texts.is_long(rows, with_text=wants_text)
    responses = of_items(plan, where, texts.whole(request, rows) if wants_text else rows)
    if is_long:
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses))
    return xml(MULTI_STATUS, document(responses))


def matching(
    request: GroupwareRequest,
    collection: CollectionRow,
    filter_: CalendarFilter,
    zone: tzinfo,
    *,
    with_text: bool,
) -> list[Candidate]:
    """The objects that pass *filter_*: by the index, then by their columns, last by their text."""
    start_us, end_us = bounds_us(filter_.within)
    with request.services.store.read() as unit:
        found = items.may_happen_in(
            unit, collection.id, filter_.component, start_us, end_us, with_text=with_text
        )
    if filter_.within is not None:
        found = [each for each in found if occurs_in(each, start_us, end_us, zone=zone)]
    rest = filter_.rest
    if rest is None:
        return found
    budget = Budget(characters=MOST_READ)
    return [
        each
        for each in found
        if matches_calendar(texts.text_of(request, each.item), each, rest, budget, zone=zone)
    ]


def zone_of(collection: CollectionRow, root: etree._Element) -> tzinfo:
    """The zone of floating times: the query's, else the calendar's, else UTC (section 7.3)."""
    told = root.findtext(f"{CAL}timezone") or collection.properties.get(_TIMEZONE, "")
    found = _TZID.search(told.replace("&#13;", "").replace("&#xD;", ""))
    return (find_zone(found[1].strip()) if found else None) or UTC
