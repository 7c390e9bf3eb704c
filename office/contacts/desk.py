"""The office's contacts: added, changed and removed by the office."""

import uuid
from collections.abc import Collection
from typing import TypedDict, Unpack

from auth.identity import Identity
from auth.rights import FunctionRight
from office import layout
from office.contacts import kinds, merging, numbers
from office.contacts.fields import ContactFields
from office.contacts.keeping import (
    Record,
    card_content,
    held,
    remove_item,
    sees,
    settled,
    write_card,
)
from office.contacts.kinds import CATEGORIES, COVERED, Kind
from office.contacts.rights import demand, demand_eyes
from office.contacts.writing import as_business, write_fields
from office.contracts import following
from office.errors import ExistsError, NotFoundError, UnfitNameError
from office.items import read_address_object
from office.work import GroupwareWork
from storage import appointments, contacts, item_changes, people, records
from storage.contacts import ContactRow, NewContact
from storage.records import Records
from storage.store import Unit


class OfficeFields(TypedDict, total=False):
    """What the office says of a contact; what is not named stays as it is."""

    kind: Kind
    is_business: bool
    partner_id: int | None
    broker_id: int | None
    location: str
    tags: Collection[str]


def add(
    work: GroupwareWork, card: bytes, *, number: str = "", **office: Unpack[OfficeFields]
) -> Record:
    """Make a contact of a card; whoever does becomes its partner contact unless another is named.

    Args:
        work: The change.
        card: A vCard.
        number: Of the contact; empty: the next one.
        office: Without a kind, what the card's categories say, or a customer.

    Raises:
        ForbiddenError: A right is missing.
        NumberTakenError, UnfitNameError: The number can't be given.
        ExistsError: The office has this card.
        NotFoundError: The broker is none.
        office.items.InvalidItemError: It is no card that every device could read.
    """
    demand_eyes(work.who)
    office.setdefault("partner_id", work.who.user_id or None)
    _demand_rights(work.who, office, partner_id=work.who.user_id or None)
    place = records.hold(work.unit)
    text = read_address_object(card).text.decode()
    kind = office.get("kind") or kinds.of_categories(merging.categories(text)) or Kind.CUSTOMER
    text = _as_said(work.unit, text, kind, office)
    content = card_content(text)
    _refuse_known(work, place, content.uid)
    href = f"{uuid.uuid4()}.vcf"
    kept = content._replace(uid=numbers.free_uid(work.unit, place, content.uid))
    seq = item_changes.create(work.unit, place.id, href, kept, now_us=work.now_us)
    item = records.find_href(work.unit, place, href)
    if item is None:
        raise LookupError(f"the card {href} was not kept")
    new = NewContact(
        item_id=item.id,
        number=numbers.chosen(work.unit, number),
        kind=kind,
        is_business=False,
        seq=seq,
        partner_id=office["partner_id"],
        broker_id=_checked_broker(work.unit, kind, office.get("broker_id")),
        maker_id=work.who.user_id or None,
        location=office.get("location", "").strip(),
    )
    row = contacts.insert(work.unit, new, now_us=work.now_us)
    row = numbers.mark_twins(work.unit, place, row, content.uid)
    return settled(work, place, row, item)


def change(work: GroupwareWork, record: Record, **office: Unpack[OfficeFields]) -> Record:
    """Say something else of a contact; its card follows where it says the same.

    Raises:
        NotFoundError: It is not for *work.who* to see, or the broker is none.
        ForbiddenError: A right is missing.
    """
    place = records.hold(work.unit)
    record = held(work, record.row)
    row, text = record.row, record.item.text
    _demand_rights(work.who, office, partner_id=row.partner_id, broker_id=row.broker_id)
    kind = office.get("kind", record.kind)
    text = _as_said(work.unit, text, kind if kind != record.kind else None, office)
    broker_id = office.get("broker_id", row.broker_id if kind in COVERED else None)
    changed = row._replace(
        kind=kind,
        partner_id=office.get("partner_id", row.partner_id),
        broker_id=_checked_broker(work.unit, kind, broker_id, own=row),
        location=office.get("location", row.location).strip(),
    )
    if changed == row and text == record.item.text:
        return record
    seq = write_card(work, place, record.item, text)
    if row.kind == Kind.BROKER != kind:
        people.rules_changed(work.unit, contacts.end_broker(work.unit, row.id, seq=seq))
    return settled(work, place, changed._replace(seq=seq, edited_us=work.now_us), record.item)


def change_fields(work: GroupwareWork, record: Record, fields: ContactFields) -> Record:
    """Write other fields into a contact's card.

    Raises:
        NotFoundError: It is not for *work.who* to see.
        UnfitNameError: There is no name.
    """
    place = records.hold(work.unit)
    record = held(work, record.row)
    if not fields.normal().shown_name:
        raise UnfitNameError("A contact needs a name.")
    text = write_fields(record.item.text, fields)
    if text == record.item.text:
        return record
    seq = write_card(work, place, record.item, text)
    return settled(work, place, record.row._replace(seq=seq, edited_us=work.now_us), record.item)


def remove(work: GroupwareWork, record: Record) -> None:
    """Take a contact out of the office, with birthday and contracts; for whoever assigns them.

    Raises:
        NotFoundError: It is not for *work.who* to see.
        ForbiddenError: The right is missing.
    """
    demand(work.who, FunctionRight.ASSIGN_PARTNER_CONTACT)
    place = records.hold(work.unit)
    record = held(work, record.row)
    if record.kind is Kind.BROKER:
        seq = records.next_seq(work.unit, place)
        people.rules_changed(work.unit, contacts.end_broker(work.unit, record.row.id, seq=seq))
    if record.row.birthday_item_id is not None:
        remove_item(work, record.row.birthday_item_id)
    following.remove_events_of(work.unit, record.row.id, now_us=work.now_us)
    seq = records.next_seq(work.unit, place)
    appointments.judge_those_of(work.unit, seq, contact_id=record.row.id)
    inherit = numbers.part_twins(work, place, record.row)
    remove_item(work, record.item.id)
    inherit()


def _as_said(unit: Unit, text: str, kind: Kind | None, office: OfficeFields) -> str:
    """The card, saying what the office says; without *kind* it says the one that it says."""
    if kind is not None:
        category = CATEGORIES[layout.language(unit)].get(kind)
        text = merging.with_kind_category(text, category)
    if "is_business" in office:
        text = as_business(text, is_business=office["is_business"])
    if "tags" in office:
        text = merging.with_tags(text, office["tags"])
    return text


def _checked_broker(
    unit: Unit, kind: Kind, broker_id: int | None, *, own: ContactRow | None = None
) -> int | None:
    """The broker of a contact of *kind*, which *own* is already."""
    if broker_id is None or (own is not None and own.broker_id == broker_id):
        return broker_id
    broker = contacts.find(unit, broker_id)
    if broker is None or broker.kind != Kind.BROKER or kind not in COVERED:
        raise NotFoundError("Customers and prospects have brokers, and brokers only.")
    return broker_id


def _refuse_known(work: GroupwareWork, place: Records, uid: str) -> None:
    first = numbers.find_uid(work.unit, place, uid)
    known = [] if first is None else [first.id, *contacts.twins(work.unit, first)]
    for row in filter(None, (contacts.find(work.unit, each) for each in known)):
        if not sees(work.unit, work.who, row):
            continue
        raise ExistsError(f"The office has this card already, as contact {row.number}.")


def _demand_rights(
    who: Identity,
    office: OfficeFields,
    *,
    partner_id: int | None,
    broker_id: int | None = None,
) -> None:
    """Who looks after somebody, and by whom they came, is said by those with the right."""
    is_assigned = office.get("partner_id", partner_id) != partner_id
    if is_assigned or office.get("broker_id", broker_id) != broker_id:
        demand(who, FunctionRight.ASSIGN_PARTNER_CONTACT)
