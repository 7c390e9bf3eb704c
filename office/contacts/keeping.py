"""A contact with its card as the store has them, and how a change of either is kept.

Each change takes a number of the office-wide sequence, and what hangs on a card (tags, events of
the birthday and of contracts' ends) follows in the same transaction; whoever changes one holds
the records.
"""

from dataclasses import dataclass

from auth.identity import Identity
from office import item_store, layout
from office.contacts import birthdays, kinds, merging
from office.contacts.fields import ContactFields
from office.contacts.kinds import Kind
from office.contacts.reading import read_fields
from office.contracts import following
from office.errors import NotFoundError
from office.items import read_address_object, read_calendar_object
from office.visibility import CustomerTies, sees_contact
from office.work import GroupwareWork
from storage import contacts, item_changes, records
from storage.contacts import ContactRow
from storage.items import Content, ItemRow
from storage.records import Records
from storage.store import Unit

_EVENTS = frozenset({"VEVENT"})


@dataclass(frozen=True, slots=True)
class Record:
    """A contact with its card."""

    row: ContactRow
    item: ItemRow

    @property
    def fields(self) -> ContactFields:
        """What the card says."""
        return read_fields(self.item.text)

    @property
    def kind(self) -> Kind:
        """What it is to the office."""
        return Kind(self.row.kind)


def sees(unit: Unit, who: Identity, row: ContactRow) -> bool:
    """Whether *who* sees the contact."""
    released = () if row.broker_id is None else contacts.released_to(unit, row.broker_id)
    ties = CustomerTies(row.partner_id, released)
    return sees_contact(who.visibility, who.user_id, Kind(row.kind), ties)


def get(unit: Unit, who: Identity, number: str) -> Record:
    """The contact with this number.

    Raises:
        NotFoundError: There is none, or *who* may not see it.
    """
    row = contacts.find_by_number(unit, number)
    if row is None or not sees(unit, who, row):
        raise NotFoundError(f"There is no contact {number}.")
    return _record(unit, row)


def _record(unit: Unit, row: ContactRow) -> Record:
    item = records.find_item(unit, row.item_id)
    if item is None:
        raise LookupError(f"the contact {row.id} has no card")
    return Record(row, item)


def held(work: GroupwareWork, row: ContactRow) -> Record:
    """The contact as it stands now that the records are held.

    Raises:
        NotFoundError: It is gone, or not for *work.who* to see.
    """
    found = contacts.find(work.unit, row.id)
    if found is None or not sees(work.unit, work.who, found):
        raise NotFoundError(f"There is no contact {row.number}.")
    return _record(work.unit, found)


def settled(work: GroupwareWork, place: Records, row: ContactRow, item: ItemRow) -> Record:
    """Let what hangs on a contact's card follow it, and keep *row*; the contact as it is then."""
    now = records.find_item(work.unit, item.id)
    if now is None:
        raise LookupError(f"the contact {row.id} has no card")
    if now.modseq == row.seq:  # its bytes are new: by a device, or (0) at the console
        row = row._replace(writer_id=work.who.device_id)
    fields = read_fields(now.text)
    tags = kinds.tags_of(merging.categories(now.text))
    if tags != contacts.tags_of(work.unit, row.id):
        contacts.set_tags(work.unit, row.id, tags)
    contacts.follow_addresses(work.unit, row)
    row = _with_birthday(work, place, row._replace(is_business=fields.is_business), now, fields)
    contacts.update(work.unit, row)
    following.follow_contact(work.unit, place, row.id, now_us=work.now_us)
    return Record(row, now)


def _with_birthday(
    work: GroupwareWork, place: Records, row: ContactRow, card: ItemRow, fields: ContactFields
) -> ContactRow:
    language = layout.language(work.unit)
    old_id = row.birthday_item_id
    old = None if old_id is None else records.find_item(work.unit, old_id)
    # A card may be kept by another UID than when its event was made.
    uid = birthdays.uid_of(card.uid) if old is None else old.uid
    text = birthdays.event_of(fields, uid, language=language, now_us=work.now_us)
    if text is None:
        if old is None:
            return row
        return row._replace(birthday_item_id=None, seq=remove_item(work, old.id))
    if old is not None and birthdays.says_the_same(old.text, text):
        return row
    content = item_store.content_of(read_calendar_object(text.encode(), components=_EVENTS))
    if old is not None:
        return row._replace(seq=item_changes.replace(work.unit, old, content, now_us=work.now_us))
    href = f"birthday-{row.id}.ics"
    seq = item_changes.create(work.unit, place.id, href, content, now_us=work.now_us)
    made = records.find_href(work.unit, place, href)
    return row._replace(seq=seq, birthday_item_id=made.id if made else None)


def remove_item(work: GroupwareWork, item_id: int) -> int:
    """Take a card, or what was made of one, away; the number of its going."""
    item = records.find_item(work.unit, item_id)
    if item is None:
        raise LookupError(f"there is no record {item_id}")
    seq = item_changes.delete(work.unit, item, now_us=work.now_us)
    records.leave_tombstone(work.unit, item_id, seq, now_us=work.now_us)
    return seq


def write_card(work: GroupwareWork, place: Records, item: ItemRow, text: str) -> int:
    """Keep other bytes of a card, by the UID that it is kept by; the number of the change."""
    if text == item.text:
        return records.next_seq(work.unit, place)
    who = work.who
    records.keep_version(
        work.unit, item, user_id=who.user_id, device_id=who.device_id, now_us=work.now_us
    )
    content = card_content(text)._replace(uid=item.uid)
    return item_changes.replace(work.unit, item, content, now_us=work.now_us)


def card_content(text: str) -> Content:
    """What is stored of a card.

    Raises:
        office.items.InvalidItemError: It is none that every device could read.
    """
    return item_store.content_of(read_address_object(text.encode()))
