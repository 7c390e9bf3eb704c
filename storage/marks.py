"""What check marks on folders and collections are drawn from: everybody at once. Queries."""

from collections.abc import Collection
from typing import NamedTuple

from storage import function_rights
from storage.id_lists import id_list, is_among
from storage.people import joined_groups, split_names
from storage.store import Unit


class MemberRow(NamedTuple):
    """A user; ``rights`` as :func:`storage.function_rights.joined`."""

    id: int
    name: str
    state: str
    groups: frozenset[str]
    rights: str | None


def everybody(unit: Unit) -> list[MemberRow]:
    """All users by name, whatever their state."""
    rows = unit.rows(
        f"SELECT p.id, p.name, person.state, {joined_groups(unit, 'p.id')},"
        f" {function_rights.joined(unit, 'p.id')}"
        " FROM person JOIN principal p ON p.id = person.principal_id ORDER BY p.name"
    )
    return [MemberRow._make([*row[:3], split_names(row[3]), row[4]]) for row in rows]


def groups(unit: Unit) -> dict[int, str]:
    """The names of all groups by their ids, the oldest first."""
    rows = unit.rows("SELECT id, name FROM principal WHERE kind = 'group' ORDER BY id")
    return {int(row[0]): str(row[1]) for row in rows}


def closed_nodes(unit: Unit, node_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who is shut out of which of these very nodes: (user, node)."""
    rows = unit.rows(
        f"SELECT user_id, node_id FROM block WHERE node_id {is_among(unit, 'ids')}",
        {"ids": id_list(unit, node_ids)},
    )
    return {(user_id, node_id) for user_id, node_id in rows}


def closed_collection(unit: Unit, collection_id: int) -> set[int]:
    """The ids of those who are shut out of a calendar, task list or address book."""
    rows = unit.rows(
        "SELECT user_id FROM collection_block WHERE collection_id = :id", {"id": collection_id}
    )
    return {user_id for (user_id,) in rows}


def closed_collections_of(unit: Unit, user_id: int) -> list[int]:
    """The ids of the collections that are closed to the user."""
    rows = unit.rows(
        "SELECT collection_id FROM collection_block WHERE user_id = :user ORDER BY collection_id",
        {"user": user_id},
    )
    return [collection_id for (collection_id,) in rows]
