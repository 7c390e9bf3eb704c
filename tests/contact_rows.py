"""Contacts of an office by their names alone, for tests of what is told about them."""

from storage import contacts, item_changes, items
from storage.collections import Place
from storage.items import Content
from storage.store import WriteUnit
from tests import records
from tests.builders import NOW_US


def an_event(unit: WriteUnit, collection_id: int, name: str) -> int:
    """An appointment in a collection that is called this; its id."""
    content = Content(name, "VEVENT", f'"{name}"', 1, None, None, "", name, "text")
    item_changes.create(unit, collection_id, name, content, now_us=NOW_US)
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
    """A contact with the next number; its id, and that of its item."""
    (count,) = unit.row("SELECT count(*) FROM contact")
    row = records.a_contact(
        unit,
        str(10_001 + count),
        kind=kind,
        name=name,
        partner_id=partner,
        broker_id=broker,
        tags=tags,
    )
    if has_birthday:
        event = an_event(unit, records.found_records(unit).id, f"Geburtstag: {name}")
        contacts.update(unit, row._replace(birthday_item_id=event))
    return row.id, row.item_id


def rules_of(unit: WriteUnit, user_id: int) -> int:
    """How often what the user may see or wants has changed."""
    row = unit.row("SELECT rules FROM person WHERE principal_id = :id", {"id": user_id})
    return int(row[0])
