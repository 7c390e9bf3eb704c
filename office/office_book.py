"""The office book on a device (C3 to C6): what becomes of what a program sends, deletes or moves.

A card in it is either the office's, shown by the view, or private to the book's user until its
categories let it join. Here stands what holds for both; ``office.contacts`` keeps the records.
"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from auth.rights import FunctionRight
from office import (
    access,
    collections,
    conflicts,
    half_moves,
    hiding,
    item_store,
    layout,
    sync_profiles,
    views,
)
from office.access import Act
from office.contacts import keeping, numbers, sending
from office.contacts.keeping import Record
from office.errors import FixedError, NotFoundError, UIDConflictError
from office.item_store import ReadItem, Stored, Target
from office.items import read_address_object
from office.items.card_copies import conflict_copy
from office.sync_profiles import SyncProfile
from office.sync_settings import Conflicts, Deletes
from office.work import GroupwareWork
from storage import contacts, hidden, item_changes, items, records
from storage import half_moves as half_rows
from storage import views as view_rows
from storage.collections import CollectionRow
from storage.contacts import ContactRow
from storage.items import Content, ItemRow
from wire.clients import Family

_COPIES = uuid.UUID("5c0b6f0a-5a39-4d0e-8a57-2f1d0f9f6c11")
"""Of the names that copies' UIDs are made of; fixed for ever."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Which program sent a request, and which states of the card it named.

    Attributes:
        family: Of the program.
        named: The entity tags in If-Match, without quotes; None: it has none.
        joining: The categories that let a private card join the office.
        device_name: What the device is called, for a copy that tells of a conflict.
    """

    family: Family
    named: frozenset[str] | None
    joining: Collection[str]
    device_name: str


class Book:
    """A user's office book, held and brought up, with one place in it.

    Attributes:
        collection: As it is now.
        item: What lies at the place, with its text.
        record: It again, if it is the office's.
    """

    def __init__(self, work: GroupwareWork, name: str, href: str) -> None:
        self._work = work
        self._href = href
        [held] = collections.hold(work, name)
        # The view is held before the records, here and wherever both are.
        views.bring_up_in(work.unit, held.id, now_us=work.now_us)
        self._look(name)

    def _look(self, name: str) -> None:
        self.collection: CollectionRow = collections.find(self._work.unit, self._work.who, name)
        self.item = items.find(self._work.unit, self.collection.place, self._href, with_text=True)
        self.record = None if self.item is None else self._record(self.item)

    def _record(self, item: ItemRow) -> Record | None:
        row = contacts.find_by_item(self._work.unit, item.id)
        return None if row is None else keeping.held(self._work, row)

    @property
    def _profile(self) -> SyncProfile:
        return sync_profiles.of_user(self._work.unit, self._work.who.user_id)

    def put(self, read: ReadItem, sender: Sender) -> Stored:
        """Store what a program sent; its conditions hold.

        Raises:
            NotFoundError, ForbiddenError: A right is missing.
            UnfitNameError, UIDConflictError: It can't be stored so.
        """
        if self.record is None:
            return self._put_private(read.content, sender)
        access.demand_collection(self._work.who, Act.WRITE, self.collection)
        if sender.named is None and self._is_stale(self.record, sender):
            wanted = self._profile.contact_conflicts
            if wanted is not Conflicts.DEVICE:
                if wanted is Conflicts.BOTH:
                    self.keep_copy(read.content.text, sender)
                return self._kept_as_it_is(self.record)
        return self._put_record(self.record, read.content.text.encode(), sender)

    def _put_private(self, content: Content, sender: Sender) -> Stored:
        work = self._work
        if self.item is None:
            self._refuse_twin(content.uid)
            if (row := self._hidden(content.uid)) is not None:
                return self._show_again(row, content.text, content.etag, sender)
        stored = item_store.put(work, self.collection, self.item, self._href, content)
        item = items.find(work.unit, self.collection.place, self._href, with_text=True)
        if item is None:
            raise NotFoundError("There is nothing here.")
        record = sending.join(work, item, sender.joining)
        if record is None:
            return stored
        return self._told(record, is_new=stored.is_new, is_as_sent=stored.is_as_sent)

    def _put_record(self, record: Record, data: bytes, sender: Sender) -> Stored:
        work = self._work
        sent = sending.take_sent(work, record, data, sender.family)
        return self._told(
            sent.record, is_new=False, is_as_sent=sent.is_as_sent, has_changed=sent.has_changed
        )

    def _told(
        self, record: Record, *, is_new: bool, is_as_sent: bool, has_changed: bool = True
    ) -> Stored:
        """What is at the place now that *record* changed; the view follows at once."""
        views.bring_up_in(self._work.unit, self.collection.id, now_us=self._work.now_us)
        self._look(self.collection.name)
        now = self.item or record.item
        return Stored(
            now.etag,
            now.modseq,
            is_new=is_new,
            has_changed=has_changed,
            content=_content_of(now),
            # What has left the view by its change is not there to have a tag.
            is_as_sent=is_as_sent and self.item is not None,
        )

    def settle(self, item: ItemRow, sender: Sender) -> None:
        """What becomes of a private card that came here otherwise than by a PUT."""
        work = self._work
        self._refuse_twin(item.uid)
        row = self._hidden(item.uid)
        if row is None:
            sending.join(work, item, sender.joining)
            return
        item_changes.delete(work.unit, item, now_us=work.now_us)
        self._show_again(row, item.text, item.etag, sender)

    def _refuse_twin(self, uid: str) -> None:
        """See to it that no contact in the book has the UID, by whatever the office keeps it.

        Raises:
            UIDConflictError: One has.
        """
        place = records.find(self._work.unit)
        first = numbers.find_uid(self._work.unit, place, uid) if place else None
        for each in [] if first is None else contacts.twins(self._work.unit, first):
            row = contacts.find(self._work.unit, each)
            if row and view_rows.has(self._work.unit, self.collection.id, row.item_id):
                names = (self.collection.name, self._href)
                message = "The collection has this UID already."
                raise UIDConflictError(message, names=names, is_address_book=True)

    def _is_stale(self, record: Record, sender: Sender) -> bool:
        """The program shows to know an earlier state, and another device wrote since (C6, A3)."""
        who = self._work.who
        if self.item is None or record.row.writer_id == who.device_id:
            return False
        return conflicts.shows_less(
            self._work.unit,
            self.collection,
            self.item,
            device_id=who.device_id,
            family=str(sender.family),
        )

    def may_take_stale(self, sender: Sender) -> bool:
        """Whether a change of an earlier state that the request names is taken all the same."""
        if self.record is None or not sender.named:
            return False
        if self._profile.contact_conflicts is not Conflicts.DEVICE:
            return False
        return conflicts.names_earlier(self._work.unit, self.record.item.id, sender.named)

    def wants_copies(self) -> bool:
        """Whether what a device has besides is kept as a second card."""
        return self.record is not None and self._profile.contact_conflicts is Conflicts.BOTH

    def keep_copy(self, text: str, sender: Sender) -> None:
        """Keep what a device has, as a private card beside the one of the office (C6), once."""
        told = f"{self._work.who.device_id}\n{text}"
        uid = f"urn:uuid:{uuid.uuid5(_COPIES, told)}"
        if items.find_by_uid(self._work.unit, self.collection.place, uid) is not None:
            return
        copy = conflict_copy(
            text,
            uid=uid,
            word=conflicts.WORD[layout.language(self._work.unit)],
            device_name=sender.device_name,
            now_us=self._work.now_us,
        )
        found = read_address_object(copy.encode())
        content = item_store.content_of(found)
        item_changes.create(
            self._work.unit,
            self.collection.id,
            f"{uuid.uuid4()}.vcf",
            content,
            now_us=self._work.now_us,
        )

    def _kept_as_it_is(self, record: Record) -> Stored:
        """Say that the change was taken, and send the card again (C6)."""
        self.send_again()
        return Stored(
            record.item.etag,
            self.item.modseq if self.item else 0,
            is_new=False,
            has_changed=False,
            content=_content_of(record.item),
            is_as_sent=False,
        )

    def send_again(self) -> None:
        """Let devices fetch the card anew, though its bytes are the same."""
        if self.record is not None:
            view_rows.send_again(self._work.unit, self.collection.id, self.record.item.id)

    def _hidden(self, uid: str) -> ContactRow | None:
        """The contact of this UID that the user hid, and still may see."""
        work = self._work
        item_id = hidden.find_uid(work.unit, work.who.user_id, uid)
        return None if item_id is None else contacts.find_by_item(work.unit, item_id)

    def _show_again(self, row: ContactRow, text: str, etag: str, sender: Sender) -> Stored:
        """A hidden contact comes back, to this place (C4), with what *text* changed (C5)."""
        work = self._work
        access.demand_collection(work.who, Act.ADD, self.collection)
        hidden_us = hidden.since(work.unit, work.who.user_id, row.item_id)
        hidden.show(work.unit, work.who.user_id, row.item_id)
        half_rows.forget(work.unit, work.who.user_id, row.item_id)
        view_rows.enter(work.unit, self.collection.id, row.item_id, self._href)
        hiding.judge_again(work, row.id)
        self._take_brought(keeping.held(work, row), text, etag, hidden_us, sender)
        return self._told(keeping.held(work, row), is_new=True, is_as_sent=False)

    def _take_brought(
        self, record: Record, text: str, etag: str, hidden_us: int, sender: Sender
    ) -> None:
        """Take what was edited in a copy of the user's own; C6 if it was in the office too."""
        item = record.item
        if etag == item.etag or records.has_version(self._work.unit, item.id, [etag]):
            return
        wanted = self._profile.contact_conflicts
        if item.modified_us <= hidden_us or wanted is Conflicts.DEVICE:
            sending.take_sent(self._work, record, text.encode(), sender.family)
        elif wanted is Conflicts.BOTH:
            self.keep_copy(text, sender)

    def remove(self) -> int | None:
        """Take the card off; the number of its going, None where it stays and is sent again.

        Raises:
            NotFoundError, ForbiddenError: A right is missing.
        """
        work = self._work
        if self.item is None:
            raise NotFoundError("There is nothing here.")
        if self.record is None:
            return item_store.remove(work, self.collection, self.item)
        access.demand_collection(work.who, Act.REMOVE_FROM, self.collection)
        record, deletes = self.record, self._profile.contact_deletes
        if half_moves.was_put_elsewhere(work, self.collection, record):
            return self.hide()
        if deletes is Deletes.REFUSE:
            half_moves.note_delete(work, record, is_to_go=False)
            self.send_again()
            return None
        gone = self.hide()
        if deletes is Deletes.DELETE and work.who.may(FunctionRight.ASSIGN_PARTNER_CONTACT):
            half_moves.note_delete(work, record, is_to_go=True)
        return gone

    def hide(self) -> int:
        """Take a card of the office off its user's devices; the number of its going."""
        work = self._work
        if self.record is None:
            raise NotFoundError("There is nothing here.")
        hiding.hide(work, self.record.row)
        views.bring_up_in(work.unit, self.collection.id, now_us=work.now_us)
        self._look(self.collection.name)
        return self.collection.modseq

    def move_out(self, target: Target, *, may_overwrite: bool) -> bool:
        """Move the card to another book of the user's: a card of the office stays there, hidden.

        Returns:
            Whether nothing was at the target.
        """
        work = self._work
        if self.item is None:
            raise NotFoundError("There is nothing here.")
        if self.record is None:
            return item_store.move(
                work, self.collection, self.item, target, may_overwrite=may_overwrite
            )
        if target.collection.id == self.collection.id:
            raise FixedError("A contact of the office keeps its address here.")
        access.demand_collection(work.who, Act.REMOVE_FROM, self.collection)
        is_new = item_store.copy(work, self.item, target, may_overwrite=may_overwrite)
        self.hide()
        return is_new


def take_in(work: GroupwareWork, name: str, href: str, sender: Sender) -> None:
    """Let a card that was moved or copied into an office book join, or show the hidden one."""
    book = Book(work, name, href)
    if book.item is not None and book.record is None:
        book.settle(book.item, sender)


def _content_of(item: ItemRow) -> Content:
    return Content(item.uid, item.component, item.etag, item.size, None, None, "", "", item.text)
