"""Folders and collections on which check marks can be set, as far as whoever looks may know them.

Lists go by key, in parts: an office has thousands of properties. What a list leaves out costs no
query of its own.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeVar

from auth import blocks
from auth.identity import Identity
from office import access, granting, layout
from office.access import Act, Verdict
from office.errors import FixedError, ForbiddenError, NotFoundError
from office.layout import Role
from office.targets import Target
from storage import collections, estates, marks, tree
from storage.collections import CollectionRow
from storage.grants import Noun
from storage.store import Unit
from storage.tree import NodeRow

_PART = 500
"""So many rows of a list are read at once."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Thing:
    """What marks are on: a folder with its *chain* from the root, or a *collection*."""

    target: Target
    chain: tuple[NodeRow, ...] = ()
    collection: CollectionRow | None = None
    may_grant: bool = False

    @property
    def node_ids(self) -> list[int]:
        """The folder and those it lies in."""
        return [each.id for each in self.chain]


def find(unit: Unit, who: Identity, noun: Noun, thing_id: int) -> Thing:
    """The folder or collection of this id, for one who may mark it.

    Raises:
        NotFoundError: There is none, or not for *who*.
    """
    found = _folder(unit, who, thing_id) if noun is Noun.NODE else _held(unit, who, thing_id)
    if found is None:
        raise NotFoundError("There is nothing here.")
    return found


def among(
    unit: Unit, who: Identity, node_ids: Collection[int], collection_ids: Collection[int]
) -> dict[tuple[Noun, int], Thing]:
    """Those of the folders and collections that *who* may mark, and so know of."""
    chains = tree.ancestries(unit, node_ids)
    found = [(Noun.NODE, each, of_folder(who, chain)) for each, chain in chains.items()]
    found += [(Noun.COLLECTION, each, _held(unit, who, each)) for each in collection_ids]
    return {(noun, number): thing for noun, number, thing in found if thing is not None}


def closed_to(unit: Unit, who: Identity, user_id: int) -> list[Thing]:
    """What is closed to the user and *who* may open again, by path."""
    found = [
        of_folder(who, chain)
        for chain in tree.ancestries(unit, blocks.nodes_of(unit, user_id)).values()
    ]
    found += [_held(unit, who, each) for each in marks.closed_collections_of(unit, user_id)]
    return sorted((each for each in found if each is not None), key=lambda each: each.target.path)


def _folder(unit: Unit, who: Identity, node_id: int) -> Thing | None:
    chain = tree.ancestries(unit, [node_id]).get(node_id)
    return of_folder(who, chain) if chain else None


def of_folder(who: Identity, chain: Sequence[NodeRow]) -> Thing | None:
    """The folder at the end of *chain*, for one who may mark it; else None."""
    if not access.may_mark(who, chain):
        return None
    path = "/files/" + "/".join(each.name for each in chain)
    may_grant = (
        granting.is_grantable(chain) and access.decide(who, Act.MANAGE, chain) is Verdict.ALLOWED
    )
    target = Target(Noun.NODE, chain[-1].id, path, chain[-1])
    return Thing(target, tuple(chain), may_grant=may_grant)


def _held(unit: Unit, who: Identity, collection_id: int) -> Thing | None:
    found = collections.find_by_id(unit, collection_id, viewer_id=who.user_id)
    return None if found is None else of_collection(who, found)


def of_collection(who: Identity, row: CollectionRow) -> Thing | None:
    """A collection, as it stands to *who*, for one who may mark it; else None.

    Inboxes and outboxes are nobody else's, and closed to their owner they would take no message.
    """
    if row.is_for_meetings or row.is_view or not access.may_mark_collection(who, row):
        return None
    try:
        access.demand_granting(who, row)
        may_grant = True
    except (NotFoundError, ForbiddenError, FixedError):
        may_grant = False
    target = Target(Noun.COLLECTION, row.id, f"/dav/{row.owner_name}/{row.name}")
    return Thing(target, (), row, may_grant)


class Listed(NamedTuple):
    """A thing in a list: what it is called there, and the key that the next ones come behind."""

    thing: Thing
    title: str
    key: str


def roots(unit: Unit, who: Identity) -> list[Thing]:
    """The shared folders directly below ``/files/``."""
    chains = tree.ancestries(unit, list(layout.load(unit).shared.values()))
    found = (of_folder(who, chain) for chain in chains.values())
    return [each for each in found if each is not None]


def properties(unit: Unit, who: Identity, *, sought: str, after: str, limit: int) -> list[Listed]:
    """At most *limit* properties by number behind *after* that have all words of *sought*."""
    root = tree.find_root(unit, Role.ESTATES)
    if root is None:
        return []
    words = folded(sought).split()

    def wanted() -> Iterator[Listed]:
        rows = _in_parts(
            lambda key: estates.with_folders(unit, after=key, most=_PART),
            lambda row: row[0].number,
            after,
        )
        for estate, node in rows:
            text = folded(f"{estate.number} {estate.title} {estate.address} {node.name}")
            if all(word in text for word in words) and (thing := of_folder(who, (root, node))):
                yield Listed(thing, node.name, estate.number)

    return list(islice(wanted(), limit))


def folders(unit: Unit, who: Identity, thing: Thing, *, after: str, limit: int) -> list[Listed]:
    """At most *limit* folders directly in a folder, by name behind *after*."""

    def wanted() -> Iterator[Listed]:
        rows = _in_parts(
            lambda key: tree.folders(unit, thing.target.id, after=key, most=_PART),
            lambda row: row.name,
            after,
        )
        for node in rows:
            if found := of_folder(who, (*thing.chain, node)):
                yield Listed(found, node.name, node.name)

    return list(islice(wanted(), limit))


def held(unit: Unit, who: Identity, *, sought: str, after: str, limit: int) -> list[Listed]:
    """At most *limit* calendars, task lists and address books, by owner and name."""
    words = folded(sought).split()

    def wanted() -> Iterator[Listed]:
        rows = _in_parts(
            lambda key: collections.behind(unit, who.user_id, after=key, most=_PART),
            lambda row: f"{row.owner_name}/{row.name}",
            after,
        )
        for row in rows:
            title = row.display_name or row.name
            text = folded(f"{row.owner_name} {title}")
            if all(word in text for word in words) and (thing := of_collection(who, row)):
                yield Listed(thing, title, f"{row.owner_name}/{row.name}")

    return list(islice(wanted(), limit))


def folded(text: str) -> str:
    """*text* as it is compared when somebody searches."""
    return unicodedata.normalize("NFC", text).casefold()


def _in_parts(
    read: Callable[[str], Sequence[_T]], key_of: Callable[[_T], str], after: str
) -> Iterator[_T]:
    while rows := read(after):
        yield from rows
        if len(rows) < _PART:
            return
        after = key_of(rows[-1])
