"""Queries on users and groups as others see them: who there is to be named."""

from collections.abc import Collection
from typing import Any, NamedTuple

from storage import function_rights
from storage.id_lists import id_list, is_among
from storage.people import joined_groups, split_names
from storage.store import Unit


class PrincipalRow(NamedTuple):
    """A group, or an active user with an address; ``groups`` are those that a user is in."""

    name: str
    is_group: bool
    display_name: str
    email: str
    groups: frozenset[str]


class HolderRow(NamedTuple):
    """A group, or an active user; ``rights`` as :func:`storage.function_rights.joined`."""

    id: int
    name: str
    is_group: bool
    groups: frozenset[str]
    rights: str | None


def holders(unit: Unit, user_ids: Collection[int]) -> list[HolderRow]:
    """All groups, and the active users of these ids or with function rights of their own."""
    rows = unit.rows(
        f"SELECT p.id, p.name, p.kind, {joined_groups(unit, 'p.id')},"
        f" {function_rights.joined(unit, 'p.id')}"
        " FROM principal p LEFT JOIN person ON person.principal_id = p.id"
        " WHERE p.kind = 'group' OR (person.state = 'active'"
        f" AND (p.id {is_among(unit, 'ids')}"
        " OR p.id IN (SELECT principal_id FROM function_right)))"
        " ORDER BY p.kind, p.id",
        {"ids": id_list(unit, user_ids)},
    )
    return [
        HolderRow(row[0], row[1], row[2] == "group", split_names(row[3]), row[4]) for row in rows
    ]


def find(unit: Unit, name: str) -> PrincipalRow | None:
    """The active user or the group of this name."""
    row = unit.row(f"{_principals(unit)} AND p.name = :name", {"name": name})
    return _principal(row) if row else None


def everybody(unit: Unit) -> list[PrincipalRow]:
    """All groups and active users by name."""
    return [_principal(row) for row in unit.rows(f"{_principals(unit)} ORDER BY p.name")]


def members(unit: Unit, group_name: str) -> list[str]:
    """The names of the active users in a group."""
    rows = unit.rows(
        "SELECT u.name FROM principal g JOIN membership m ON m.group_id = g.id"
        " JOIN principal u ON u.id = m.user_id JOIN person ON person.principal_id = u.id"
        " WHERE g.kind = 'group' AND g.name = :name AND person.state = 'active' ORDER BY u.name",
        {"name": group_name},
    )
    return [row[0] for row in rows]


def _principals(unit: Unit) -> str:
    return (
        "SELECT p.name, p.kind, p.display_name, person.email,"
        f" {joined_groups(unit, 'p.id')}"
        " FROM principal p LEFT JOIN person ON person.principal_id = p.id"
        " WHERE (p.kind = 'group' OR person.state = 'active')"
    )


def _principal(row: tuple[Any, ...]) -> PrincipalRow:
    name, kind, display_name, email, groups = row
    return PrincipalRow(
        name, kind == "group", display_name or name, email or "", split_names(groups)
    )
