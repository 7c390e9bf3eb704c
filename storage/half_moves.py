"""Moves that a device makes of a DELETE and a PUT: the queries that find one by the other.

What was deleted just now is about the last minute, and so is kept among the facts by key.
"""

from typing import NamedTuple

from storage.store import Unit, WriteUnit

_KEY = "deleted:"


class Deleted(NamedTuple):
    """A DELETE of a record, which the office keeps.

    Attributes:
        user_id: Whose device it was.
        item_id: The record.
        deleted_us: When.
        is_to_go: It is to go in the office too, unless this was half a move.
    """

    user_id: int
    item_id: int
    deleted_us: int
    is_to_go: bool


def note(unit: WriteUnit, deleted: Deleted) -> None:
    """Keep it, in place of an earlier one of the same user and record."""
    unit.execute(
        "INSERT INTO instance (key, value) VALUES (:key, :value)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        {
            "key": _key(deleted.user_id, deleted.item_id),
            "value": f"{deleted.deleted_us} {int(deleted.is_to_go)}",
        },
    )


def forget(unit: WriteUnit, user_id: int, item_id: int) -> bool:
    """Keep it no longer; False: there is none, or somebody was faster."""
    key = _key(user_id, item_id)
    return unit.execute("DELETE FROM instance WHERE key = :key", {"key": key}) == 1


def deleted(unit: Unit, user_id: int | None = None) -> list[Deleted]:
    """What a user deleted, or everybody, the last one first."""
    rows = unit.rows(
        "SELECT key, value FROM instance WHERE key LIKE :pattern",
        {"pattern": f"{_KEY}%" if user_id is None else f"{_KEY}{user_id}:%"},
    )
    found = [_read(*row) for row in rows]
    return sorted(found, key=lambda each: (each.deleted_us, each.item_id), reverse=True)


def has_put(unit: Unit, owner_id: int, uid: str, *, besides: int, since_us: int) -> bool:
    """Whether somebody's other address books got a card of this UID since then."""
    row = unit.row(
        "SELECT 1 FROM collection c JOIN item i ON i.collection_id = c.id AND i.uid = :uid"
        " WHERE c.owner_id = :owner AND c.kind = 'addressbook' AND c.id <> :besides"
        " AND i.modified_us >= :since LIMIT 1",
        {"owner": owner_id, "uid": uid, "besides": besides, "since": since_us},
    )
    return row is not None


def _key(user_id: int, item_id: int) -> str:
    return f"{_KEY}{user_id}:{item_id}"


def _read(key: str, value: str) -> Deleted:
    user_id, item_id = key.removeprefix(_KEY).split(":")
    deleted_us, is_to_go = value.split()
    return Deleted(int(user_id), int(item_id), int(deleted_us), is_to_go == "1")
