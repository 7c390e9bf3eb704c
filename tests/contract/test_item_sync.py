"""Whoever syncs a collection ends with what is in it, from any token, in any interleaving.

Tokens of long ago are kept: whoever comes back with one gets the difference to now, or is told to
begin anew where what went since is forgotten.
"""

import random
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.identity import Identity
from office import collections, item_store
from office.errors import SyncTokenError
from office.sync_tokens import Known, token_of
from storage import epochs
from storage.store import Store
from tests.item_sync import (
    ACTS,
    BOOKS,
    NAMES,
    Client,
    Step,
    assert_numbers_are_unique,
    forget_some,
    limits,
    steps,
    truth,
    try_to_write,
    with_two_calendars,
)

_FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def who(store: Store) -> Identity:
    return with_two_calendars(store)


class TestConvergence:
    @_FEW
    @given(
        st.lists(
            st.tuples(steps, st.booleans(), limits, st.integers(0, 2)), min_size=6, max_size=20
        ),
        limits,
    )
    def test_from_any_earlier_token(
        self,
        store: Store,
        who: Identity,
        script: list[tuple[Step, bool, int | None, int]],
        limit: int | None,
    ) -> None:
        clients = {book: Client(book) for book in BOOKS}
        earlier: list[Client] = [Client(book) for book in BOOKS]
        for step, is_synced, most, forgotten in script:
            assert len(try_to_write(store, who, step)) <= 3
            if is_synced:
                clients[step.book].sync(store, who, most)
                earlier.append(clients[step.book].copy())
            if forgotten:
                forget_some(store, forgotten)

        for client in [*clients.values(), *earlier]:
            client.catch_up(store, who, limit)
            assert client.known == truth(store, who, client.book)
        assert_numbers_are_unique(store)

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
        assert_numbers_are_unique(store)


def _scribble(store: Store, who: Identity, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(60):
        step = Step(
            dice.choice(ACTS),
            dice.choice(BOOKS),
            dice.choice(NAMES),
            dice.choice("abc"),
            dice.choice(BOOKS),
            dice.choice(NAMES),
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
            try_to_write(store, who, Step("put", "calendar", name))
        client = Client("calendar")

        rounds = 1
        while not client.sync(store, who, 2):
            rounds += 1

        assert rounds == 3
        assert client.known == truth(store, who, "calendar")

    def test_one_number_for_each_change(self, store: Store, who: Identity) -> None:
        put = Step("put", "calendar", "eins", "b")
        changed = Step("put", "calendar", "eins", "c")
        moved = Step("move", "calendar", "eins", "c", "calendar", "zwei")
        elsewhere = Step("move", "calendar", "zwei", "c", "zweiter", "zwei")

        assert try_to_write(store, who, put) == [("calendar", 1)]
        assert try_to_write(store, who, put) == []
        assert try_to_write(store, who, changed) == [("calendar", 2)]
        assert try_to_write(store, who, moved) == [("calendar", 3), ("calendar", 4)]
        assert try_to_write(store, who, elsewhere) == [("calendar", 5), ("zweiter", 1)]
        assert try_to_write(store, who, Step("delete", "zweiter", "zwei")) == [("zweiter", 2)]

    @pytest.mark.parametrize(
        "token",
        [
            "x",
            "deedbox:/sync/1/1/0 ",
            "deedbox:/sync/1/1",
            "deedbox:/sync/99/1/0",
            "deedbox:/sync/{id}/0/0",
            "deedbox:/sync/{id}/{epoch}/1",
            "deedbox:/sync/{id}/{epoch}/-1",
            "deedbox:/sync/{id}/{epoch}/0.1",
            "deedbox:/sync/{id}/{epoch}/0.",
            "deedbox:/sync/{id}/{epoch}/0.0.0",
            "deedbox:/sync/{id}/{epoch}/٣",
            "http://radicale.org/ns/sync/0",
        ],
    )
    def test_a_foreign_token_is_refused(self, store: Store, who: Identity, token: str) -> None:
        with store.read() as unit:
            collection = collections.find(unit, who, "calendar")

            with pytest.raises(SyncTokenError):
                item_store.delta(
                    unit, collection, token.format(id=collection.id, epoch=collection.epoch)
                )

    def test_one_that_was_lost_with_a_backup_never_comes_true_again(
        self, store: Store, who: Identity
    ) -> None:
        """The numbers that it knows are given anew, to other changes."""
        with store.read() as unit:
            lost = token_of(collections.find(unit, who, "calendar"), Known(3, 3))
        with store.write() as unit:
            epochs.renew(unit)
        for text in "bcde":
            try_to_write(store, who, Step("put", "calendar", "eins", text))

        with store.read() as unit:
            collection = collections.find(unit, who, "calendar")
            with pytest.raises(SyncTokenError):
                item_store.delta(unit, collection, lost)

    def test_a_database_made_anew_does_not_know_those_of_the_last_one(
        self, store: Store, who: Identity
    ) -> None:
        with store.read() as unit:
            found = {collections.find(unit, who, name).epoch for name in ("calendar", "zweiter")}

        assert len(found) == 2

    def test_a_token_from_before_what_is_remembered(self, store: Store, who: Identity) -> None:
        for text in "bc":
            try_to_write(store, who, Step("put", "calendar", "eins", text))
        with store.write() as unit:
            unit.execute("UPDATE collection SET pruned_modseq = 1 WHERE name = 'calendar'")
        with store.read() as unit:
            collection = collections.find(unit, who, "calendar")

            with pytest.raises(SyncTokenError):
                item_store.delta(unit, collection, token_of(collection, Known(0, 0)))
            assert item_store.delta(unit, collection, token_of(collection, Known(1, 1))).changed
