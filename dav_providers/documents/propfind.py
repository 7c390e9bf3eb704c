"""PROPFIND on documents (RFC 4918 section 9.1): a fixed number of queries, whatever the length."""

from collections.abc import Iterator
from itertools import chain

from dav_providers.documents import preconditions
from dav_providers.documents.properties import REGISTRY, DiskSpace, Listing
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError
from dav_providers.multistatus.request_xml import Propfind, parse_propfind
from dav_providers.multistatus.writer import CONTENT_TYPE, stream
from office import locks, places
from office.errors import TooLargeError
from office.places import Place
from office.tracking import Act
from storage import blocks, dead_properties
from storage.locks import on_members, on_nodes
from storage.store import Unit
from storage.tree import NodeRow
from wire.bodies import read_small
from wire.dav_headers import Depth, parse_depth
from wire.paths import quote_segment

_BLOCK_BYTES = 256 * 1024
"""An answer up to this size leaves whole, with its length; a longer one in such blocks."""
_DEAD_BYTES = 64 * 1024 * 1024
"""Dead properties that one listing holds in memory."""


def answer(request: DocumentRequest, space: DiskSpace) -> Answer:
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
        listing = Listing(request, place.names, place.chain)
        needs = REGISTRY.needs(wanted)
        if "locks" in needs:
            _load_locks(unit, listing, place, is_listing=is_listing)
        if "space" in needs:
            listing.space = space()
        dead = _dead_properties(unit, node, is_listing=is_listing) if "dead" in needs else {}
    return _answer(_responses(wanted, listing, node, members, dead))


def _members(request: DocumentRequest, unit: Unit, place: Place) -> list[NodeRow]:
    most = request.services.settings.limits.propfind_entries_max
    try:
        return places.members(unit, request.who, request.services.layout, place, most=most)
    except TooLargeError as error:
        raise _too_much(str(error)) from error


def _too_much(message: str) -> RefusedError:
    return RefusedError(507, message, pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)


def _load_locks(unit: Unit, listing: Listing, place: Place, *, is_listing: bool) -> None:
    target = place.chain[-1]
    for lock in locks.covering(unit, place.chain):
        if lock.node_id == target.id:
            listing.locks.setdefault(target.id, []).append(lock)
        if lock.node_id != target.id or lock.is_deep:
            _inherit(listing, place, lock.node_id)
            listing.inherited.append(lock)
    if listing.inherited:
        # What lies on the target itself is shown there once, as its own.
        own = {lock.token for lock in listing.inherited}
        listing.locks[target.id] = [
            lock for lock in listing.locks.get(target.id, ()) if lock.token not in own
        ]
    if is_listing:
        holders = {lock.user_id for lock in listing.inherited}
        listing.unreached = {
            (holder, node_id) for holder in holders for node_id in blocks.of_user(unit, holder)
        }
        # The members of /files/ itself are roots: they have no parent to be found by.
        roots = on_nodes(unit, _shown_roots(listing)) if not place.names else []
        for lock in roots or on_members(unit, target.id):
            listing.locks.setdefault(lock.node_id, []).append(lock)


def _shown_roots(listing: Listing) -> list[int]:
    """The nodes that ``/files/`` shows: the shared roots and the caller's own Home."""
    return [*listing.request.services.layout.shared.values(), listing.who.home_node_id]


def _inherit(listing: Listing, place: Place, node_id: int) -> None:
    """Remember the href of a lock's root on the way down to this place."""
    depth = next(i for i, node in enumerate(place.chain) if node.id == node_id)
    node = place.chain[depth]
    listing.lock_roots[node_id] = href(
        place.names[: depth + 1], is_collection=bool(node.is_collection)
    )


def _dead_properties(
    unit: Unit, node: NodeRow, *, is_listing: bool
) -> dict[int, dict[str, bytes]]:
    found: dict[int, dict[str, bytes]] = {}
    if is_listing:
        if dead_properties.bytes_of_members(unit, node.id) > _DEAD_BYTES:
            raise _too_much("The members' own properties are too many to be listed at once.")
        found = dead_properties.of_members(unit, node.id)
    if own := dead_properties.of_node(unit, node.id):
        found[node.id] = own
    return found


def _responses(
    wanted: Propfind,
    listing: Listing,
    node: NodeRow,
    members: list[NodeRow],
    dead: dict[int, dict[str, bytes]],
) -> Iterator[bytes]:
    none: dict[str, bytes] = {}
    plan = REGISTRY.compile(
        wanted,
        listing,
        dead=(lambda row: dead.get(row.id, none)) if dead else None,
        is_minimal=listing.request.wants_minimal,
    )
    names = listing.names
    yield plan.response(href(names, is_collection=bool(node.is_collection)), node)
    base = href(names, is_collection=True)
    for member in members:
        slash = "/" if member.is_collection else ""
        yield plan.response(f"{base}{quote_segment(member.name)}{slash}", member)


def _answer(responses: Iterator[bytes]) -> Answer:
    headers = [("Content-Type", CONTENT_TYPE)]
    blocks = stream(responses, block_bytes=_BLOCK_BYTES)
    first = next(blocks)
    second = next(blocks, None)
    if second is not None:
        return Answer(MULTI_STATUS, headers, chain((first, second), blocks))
    return Answer(MULTI_STATUS, [*headers, ("Content-Length", str(len(first)))], [first])
