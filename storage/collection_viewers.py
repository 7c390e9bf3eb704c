"""Collections as others than their owners have them: blocks, and names of their own. Queries."""

import json
from collections.abc import Mapping

from storage.store import Unit, WriteUnit


def block(unit: WriteUnit, *, user_id: int, collection_id: int, now_us: int) -> None:
    """Close the collection to the user; nothing happens if it is closed."""
    unit.execute(
        "INSERT INTO collection_block (user_id, collection_id, created_us)"
        " VALUES (:user, :id, :now_us) ON CONFLICT DO NOTHING",
        {"user": user_id, "id": collection_id, "now_us": now_us},
    )
    unit.rights_shrank()


def unblock(unit: WriteUnit, *, user_id: int, collection_id: int) -> bool:
    """Open the collection to the user again; False if it was not closed."""
    lifted = unit.execute(
        "DELETE FROM collection_block WHERE user_id = :user AND collection_id = :id",
        {"user": user_id, "id": collection_id},
    )
    return lifted > 0


def blocked_for(unit: Unit, user_id: int) -> list[tuple[str, str]]:
    """The collections that are closed to the user: owner's name and own name."""
    return unit.rows(
        "SELECT p.name, c.name FROM collection_block b JOIN collection c ON c.id = b.collection_id"
        " JOIN principal p ON p.id = c.owner_id WHERE b.user_id = :user ORDER BY p.name, c.name",
        {"user": user_id},
    )


def put_away(unit: WriteUnit, *, user_id: int, collection_id: int) -> None:
    """Take the collection out of the user's home."""
    unit.execute(
        "INSERT INTO collection_view (user_id, collection_id, is_away)"
        " VALUES (:user, :id, :is_away) ON CONFLICT (user_id, collection_id)"
        " DO UPDATE SET is_away = excluded.is_away",
        {"user": user_id, "id": collection_id, "is_away": True},
    )


def bring_back(unit: WriteUnit, *, principal_id: int | None, collection_id: int) -> None:
    """Put the collection into homes again: a user's, those of a group's members, or all (None)."""
    whose = (
        " AND (user_id = :principal OR user_id IN"
        " (SELECT user_id FROM membership WHERE group_id = :principal))"
    )
    values: dict[str, object] = {"id": collection_id, "is_away": False}
    if principal_id is not None:
        values["principal"] = principal_id
    unit.execute(
        "UPDATE collection_view SET is_away = :is_away WHERE collection_id = :id"
        f"{'' if principal_id is None else whose}",
        values,
    )


def describe(
    unit: WriteUnit,
    *,
    user_id: int,
    collection_id: int,
    display_name: str,
    properties: Mapping[str, str],
) -> None:
    """Keep what the user calls the collection, and the properties they put on it."""
    unit.execute(
        "INSERT INTO collection_view (user_id, collection_id, display_name, properties)"
        " VALUES (:user, :id, :display_name, :properties) ON CONFLICT (user_id, collection_id)"
        " DO UPDATE SET display_name = excluded.display_name, properties = excluded.properties",
        {
            "user": user_id,
            "id": collection_id,
            "display_name": display_name,
            "properties": json.dumps(dict(properties)),
        },
    )
