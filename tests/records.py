"""Records of an office for tests: the place they lie in, and contacts with a card."""

from hashlib import sha256

from auth.rights import ADMINISTRATION
from office.contacts.kinds import folded
from office.items import fold
from storage import collections, contacts, item_changes, people, records
from storage.collections import NewCollection
from storage.contacts import ContactRow, NewContact
from storage.items import Content
from storage.records import Records
from storage.store import WriteUnit
from tests.builders import NOW_US


def found_records(unit: WriteUnit) -> Records:
    """The place of the records, made where it is not there; the groups must be."""
    found = records.find(unit)
    if found is None:
        owner_id = people.find_principal(unit, ADMINISTRATION.name)
        assert owner_id is not None
        new = NewCollection("records", "addressbook", is_default=True, role="records")
        collections.create(unit, owner_id, new, now_us=NOW_US)
    return records.hold(unit)


def card(*lines: str, uid: str = "1", name: str = "Anna Berg", version: str = "3.0") -> str:
    """A vCard."""
    family, _, given = name.rpartition(" ")[::-1] if " " in name else (name, "", "")
    head = ("BEGIN:VCARD", f"VERSION:{version}", f"UID:{uid}", f"FN:{name}")
    return "\r\n".join([*head, f"N:{family};{given};;;", *lines, "END:VCARD", ""])


def content(text: str, *, uid: str = "1", name: str = "Anna Berg") -> Content:
    """What is stored of a card, without its index."""
    data = text.encode()
    return Content(
        uid, "VCARD", sha256(data).hexdigest(), len(data), None, None, "", name, text, fold(name)
    )


def a_contact(
    unit: WriteUnit,
    number: str = "10001",
    *,
    kind: str = "customer",
    name: str = "Anna Berg",
    partner_id: int | None = None,
    broker_id: int | None = None,
    tags: tuple[str, ...] = (),
) -> ContactRow:
    """A contact with a card, as storage keeps it."""
    place = found_records(unit)
    href, uid = f"{number}.vcf", f"uid-{number}"
    text = card(uid=uid, name=name)
    seq = item_changes.create(
        unit, place.id, href, content(text, uid=uid, name=name), now_us=NOW_US
    )
    item = records.find_href(unit, place, href)
    assert item is not None
    new = NewContact(
        item.id,
        number,
        kind,
        is_business=False,
        seq=seq,
        partner_id=partner_id,
        broker_id=broker_id,
    )
    row = contacts.insert(unit, new, now_us=NOW_US)
    contacts.set_tags(unit, row.id, {folded(each): each for each in tags})
    return row
