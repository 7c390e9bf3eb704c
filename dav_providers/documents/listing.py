"""What the properties of a listing need, loaded for all of its rows at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from dav_providers.documents.properties import REGISTRY, Listing
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import RefusedError
from dav_providers.multistatus.live_properties import PropertyPlan
from dav_providers.multistatus.request_xml import Propfind
from office import access, access_lists, folder_sync, locks
from office.past_places import PastPlace
from office.places import Place
from storage import blocks, dead_properties
from storage.locks import on_members, on_nodes
from storage.store import Unit
from storage.tree import NodeRow
from wire.paths import quote_segment

_DEAD_BYTES = 64 * 1024 * 1024
"""Dead properties that one listing holds in memory."""
_NONE: Mapping[str, bytes] = {}
_OF_WHAT_IS = frozenset({"locks", "tokens"})
"""What nothing in the trash and no earlier version has."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A listing with all that its properties need; *dead* properties by node."""

    listing: Listing
    dead: Mapping[int, Mapping[str, bytes]]

    def plan(self, wanted: Propfind) -> PropertyPlan[NodeRow]:
        """What *wanted* asks of every row."""
        return REGISTRY.compile(
            wanted,
            self.listing,
            dead=self.dead_of if self.dead else None,
            is_minimal=self.listing.request.wants_minimal,
        )

    def members(self, wanted: Propfind, members: Sequence[NodeRow]) -> Iterator[bytes]:
        """The responses of members of the folder that is listed: runs of documents as one."""
        plan = self.plan(wanted)
        names = self.listing.names
        where = href(names, is_collection=True)
        is_minimal = self.listing.request.wants_minimal
        shape = REGISTRY.shape(wanted, self.listing, where, name="name", is_minimal=is_minimal)
        for is_plain, run in groupby(members, self._is_plain):
            if is_plain and shape is not None:
                yield from shape.of_rows(list(run))
                continue
            for each in run:
                slash = "/" if each.is_collection else ""
                yield plan.response(f"{where}{quote_segment(each.name)}{slash}", each)

    def _is_plain(self, node: NodeRow) -> bool:
        return not node.is_collection and node.id not in self.dead

    def dead_of(self, node: NodeRow) -> Mapping[str, bytes]:
        """A row's dead properties."""
        return self.dead.get(node.id, _NONE)


def load(
    request: DocumentRequest,
    unit: Unit,
    place: Place,
    members: Sequence[NodeRow],
    needs: frozenset[str],
    *,
    is_listing: bool,
) -> Loaded:
    """Look up what *needs* names (``LivePropertyRegistry.needs``).

    Args:
        request: Who asks.
        unit: The transaction.
        place: What is asked about.
        members: Those of its members that are told.
        needs: What to load.
        is_listing: Members are told at all.
    """
    node = place.existing()
    listing = Listing(request, place.names, place.chain)
    if isinstance(place, PastPlace):
        needs -= _OF_WHAT_IS
    if "locks" in needs:
        _load_locks(unit, listing, place, is_listing=is_listing)
    if "tokens" in needs:
        _load_tokens(unit, listing, place, members)
    if "holders" in needs:
        shown = {each.id for each in (*place.chain, *members)}
        listing.holders = access_lists.holders(unit, shown)
    dead = _dead_properties(unit, node, is_listing=is_listing) if "dead" in needs else {}
    if dead and access.is_passed(listing.who, place.chain):
        # Of folders that are only gone through, what clients wrote on them is not told.
        dead = {node_id: each for node_id, each in dead.items() if node_id in listing.who.grants}
    return Loaded(listing, dead)


def too_much(message: str) -> RefusedError:
    """The refusal of a listing that is too long."""
    return RefusedError(507, message, pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)


def _load_tokens(unit: Unit, listing: Listing, place: Place, members: Sequence[NodeRow]) -> None:
    node = place.existing()
    folders = [
        listing.chain_of(each) for each in (node, *members) if each.is_collection and each.id
    ]
    listing.tokens = folder_sync.tokens(unit, listing.who, folders)
    if not node.id:
        layout = listing.request.services.layout
        listing.tokens[node.id] = folder_sync.top_token(unit, listing.who, layout, place)


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
            raise too_much("The members' own properties are too many to be listed at once.")
        found = dead_properties.of_members(unit, node.id)
    if own := dead_properties.of_node(unit, node.id):
        found[node.id] = own
    return found
