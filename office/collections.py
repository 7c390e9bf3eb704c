"""Calendars, task lists and address books: what a user has, makes, names and deletes."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from auth.identity import Identity
from office import access, layout
from office.access import Act
from office.errors import ExistsError, NotFoundError, TooLargeError, UnfitNameError
from office.work import GroupwareWork
from storage import collections
from storage.collections import CollectionRow, NewCollection
from storage.store import Unit, WriteUnit
from wire.paths import disguise_fault

MOST_COLLECTIONS = 500
MOST_PROPERTY_BYTES = 256 * 1024
MOST_DISPLAY_NAME_BYTES = 1_000
_MOST_NAME_BYTES = 255


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
    """The collection of this name in the home of *who*.

    Raises:
        NotFoundError: It is not there, or not for them.
    """
    return _readable(who, collections.find(unit, who.user_id, name))


def of_home(unit: Unit, who: Identity) -> list[CollectionRow]:
    """All collections in the home of *who*, the oldest first."""
    return collections.of_owner(unit, who.user_id)


def hold(work: GroupwareWork, *names: str) -> list[CollectionRow]:
    """The collections of these names, held until the commit; in the order of *names*.

    Raises:
        NotFoundError: One is not there, or not for them.
    """
    found = collections.hold(work.unit, work.who.user_id, names)
    return [_readable(work.who, found.get(name)) for name in names]


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

    Raises:
        NotFoundError, FixedError: The right is missing.
        TooLargeError: The displayname or the properties are too large.
    """
    access.demand_collection(work.who, Act.WRITE, collection)
    _check_size(display_name, properties)
    collections.set_properties(
        work.unit, collection.id, display_name=display_name, properties=properties
    )


def remove(work: GroupwareWork, collection: CollectionRow) -> None:
    """Delete a held collection with all that is in it.

    Raises:
        NotFoundError: The right is missing.
        FixedError: It is one that every user has.
    """
    access.demand_collection(work.who, Act.REMOVE, collection)
    collections.delete(work.unit, collection.id)


def _readable(who: Identity, collection: CollectionRow | None) -> CollectionRow:
    if collection is None:
        raise NotFoundError("There is nothing here.")
    access.demand_collection(who, Act.READ, collection)
    return collection


def _check_size(display_name: str, properties: Mapping[str, str]) -> None:
    if len(display_name.encode()) > MOST_DISPLAY_NAME_BYTES:
        raise TooLargeError(f"A displayname has at most {MOST_DISPLAY_NAME_BYTES:,} bytes.")
    size = sum(len(name.encode()) + len(xml.encode()) for name, xml in properties.items())
    if size > MOST_PROPERTY_BYTES:
        raise TooLargeError("The properties of a collection are larger than what is kept.")
