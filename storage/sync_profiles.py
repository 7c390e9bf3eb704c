"""What users want on their devices, as it is kept: the queries. The settings are JSON text."""

from typing import NamedTuple

from storage import function_rights
from storage.people import joined_groups, split_names
from storage.sight import SEES
from storage.store import Unit, WriteUnit


class ProfileRows(NamedTuple):
    """All that a user's profile is made of.

    Attributes:
        own: What was stored for the user themself, or None.
        of_groups: What was stored for their groups, the oldest group first.
        groups: The names of those they are in.
        rights: As :func:`storage.function_rights.joined`.
    """

    own: str | None
    of_groups: list[str]
    groups: frozenset[str]
    rights: str | None


class TagRow(NamedTuple):
    """A tag that contacts have: folded, and as one of them spells it."""

    key: str
    tag: str


class ColleagueRow(NamedTuple):
    """An active user."""

    id: int
    name: str


def of_user(unit: Unit, user_id: int) -> ProfileRows:
    """What is stored for a user and their groups; one query."""
    rows = unit.rows(
        f"SELECT s.principal_id, s.settings, {joined_groups(unit, 'u.id')},"
        f" {function_rights.joined(unit, 'u.id')}"
        " FROM principal u LEFT JOIN sync_profile s ON s.principal_id = u.id"
        " OR s.principal_id IN (SELECT group_id FROM membership WHERE user_id = u.id)"
        " WHERE u.id = :id ORDER BY s.principal_id",
        {"id": user_id},
    )
    own = [settings for holder, settings, *_ in rows if holder == user_id]
    of_groups = [settings for holder, settings, *_ in rows if holder not in (None, user_id)]
    groups, rights = rows[0][2:] if rows else (None, None)
    return ProfileRows(own[0] if own else None, of_groups, split_names(groups), rights)


def find(unit: Unit, principal_id: int) -> str | None:
    """What is stored for this very user or group."""
    row = unit.row(
        "SELECT settings FROM sync_profile WHERE principal_id = :id", {"id": principal_id}
    )
    return str(row[0]) if row else None


def put(unit: WriteUnit, principal_id: int, settings: str) -> None:
    """Keep the settings of a user or group in place of what was there."""
    unit.execute(
        "INSERT INTO sync_profile (principal_id, settings) VALUES (:id, :settings)"
        " ON CONFLICT (principal_id) DO UPDATE SET settings = excluded.settings",
        {"id": principal_id, "settings": settings},
    )


def delete(unit: WriteUnit, principal_id: int) -> None:
    """Forget the settings of a user or group."""
    unit.execute("DELETE FROM sync_profile WHERE principal_id = :id", {"id": principal_id})


def holders(unit: Unit) -> frozenset[int]:
    """The ids of the users and groups for whom something is stored."""
    return frozenset(each for (each,) in unit.rows("SELECT principal_id FROM sync_profile"))


def tags_seen(unit: Unit, viewer_id: int) -> list[TagRow]:
    """The tags of the contacts that a user sees, by their folded form."""
    rows = unit.rows(
        "SELECT t.tag_key, min(t.tag) FROM contact_tag t JOIN contact c ON c.id = t.contact_id"
        f" WHERE {SEES} GROUP BY t.tag_key ORDER BY t.tag_key",
        {"viewer": viewer_id},
    )
    return [TagRow._make(row) for row in rows]


def colleagues(unit: Unit, *, besides: int) -> list[ColleagueRow]:
    """The active users but one, by name."""
    rows = unit.rows(
        "SELECT p.id, p.name FROM person JOIN principal p ON p.id = person.principal_id"
        " WHERE person.state = 'active' AND p.id <> :besides ORDER BY p.name",
        {"besides": besides},
    )
    return [ColleagueRow._make(row) for row in rows]
