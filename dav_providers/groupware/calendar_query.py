"""calendar-query (RFC 4791 section 7.8): from the index alone where its filter allows that."""

from collections.abc import Iterator

from lxml import etree

from dav_providers.groupware.filters import CalendarFilter, bounds_us, calendar_filter
from dav_providers.groupware.object_data import calendar_data, in_time
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.report_xml import portions, wanted, zone_of
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.writer import CONTENT_TYPE, document, stream
from office.items import InvalidItemError, occurs_in
from office.items.column_filters import calendar_verdict
from office.items.filters import matches_calendar
from storage import items
from storage.collections import CollectionRow
from storage.items import Candidate, ItemRow
from storage.store import Unit

_STREAMED_ROWS = 200


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The objects that match."""
    asked, zone = wanted(root), zone_of(collection, root)
    filter_, data = calendar_filter(root, zone), calendar_data(root, zone)
    with request.services.store.read() as unit:
        found = matching(unit, collection, filter_, with_text=TEXT in ITEMS.needs(asked))
    rows = list(in_time(found, data))
    if data.expand is not None:
        # What happens in the time that is asked about but not in the one to be shown is left out.
        rows = [each for each in rows if each.text]
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    responses = of_items(plan, where, map(data.row, rows))
    if len(rows) > _STREAMED_ROWS:
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses))
    return xml(MULTI_STATUS, document(responses))


def matching(
    unit: Unit, collection: CollectionRow, filter_: CalendarFilter, *, with_text: bool
) -> list[Candidate]:
    """The objects that pass *filter_*: by the index, by their columns, and last by their text."""
    start_us, end_us = bounds_us(filter_.within)
    within = filter_.within
    found = items.may_happen_in(
        unit,
        collection.id,
        filter_.component,
        start_us,
        end_us,
        with_text=with_text and filter_.is_answered,
    )
    if filter_.is_answered:
        if within is None:
            return found
        return [each for each in found if occurs_in(each, start_us, end_us, zone=within.zone)]
    verdicts = {each.item.href: calendar_verdict(filter_.whole, each) for each in found}
    possible = [each for each in found if verdicts[each.item.href] is not False]
    if not with_text:
        known = [each for each in possible if verdicts[each.item.href]]
        unknown = [each.item for each in possible if not verdicts[each.item.href]]
        return known + [each for each in _read(unit, unknown) if _fits(each, filter_)]
    return [
        each
        for each in _read(unit, [each.item for each in possible])
        if verdicts[each.item.href] or _fits(each, filter_)
    ]


def _read(unit: Unit, rows: list[ItemRow]) -> Iterator[Candidate]:
    """The objects with their text, so many at a time as memory is to hold."""
    for portion in portions(rows):
        yield from items.candidates(unit, rows[0].collection_id, [each.href for each in portion])


def _fits(candidate: Candidate, filter_: CalendarFilter) -> bool:
    try:
        return matches_calendar(candidate.item.text, candidate, filter_.whole)
    except InvalidItemError:
        return False  # it was taken when limits were wider
