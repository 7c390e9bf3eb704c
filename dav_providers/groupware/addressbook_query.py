"""addressbook-query (RFC 6352 section 8.6): contacts that match a filter."""

from lxml import etree

from dav_providers.groupware import engine
from dav_providers.groupware.names import CARD
from dav_providers.groupware.properties import ITEMS, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.report_xml import limit_of, wanted
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.writer import document, status_response
from storage import items
from storage.collections import CollectionRow


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The contacts that match; no more of them than the client wants at once."""
    asked, limit = wanted(root), limit_of(root, CARD)
    with request.services.store.read() as unit:
        members = items.of_collection(unit, collection.id, with_text=True)
    filter_ = root.find(f"{CARD}filter")
    has_filter = filter_ is not None and len(filter_) > 0
    found = engine.matching(request, collection, root, members) if has_filter else members
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, collection)
    responses = list(of_items(plan, where, found[:limit]))
    if limit is not None and len(found) > limit:
        error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
        responses.append(status_response(where, 507, error=error))
    return xml(MULTI_STATUS, document(responses))
