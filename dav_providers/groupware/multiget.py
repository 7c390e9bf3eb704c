"""calendar-multiget and addressbook-multiget (RFC 4791 section 7.9, RFC 6352 section 8.7)."""

from collections.abc import Iterator

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.names import DAV
from dav_providers.groupware.object_data import in_time, object_data
from dav_providers.groupware.properties import ITEMS, TEXT, Listing
from dav_providers.groupware.request import GroupwareRequest, OutsideError, collection_href
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.report_xml import wanted
from dav_providers.multistatus.writer import CONTENT_TYPE, document, status_response, stream
from office import horizons
from storage import items
from storage.collections import CollectionRow
from wire.dav_headers import ForeignHostError
from wire.paths import PathError, is_plain_segment, quote_segment

_STREAMED_ROWS = 200
_ITEM_DEPTH = 3


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """The objects named by their hrefs; 404 in the answer for those that are not there."""
    asked, data = wanted(root), object_data(collection, root)
    hrefs = list(dict.fromkeys((each.text or "").strip() for each in root.iterfind(f"{DAV}href")))
    where = collection_href(request.who.user_name, collection)
    names = {href: _name(request, collection, where, href) for href in hrefs}
    members = {name for name in names.values() if name is not None}
    wants_text = TEXT in ITEMS.needs(asked)
    with request.services.store.read() as unit:
        collection = request.current(unit, collection)
        found = items.named(unit, collection.place, members)
        ids = [each.id for each in found.values()] if data.needs_columns else []
        candidates = items.candidates(unit, collection.place, ids, with_text=False) if ids else {}
    if wants_text:
        request.note.knowledge = horizons.fetched(collection, found.values())
    if candidates:
        found = {
            each.href: each for each in in_time(request, collection, candidates.values(), data)
        }
    plan = ITEMS.compile(asked, Listing(request, collection), is_minimal=request.wants_minimal)

    def responses() -> Iterator[bytes]:
        rows = [found.get(name) if name is not None else None for name in names.values()]
        told = [each for each in rows if each is not None]
        # Instances are read already; where there are none, their text is empty.
        is_read = data.needs_columns or not wants_text
        there = iter(told) if is_read else texts.read(request, collection, told)
        for (href, name), row in zip(names.items(), rows, strict=True):
            item = next(there) if row is not None else None
            if item is None or item.href != name:  # it may have gone, or been renamed meanwhile
                yield status_response(href, 404)
            else:
                yield plan.response(where + quote_segment(item.href), data.row(item))

    if len(hrefs) > _STREAMED_ROWS or texts.is_long([*found.values()], with_text=wants_text):
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses()))
    return xml(MULTI_STATUS, document(responses()))


def _name(
    request: GroupwareRequest, collection: CollectionRow, where: str, href: str
) -> str | None:
    """The member that *href* speaks of; None where it lies elsewhere or is no path at all."""
    if href.startswith(where) and is_plain_segment(name := href[len(where) :]):
        return name  # spelled as this server does: most are
    try:
        names = request.names_in(href).segments
    except (ForeignHostError, OutsideError, PathError):
        return None
    if len(names) != _ITEM_DEPTH or names[:2] != (request.who.user_name, collection.name):
        return None
    return names[2]
