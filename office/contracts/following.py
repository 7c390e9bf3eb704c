"""How a contract and the event of its end are kept; whoever does it holds the records.

Each change takes a number of the office-wide sequence, as those of contacts do.
"""

import uuid
from datetime import date

from office import item_store, layout
from office.contacts.birthdays import says_the_same
from office.contracts.alarms import current, terms_of
from office.contracts.events import event_of
from office.days import day_of
from office.items import read_calendar_object
from storage import contracts, item_changes, records
from storage.contracts import ContractRow, ListedContract
from storage.items import ItemRow
from storage.records import Records
from storage.store import WriteUnit

_EVENTS = frozenset({"VEVENT"})
PORTION = 200
"""So many periods are moved on in one transaction beside others."""


def keep(unit: WriteUnit, place: Records, contract: ListedContract, *, now_us: int) -> ContractRow:
    """Keep a contract that changed, with its end as it is today and the event of that."""
    row = current(contract.row, day_of(now_us))
    row = row._replace(goes_on=terms_of(row).goes_on, seq=records.next_seq(unit, place))
    row = _with_event(unit, place, contract._replace(row=row), now_us=now_us)
    contracts.update(unit, row)
    return row


def _with_event(
    unit: WriteUnit, place: Records, contract: ListedContract, *, now_us: int
) -> ContractRow:
    row = contract.row
    old = None if row.item_id is None else records.find_item(unit, row.item_id)
    if row.ends_on is None:
        if old is None:
            return row
        return row._replace(item_id=None, seq=_remove(unit, old, now_us=now_us))
    return _written(unit, place, contract, row.ends_on, old, now_us=now_us)


def _written(
    unit: WriteUnit,
    place: Records,
    contract: ListedContract,
    end: date,
    old: ItemRow | None,
    *,
    now_us: int,
) -> ContractRow:
    row, uid = contract.row, old.uid if old else str(uuid.uuid4())
    text = event_of(contract, end, uid, language=layout.language(unit), now_us=now_us)
    if old is not None and says_the_same(old.text, text):
        return row
    content = item_store.content_of(read_calendar_object(text.encode(), components=_EVENTS))
    if old is not None:
        return row._replace(seq=item_changes.replace(unit, old, content, now_us=now_us))
    href = f"contract-{row.id}.ics"
    seq = item_changes.create(unit, place.id, href, content, now_us=now_us)
    made = records.find_href(unit, place, href)
    return row._replace(seq=seq, item_id=made.id if made else None)


def _remove(unit: WriteUnit, item: ItemRow, *, now_us: int) -> int:
    seq = item_changes.delete(unit, item, now_us=now_us)
    records.leave_tombstone(unit, item.id, seq, now_us=now_us)
    return seq


def remove_event(unit: WriteUnit, row: ContractRow, *, now_us: int) -> None:
    """Take the event of a contract that goes from everybody's calendars."""
    item = None if row.item_id is None else records.find_item(unit, row.item_id)
    if item is not None:
        _remove(unit, item, now_us=now_us)


def follow_contact(unit: WriteUnit, place: Records, contact_id: int, *, now_us: int) -> None:
    """Let the events of a contact's contracts call the contact as it is called now."""
    for each in contracts.of_contact(unit, contact_id):
        row = _with_event(unit, place, each, now_us=now_us)
        if row != each.row:
            contracts.update(unit, row)


def remove_events_of(unit: WriteUnit, contact_id: int, *, now_us: int) -> None:
    """Take the events of all contracts of a contact that goes."""
    for each in contracts.of_contact(unit, contact_id):
        remove_event(unit, each.row, now_us=now_us)


def move_on(unit: WriteUnit, *, now_us: int, most: int = PORTION) -> int:
    """Move on the ends of at most *most* periods that have passed; how many it was."""
    today = day_of(now_us)
    if not contracts.has_passed(unit, today):
        return 0
    place = records.hold(unit)
    # Only now is nobody else moving them.
    found = contracts.passed(unit, today, most=most)
    for each in found:
        keep(unit, place, each, now_us=now_us)
    return len(found)
