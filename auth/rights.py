"""Function rights: what kind of act a user may do at all, by group.

An act needs the function right here and the data right on what it touches; blocks subtract
from both. A user has the union of their groups' function rights.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from storage import people
from storage.store import WriteUnit


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


@dataclass(frozen=True, slots=True)
class Group:
    """A group every office starts with."""

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

_RIGHTS = {each.name: each.rights for each in GROUPS}


@lru_cache(maxsize=256)
def rights_of(groups: frozenset[str]) -> frozenset[FunctionRight]:
    """The union of what the *groups* (by name) may do; an unknown group gives nothing."""
    return frozenset[FunctionRight]().union(*(_RIGHTS.get(each, ()) for each in groups))


def ensure_groups(unit: WriteUnit, *, now_us: int, groups: Iterable[Group] = GROUPS) -> None:
    """Make the groups that are not there yet."""
    for group in groups:
        people.insert_principal(
            unit, kind="group", name=group.name, display_name=group.german, created_us=now_us
        )
