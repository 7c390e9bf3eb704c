"""Colleagues and groups, as far as one may know of them.

Whoever is signed in finds every active user of the office by name and address, since appointments
are made with colleagues. Who is in which group is told of oneself, and to those who manage users.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from auth.identity import Identity
from auth.rights import FunctionRight
from storage import principals
from storage.principals import PrincipalRow
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or group that somebody may know of.

    Attributes:
        name: Its login or name; users and groups share one namespace.
        is_group: It is a group.
        display_name: What it is called.
        email: A user's address; empty for a group.
        groups: The groups a user is in, by name, as far as they are told.
        members: The users in a group, likewise.
    """

    name: str
    is_group: bool
    display_name: str
    email: str
    groups: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def find(unit: Unit, who: Identity, name: str) -> Principal | None:
    """The user or group of this name; None where there is none that *who* may know of."""
    row = principals.find(unit, name)
    if row is None:
        return None
    return _seen(who, row, principals.members(unit, name) if row.is_group else ())


def everybody(unit: Unit, who: Identity) -> list[Principal]:
    """All groups and active users, by name."""
    rows = principals.everybody(unit)
    members: dict[str, list[str]] = {}
    for row in rows:
        for group in row.groups:
            members.setdefault(group, []).append(row.name)
    return [_seen(who, row, members.get(row.name, ())) for row in rows]


def own(unit: Unit, who: Identity) -> list[Principal]:
    """*who* as a principal, and the groups they are in: all that they are (RFC 3744 9.3)."""
    found = (find(unit, who, name) for name in (who.user_name, *sorted(who.groups)))
    return [each for each in found if each is not None]


def _seen(who: Identity, row: PrincipalRow, members: Iterable[str]) -> Principal:
    sees_all = who.may(FunctionRight.MANAGE_USERS)
    told = sees_all or row.name == who.user_name
    return Principal(
        name=row.name,
        is_group=row.is_group,
        display_name=row.display_name,
        email=row.email,
        groups=tuple(sorted(row.groups)) if told else (),
        members=tuple(each for each in members if sees_all or each == who.user_name),
    )
