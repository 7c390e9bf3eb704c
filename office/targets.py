"""What administration speaks of by its path: a shared folder, or somebody's collection."""

import unicodedata
from dataclasses import dataclass

from office import layout, places
from office.command import at_the_machine, in_place_of
from office.errors import FixedError, NotFoundError
from storage import collections, people
from storage.grants import Noun
from storage.people import PersonRow
from storage.store import Unit
from storage.tree import NodeRow


@dataclass(frozen=True, slots=True)
class Target:
    """A folder or a collection; of a folder *node* is the row."""

    noun: Noun
    id: int
    path: str
    node: NodeRow | None = None


def find(unit: Unit, path: str, *, person: PersonRow | None = None) -> Target:
    """What lies at *path*.

    Args:
        unit: The transaction.
        path: ``/files/Objekte/...``, ``Objekte/...`` for short, or ``/dav/<owner>/<collection>``.
        person: Whose ``Home`` the path may lead to.

    Raises:
        NotFoundError: There is nothing.
        FixedError: The path is ``/files/`` itself.
    """
    names = [unicodedata.normalize("NFC", name) for name in path.strip("/").split("/") if name]
    if names and names[0] == "dav":
        return _collection(unit, names[1:])
    if names and names[0] == "files":
        names = names[1:]
    if not names:
        raise FixedError("/files/ itself is the same for everybody; name a folder in it.")
    who = at_the_machine() if person is None else in_place_of(person)
    place = places.find(unit, who, layout.load(unit), names)
    if place.node is None:
        raise NotFoundError(f"There is nothing at /files/{'/'.join(names)}.")
    return Target(Noun.NODE, place.node.id, f"/files/{'/'.join(names)}", place.node)


def _collection(unit: Unit, names: list[str]) -> Target:
    where = f"/dav/{'/'.join(names)}"
    owner = people.find(unit, names[0]) if len(names) == len(("owner", "collection")) else None
    found = collections.find(unit, owner.id, names[1]) if owner else None
    if found is None or found.is_for_meetings or found.is_view:  # nobody else's
        raise NotFoundError(f"There is no calendar or address book at {where}.")
    return Target(Noun.COLLECTION, found.id, where)
