"""addressbook-query (RFC 6352 section 8.6): contacts that match a filter."""

from lxml import etree

from dav_providers.groupware.filter_xml import find_filter, read_card_filter
from dav_providers.groupware.names import CARD
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.report_xml import limit_of, wanted
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.writer import document, status_response
from office.items.filters import matches_card
from storage import items
from storage.collections import CollectionRow


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The contacts that match; no more of them than the client wants at once."""
    asked, limit = wanted(root), limit_of(root, CARD)
    element = find_filter(root, CARD)
    filter_ = None if element is None or not len(element) else read_card_filter(element)
    with_text = TEXT in ITEMS.needs(asked) or filter_ is not None
    with request.services.store.read() as unit:
        found = items.of_collection(unit, collection.id, with_text=with_text)
    if filter_ is not None:
        found = [each for each in found if matches_card(each.text, filter_)]
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    responses = list(of_items(plan, where, found[:limit]))
    if limit is not None and len(found) > limit:
        error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
        responses.append(status_response(where, 507, error=error))
    return xml(MULTI_STATUS, document(responses))
