"""From names below ``/files/`` to nodes: what is there, and what the caller may know of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from auth.identity import Identity
from office import access
from office.access import Act, Verdict
from office.errors import Blocked, BlockedError, NotFoundError, ParentMissingError, TooLargeError
from office.layout import Layout, top
from storage import tree
from storage.store import Unit, WriteUnit
from storage.tree import NodeRow


@dataclass(frozen=True, slots=True)
class Place:
    """A path below ``/files/``: the nodes that are there and the names that are not (yet).

    Attributes:
        names: The path's names, in NFC; none for ``/files/`` itself.
        chain: The nodes from the root on, as far as they exist; ``/files/`` itself where not
            even the first name is a root.
        missing: The names that no node has, or none that the caller may know of.
        blocked: The block that ended the chain, for the journal. Such a place is in all else like
            one that nobody ever made.
    """

    names: tuple[str, ...]
    chain: tuple[NodeRow, ...]
    missing: tuple[str, ...]
    blocked: Blocked | None = None

    @property
    def node(self) -> NodeRow | None:
        """The node at the path, if there is one."""
        return None if self.missing else self.chain[-1]

    def existing(self) -> NodeRow:
        """The node at the path.

        Raises:
            NotFoundError: There is none.
        """
        node = self.node
        if self.blocked is not None:
            raise BlockedError(self.blocked)
        if node is None:
            # Word for word what is said of a place that is blocked for somebody.
            raise NotFoundError("There is nothing here.")
        return node

    @property
    def name(self) -> str:
        """The last name; empty for ``/files/``."""
        return self.names[-1] if self.names else ""

    @property
    def parent_chain(self) -> tuple[NodeRow, ...]:
        """The nodes down to the collection that the path lies in.

        Raises:
            ParentMissingError: That collection is not there.
        """
        if len(self.missing) > 1:
            raise ParentMissingError(self.blocked)
        parents = self.chain if self.missing else self.chain[:-1]
        if not parents or not parents[-1].is_collection:
            raise ParentMissingError
        return parents

    @property
    def parent(self) -> NodeRow:
        """The collection that the path lies in."""
        return self.parent_chain[-1]


def find(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> Place:
    """Look a path up; one query for the whole chain.

    Below a folder that is hidden from *who* it is as if that were not there.

    Raises:
        BlockedError: What has the last name is hidden. Reading says so of any name that is not
            there; but who wants to make something must hear that this name is not free.
    """
    place = look_up(unit, who, layout, names)
    if place.blocked is not None and len(place.missing) == 1:
        raise BlockedError(place.blocked)
    return place


def look_up(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> Place:
    """:func:`find` for one who makes nothing there: what is hidden is missing, everywhere."""
    if not names:
        return Place((), (_top(unit, who, layout),), ())
    root_id = who.home_node_id if names[0] == layout.names.home else layout.shared.get(names[0])
    found = [] if root_id is None else tree.chain(unit, root_id, names[1:])
    # A Home's row has its owner's name; everybody knows their own under the office's word.
    chain = [node._replace(name=names[0]) for node in found[:1]] + found[1:]
    known = access.known_part(who, chain)
    blocked = None
    if len(known) < len(chain):
        blocked = Blocked(chain[len(known)].id, tuple(names))
    missing = tuple(names[len(known) :])
    return Place(tuple(names), tuple(known) or (_top(unit, who, layout),), missing, blocked)


def _top(unit: Unit, who: Identity, layout: Layout) -> NodeRow:
    return top(layout, tree.find(unit, who.home_node_id))


def members(
    unit: Unit, who: Identity, layout: Layout, place: Place, *, most: int = tree.ALL
) -> list[NodeRow]:
    """What lies directly in the collection at *place*, as far as *who* may see it, by name.

    Raises:
        TooLargeError: There are more than *most*; no more than that are read.
    """
    node = place.existing()
    if place.names and access.is_passed(who, place.chain):
        return _within(passed_members(unit, who, [place.chain])[node.id], most)
    if place.names:
        # Hidden ones may be among the first, and must not count.
        found = tree.children(unit, node.id, most=most + 1 + len(who.blocked_nodes))
        return _within(access.visible(who, place.chain, found), most)
    roots = [tree.find(unit, root_id) for root_id in layout.shared.values()]
    home = tree.find(unit, who.home_node_id)
    there = [each for each in roots if each is not None]
    if home is not None:
        there.append(home._replace(name=layout.names.home))
    allowed = [each for each in there if access.decide(who, Act.READ, (each,)) is Verdict.ALLOWED]
    return sorted(allowed, key=lambda each: each.name)


def passed_members(
    unit: Unit, who: Identity, chains: Sequence[Sequence[NodeRow]]
) -> dict[int, list[NodeRow]]:
    """What *who* sees in folders that they only go through, by folder; one query for all.

    What leads on is known with the person, so that a folder of thousands costs no more.
    """
    above = {chain[-1].id: chain for chain in chains}
    shown: dict[int, list[NodeRow]] = {node_id: [] for node_id in above}
    for each in tree.children_among(unit, above, {*who.passages, *who.grants}):
        if each.parent_id is not None:
            shown[each.parent_id] += access.visible(who, above[each.parent_id], [each])
    return shown


def _within(members: list[NodeRow], most: int) -> list[NodeRow]:
    if len(members) > most:
        raise TooLargeError(f"The folder has more than {most:,} members.")
    return members


def names_of(unit: Unit, layout: Layout, who: Identity, node_id: int) -> tuple[str, ...]:
    """The path below ``/files/`` of a node, as *who* sees it."""
    lineage = tree.lineage(unit, node_id)
    names = [name for _, name in lineage]
    if lineage and lineage[0][0] == who.home_node_id:
        names[0] = layout.names.home
    return tuple(names)


def find_for_writing(
    unit: WriteUnit,
    who: Identity,
    layout: Layout,
    *paths: Sequence[str],
    also: Collection[int] = (),
) -> list[Place]:
    """Look paths up and keep other writers out of their trees until the commit.

    Called once in a transaction, before its first change, with all its paths: locks that are
    added to others could wait in a ring. *also* are further trees whose members change.

    Raises:
        BlockedError: As :func:`find`.
    """
    places = [find(unit, who, layout, names) for names in paths]
    if unit.is_sqlite:
        return places
    unit.mark()
    while True:
        changing, passing = _trees(places)
        changing |= set(also)
        unit.serialise(*changing, passing=passing)
        # Only now nobody else moves anything in there: what was found before may be stale.
        places = [find(unit, who, layout, names) for names in paths]
        changing_now, passing_now = _trees(places)
        if changing_now <= changing and passing_now <= changing | passing:
            return places
        unit.back_to_mark()


def _trees(places: Sequence[Place]) -> tuple[set[int], set[int]]:
    """The trees whose members change with a change at *places*, and those on the way there.

    A property's way leads through the folder of all properties: writers in two of them only
    pass it, and wait for nobody but who makes, renames or changes a property itself.
    """
    changing: set[int] = set()
    for place in places:
        changing.add(place.chain[-1].tree_id)
        if not place.missing:
            changing.update(node.tree_id for node in place.chain[-2:-1])
    on_the_way = {node.tree_id for place in places for node in place.chain}
    return changing, on_the_way - changing
