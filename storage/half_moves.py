"""Moves that a device makes of a DELETE and a PUT: the queries that find one by the other."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit


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
        "INSERT INTO deleted_item (user_id, item_id, deleted_us, is_to_go)"
        " VALUES (:user_id, :item_id, :deleted_us, :is_to_go) ON CONFLICT (user_id, item_id)"
        " DO UPDATE SET deleted_us = excluded.deleted_us, is_to_go = excluded.is_to_go",
        deleted._asdict(),
    )


def forget(unit: WriteUnit, user_id: int, item_id: int) -> bool:
    """Keep it no longer; False: there is none, or somebody was faster."""
    done = unit.execute(
        "DELETE FROM deleted_item WHERE user_id = :user AND item_id = :item",
        {"user": user_id, "item": item_id},
    )
    return done == 1


def deleted(unit: Unit, user_id: int | None = None) -> list[Deleted]:
    """What a user deleted, or everybody, the last one first."""
    whose = "" if user_id is None else " WHERE user_id = :user"
    rows = unit.rows(
        f"SELECT user_id, item_id, deleted_us, is_to_go FROM deleted_item{whose}"
        " ORDER BY deleted_us DESC, item_id DESC",
        {} if user_id is None else {"user": user_id},
    )
    return [Deleted._make((*row[:3], bool(row[3]))) for row in rows]


def find_appointment(
    unit: Unit, user_id: int, uid: str, *, besides: int, since_us: int
) -> Deleted | None:
    """The last one since then of an appointment of this UID that does not lie in *besides*."""
    row = unit.row(
        "SELECT d.user_id, d.item_id, d.deleted_us, d.is_to_go FROM deleted_item d"
        " JOIN item i ON i.id = d.item_id WHERE d.user_id = :user AND d.deleted_us >= :since"
        " AND i.uid = :uid AND i.component = 'VEVENT' AND i.collection_id <> :besides"
        " ORDER BY d.deleted_us DESC LIMIT 1",
        {"user": user_id, "uid": uid, "besides": besides, "since": since_us},
    )
    return None if row is None else Deleted._make((*row[:3], bool(row[3])))


def has_put(unit: Unit, owner_id: int, uid: str, *, besides: int, since_us: int) -> bool:
    """Whether somebody's other address books got a card of this UID since then."""
    row = unit.row(
        "SELECT 1 FROM collection c JOIN item i ON i.collection_id = c.id AND i.uid = :uid"
        " WHERE c.owner_id = :owner AND c.kind = 'addressbook' AND c.id <> :besides"
        " AND i.modified_us >= :since LIMIT 1",
        {"owner": owner_id, "uid": uid, "besides": besides, "since": since_us},
    )
    return row is not None


def has_put_event(unit: Unit, owner_id: int, uid: str, *, besides: int, since_us: int) -> bool:
    """Whether somebody's other calendars got an object of this UID since then."""
    row = unit.row(
        "SELECT 1 FROM collection c JOIN item i ON i.collection_id = c.id AND i.uid = :uid"
        " WHERE c.owner_id = :owner AND c.kind <> 'addressbook' AND c.role IN ('', 'default')"
        " AND c.id <> :besides AND i.modified_us >= :since LIMIT 1",
        {"owner": owner_id, "uid": uid, "besides": besides, "since": since_us},
    )
    return row is not None
