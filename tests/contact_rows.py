"""Contacts of an office as rows, for tests of what is told about them."""

from storage import items
from storage.collections import Place
from storage.items import Content
from storage.store import WriteUnit
from tests.builders import NOW_US


def an_item(unit: WriteUnit, collection_id: int, name: str, *, component: str = "VCARD") -> int:
    """An item of a collection that shows this name; its id."""
    content = Content(name, component, f'"{name}"', 1, None, None, "", name, "text")
    items.create(unit, collection_id, name, content, now_us=NOW_US)
    row = items.find(unit, Place(collection_id), name)
    assert row is not None
    return row.id


def a_contact(
    unit: WriteUnit,
    name: str,
    *,
    kind: str = "customer",
    partner: int | None = None,
    broker: int | None = None,
    tags: tuple[str, ...] = (),
    has_birthday: bool = False,
) -> tuple[int, int]:
    """A contact of the office; its id, and that of its item."""
    (records,) = unit.row("SELECT id FROM collection WHERE role = 'records'")
    item_id = an_item(unit, records, name)
    birthday = (
        an_item(unit, records, f"Geburtstag: {name}", component="VEVENT") if has_birthday else None
    )
    row = unit.row(
        "INSERT INTO contact (item_id, number, kind, partner_id, broker_id, birthday_item_id,"
        " seq, edited_us, created_us) VALUES (:item, :number, :kind, :partner, :broker,"
        " :birthday, 1, :now, :now) RETURNING id",
        {
            "item": item_id,
            "number": str(item_id),
            "kind": kind,
            "partner": partner,
            "broker": broker,
            "birthday": birthday,
            "now": NOW_US,
        },
    )
    for tag in tags:
        unit.execute(
            "INSERT INTO contact_tag (contact_id, tag_key, tag) VALUES (:id, :key, :tag)",
            {"id": row[0], "key": tag.casefold(), "tag": tag},
        )
    return int(row[0]), item_id


def release_broker(unit: WriteUnit, broker_id: int, user_id: int) -> None:
    """Show the broker's customers to the user."""
    unit.execute(
        "INSERT INTO broker_release (broker_id, user_id) VALUES (:broker, :user)",
        {"broker": broker_id, "user": user_id},
    )


def rules_of(unit: WriteUnit, user_id: int) -> int:
    """How often what the user may see or wants has changed."""
    row = unit.row("SELECT rules FROM person WHERE principal_id = :id", {"id": user_id})
    return int(row[0])
