"""Rights: what kind of act somebody may do at all, and how far they may go with a thing.

An act needs the function right and the data right (``auth.grants``) on what it touches; blocks
subtract from both. A user has the union of the groups' and their own. Whoever is in
Administration has every right, also those that later versions add: no row says so, and none can
take it away.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from types import MappingProxyType

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import InvalidValueError, NameTakenError, UnknownPrincipalError
from auth.names import checked_name
from storage import function_rights, people
from storage.store import Unit, WriteUnit


class FunctionRight(StrEnum):
    """One kind of act."""

    EDIT_DOCUMENTS = "edit-documents"
    EDIT_PROPERTIES = "edit-properties"
    """The office's properties (estates) and their folders."""
    SEND_OFFERS = "send-offers"
    """Also shows the tracking of one's own offers."""
    SEE_TRACKING = "see-tracking"
    """The whole office's tracking."""
    MANAGE_USERS = "manage-users"
    ASSIGN_PARTNER_CONTACT = "assign-partner-contact"
    MANAGE_VISIBILITY = "manage-visibility"
    CONFIGURE_SYNC = "configure-sync"
    SEE_DEPARTMENT_APPOINTMENTS = "see-department-appointments"
    CREATE_INVOICES = "create-invoices"


class DataRight(IntEnum):
    """How far somebody may go with a folder or collection; each holds those before it."""

    NONE = 0
    READ = 1
    WRITE = 2
    MANAGE = 3
    """Say who else may."""


LEVELS = MappingProxyType(
    {each.name.lower(): each for each in (DataRight.READ, DataRight.WRITE, DataRight.MANAGE)}
)
"""Data rights by the words that people use for them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group every office starts with; ``rights`` are those that it starts with."""

    name: str
    german: str
    english: str
    rights: frozenset[FunctionRight]


ADMINISTRATION = Group(
    "administration", "Administration", "Administration", frozenset(FunctionRight)
)
VERWALTUNG = Group(
    "verwaltung",
    "Verwaltung",
    "Office management",
    frozenset(
        {
            FunctionRight.MANAGE_USERS,
            FunctionRight.ASSIGN_PARTNER_CONTACT,
            FunctionRight.MANAGE_VISIBILITY,
            FunctionRight.CONFIGURE_SYNC,
        }
    ),
)
MITARBEITER = Group(
    "mitarbeiter",
    "Mitarbeiter",
    "Staff",
    frozenset(
        {
            FunctionRight.EDIT_DOCUMENTS,
            FunctionRight.EDIT_PROPERTIES,
            FunctionRight.SEND_OFFERS,
        }
    ),
)
KOLLABORATION = Group("kollaboration", "Kollaboration", "Collaboration", frozenset())
"""Reads only: the data rights are everybody's, the right to edit is not theirs."""

GROUPS = (ADMINISTRATION, VERWALTUNG, MITARBEITER, KOLLABORATION)

_KNOWN = frozenset(FunctionRight)


@lru_cache(maxsize=256)
def rights_of(groups: frozenset[str], stored: str | None) -> frozenset[FunctionRight]:
    """What somebody in these *groups* may do, with what is *stored* (names with commas between).

    A name that this version does not know gives nothing.
    """
    if ADMINISTRATION.name in groups:
        return _KNOWN
    names = frozenset(stored.split(",")) if stored else frozenset[str]()
    return frozenset(each for each in FunctionRight if each in names)


def ensure_groups(unit: WriteUnit, *, now_us: int, groups: Iterable[Group] = GROUPS) -> None:
    """Make the groups that are not there yet, with the rights they start with."""
    for group in groups:
        made = people.insert_principal(
            unit, kind="group", name=group.name, display_name=group.german, created_us=now_us
        )
        if made is not None and group is not ADMINISTRATION:
            function_rights.add(unit, made, sorted(group.rights))


def add_group(
    unit: WriteUnit, name: str, *, title: str = "", now_us: int, by: Actor = COMMAND_LINE
) -> int:
    """Make a group with no right and nobody in it; its id.

    Raises:
        InvalidValueError: Nothing can be called that.
        NameTakenError: A user or group has the name.
    """
    made = people.insert_principal(
        unit,
        kind="group",
        name=checked_name(name),
        display_name=title.strip() or name,
        created_us=now_us,
    )
    if made is None:
        raise NameTakenError(name)
    audit.record(unit, Act.GROUP_ADDED, by=by, on=Subject(made))
    return made


def given_to(unit: Unit, name: str) -> frozenset[FunctionRight]:
    """The rights that the user or group of this name was given itself.

    Raises:
        UnknownPrincipalError: There is no such user or group.
    """
    principal = _principal(unit, name)
    if name == ADMINISTRATION.name:
        return _KNOWN
    return rights_of(frozenset(), ",".join(function_rights.of(unit, principal)))


def give(
    unit: WriteUnit, name: str, rights: Iterable[FunctionRight], *, by: Actor = COMMAND_LINE
) -> None:
    """Let a user, or whoever is in a group, do these kinds of act; from the next request on.

    Raises:
        UnknownPrincipalError: There is no such user or group.
        InvalidValueError: It is Administration, which has them all.
    """
    principal, chosen = _changeable(unit, name), sorted(set(rights))
    function_rights.add(unit, principal, chosen)
    _record(unit, Act.RIGHTS_GIVEN, principal, chosen, by)


def take(
    unit: WriteUnit, name: str, rights: Iterable[FunctionRight], *, by: Actor = COMMAND_LINE
) -> None:
    """Take these kinds of act from a user or group again; what others give them stays.

    Raises:
        UnknownPrincipalError: There is no such user or group.
        InvalidValueError: It is Administration, which keeps them all.
    """
    principal, chosen = _changeable(unit, name), sorted(set(rights))
    function_rights.remove(unit, principal, chosen)
    _record(unit, Act.RIGHTS_TAKEN, principal, chosen, by)


def _record(
    unit: WriteUnit, act: Act, principal: int, rights: Collection[FunctionRight], by: Actor
) -> None:
    """Tell the audit log and, where the right decides what they show, the views."""
    if FunctionRight.SEE_DEPARTMENT_APPOINTMENTS in rights:
        people.hold_everybody(unit)
        people.rules_changed(unit, people.those_of(unit, principal))
    details = {"rights": [each.value for each in rights]}
    audit.record(unit, act, by=by, on=Subject(principal), details=details)


def _principal(unit: Unit, name: str) -> int:
    found = people.find_principal(unit, name)
    if found is None:
        raise UnknownPrincipalError(name)
    return found


def _changeable(unit: Unit, name: str) -> int:
    if name == ADMINISTRATION.name:
        raise InvalidValueError("Whoever is in Administration has every right; that stays.")
    return _principal(unit, name)
