"""The trash: ``/files/.trash/<root's path below /files>/<time>/<path within the root>``.

A root is what has a change counter of its own: a property, the shared material, a Home. What was
deleted is found under the root in which the folder that it lay in lies now, by that folder's
present path; who may read it there, and nobody else, finds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from auth.identity import Identity
from office import access, past_places, places
from office.errors import TooLargeError
from office.layout import TRASH, Layout, Role
from office.past_places import PastPlace
from office.places import Place
from storage import trash, tree
from storage.store import Unit
from storage.trash import TrashRow
from storage.tree import NodeRow

_PAGE = 500
_OF_ROOTS = frozenset({Role.TOP, Role.ESTATES, Role.CONTACTS})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something deleted, as one person may see it.

    Attributes:
        row: What, when, by whom.
        chain: The nodes that decide who may see it, from the root to itself.
        names: Where it lay, below ``/files/``, as the folders are called now.
        path: The folder of its moment in the trash, likewise.
    """

    row: TrashRow
    chain: tuple[NodeRow, ...]
    names: tuple[str, ...]
    path: tuple[str, ...]

    @property
    def full_path(self) -> tuple[str, ...]:
        """Where it is itself, in the folder of its moment."""
        return (*self.path, *self.names[len(self.path) - 2 :])


def speaks_of(names: Sequence[str]) -> bool:
    """Whether a path below ``/files/`` leads into the trash."""
    return bool(names) and names[0] == TRASH


def look_up(unit: Unit, who: Identity, layout: Layout, names: Sequence[str]) -> PastPlace:
    """What is at a path that :func:`speaks_of` the trash, as *who* may know of it."""
    live = places.look_up(unit, who, layout, names[1:])
    roots = _roots(live)
    depth = 1 + len(roots)
    above = roots or live.chain[:1]
    around = (*above, past_places.folder(above[-1], names[depth - 1]))
    if len(names) == depth:
        return PastPlace(tuple(names), around, ())
    chain = _chain_at(unit, who, layout, roots, names[depth])
    if not chain:
        return past_places.missing(names, around, depth, live.blocked)
    if not past_places.is_shown(who, chain):
        return past_places.missing(names, around, depth, past_places.block_in(who, chain))
    return _within(unit, who, chain, names, depth)


def _roots(live: Place) -> tuple[NodeRow, ...]:
    """The nodes on the way to *live* that count the changes of their own members."""
    if live.chain[0].role == Role.TOP:
        return ()
    own = 1
    while own < len(live.chain) and live.chain[own].tree_id != live.chain[own - 1].tree_id:
        own += 1
    return live.chain[:own]


def _chain_at(
    unit: Unit, who: Identity, layout: Layout, roots: Sequence[NodeRow], name: str
) -> tuple[NodeRow, ...]:
    """The chain of what was deleted in a root at a moment; empty where nothing was."""
    number = past_places.number_in(name)
    row = trash.find(unit, number) if number and roots else None
    if row is None or row.tree_id != roots[-1].tree_id or _moment(row) != name:
        return ()
    return _chains(unit, who, layout, [row])[row.node_id]


def _within(
    unit: Unit, who: Identity, chain: tuple[NodeRow, ...], names: Sequence[str], depth: int
) -> PastPlace:
    """What lies below the folder of a moment, which is the name at *depth*."""
    way, asked = chain[depth - 1 :], names[depth + 1 :]
    same = 0
    while same < min(len(way), len(asked)) and asked[same] == way[same].name:
        same += 1
    if same < len(way):
        shown = (*chain, past_places.folder(chain[-1], names[-1]))
        if same < len(asked):
            return past_places.missing(names, shown, depth + 1 + same)
        following = way[same]
        is_it = following.id == chain[-1].id
        member = _past(following) if is_it else past_places.folder(following, following.name)
        return PastPlace(tuple(names), shown, (), members=(member,))
    found = (*chain[:-1], *tree.chain(unit, chain[-1].id, asked[same:]))
    known = access.known_part(who, found)
    blocked = past_places.block_in(who, found) if len(known) < len(found) else None
    place = past_places.missing(
        names, (*known[:-1], _past(known[-1])), depth + 1 + same + len(known) - len(chain), blocked
    )
    return replace(place, entry_id=chain[-1].id)


def members(
    unit: Unit, who: Identity, layout: Layout, place: PastPlace, *, most: int
) -> list[NodeRow]:
    """What a folder in the trash shows.

    Raises:
        TooLargeError: There are more than *most*.
    """
    if place.members is not None:
        return list(place.members)
    if place.existing().id:
        inside = places.members(unit, who, layout, place, most=most)
        return [_past(each) for each in inside]
    above = place.chain[-2]
    roots: list[NodeRow] = []
    if above.role in _OF_ROOTS:
        live = places.look_up(unit, who, layout, place.names[1:])
        inside = places.members(unit, who, layout, live, most=most)
        roots = [each for each in inside if each.is_collection and each.tree_id != above.tree_id]
    shown = [past_places.folder(each, each.name) for each in roots]
    for each in _seen(unit, who, layout, above.tree_id):
        node = each.chain[-1]._replace(modified_us=each.row.deleted_us)
        shown.append(past_places.folder(node, each.path[-1]))
        if len(shown) > most:
            raise TooLargeError(f"The folder has more than {most:,} members.")
    return sorted(shown, key=lambda each: each.name)


def entries(
    unit: Unit,
    who: Identity,
    layout: Layout,
    *,
    most: int,
    below: Sequence[str] = (),
    before: tuple[int, int] | None = None,
) -> list[Entry]:
    """What was deleted and *who* may see, the latest first; *most* of it.

    Args:
        unit: The transaction.
        who: Whoever looks.
        layout: The office's fixed names.
        most: So many at most.
        below: Only what lay at this path below ``/files/`` or below it.
        before: Only what comes after this (``deleted_us``, ``node_id``) of an entry.
    """
    wanted = tuple(below)
    seen = _seen(unit, who, layout, None, before)
    return list(islice((each for each in seen if each.names[: len(wanted)] == wanted), most))


def _seen(
    unit: Unit,
    who: Identity,
    layout: Layout,
    tree_id: int | None,
    before: tuple[int, int] | None = None,
) -> Iterator[Entry]:
    while page := trash.listed(unit, tree_id, most=_PAGE, before=before):
        chains = _chains(unit, who, layout, page)
        for row in page:
            chain = chains[row.node_id]
            if past_places.is_shown(who, chain):
                yield _entry(row, chain)
        before = (page[-1].deleted_us, page[-1].node_id)


def _entry(row: TrashRow, chain: tuple[NodeRow, ...]) -> Entry:
    names = tuple(each.name for each in chain)
    roots = next(i for i, each in enumerate(chain) if each.tree_id == row.tree_id) + 1
    return Entry(row, chain, names, (TRASH, *names[:roots], _moment(row)))


def _chains(
    unit: Unit, who: Identity, layout: Layout, rows: Sequence[TrashRow]
) -> dict[int, tuple[NodeRow, ...]]:
    found = tree.ancestries(unit, [row.node_id for row in rows])
    chains: dict[int, tuple[NodeRow, ...]] = {}
    for node_id, (root, *below) in found.items():
        is_home = root.id == who.home_node_id
        top = root._replace(name=layout.names.home) if is_home else root
        chains[node_id] = (top, *below)
    return chains


def _moment(row: TrashRow) -> str:
    return past_places.time_name(row.deleted_us, row.node_id)


def _past(node: NodeRow) -> NodeRow:
    return node._replace(role=Role.PAST)
