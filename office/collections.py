"""Calendars, task lists and address books: what a user has, makes, names and deletes.

What was granted to somebody lies in their own home, under a name made of its number, and is
called there as they like: its owner's words are only where it begins.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeVar

from auth.identity import Identity
from auth.rights import ADMINISTRATION
from office import access, layout
from office.access import Act, Verdict
from office.appointments import following
from office.errors import (
    DefaultCalendarError,
    ExistsError,
    NotFoundError,
    OvertakenError,
    TooLargeError,
    UnfitNameError,
)
from office.work import GroupwareWork
from storage import (
    appointments,
    colleague_views,
    collection_viewers,
    collections,
    cuts,
    people,
    views,
)
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
    """What a collection is for; a list of tasks is a calendar that takes nothing else.

    Inbox and outbox (RFC 6638 section 2) hold what comes of meetings, and take requests for them.
    """

    CALENDAR = "calendar"
    TASKS = "tasks"
    ADDRESSBOOK = "addressbook"
    INBOX = "inbox"
    OUTBOX = "outbox"


RECORDS, OFFICE_BOOK, BIRTHDAYS, ALARMS = "records", "office", "birthdays", "alarms"
COLLEAGUE = colleague_views.ROLE
"""The roles of the collection of the office's records, and of the views of them."""


COMPONENTS = frozenset({"VEVENT", "VTODO", "VJOURNAL"})
"""What a calendar may take (RFC 4791 section 5.2.3)."""

_DEFAULTS = (
    (Kind.CALENDAR, "calendar", frozenset({"VEVENT"})),
    (Kind.TASKS, "tasks", frozenset({"VTODO"})),
    (Kind.ADDRESSBOOK, "contacts", frozenset[str]()),
)
_OWN_ROLES = frozenset({"", "default"})
"""Of what holds what its owner puts there."""
_SCHEDULED = frozenset({"VEVENT", "VTODO"})
_DISPLAY_NAMES = MappingProxyType(
    {
        "de": {Kind.CALENDAR: "Kalender", Kind.TASKS: "Aufgaben", Kind.ADDRESSBOOK: "Adressen"},
        "en": {Kind.CALENDAR: "Calendar", Kind.TASKS: "Tasks", Kind.ADDRESSBOOK: "Contacts"},
    }
)
_VIEW_NAMES = MappingProxyType(
    {
        "de": {OFFICE_BOOK: "Büro", BIRTHDAYS: "Geburtstage", ALARMS: "Verträge"},
        "en": {OFFICE_BOOK: "Office", BIRTHDAYS: "Birthdays", ALARMS: "Contracts"},
    }
)
_EVENTS = frozenset({"VEVENT"})
_CHOSEN_VIEWS = MappingProxyType(
    {BIRTHDAYS: (Kind.CALENDAR, _EVENTS), ALARMS: (Kind.CALENDAR, _EVENTS)}
)
"""Views that a user has by choice."""


def found_records(unit: WriteUnit, *, now_us: int) -> None:
    """Make the place of the office's records, which is Administration's and in nobody's home."""
    owner_id = people.find_principal(unit, ADMINISTRATION.name)
    if owner_id is None:
        raise LookupError("The groups are made first.")
    new = NewCollection(RECORDS, Kind.ADDRESSBOOK, is_default=True, role=RECORDS)
    collections.create(unit, owner_id, new, now_us=now_us)


def found_defaults(unit: WriteUnit, owner_id: int, *, now_us: int) -> None:
    """Give a new user a calendar, a task list, two address books, an inbox and an outbox.

    One of the books is their view of the office's contacts.
    """
    names = _DISPLAY_NAMES[layout.language(unit)]
    for kind, name, components in _DEFAULTS:
        new = NewCollection(name, kind, components, names[kind], is_default=True)
        collections.create(unit, owner_id, new, now_us=now_us)
    cuts.found(unit, owner_id)
    for role in (Kind.INBOX, Kind.OUTBOX):
        new = NewCollection(role, Kind.CALENDAR, _SCHEDULED, is_default=True, role=role)
        collections.create(unit, owner_id, new, now_us=now_us)
    _found_view(unit, owner_id, OFFICE_BOOK, (Kind.ADDRESSBOOK, frozenset()), now_us=now_us)


def choose_views(unit: WriteUnit, owner_id: int, wanted: Collection[str], *, now_us: int) -> None:
    """Let a user have the views of these roles of all that are there by choice."""
    there = views.of_owner(unit, owner_id)
    for role, made_of in _CHOSEN_VIEWS.items():
        if role in wanted and role not in there:
            _found_view(unit, owner_id, role, made_of, now_us=now_us)
        elif role in there and role not in wanted:
            collections.delete(unit, there[role])


def choose_colleagues(
    unit: WriteUnit, owner_id: int, wanted: Collection[int], *, now_us: int
) -> None:
    """Let a user have views of the appointments of these colleagues, as far as they are there.

    Whoever does it holds the user's office book: nobody else makes or takes one meanwhile.
    """
    there = colleague_views.of_owner(unit, owner_id)
    found = {each.calendar_id: each for each in colleague_views.sources(unit, owner_id, wanted)}
    for calendar_id in there.keys() - found.keys():
        collections.delete(unit, there[calendar_id])
    for calendar_id, each in found.items():
        if calendar_id not in there:
            _found_colleague(unit, owner_id, each, now_us=now_us)


def keep_colleague(unit: WriteUnit, owner_id: int, view_id: int, wanted: Collection[int]) -> bool:
    """Delete a user's view of a colleague that is not to be there any more; whether it stays."""
    found = {each.calendar_id for each in colleague_views.sources(unit, owner_id, wanted)}
    stays = {
        view
        for source, view in colleague_views.of_owner(unit, owner_id).items()
        if source in found
    }
    if view_id not in stays:
        collections.delete(unit, view_id)
    return view_id in stays


def _found_colleague(
    unit: WriteUnit, owner_id: int, source: colleague_views.Source, *, now_us: int
) -> None:
    new = NewCollection(
        f"{COLLEAGUE}-{source.colleague_id}",
        Kind.CALENDAR,
        frozenset({"VEVENT"}),
        source.shown_name,
        is_default=True,
        role=COLLEAGUE,
    )
    name = _create_somehow(unit, owner_id, new, now_us=now_us)
    colleague_views.create(unit, owner_id, name, source.calendar_id)


def _create_somehow(unit: WriteUnit, owner_id: int, new: NewCollection, *, now_us: int) -> str:
    """Make a collection, with a number behind its name if the user called another one so."""
    name, number = new.name, 1
    while not collections.create(unit, owner_id, new, now_us=now_us):
        number += 1
        new = new._replace(name=f"{name}-{number}")
    return new.name


def _found_view(
    unit: WriteUnit,
    owner_id: int,
    role: str,
    made_of: tuple[Kind, frozenset[str]],
    *,
    now_us: int,
) -> None:
    kind, components = made_of
    shown = _VIEW_NAMES[layout.language(unit)][role]
    new = NewCollection(role, kind, components, shown, is_default=True, role=role)
    _create_somehow(unit, owner_id, new, now_us=now_us)
    views.create(unit, owner_id, role)


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


class Held(NamedTuple):
    """A collection that is held until the commit, and the ids of all that are held with it."""

    collection: CollectionRow
    ids: frozenset[int]


def hold_with(work: GroupwareWork, name: str, others: Collection[int]) -> Held:
    """The collection of this name and *others* by id, all held until the commit at once.

    Of *others* only those are among the ids that are there still.

    Raises:
        NotFoundError: It is not there, or not for them.
    """
    shared = _shared_id(name)
    ids = {*others, *([shared] if shared else ())}
    rows = collections.hold(work.unit, work.who.user_id, [name], ids)
    found = {_name_for(work.who, each): each for each in rows}
    held = _readable(work.who, name, found.get(name))
    return Held(held, frozenset(each.id for each in rows))


def hold_for_choice(work: GroupwareWork, name: str) -> Held:
    """The same with all that one has of one's own: any of it may be, or have been, the default."""
    seen = collections.of_viewer(work.unit, work.who.user_id)
    own = {each.id for each in seen if each.owner_id == work.who.user_id}
    return hold_with(work, name, own)


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
    is_written = is_own and not (collection.is_for_meetings or collection.is_view)
    access.demand_collection(work.who, Act.WRITE if is_written else Act.READ, collection)
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


def default_calendar(unit: Unit, owner_id: int, component: str = "VEVENT") -> CollectionRow | None:
    """Where invitations of this *component* go (RFC 6638 section 4.3); None: nowhere."""
    own = [each for each in collections.of_viewer(unit, owner_id) if each.owner_id == owner_id]
    return default_among(own, component)


class _Place(Protocol):
    """What a calendar has to tell to be chosen."""

    @property
    def role(self) -> str:
        """``default`` where its owner chose it."""

    @property
    def is_default(self) -> bool:
        """It was there from the beginning."""

    @property
    def components(self) -> frozenset[str]:
        """What it takes."""

    @property
    def id(self) -> int:
        """The oldest has the smallest."""


Place = TypeVar("Place", bound=_Place)


def default_among(own: Iterable[Place], component: str) -> Place | None:
    """The one of somebody's own calendars that takes what is new of *component*.

    What they chose, else what every user has, else the oldest.
    """
    fit = [each for each in own if component in each.components and each.role in _OWN_ROLES]
    order = sorted(fit, key=lambda each: (each.role != "default", not each.is_default, each.id))
    return order[0] if order else None


def choose_default(work: GroupwareWork, name: str, held: Collection[int]) -> bool:
    """Let invitations go to one's own calendar *name*; False if there is none that takes them.

    Args:
        work: The change.
        name: The calendar.
        held: Of :func:`hold_for_choice`: who delivers an invitation holds calendars before the
            inbox, so none is taken here behind it.

    Raises:
        OvertakenError: It was made only just now.
    """
    found = collections.find(work.unit, work.who.user_id, name)
    is_fit = found is not None and found.role in _OWN_ROLES and "VEVENT" in found.components
    if found is None or not is_fit or found.is_blocked:
        return False
    if found.id not in held:
        raise OvertakenError
    collections.set_default(work.unit, work.who.user_id, found.id)
    return True


def set_transparent(
    work: GroupwareWork, collection: CollectionRow, *, is_transparent: bool
) -> None:
    """Say whether what lies in a held calendar of one's own takes one's time.

    Raises:
        NotFoundError: The right is missing.
    """
    access.demand_collection(work.who, Act.WRITE, collection)
    # What was cut from the calendar counts as it does.
    for each in filter(None, (collection.id, collection.aside_id)):
        collections.set_transparent(work.unit, each, is_transparent=is_transparent)


def remove(work: GroupwareWork, collection: CollectionRow) -> None:
    """Delete a held collection with all that is in it; take what is another's out of one's home.

    Raises:
        NotFoundError: The right is missing.
        FixedError: It is one that every user has.
        DefaultCalendarError: Invitations go to it.
    """
    demand_removable(work, collection)
    if collection.owner_id != work.who.user_id:
        collection_viewers.put_away(
            work.unit, user_id=work.who.user_id, collection_id=collection.id
        )
        return
    following.leave_all(work, appointments.in_collection(work.unit, collection.id))
    collections.delete(work.unit, collection.id)


def demand_removable(work: GroupwareWork, collection: CollectionRow) -> None:
    """See to it that a held collection may be deleted; raises as :func:`remove`."""
    access.demand_collection(work.who, Act.REMOVE, collection)
    if collection.role == "default" and collection.owner_id == work.who.user_id:
        raise DefaultCalendarError("Invitations go to this calendar; choose another one first.")


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
