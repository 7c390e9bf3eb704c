"""Changes of calendar and address objects: put, delete, move, copy.

Each takes one number of its collection's counter (``modseq``, RFC 6578); a member that goes leaves
a tombstone. The caller holds the collections (``collections.hold``).
"""

from hashlib import sha256

from storage.collections import next_modseq
from storage.items import Content, ItemRow
from storage.store import WriteUnit

_CONTENT = ", ".join(Content._fields)
_VALUES = ", ".join(f":{name}" for name in Content._fields)
_COPIED = ", ".join(":uid" if name == "uid" else name for name in Content._fields)
_SETTING = ", ".join(f"{name} = :{name}" for name in Content._fields)


def create(
    unit: WriteUnit, collection_id: int, href: str, content: Content, *, now_us: int
) -> int:
    """A new member, and its number; the caller knows that its name and its UID are free."""
    _forget_tombstone(unit, collection_id, href)
    modseq = next_modseq(unit, collection_id)
    unit.execute(
        f"INSERT INTO item (collection_id, href, created_us, modified_us, modseq, {_CONTENT}) "
        f"VALUES (:collection, :href, :now_us, :now_us, :modseq, {_VALUES})",
        {
            **content._asdict(),
            "collection": collection_id,
            "href": href,
            "now_us": now_us,
            "modseq": modseq,
        },
    )
    return modseq


def replace(unit: WriteUnit, item: ItemRow, content: Content, *, now_us: int) -> int:
    """Give a member other bytes; the number of that change."""
    modseq = next_modseq(unit, item.collection_id)
    _once(
        unit.execute(
            f"UPDATE item SET {_SETTING}, modified_us = :now_us, modseq = :modseq WHERE {_THIS}",
            {
                **content._asdict(),
                "now_us": now_us,
                "modseq": modseq,
                "id": item.id,
                "here": item.collection_id,
            },
        ),
        item,
    )
    return modseq


def delete(unit: WriteUnit, item: ItemRow, *, now_us: int) -> int:
    """Take a member away; its name stays behind as a tombstone with the number returned."""
    _once(
        unit.execute(
            f"DELETE FROM item WHERE {_THIS}", {"id": item.id, "here": item.collection_id}
        ),
        item,
    )
    return _leave_tombstone(unit, item, now_us=now_us)


def move(
    unit: WriteUnit,
    item: ItemRow,
    collection_id: int,
    href: str,
    *,
    now_us: int,
    schedule_tag: str = "",
) -> None:
    """Carry a member to a place that is free: one goes, one is new."""
    _leave_tombstone(unit, item, now_us=now_us)
    _forget_tombstone(unit, collection_id, href)
    unit.execute(
        "UPDATE item SET collection_id = :collection, href = :href, modseq = :modseq, "
        "schedule_tag = :tag WHERE id = :id",
        {
            "tag": schedule_tag,
            "collection": collection_id,
            "href": href,
            "modseq": next_modseq(unit, collection_id),
            "id": item.id,
        },
    )


def announce(unit: WriteUnit, item: ItemRow) -> int:
    """Let clients fetch a member anew though its bytes are the same; the number of that change.

    Its etag is another one from now on, and again the hash of the bytes with their next change.
    """
    modseq = next_modseq(unit, item.collection_id)
    etag = sha256(f"{item.etag} again".encode()).hexdigest()
    _once(
        unit.execute(
            f"UPDATE item SET etag = :etag, modseq = :modseq WHERE {_THIS}",
            {"etag": etag, "modseq": modseq, "id": item.id, "here": item.collection_id},
        ),
        item,
    )
    return modseq


def copy(unit: WriteUnit, item: ItemRow, collection_id: int, href: str, *, now_us: int) -> None:
    """A second object of the same bytes at a place that is free."""
    _forget_tombstone(unit, collection_id, href)
    unit.execute(
        f"INSERT INTO item (collection_id, href, created_us, modified_us, modseq, {_CONTENT}) "
        f"SELECT :collection, :href, :now_us, :now_us, :modseq, {_COPIED} "
        "FROM item WHERE id = :id",
        {
            # What shares its UID where it lies has something behind it there, and only there.
            "uid": item.uid.partition("\n")[0],
            "collection": collection_id,
            "href": href,
            "now_us": now_us,
            "modseq": next_modseq(unit, collection_id),
            "id": item.id,
        },
    )


_THIS = "id = :id AND collection_id = :here"


def _once(changed: int, item: ItemRow) -> None:
    """See to it that a member was changed where it lies: what a view shows lies elsewhere."""
    if changed != 1:
        raise LookupError(f"the object {item.id} does not lie in {item.collection_id}")


def _leave_tombstone(unit: WriteUnit, item: ItemRow, *, now_us: int) -> int:
    modseq = next_modseq(unit, item.collection_id)
    unit.execute(
        "INSERT INTO item_tombstone (collection_id, href, modseq, deleted_us) "
        "VALUES (:collection, :href, :modseq, :now_us)",
        {
            "collection": item.collection_id,
            "href": item.href,
            "modseq": modseq,
            "now_us": now_us,
        },
    )
    return modseq


def _forget_tombstone(unit: WriteUnit, collection_id: int, href: str) -> None:
    unit.execute(
        "DELETE FROM item_tombstone WHERE collection_id = :collection AND href = :href",
        {"collection": collection_id, "href": href},
    )
