"""What administration speaks of by its path: a shared folder, or somebody's collection."""

import unicodedata
from dataclasses import dataclass

from auth import people as person_rules
from auth.identity import Identity
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
    names = _segments(path)
    if names and names[0] == "dav":
        return _collection(unit, names[1:])
    names = names_in(path)
    if not names:
        raise FixedError("/files/ itself is the same for everybody; name a folder in it.")
    who = at_the_machine() if person is None else in_place_of(person)
    place = places.find(unit, who, layout.load(unit), names)
    if place.node is None:
        raise NotFoundError(f"There is nothing at /files/{'/'.join(names)}.")
    return Target(Noun.NODE, place.node.id, f"/files/{'/'.join(names)}", place.node)


def names_in(path: str) -> list[str]:
    """The names of a path below ``/files/``, with or without that."""
    names = _segments(path)
    return names[1:] if names[:1] == ["files"] else names


def _segments(path: str) -> list[str]:
    return [unicodedata.normalize("NFC", name) for name in path.strip("/").split("/") if name]


def desk(unit: Unit, name: str | None) -> Identity:
    """Whoever sits at the machine; ``Home`` is that of the user of this name, if one is told.

    Raises:
        UnknownUserError: There is no such user.
    """
    return at_the_machine() if name is None else in_place_of(person_rules.get(unit, name))


def _collection(unit: Unit, names: list[str]) -> Target:
    where = f"/dav/{'/'.join(names)}"
    owner = people.find(unit, names[0]) if len(names) == len(("owner", "collection")) else None
    found = collections.find(unit, owner.id, names[1]) if owner else None
    if found is None or found.is_for_meetings or found.is_view:  # nobody else's
        raise NotFoundError(f"There is no calendar or address book at {where}.")
    return Target(Noun.COLLECTION, found.id, where)
