"""People, groups and who belongs to which: the queries."""

from collections.abc import Collection
from typing import Any, NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit


class PersonRow(NamedTuple):
    """A user. ``groups`` are the groups' names; ``device_limit`` is an exception, or None."""

    id: int
    name: str
    email: str
    password_hash: str | None
    state: str
    device_limit: int | None
    home_node_id: int
    created_us: int
    visibility: str
    groups: frozenset[str]


def joined_groups(unit: Unit, user_id: str) -> str:
    """SQL: the names of the groups of the user in column *user_id*, with commas between."""
    joined = "group_concat(g.name)" if unit.is_sqlite else "string_agg(g.name, ',')"
    return (
        f"(SELECT {joined} FROM membership m JOIN principal g ON g.id = m.group_id"
        f" WHERE m.user_id = {user_id})"
    )


def split_names(joined: str | None) -> frozenset[str]:
    """What :func:`joined_groups` selected, apart again."""
    return frozenset(joined.split(",")) if joined else frozenset()


def insert_principal(
    unit: WriteUnit, *, kind: str, name: str, display_name: str, created_us: int
) -> int | None:
    """Make a ``user`` or ``group`` and return its id; None if the name is taken."""
    made = unit.rows(
        "INSERT INTO principal (kind, name, display_name, created_us)"
        " VALUES (:kind, :name, :display_name, :created_us)"
        " ON CONFLICT (name) DO NOTHING RETURNING id",
        {"kind": kind, "name": name, "display_name": display_name, "created_us": created_us},
    )
    return made[0][0] if made else None


def find_principal(unit: Unit, name: str) -> int | None:
    """The id of the user or group of this name."""
    row = unit.row("SELECT id FROM principal WHERE name = :name", {"name": name})
    return None if row is None else int(row[0])


def group_names(unit: Unit) -> list[str]:
    """The names of all groups, the oldest first."""
    rows = unit.rows("SELECT name FROM principal WHERE kind = 'group' ORDER BY id")
    return [name for (name,) in rows]


def insert_person(  # noqa: PLR0913 - what is known of one person, each said by name
    unit: WriteUnit,
    *,
    principal_id: int,
    email: str,
    email_key: str,
    password_hash: str | None,
    state: str,
    home_node_id: int,
    visibility: str,
) -> bool:
    """Make the person of a principal; False if the e-mail address is taken."""
    made = unit.execute(
        "INSERT INTO person (principal_id, email, email_key, password_hash, state, home_node_id,"
        " visibility) VALUES (:principal_id, :email, :email_key, :password_hash, :state,"
        " :home_node_id, :visibility)"
        " ON CONFLICT (email_key) DO NOTHING",
        {
            "principal_id": principal_id,
            "email": email,
            "email_key": email_key,
            "password_hash": password_hash,
            "state": state,
            "home_node_id": home_node_id,
            "visibility": visibility,
        },
    )
    return made == 1


def join_group(unit: WriteUnit, user_id: int, group_name: str) -> None:
    """Put a user into the group of this name; nothing happens if they are in it."""
    unit.execute(
        "INSERT INTO membership (user_id, group_id)"
        " SELECT :user_id, id FROM principal WHERE kind = 'group' AND name = :name"
        " ON CONFLICT DO NOTHING",
        {"user_id": user_id, "name": group_name},
    )


def set_groups(unit: WriteUnit, user_id: int, group_names: Collection[str]) -> None:
    """Put a user into the groups of these names and out of all others."""
    unit.execute("DELETE FROM membership WHERE user_id = :user_id", {"user_id": user_id})
    for name in group_names:
        join_group(unit, user_id, name)
    unit.rights_shrank()


def set_device_limit(unit: WriteUnit, user_id: int, limit: int | None) -> None:
    """Keep the user's own number of places; None for the office's."""
    unit.execute(
        "UPDATE person SET device_limit = :limit WHERE principal_id = :user_id",
        {"limit": limit, "user_id": user_id},
    )


def find(unit: Unit, name: str) -> PersonRow | None:
    """The user of this name."""
    row = unit.row(f"{_people(unit)} WHERE p.name = :name", {"name": name})
    return _person(row) if row else None


def find_by_id(unit: Unit, user_id: int) -> PersonRow | None:
    """The user of this id."""
    row = unit.row(f"{_people(unit)} WHERE p.id = :id", {"id": user_id})
    return _person(row) if row else None


def is_active(unit: Unit, user_id: int) -> bool:
    """Whether the user is there and may do anything."""
    row = unit.row(
        "SELECT 1 FROM person WHERE principal_id = :id AND state = 'active'", {"id": user_id}
    )
    return row is not None


def find_by_login(unit: Unit, login: str) -> PersonRow | None:
    """The user whose name or folded e-mail address is *login*; a name has no ``@`` in it."""
    where = "person.email_key" if "@" in login else "p.name"
    row = unit.row(f"{_people(unit)} WHERE {where} = :login", {"login": login})
    return _person(row) if row else None


def everybody(unit: Unit) -> list[PersonRow]:
    """All users by name."""
    return [_person(row) for row in unit.rows(f"{_people(unit)} ORDER BY p.name")]


def has_any(unit: Unit) -> bool:
    """Whether the office has a user."""
    return unit.row("SELECT 1 FROM person LIMIT 1") is not None


def hold(unit: WriteUnit, user_id: int) -> None:
    """Let nobody else change this user or count their devices until the commit."""
    if not unit.is_sqlite:  # there, only one writes at a time anyway
        unit.row(
            "SELECT 1 FROM person WHERE principal_id = :user_id FOR UPDATE", {"user_id": user_id}
        )


def hold_everybody(unit: WriteUnit) -> None:
    """Let nobody else change any user, or what hangs on one, until the commit."""
    if not unit.is_sqlite:
        unit.rows("SELECT 1 FROM person ORDER BY principal_id FOR UPDATE")


def hold_group(unit: WriteUnit, group_name: str) -> None:
    """Let nobody else who holds it count this group's members until the commit."""
    if not unit.is_sqlite:
        unit.row("SELECT 1 FROM principal WHERE name = :name FOR UPDATE", {"name": group_name})


def has_active_member(unit: Unit, group_name: str, *, besides: int) -> bool:
    """Whether an active user other than *besides* is in the group."""
    found = unit.row(
        "SELECT 1 FROM principal g JOIN membership m ON m.group_id = g.id"
        " JOIN person ON person.principal_id = m.user_id"
        " WHERE g.name = :name AND person.state = 'active' AND m.user_id <> :besides LIMIT 1",
        {"name": group_name, "besides": besides},
    )
    return found is not None


def those_of(unit: Unit, principal_id: int) -> list[int]:
    """The ids of all users who are in a group, or the one that a user's own id names."""
    rows = unit.rows(
        "SELECT principal_id FROM person WHERE principal_id = :id OR principal_id IN"
        " (SELECT user_id FROM membership WHERE group_id = :id) ORDER BY principal_id",
        {"id": principal_id},
    )
    return [user_id for (user_id,) in rows]


def rules_changed(unit: WriteUnit, user_ids: Collection[int]) -> None:
    """Say that what these users may see or want has changed: their views follow."""
    unit.execute(
        f"UPDATE person SET rules = rules + 1 WHERE principal_id {is_among(unit, 'ids')}",
        {"ids": id_list(unit, user_ids)},
    )


def set_state(unit: WriteUnit, user_id: int, state: str) -> None:
    """Make the user new, invited, active or blocked."""
    unit.execute(
        "UPDATE person SET state = :state WHERE principal_id = :user_id",
        {"state": state, "user_id": user_id},
    )
    if state != "active":
        unit.rights_shrank()


def set_visibility(unit: WriteUnit, user_id: int, visibility: str) -> None:
    """Let the user see ``all`` customers, their ``own`` or ``none``; their views follow."""
    unit.execute(
        "UPDATE person SET visibility = :visibility WHERE principal_id = :user_id",
        {"visibility": visibility, "user_id": user_id},
    )
    rules_changed(unit, [user_id])
    unit.rights_shrank()


def set_password_hash(unit: WriteUnit, user_id: int, password_hash: str) -> None:
    """Replace the hash of the account's password."""
    unit.execute(
        "UPDATE person SET password_hash = :hash WHERE principal_id = :user_id",
        {"hash": password_hash, "user_id": user_id},
    )


def _people(unit: Unit) -> str:
    return (
        "SELECT p.id, p.name, person.email, person.password_hash, person.state,"
        " person.device_limit, person.home_node_id, p.created_us, person.visibility,"
        f" {joined_groups(unit, 'p.id')}"
        " FROM person JOIN principal p ON p.id = person.principal_id"
    )


def _person(row: tuple[Any, ...]) -> PersonRow:
    *plain, groups = row
    return PersonRow._make([*plain, split_names(groups)])
