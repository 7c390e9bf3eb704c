"""Cards that come from devices: changed ones of the office (C5), private ones that join (C3)."""

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from auth.visibility import Visibility
from office.contacts import kinds, merging, numbers
from office.contacts.keeping import Record, held, settled, write_card
from office.contacts.rights import demand_eyes
from office.errors import UIDConflictError
from office.items import DEFAULT_LIMITS, ItemLimits, read_address_object
from office.items.card_lines import read_card
from office.work import GroupwareWork
from storage import contacts, records
from storage.contacts import NewContact
from storage.items import ItemRow
from wire.clients import Family

_OF_A_VIEW = re.compile(r"\d+\.vcf", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a card that a device sent.

    Attributes:
        record: As it is now.
        has_changed: The bytes are others than before.
        is_as_sent: They are those that were sent; else the client has to fetch them.
    """

    record: Record
    has_changed: bool
    is_as_sent: bool


def take_sent(
    work: GroupwareWork,
    record: Record,
    data: bytes,
    family: Family,
    *,
    limits: ItemLimits = DEFAULT_LIMITS,
) -> Sent:
    """Take what a device sends in place of a contact's card (C5).

    Raises:
        NotFoundError: It is not for *work.who* to see.
        ForbiddenError: They see no customers.
        UIDConflictError: It has another UID.
        office.items.InvalidItemError: It is no card that every device could read.
    """
    demand_eyes(work.who)
    place = records.hold(work.unit)
    record = held(work, record.row)
    found = read_address_object(data, limits=limits)
    sent = found.text.decode()
    if found.indexed.uid != record.item.uid.partition("\n")[0]:
        message = "The contact that is here has another UID."
        raise UIDConflictError(message, names=("", record.item.href), is_address_book=True)
    merged = merging.merged(record.item.text, sent, family)
    is_as_sent = merged.is_as_sent and not found.was_changed
    if merged.text == record.item.text:
        return Sent(record, has_changed=False, is_as_sent=is_as_sent)
    seq = write_card(work, place, record.item, merged.text)
    row = record.row._replace(seq=seq, edited_us=work.now_us)
    now = settled(work, place, row, record.item)
    return Sent(now, has_changed=True, is_as_sent=is_as_sent)


def join(work: GroupwareWork, item: ItemRow, chosen: Collection[str]) -> Record | None:
    """Let a private card of the office book become the office's, if its categories say so (C3).

    It stays in its maker's view under its name, and the maker becomes its partner contact. If the
    office has another card of that UID, nothing tells: the second one is marked.

    Args:
        work: The change; the item's collection is held.
        item: The card, with its text.
        chosen: The categories that let a card join.

    Returns:
        What it became; None: it stays private.
    """
    kind = None if _is_group(item.text) else kinds.joining(merging.categories(item.text), chosen)
    if kind is None or work.who.visibility is Visibility.NONE:
        return None
    place = records.hold(work.unit)
    contacts.end_name(work.unit, work.who.user_id, item.href)
    uid = numbers.free_uid(work.unit, place, item.uid)
    new = NewContact(
        item_id=item.id,
        number=numbers.chosen(work.unit, ""),
        kind=kind,
        is_business=False,
        seq=records.take_in(work.unit, place, item, href=f"{uuid.uuid4()}.vcf", uid=uid),
        partner_id=work.who.user_id,
        maker_id=work.who.user_id,
        # In a view that it comes back to it must not have the name that another contact has there.
        maker_href="" if _OF_A_VIEW.fullmatch(item.href) else item.href,
    )
    row = contacts.insert(work.unit, new, now_us=work.now_us)
    row = numbers.mark_twins(work.unit, place, row, item.uid)
    return settled(work, place, row, item)


def _is_group(text: str) -> bool:
    """Whether a card is a list of others (RFC 6350 section 6.1.4, and as Apple says it)."""
    return any(
        line.name in {"KIND", "X-ADDRESSBOOKSERVER-KIND"} and line.value.strip().lower() == "group"
        for line, _ in read_card(text)
    )
