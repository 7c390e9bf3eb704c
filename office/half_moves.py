"""A move of an office's card that a device makes of a DELETE and a PUT (C4).

Whichever comes first, within a minute the other shows what was meant: the card stays in the
office, hidden for that user, and what was PUT is their own copy. The DELETE is answered at once
by the user's policy. If that was refused, the PUT hides the card after all; if the card is to go
in the office too, it goes when the minute is over.
"""

from typing import NamedTuple

from auth import identity
from auth.errors import CredentialsError
from office import hiding
from office.collections import OFFICE_BOOK, Kind
from office.contacts import desk, keeping
from office.contacts.keeping import Record
from office.errors import ForbiddenError, NotFoundError
from office.work import GroupwareWork
from storage import contacts, half_moves, records
from storage import views as view_rows
from storage.collections import CollectionRow
from storage.half_moves import Deleted
from storage.items import Content
from storage.store import Unit, WriteUnit

MINUTE_US = 60 * 1_000_000


class Half(NamedTuple):
    """A DELETE that a PUT makes a move; ``book_id`` is the view that it was of."""

    deleted: Deleted
    book_id: int


def was_put_elsewhere(work: GroupwareWork, book: CollectionRow, record: Record) -> bool:
    """Whether the user's devices have PUT the card into another of their books just now."""
    return half_moves.has_put(
        work.unit,
        work.who.user_id,
        _uid(record.item.uid),
        besides=book.id,
        since_us=work.now_us - MINUTE_US,
    )


def note_delete(work: GroupwareWork, record: Record, *, is_to_go: bool) -> None:
    """Keep in mind that a device deleted the card; *is_to_go*: in the office too."""
    done = Deleted(work.who.user_id, record.item.id, work.now_us, is_to_go)
    half_moves.note(work.unit, done)


def find(work: GroupwareWork, collection: CollectionRow, content: Content) -> Half | None:
    """The DELETE whose other half it is to PUT this into *collection*, which is not held yet."""
    who = work.who
    if collection.kind != Kind.ADDRESSBOOK or collection.owner_id != who.user_id:
        return None
    for each in half_moves.deleted(work.unit, who.user_id):
        item = records.find_item(work.unit, each.item_id)
        is_same = item is not None and _uid(item.uid) == content.uid
        if is_same and work.now_us - each.deleted_us <= MINUTE_US:
            return Half(each, view_rows.of_owner(work.unit, who.user_id)[OFFICE_BOOK])
    return None


def complete(work: GroupwareWork, half: Half) -> None:
    """What was deleted was moved: it is hidden and stays in the office. Its book is held."""
    row = contacts.find_by_item(work.unit, half.deleted.item_id)
    if row is not None and half_moves.forget(work.unit, *half.deleted[:2]):
        hiding.hide(work, row)


def outstanding(unit: Unit, now_us: int) -> list[Deleted]:
    """The DELETEs that no PUT can make moves any more."""
    return [each for each in half_moves.deleted(unit) if now_us - each.deleted_us > MINUTE_US]


def settle(unit: WriteUnit, deleted: Deleted, *, now_us: int) -> bool:
    """Let a card go that was to go, in the name of who deleted it; whether it went.

    It stays if it was brought back meanwhile, or who deleted it could not do so any more.
    """
    if not half_moves.forget(unit, *deleted[:2]) or not deleted.is_to_go:
        return False
    row = contacts.find_by_item(unit, deleted.item_id)
    if row is None:
        return False
    try:
        work = GroupwareWork(unit, identity.of_user(unit, deleted.user_id), now_us)
        desk.remove(work, keeping.held(work, row))
    except (CredentialsError, ForbiddenError, NotFoundError):
        return False
    return True


def _uid(kept: str) -> str:
    """The UID that the card says; behind it stands what tells it from another one's."""
    return kept.partition("\n")[0]
