"""Calendars, task lists and address books: what a user has, makes, names and deletes.

What was granted to somebody lies in their own home, under a name made of its number, and is
called there as they like: its owner's words are only where it begins.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from auth.identity import Identity
from office import access, layout
from office.access import Act, Verdict
from office.errors import ExistsError, NotFoundError, TooLargeError, UnfitNameError
from office.work import GroupwareWork
from storage import collection_viewers, collections
from storage.collections import CollectionRow, NewCollection
from storage.store import Unit, WriteUnit
from wire.paths import disguise_fault

MOST_COLLECTIONS = 500
MOST_PROPERTY_BYTES = 256 * 1024
MOST_DISPLAY_NAME_BYTES = 1_000
_MOST_NAME_BYTES = 255
_SHARED = re.compile(r"shared-([1-9][0-9]{0,17})")
"""How what is another's is named in the home of somebody whom it was granted to."""


class Kind(StrEnum):
    """What a collection is for; a list of tasks is a calendar that takes nothing else."""

    CALENDAR = "calendar"
    TASKS = "tasks"
    ADDRESSBOOK = "addressbook"


COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
"""What a calendar may take (RFC 4791 section 5.2.3)."""

_DEFAULTS = (
    (Kind.CALENDAR, "calendar", frozenset({"VEVENT"})),
    (Kind.TASKS, "tasks", frozenset({"VTODO"})),
    (Kind.ADDRESSBOOK, "contacts", frozenset[str]()),
)
_DISPLAY_NAMES = MappingProxyType(
    {
        "de": {Kind.CALENDAR: "Kalender", Kind.TASKS: "Aufgaben", Kind.ADDRESSBOOK: "Adressen"},
        "en": {Kind.CALENDAR: "Calendar", Kind.TASKS: "Tasks", Kind.ADDRESSBOOK: "Contacts"},
    }
)


def found_defaults(unit: WriteUnit, owner_id: int, *, now_us: int) -> None:
    """Give a new user a calendar, a task list and an address book."""
    names = _DISPLAY_NAMES[layout.language(unit)]
    for kind, name, components in _DEFAULTS:
        new = NewCollection(name, kind, components, names[kind], is_default=True)
        collections.create(unit, owner_id, new, now_us=now_us)


def find(unit: Unit, who: Identity, name: str) -> CollectionRow:
    """The collection of this name in the home of *who*, as they have it there.

    Raises:
        NotFoundError: It is not there, or not for them.
    """
    found = collections.find(unit, who.user_id, name)
    if found is None and (shared := _shared_id(name)):
        found = collections.find_by_id(unit, shared, viewer_id=who.user_id)
    return _readable(who, name, found)


def of_home(unit: Unit, who: Identity) -> list[CollectionRow]:
    """All collections in the home of *who*, own ones first, the oldest first."""
    return seen_at_home(who, collections.of_viewer(unit, who.user_id))


def seen_at_home(who: Identity, found: Iterable[CollectionRow]) -> list[CollectionRow]:
    """Those of *found* that are in the home of *who*, as they have them there."""
    return [
        _as_seen(who, each)
        for each in found
        if access.decide_collection(who, Act.READ, each) is Verdict.ALLOWED
    ]


def hold(work: GroupwareWork, *names: str) -> list[CollectionRow]:
    """The collections of these names, held until the commit; in the order of *names*.

    Raises:
        NotFoundError: One is not there, or not for them.
    """
    who = work.who
    shared = [number for number in map(_shared_id, names) if number]
    rows = collections.hold(work.unit, who.user_id, names, shared)
    found = {_name_for(who, each): each for each in rows}
    return [_readable(who, name, found.get(name)) for name in names]


def make(work: GroupwareWork, new: NewCollection) -> None:
    """Make a collection in one's own home.

    Raises:
        UnfitNameError: The name is too long, or holds what lets it look like another one.
        ExistsError: There is one of that name.
        TooLargeError: The home has no room for another, or its displayname or properties are
            too large.
    """
    if len(new.name.encode()) > _MOST_NAME_BYTES:
        raise UnfitNameError(f"The name is longer than {_MOST_NAME_BYTES} bytes.")
    if fault := disguise_fault(new.name):
        raise UnfitNameError(fault)
    if _shared_id(new.name):
        raise UnfitNameError("Names like that belong to what others share with you.")
    _check_size(new.display_name, new.properties)
    if collections.hold_home(work.unit, work.who.user_id) >= MOST_COLLECTIONS:
        raise TooLargeError(f"A user can have {MOST_COLLECTIONS} collections.")
    if not collections.create(work.unit, work.who.user_id, new, now_us=work.now_us):
        raise ExistsError("There is a collection of that name already.")


def describe(
    work: GroupwareWork,
    collection: CollectionRow,
    *,
    display_name: str,
    properties: Mapping[str, str],
) -> None:
    """Replace a held collection's name and the properties that clients keep on it.

    What is another's keeps both: they are those of *work.who* alone, who need only read it.

    Raises:
        NotFoundError: The right is missing.
        TooLargeError: The displayname or the properties are too large.
    """
    is_own = collection.owner_id == work.who.user_id
    access.demand_collection(work.who, Act.WRITE if is_own else Act.READ, collection)
    _check_size(display_name, properties)
    if not is_own:
        collection_viewers.describe(
            work.unit,
            user_id=work.who.user_id,
            collection_id=collection.id,
            display_name=display_name,
            properties=properties,
        )
        return
    collections.set_properties(
        work.unit, collection.id, display_name=display_name, properties=properties
    )


def remove(work: GroupwareWork, collection: CollectionRow) -> None:
    """Delete a held collection with all that is in it; take what is another's out of one's home.

    Raises:
        NotFoundError: The right is missing.
        FixedError: It is one that every user has.
    """
    access.demand_collection(work.who, Act.REMOVE, collection)
    if collection.owner_id != work.who.user_id:
        collection_viewers.put_away(
            work.unit, user_id=work.who.user_id, collection_id=collection.id
        )
        return
    collections.delete(work.unit, collection.id)


def _readable(who: Identity, name: str, collection: CollectionRow | None) -> CollectionRow:
    # One's own has one address only: its number is none.
    if collection is None or _name_for(who, collection) != name:
        raise NotFoundError("There is nothing here.")
    access.demand_collection(who, Act.READ, collection)
    return _as_seen(who, collection)


def _shared_id(name: str) -> int:
    found = _SHARED.fullmatch(name)
    return int(found[1]) if found else 0


def _name_for(who: Identity, collection: CollectionRow) -> str:
    is_own = collection.owner_id == who.user_id
    return collection.name if is_own else f"shared-{collection.id}"


def _as_seen(who: Identity, collection: CollectionRow) -> CollectionRow:
    """The collection with the name and properties that it has in the home of *who*."""
    if collection.owner_id == who.user_id:
        return collection
    called = f"{collection.display_name or collection.name} ({collection.owner_name})"
    own_name, own_json = collection.own_name, collection.own_properties_json
    return collection._replace(
        name=_name_for(who, collection),
        display_name=called if own_name is None else own_name,
        properties_json=collection.properties_json if own_json is None else own_json,
    )


def _check_size(display_name: str, properties: Mapping[str, str]) -> None:
    if len(display_name.encode()) > MOST_DISPLAY_NAME_BYTES:
        raise TooLargeError(f"A displayname has at most {MOST_DISPLAY_NAME_BYTES:,} bytes.")
    size = sum(len(name.encode()) + len(xml.encode()) for name, xml in properties.items())
    if size > MOST_PROPERTY_BYTES:
        raise TooLargeError("The properties of a collection are larger than what is kept.")
