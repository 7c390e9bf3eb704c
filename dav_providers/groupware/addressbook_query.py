"""addressbook-query (RFC 6352 section 8.6): contacts that match a filter."""

from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.filter_xml import find_filter, read_card_filter
from dav_providers.groupware.names import CARD
from dav_providers.groupware.object_data import address_data
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.report_xml import limit_of, tells_etags, wanted
from dav_providers.multistatus.writer import CONTENT_TYPE, document, status_response, stream
from office import horizons
from office.item_search import words_of_card
from office.items import Budget, InvalidItemError
from office.items.column_filters import Verdict, card_verdict
from office.items.filters import CardFilter, matches_card
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The contacts that match; no more of them than the client wants at once."""
    asked, limit = wanted(root), limit_of(root, CARD)
    element, data = find_filter(root, CARD), address_data(root)
    filter_ = CardFilter((), is_any=True) if element is None else read_card_filter(element)
    wants_text = TEXT in ITEMS.needs(asked)
    most = None if limit is None else limit + 1
    with request.services.store.read() as unit:
        collection = request.current(unit, collection)
        found = matching(unit, collection, filter_, most=most)
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)

    shown = found[:limit]
    is_whole = not filter_.properties and len(shown) == len(found)
    if is_whole and (wants_text or tells_etags(asked)):
        request.note.knowledge = horizons.listed(collection)
    elif wants_text:
        request.note.knowledge = horizons.fetched(collection, shown)

    def responses() -> Iterator[bytes]:
        whole = texts.whole(request, collection, shown) if wants_text else shown
        yield from of_items(plan, where, map(data.row, whole))
        if len(found) > len(shown):
            error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
            yield status_response(where, 507, error=error)

    if texts.is_long(shown, with_text=wants_text):
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses()))
    return xml(MULTI_STATUS, document(responses()))


def matching(
    unit: Unit, collection: CollectionRow, filter_: CardFilter, *, most: int | None
) -> list[ItemRow]:
    """The first *most* contacts that pass *filter_*: by their columns, then by their text."""
    if not filter_.properties:
        return items.of_collection(unit, collection.place, most=most)
    verdicts: dict[str, Verdict] = {}
    possible: list[ItemRow] = []
    for each in items.contacts(unit, collection.place, words_of_card(filter_)):
        verdict = card_verdict(filter_, each.columns)
        if verdict is not False:
            verdicts[each.item.href] = verdict
            possible.append(each.item)
    budget = Budget(characters=texts.MOST_READ)
    passing = (
        # Without its text: those of all that pass may be more than memory holds.
        row
        for portion in texts.portions(possible)
        for row, item in zip(portion, _read(unit, collection, portion, verdicts), strict=True)
        if verdicts[row.href] or _fits(item, filter_, budget)
    )
    return list(islice(passing, most))


def _read(
    unit: Unit, collection: CollectionRow, portion: list[ItemRow], known: Mapping[str, Verdict]
) -> list[ItemRow]:
    """*portion* with its texts, but for those that are *known* to pass."""
    unread = [each.id for each in portion if not known[each.href]]
    read = items.read(unit, collection.place, unread) if unread else {}
    return [read.get(each.id, each) for each in portion]


def _fits(item: ItemRow, filter_: CardFilter, budget: Budget) -> bool:
    try:
        return matches_card(item.text, filter_, budget)
    except InvalidItemError:
        return False  # it was taken when limits were wider
