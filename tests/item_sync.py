"""Writes on two calendars, and clients that sync them; used by one process or by several.

A client is a table of hrefs and entity tags and the token it got with them.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from hypothesis import strategies as st

from auth.identity import Identity, identify
from office import collections, item_store
from office.errors import SyncTokenError, UIDConflictError
from office.item_store import Target
from office.work import GroupwareWork
from storage import collections as rows
from storage import item_tombstones, items
from storage.collections import NewCollection
from storage.items import Content
from storage.store import Store, WriteUnit
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups

NAMES = ("eins", "zwei", "drei", "vier", "fünf")
BOOKS = ("calendar", "zweiter")
ACTS = ("put", "put", "delete", "move", "copy")


@dataclass(frozen=True)
class Step:
    """One write: what, where, which text, and where to."""

    act: str
    book: str
    name: str
    text: str = "a"
    target_book: str = BOOKS[0]
    target_name: str = NAMES[0]


steps = st.builds(
    Step,
    act=st.sampled_from(ACTS),
    book=st.sampled_from(BOOKS),
    name=st.sampled_from(NAMES),
    text=st.sampled_from("abc"),
    target_book=st.sampled_from(BOOKS),
    target_name=st.sampled_from(NAMES),
)
limits = st.one_of(st.none(), st.integers(1, 4))

Numbers = list[tuple[str, int]]
"""Collections, and numbers that were taken of their counters."""


@dataclass
class Client:
    """What one device has of one collection, and how often it had to begin anew."""

    book: str
    token: str = ""
    known: dict[str, str] = field(default_factory=dict)
    restarts: int = 0

    def sync(self, store: Store, who: Identity, limit: int | None) -> bool:
        """Take one answer in; False when there is more to be had."""
        with store.read() as unit:
            collection = collections.find(unit, who, self.book)
            try:
                delta = item_store.delta(unit, collection, self.token, limit=limit)
            except SyncTokenError:
                assert collection.pruned_modseq, "nothing was forgotten"
                self.token = ""
                self.restarts += 1
                return False
        if limit is not None:
            assert len(delta.changed) + len(delta.gone) <= limit
        assert delta.token != self.token or not delta.is_truncated, "no way ahead"
        if not self.token:
            assert delta.gone == []
            self.known.clear()
        self.known.update({each.href: each.etag for each in delta.changed})
        for href in delta.gone:
            self.known.pop(href, None)
        self.token = delta.token
        return not delta.is_truncated

    def catch_up(self, store: Store, who: Identity, limit: int | None) -> None:
        """Sync until there is no more; a token that is too old leads to a new beginning, once."""
        restarts = self.restarts
        while not self.sync(store, who, limit):
            assert self.restarts <= restarts + 1

    def copy(self) -> "Client":
        """The same device, left behind as it is now."""
        return Client(self.book, self.token, dict(self.known))


def with_two_calendars(store: Store) -> Identity:
    """A user with :data:`BOOKS`, in an office that has nobody else."""
    with_groups(store)
    with store.write() as unit:
        a_person(unit)
        password = a_device(unit).password
    with store.write() as unit:
        who = identify(unit, "anna", password, secret_key=KEY)
        make_calendar(unit, who, BOOKS[1])
    return who


def make_calendar(unit: WriteUnit, who: Identity, name: str) -> None:
    """A calendar for events."""
    new = NewCollection(name, "calendar", frozenset({"VEVENT"}))
    collections.make(GroupwareWork(unit, who, NOW_US), new)


def content(uid: str, text: str) -> Content:
    """What a put would have read."""
    body = f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{text}\r\nEND:VEVENT\r\n"
    etag = sha256(body.encode()).hexdigest()
    return Content(uid, "VEVENT", etag, len(body), None, None, "", "", body)


def write(unit: WriteUnit, who: Identity, step: Step) -> Numbers:
    """Do it if it can be done; the numbers it took."""
    work = GroupwareWork(unit, who, NOW_US)
    held, other = collections.hold(work, step.book, step.target_book)
    before = {each.name: each.modseq for each in (held, other)}
    item = items.find(unit, held.place, step.name)
    if step.act == "put":
        item_store.put(work, held, item, step.name, content(step.name, step.text))
    elif step.act == "delete" and item is not None:
        item_store.remove(work, held, item)
    elif item is not None and (held.id, step.name) != (other.id, step.target_name):
        there = items.find(unit, other.place, step.target_name)
        target = Target(other, step.target_name, there)
        if step.act == "move":
            item_store.move(work, held, item, target, may_overwrite=True)
        else:
            item_store.copy(work, item, target, may_overwrite=True)
    after = rows.hold(unit, who.user_id, list(before))
    return [
        (row.name, number)
        for row in after
        for number in range(before[row.name] + 1, row.modseq + 1)
    ]


def try_to_write(store: Store, who: Identity, step: Step) -> Numbers:
    """A transaction of its own; nothing where another object of that UID is in the way."""
    try:
        with store.write() as unit:
            return write(unit, who, step)
    except UIDConflictError:
        return []


def forget_some(store: Store, limit: int) -> int:
    """Let the first tombstones of each collection go, however young; how many went."""
    before_us = NOW_US + 1
    with store.write() as unit:
        found = item_tombstones.collections_with_old(unit, before_us)
        return sum(
            item_tombstones.forget_before(unit, each, before_us, patience_us=0, limit=limit)
            for each in found
        )


def truth(store: Store, who: Identity, book: str) -> dict[str, str]:
    """What the collection holds: hrefs and hashes."""
    with store.read() as unit:
        collection = collections.find(unit, who, book)
        return {each.href: each.etag for each in items.of_collection(unit, collection.place)}


def assert_numbers_are_unique(store: Store) -> None:
    """No two members or tombstones share a number, and none is beyond the counter."""
    numbers = (
        "SELECT collection_id, modseq FROM item UNION ALL "
        "SELECT collection_id, modseq FROM item_tombstone"
    )
    with store.read() as unit:
        assert not unit.rows(
            f"SELECT collection_id, modseq FROM ({numbers}) AS numbers "
            "GROUP BY collection_id, modseq HAVING count(*) > 1"
        )
        assert not unit.rows(
            f"SELECT numbers.* FROM ({numbers}) AS numbers JOIN collection "
            "ON collection.id = collection_id WHERE numbers.modseq > collection.modseq"
        )
