"""Whoever syncs a collection ends with what is in it, from any token, in any interleaving.

A client is a table of hrefs and entity tags and the token it got with them. Tokens of long ago
are kept: whoever comes back with one gets the difference to now.
"""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.identity import Identity, identify
from office import collections, item_store
from office.errors import SyncTokenError, UIDConflictError
from office.item_store import Target
from office.sync_tokens import token_of
from office.work import GroupwareWork
from storage import collections as rows
from storage import items
from storage.collections import NewCollection
from storage.items import Content
from storage.store import Store, WriteUnit
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups

NAMES = ("eins", "zwei", "drei", "vier", "fünf")
BOOKS = ("calendar", "zweiter")


@dataclass
class Client:
    """What one device has of one collection."""

    book: str
    token: str = ""
    known: dict[str, str] = field(default_factory=dict)

    def sync(self, store: Store, who: Identity, limit: int | None) -> bool:
        """Take one answer in; False when there is more to be had."""
        with store.read() as unit:
            collection = collections.find(unit, who, self.book)
            delta = item_store.delta(unit, collection, self.token, limit=limit)
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
        while not self.sync(store, who, limit):
            pass

    def copy(self) -> "Client":
        return Client(self.book, self.token, dict(self.known))


@pytest.fixture
def who(store: Store) -> Identity:
    with_groups(store)
    with store.write() as unit:
        a_person(unit)
        password = a_device(unit).password
    with store.write() as unit:
        who = identify(unit, "anna", password, secret_key=KEY)
        new = NewCollection("zweiter", "calendar", frozenset({"VEVENT"}))
        collections.make(GroupwareWork(unit, who, NOW_US), new)
    return who


def content(uid: str, text: str) -> Content:
    body = f"{uid}/{text}"
    etag = sha256(body.encode()).hexdigest()
    return Content(uid, "VEVENT", etag, len(body), None, None, "", "", body)


@dataclass(frozen=True)
class Step:
    """One write: what, where, and which text or target."""

    act: str
    book: str
    name: str
    other: str
    text: str


steps = st.builds(
    Step,
    act=st.sampled_from(("put", "put", "delete", "move", "copy")),
    book=st.sampled_from(BOOKS),
    name=st.sampled_from(NAMES),
    other=st.sampled_from(NAMES),
    text=st.sampled_from("abc"),
)
limits = st.one_of(st.none(), st.integers(1, 4))


def write(unit: WriteUnit, who: Identity, step: Step) -> int:
    """Do it if it can be done; how many numbers it took of the counters."""
    work = GroupwareWork(unit, who, NOW_US)
    other_book = BOOKS[1 - BOOKS.index(step.book)] if step.text == "a" else step.book
    held, target_book = collections.hold(work, step.book, other_book)
    before = held.modseq + (0 if held.id == target_book.id else target_book.modseq)
    item = items.find(unit, held.id, step.name)
    if step.act == "put":
        item_store.put(work, held, item, step.name, content(step.name, step.text))
    elif step.act == "delete" and item is not None:
        item_store.remove(work, held, item)
    elif item is not None and (step.book, step.name) != (other_book, step.other):
        target = Target(target_book, step.other, items.find(unit, target_book.id, step.other))
        if step.act == "move":
            item_store.move(work, held, item, target, may_overwrite=True)
        else:
            item_store.copy(work, item, target, may_overwrite=True)
    after = rows.hold(unit, who.user_id, {step.book, other_book})
    return sum(each.modseq for each in after.values()) - before


def try_to_write(store: Store, who: Identity, step: Step) -> int:
    try:
        with store.write() as unit:
            return write(unit, who, step)
    except UIDConflictError:
        return 0


def truth(store: Store, who: Identity, book: str) -> dict[str, str]:
    with store.read() as unit:
        collection = collections.find(unit, who, book)
        return {each.href: each.etag for each in items.of_collection(unit, collection.id)}


def assert_numbers_are_unique(store: Store, who: Identity) -> None:
    """No two members or tombstones share a number, and none is beyond the counter."""
    with store.read() as unit:
        for each in collections.of_home(unit, who):
            numbers = [row.modseq for row in items.of_collection(unit, each.id)]
            numbers += [row.modseq for row in items.gone_since(unit, each.id, 0, most=10_000)]
            assert len(numbers) == len(set(numbers))
            assert max(numbers, default=0) <= each.modseq


_FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class TestConvergence:
    @_FEW
    @given(st.lists(st.tuples(steps, st.booleans(), limits), min_size=6, max_size=20), limits)
    def test_from_any_earlier_token(
        self,
        store: Store,
        who: Identity,
        script: list[tuple[Step, bool, int | None]],
        limit: int | None,
    ) -> None:
        clients = {book: Client(book) for book in BOOKS}
        earlier: list[Client] = [Client(book) for book in BOOKS]
        for step, is_synced, most in script:
            taken = try_to_write(store, who, step)
            assert 0 <= taken <= 3
            if is_synced:
                clients[step.book].sync(store, who, most)
                earlier.append(clients[step.book].copy())

        for client in [*clients.values(), *earlier]:
            client.catch_up(store, who, limit)
            assert client.known == truth(store, who, client.book)
        assert_numbers_are_unique(store, who)

    @pytest.mark.parametrize("seed", range(3))
    def test_while_two_others_write(self, store: Store, who: Identity, seed: int) -> None:
        stores = [Store(store.url) for _ in range(2)]
        threads = [
            threading.Thread(target=_scribble, args=(each, who, seed * 10 + i))
            for i, each in enumerate(stores)
        ]
        for thread in threads:
            thread.start()
        clients = [Client(book) for book in BOOKS for _ in range(2)]
        earlier: list[Client] = []
        for limit in _while_alive(threads):
            for client in clients:
                client.sync(store, who, limit)
                earlier.append(client.copy())
        for thread in threads:
            thread.join()
        for each in stores:
            each.close()

        for client in [*clients, *random.Random(seed).sample(earlier, min(20, len(earlier)))]:
            client.catch_up(store, who, None)
            assert client.known == truth(store, who, client.book)
        assert_numbers_are_unique(store, who)


def _scribble(store: Store, who: Identity, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(60):
        step = Step(
            dice.choice(("put", "put", "delete", "move", "copy")),
            dice.choice(BOOKS),
            dice.choice(NAMES),
            dice.choice(NAMES),
            dice.choice("abc"),
        )
        try_to_write(store, who, step)


def _while_alive(threads: list[threading.Thread]) -> Iterator[int | None]:
    limits_in_turn: list[int | None] = [None, 1, 3]
    turn = 0
    while any(thread.is_alive() for thread in threads):
        yield limits_in_turn[turn % 3]
        turn += 1


class TestTokens:
    def test_a_truncated_answer_goes_on_where_it_ended(self, store: Store, who: Identity) -> None:
        for name in NAMES:
            try_to_write(store, who, Step("put", "calendar", name, name, "b"))
        client = Client("calendar")

        rounds = 1
        while not client.sync(store, who, 2):
            rounds += 1

        assert rounds == 3
        assert client.known == truth(store, who, "calendar")

    def test_one_number_for_each_change(self, store: Store, who: Identity) -> None:
        put = Step("put", "calendar", "eins", "eins", "b")

        assert try_to_write(store, who, put) == 1
        assert try_to_write(store, who, put) == 0
        assert try_to_write(store, who, Step("put", "calendar", "eins", "eins", "c")) == 1
        assert try_to_write(store, who, Step("move", "calendar", "eins", "zwei", "b")) == 2
        assert try_to_write(store, who, Step("delete", "calendar", "zwei", "eins", "b")) == 1

    @pytest.mark.parametrize(
        "token",
        [
            "x",
            "deedbox:/sync/1/1/0 ",
            "deedbox:/sync/1/1",
            "deedbox:/sync/99/1/0",
            "deedbox:/sync/{id}/2/0",
            "deedbox:/sync/{id}/1/1",
            "deedbox:/sync/{id}/1/-1",
            "deedbox:/sync/{id}/1/٣",
            "http://radicale.org/ns/sync/0",
        ],
    )
    def test_a_foreign_token_is_refused(self, store: Store, who: Identity, token: str) -> None:
        with store.read() as unit:
            collection = collections.find(unit, who, "calendar")

            with pytest.raises(SyncTokenError):
                item_store.delta(unit, collection, token.format(id=collection.id))

    def test_a_token_from_before_what_is_remembered(self, store: Store, who: Identity) -> None:
        for text in "bc":
            try_to_write(store, who, Step("put", "calendar", "eins", "eins", text))
        with store.write() as unit:
            unit.execute("UPDATE collection SET pruned_modseq = 1 WHERE name = 'calendar'")
        with store.read() as unit:
            collection = collections.find(unit, who, "calendar")

            with pytest.raises(SyncTokenError):
                item_store.delta(unit, collection, token_of(collection, 0))
            assert item_store.delta(unit, collection, token_of(collection, 1)).changed
