"""PROPFIND on documents (RFC 4918 section 9.1): a fixed number of queries, whatever the length."""

from collections.abc import Iterator
from itertools import chain

from dav_providers.documents import preconditions
from dav_providers.documents.listing import Loaded, load, too_much
from dav_providers.documents.properties import REGISTRY
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError
from dav_providers.multistatus.request_xml import Propfind, parse_propfind
from dav_providers.multistatus.writer import CONTENT_TYPE, stream
from office import past
from office.errors import TooLargeError
from office.places import Place
from office.tracking import Act
from storage.store import Unit
from storage.tree import NodeRow
from wire.bodies import read_small
from wire.dav_headers import Depth, parse_depth

_BLOCK_BYTES = 256 * 1024
"""An answer up to this size leaves whole, with its length; a longer one in such blocks."""


def answer(request: DocumentRequest) -> Answer:
    """List the properties of a document or folder, with Depth 1 also of its members."""
    limits = request.services.settings.limits
    body = read_small(request.environ, limits.xml_bytes)
    wanted = parse_propfind(body, max_depth=limits.xml_depth)
    depth = parse_depth(request.header("Depth"), default=Depth.INFINITY)
    if depth is Depth.INFINITY:
        raise RefusedError(403, "List one folder at a time (Depth: 1).", pre.PROPFIND_FINITE_DEPTH)
    with request.look(has_body=bool(body)) as (unit, place):
        node = place.existing()
        preconditions.check(request, unit, place)
        request.describe(place)
        is_listing = depth is Depth.ONE and bool(node.is_collection)
        request.note.act = Act.LISTED
        members = _members(request, unit, place) if is_listing else []
        loaded = load(request, unit, place, members, REGISTRY.needs(wanted), is_listing=is_listing)
    return whole_or_in_blocks(_responses(wanted, loaded, node, members, is_listing=is_listing))


def _members(request: DocumentRequest, unit: Unit, place: Place) -> list[NodeRow]:
    most = request.services.settings.limits.propfind_entries_max
    try:
        return past.members(unit, request.who, request.services.layout, place, most=most)
    except TooLargeError as error:
        raise too_much(str(error)) from error


def _responses(
    wanted: Propfind, loaded: Loaded, node: NodeRow, members: list[NodeRow], *, is_listing: bool
) -> Iterator[bytes]:
    plan = loaded.plan(wanted)
    if not (is_listing and loaded.listing.request.skips_root):
        where = href(loaded.listing.names, is_collection=bool(node.is_collection))
        yield plan.response(where, node)
    yield from loaded.members(wanted, members)


def whole_or_in_blocks(responses: Iterator[bytes], *, trailer: bytes = b"") -> Answer:
    """A multistatus with its length, or in blocks where it is long, with *trailer* at its end."""
    headers = [("Content-Type", CONTENT_TYPE)]
    blocks = stream(responses, trailer=trailer, block_bytes=_BLOCK_BYTES)
    first = next(blocks)
    second = next(blocks, None)
    if second is not None:
        return Answer(MULTI_STATUS, headers, chain((first, second), blocks))
    return Answer(MULTI_STATUS, [*headers, ("Content-Length", str(len(first)))], [first])
