"""addressbook-query (RFC 6352 section 8.6): contacts that match a filter."""

from collections.abc import Iterator

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.calendar_query import MOST_READ
from dav_providers.groupware.filter_xml import find_filter, read_card_filter
from dav_providers.groupware.names import CARD
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.report_xml import limit_of, wanted
from dav_providers.multistatus.writer import CONTENT_TYPE, document, status_response, stream
from office.items import Budget
from office.items.filters import matches_card
from storage import items
from storage.collections import CollectionRow


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The contacts that match; no more of them than the client wants at once."""
    asked, limit = wanted(root), limit_of(root, CARD)
    element = find_filter(root, CARD)
    filter_ = None if element is None or not len(element) else read_card_filter(element)
    wants_text = TEXT in ITEMS.needs(asked)
    with_text = wants_text or filter_ is not None
    with request.services.store.read() as unit:
        found = items.of_collection(unit, collection.id, with_text=with_text)
    if filter_ is not None:
        budget = Budget(characters=MOST_READ)
        found = [
            each for each in found if matches_card(texts.text_of(request, each), filter_, budget)
        ]
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    shown = found[:limit]

    def responses() -> Iterator[bytes]:
        yield from of_items(plan, where, texts.whole(request, shown) if wants_text else shown)
        if len(found) > len(shown):
            error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
            yield status_response(where, 507, error=error)

    if texts.is_long(shown, with_text=wants_text):
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses()))
    return xml(MULTI_STATUS, document(responses()))
