"""sync-collection on folders (RFC 6578 section 3.2): what changed in one since a token."""

from collections.abc import Iterator

from lxml import etree

from dav_providers.documents.listing import load, too_much
from dav_providers.documents.properties import REGISTRY
from dav_providers.documents.propfind import whole_or_in_blocks
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import Answer, RefusedError
from dav_providers.multistatus.report_xml import not_served, sync_collection
from dav_providers.multistatus.writer import status_response, text_element
from office import folder_sync
from office.errors import SyncTokenError, TooLargeError
from office.folder_sync import FolderDelta
from office.places import Place
from storage.store import Unit
from wire.dav_headers import Depth, parse_depth
from wire.paths import quote_segment


def answer(request: DocumentRequest, unit: Unit, place: Place, root: etree._Element) -> Answer:
    """The members that are new, changed or gone; with a limit perhaps not all of them yet."""
    if not place.existing().is_collection:
        raise not_served()
    if parse_depth(request.header("Depth"), default=Depth.ZERO) is Depth.INFINITY:
        raise RefusedError(
            403, "Ask one folder at a time (Depth: 0).", pre.SYNC_TRAVERSAL_SUPPORTED
        )
    query = sync_collection(root)
    delta = _delta(request, unit, place, query.token, query.limit)
    needs = REGISTRY.needs(query.asked)
    loaded = load(request, unit, place, delta.changed, needs, is_listing=True)

    def responses() -> Iterator[bytes]:
        yield from loaded.members(query.asked, delta.changed)
        base = href(place.names, is_collection=True)
        for each in delta.gone:
            slash = "/" if each.is_collection else ""
            yield status_response(f"{base}{quote_segment(each.name)}{slash}", 404)
        if delta.is_truncated:
            error = pre.error_element(pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
            yield status_response(base, 507, error=error)

    return whole_or_in_blocks(responses(), trailer=text_element("{DAV:}sync-token", delta.token))


def _delta(
    request: DocumentRequest, unit: Unit, place: Place, token: str, limit: int | None
) -> FolderDelta:
    layout = request.services.layout
    try:
        return folder_sync.delta(unit, request.who, layout, place, token, limit=limit)
    except SyncTokenError as error:
        condition = pre.VALID_SYNC_TOKEN
        raise RefusedError(condition.status, str(error), condition) from error
    except TooLargeError as error:
        raise too_much(str(error)) from error
