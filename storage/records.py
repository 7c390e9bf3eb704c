"""The one collection of the office's records, and its counter: the office-wide sequence.

Whoever changes a record holds it first (:func:`hold`), so that numbers become visible in order.
Whoever also changes somebody's view of the records holds that before.
"""

from collections.abc import Collection
from typing import NamedTuple

from storage.collections import next_modseq
from storage.items import ItemRow
from storage.store import Unit, WriteUnit

ROLE = "records"


class Records(NamedTuple):
    """Where the records lie, and the number of the newest change of one."""

    id: int
    seq: int


def find(unit: Unit) -> Records | None:
    """Where the records lie; None in an office that has not begun."""
    row = unit.row("SELECT id, modseq FROM collection WHERE role = :role", {"role": ROLE})
    return Records._make(row) if row else None


def hold(unit: WriteUnit) -> Records:
    """The same; nobody else changes a record until the commit.

    Raises:
        LookupError: The office has not begun.
    """
    for_update = "" if unit.is_sqlite else " FOR UPDATE"
    row = unit.row(
        f"SELECT id, modseq FROM collection WHERE role = :role{for_update}", {"role": ROLE}
    )
    if row is None:
        raise LookupError("the office has no place for its records")
    return Records._make(row)


def next_seq(unit: WriteUnit, records: Records) -> int:
    """Take the next number where only what the office keeps beside a record changed."""
    return next_modseq(unit, records.id)


def leave_tombstone(unit: WriteUnit, item_id: int, seq: int, *, now_us: int) -> None:
    """Say that a record is gone, for the views that have it; *seq* is the number of its going."""
    unit.execute(
        "INSERT INTO record_tombstone (item_id, seq, deleted_us) VALUES (:item, :seq, :now_us)",
        {"item": item_id, "seq": seq, "now_us": now_us},
    )


def keep_version(
    unit: WriteUnit, item: ItemRow, *, user_id: int, device_id: int, now_us: int
) -> None:
    """Keep the state of a record that somebody is about to replace."""
    unit.execute(
        "INSERT INTO record_version (item_id, etag, text, replaced_us, user_id, device_id)"
        " SELECT id, etag, text, :now_us, :user, :device FROM item WHERE id = :id",
        {"id": item.id, "now_us": now_us, "user": user_id or None, "device": device_id or None},
    )


def has_version(unit: Unit, item_id: int, beginnings: Collection[str]) -> bool:
    """Whether an earlier state of a record has an etag that begins with one of these."""
    rows = unit.rows(
        "SELECT DISTINCT etag FROM record_version WHERE item_id = :item", {"item": item_id}
    )
    return any(row[0].startswith(each) for row in rows for each in beginnings)


def forget_tombstones(unit: WriteUnit, before_us: int, *, limit: int) -> int:
    """Drop at most *limit* tombstones of records that went before then; how many went.

    Those of which a view has a member are still to be told there.
    """
    return unit.execute(
        "DELETE FROM record_tombstone WHERE item_id IN (SELECT t.item_id FROM record_tombstone t"
        " WHERE t.deleted_us < :before AND NOT EXISTS"
        " (SELECT 1 FROM view_member m WHERE m.item_id = t.item_id) ORDER BY t.seq LIMIT :limit)",
        {"before": before_us, "limit": limit},
    )


def forget_versions(unit: WriteUnit, before_us: int, *, limit: int) -> int:
    """Drop at most *limit* states that were replaced before then; how many went.

    The last one before the state of a record that there is now stays.
    """
    return unit.execute(
        "DELETE FROM record_version WHERE id IN (SELECT v.id FROM record_version v"
        " WHERE v.replaced_us < :before AND EXISTS (SELECT 1 FROM record_version n"
        " WHERE n.item_id = v.item_id AND n.id > v.id) ORDER BY v.replaced_us LIMIT :limit)",
        {"before": before_us, "limit": limit},
    )


_ITEM = "SELECT " + ", ".join(ItemRow._fields) + " FROM item WHERE"


def find_item(unit: Unit, item_id: int) -> ItemRow | None:
    """A record's object with its text, as it lies among the records."""
    row = unit.row(f"{_ITEM} id = :id", {"id": item_id})
    return ItemRow._make(row) if row else None


def find_href(unit: Unit, records: Records, href: str) -> ItemRow | None:
    """The record of this name."""
    row = unit.row(
        f"{_ITEM} collection_id = :records AND href = :href",
        {"records": records.id, "href": href},
    )
    return ItemRow._make(row) if row else None


def find_uid(unit: Unit, records: Records, uid: str) -> ItemRow | None:
    """The record that is kept by this UID."""
    row = unit.row(
        f"{_ITEM} collection_id = :records AND uid = :uid", {"records": records.id, "uid": uid}
    )
    return ItemRow._make(row) if row else None


def set_uid(unit: WriteUnit, item_id: int, uid: str) -> None:
    """Keep a record by another UID, which is free; what its card says stays."""
    unit.execute("UPDATE item SET uid = :uid WHERE id = :id", {"uid": uid, "id": item_id})


def take_in(unit: WriteUnit, records: Records, item: ItemRow, *, href: str, uid: str) -> int:
    """Make a private object of a view a record; the number of that change.

    Who made it keeps it in their view, under its name and with the number of its last change:
    their devices have nothing to do. Both collections are held.

    Args:
        unit: The transaction.
        records: Where it goes.
        item: As it lies in the view.
        href: Its name among the records, which is free.
        uid: By which it is kept there; free too.
    """
    seq = next_modseq(unit, records.id)
    unit.execute(
        "UPDATE item SET collection_id = :records, href = :href, uid = :uid, modseq = :seq"
        " WHERE id = :id",
        {"records": records.id, "href": href, "uid": uid, "seq": seq, "id": item.id},
    )
    unit.execute(
        "INSERT INTO view_member (view_id, item_id, href, modseq)"
        " SELECT collection_id, :item, :href, :modseq FROM view WHERE collection_id = :view",
        {
            "view": item.collection_id,
            "item": item.id,
            "href": item.href,
            "modseq": item.modseq,
        },
    )
    return seq
