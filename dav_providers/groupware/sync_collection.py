"""sync-collection (RFC 6578 section 3.2): what changed since a token, and the next token."""

from collections.abc import Iterator

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.names import DAV
from dav_providers.groupware.object_data import in_time, object_data
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.propfind import of_items
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, refusal, xml
from dav_providers.multistatus.report_xml import sync_collection
from dav_providers.multistatus.writer import (
    CONTENT_TYPE,
    document,
    status_response,
    stream,
    text_element,
)
from office import horizons, item_store
from office.collections import Kind
from office.errors import SyncTokenError
from office.sync_tokens import Known, token_of
from storage import items
from storage.collections import CollectionRow
from wire.clients import Family
from wire.paths import quote_segment


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The members that are new, changed or gone; with a limit perhaps not all of them yet."""
    query, data = sync_collection(root), object_data(collection, root)
    if query.token == token_of(collection):
        everything = Known(collection.modseq, collection.modseq)
        request.note.knowledge = horizons.presented(collection, everything)
        trailer = text_element(f"{DAV}sync-token", query.token)
        return xml(MULTI_STATUS, document((), trailer=trailer))
    is_sent = TEXT in ITEMS.needs(query.asked)
    with_text = is_sent and not data.needs_columns
    try:
        with request.services.store.read() as unit:
            # Looked up anew: its counter and its members are to be of one snapshot.
            now = request.collection(unit)
            delta = item_store.delta(unit, now, query.token, limit=query.limit)
            changed = delta.changed
            ids = [each.id for each in changed] if data.needs_columns else []
            candidates = items.candidates(unit, now.place, ids, with_text=False) if ids else {}
    except SyncTokenError as error:
        return _stale(request, collection, error)
    fetched = delta.changed if is_sent else ()
    request.note.knowledge = horizons.presented(now, delta.known, fetched)
    if candidates:
        changed = in_time(request, now, candidates.values(), data)
    listing = Listing(request, now)
    plan = ITEMS.compile(query.asked, listing, is_minimal=request.wants_minimal)
    where = collection_href(request.who.user_name, now)
    shape = ITEMS.shape(query.asked, listing, where, name="href", is_minimal=request.wants_minimal)

    def responses() -> Iterator[bytes]:
        rows = texts.whole(request, now, changed) if with_text else changed
        if shape is None:
            yield from of_items(plan, where, map(data.row, rows))
        else:
            yield from shape.of_rows(changed)
        for href in delta.gone:
            yield status_response(where + quote_segment(href), 404)
        if delta.is_truncated:
            error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
            yield status_response(where, 507, error=error)

    trailer = text_element(f"{DAV}sync-token", delta.token)
    if texts.is_long(changed, with_text=with_text):
        blocks = stream(responses(), trailer=trailer)
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], blocks)
    return xml(MULTI_STATUS, document(responses(), trailer=trailer))


def _stale(request: GroupwareRequest, collection: CollectionRow, error: SyncTokenError) -> Answer:
    """Start anew with an empty token, this says.

    Thunderbird 140's address books (CardDAVDirectory.sys.mjs) do so only after a 400; with a 403
    they keep the token for ever.
    """
    is_stuck = request.family is Family.THUNDERBIRD and collection.kind == Kind.ADDRESSBOOK
    status = 400 if is_stuck else pre.VALID_SYNC_TOKEN.status
    return refusal(status, str(error), pre.VALID_SYNC_TOKEN)
