"""calendar-query (RFC 4791 section 7.8): from the index alone where its filter allows that."""

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.filters import CalendarFilter, bounds_us, calendar_filter
from dav_providers.groupware.floating_times import zone_of
from dav_providers.groupware.object_data import calendar_data, in_time
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.report_xml import tells_etags, wanted
from dav_providers.multistatus.writer import CONTENT_TYPE, document, stream
from office import horizons
from office.item_search import words_of_calendar
from office.items import Budget, InvalidItemError, occurs_in
from office.items.column_filters import calendar_verdict
from office.items.filters import matches_calendar
from storage import items
from storage.collections import CollectionRow
from storage.items import Candidate
from storage.store import Unit

_MOST_INSTANCES = 250_000  # looked at for alarms: seconds


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The objects that match."""
    asked, zone = wanted(root), zone_of(collection, root)
    filter_, data = calendar_filter(root, zone), calendar_data(root, zone)
    wants_text = TEXT in ITEMS.needs(asked)
    with request.services.store.read() as unit:
        collection = request.current(unit, collection)
        found = matching(unit, collection, filter_)
    if filter_.tells_all(collection.components) and (wants_text or tells_etags(asked)):
        request.note.knowledge = horizons.listed(collection)
    elif wants_text:
        request.note.knowledge = horizons.fetched(collection, [each.item for each in found])
    rows = in_time(request, collection, found, data)
    if data.expand is not None:
        # What happens in the time that is asked about but not in the one to be shown is left out.
        rows = [each for each in rows if each.text]
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    whole = (
        texts.whole(request, collection, rows) if wants_text and not data.needs_columns else rows
    )
    responses = of_items(plan, where, map(data.row, whole))
    if texts.is_long(rows, with_text=wants_text):
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses))
    return xml(MULTI_STATUS, document(responses))


def matching(unit: Unit, collection: CollectionRow, filter_: CalendarFilter) -> list[Candidate]:
    """The objects that pass *filter_*: by the index, by their columns, and last by their text."""
    start_us, end_us = bounds_us(filter_.within)
    within = filter_.within
    found = items.may_happen_in(
        unit,
        collection.place,
        filter_.component,
        start_us,
        end_us,
        words=words_of_calendar(filter_.whole),
    )
    if filter_.is_answered:
        if within is None:
            return found
        return [each for each in found if occurs_in(each, start_us, end_us, zone=within.zone)]
    verdicts = {each.item.id: calendar_verdict(filter_.whole, each) for each in found}
    unknown = [each.item for each in found if verdicts[each.item.id] is None]
    budget = Budget(_MOST_INSTANCES, texts.MOST_READ)
    for each in texts.candidates_in(unit, collection, unknown):
        verdicts[each.item.id] = _fits(each, filter_, budget)
    # Without their texts: those of all that pass may be more than memory holds.
    return [each for each in found if verdicts[each.item.id]]


def _fits(candidate: Candidate, filter_: CalendarFilter, budget: Budget) -> bool:
    try:
        return matches_calendar(candidate.item.text, candidate, filter_.whole, budget)
    except InvalidItemError:
        return False  # it was taken when limits were wider
