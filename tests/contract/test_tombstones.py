"""Old tombstones go, in portions; who asks with a token from before is told to begin anew."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from auth.identity import Identity
from jobs.idle_horizons import forget_idle
from jobs.tombstones import forget_deletions
from office import collections, item_store
from office.errors import SyncTokenError
from office.sync_tokens import Known, token_of
from storage import devices, epochs, horizons, items, sightings
from storage.horizons import Horizon, Mark, Program, Version
from storage.sightings import Sighting
from storage.store import Store, WriteUnit
from tests.builders import NOW_US
from tests.item_sync import BOOKS, NAMES, Client, Step, truth, try_to_write, with_two_calendars

DAY_US = 86_400 * 1_000_000
DAYS = 400
TOO_LATE_US = NOW_US + DAYS * DAY_US
"""At this time what was deleted at NOW_US is still remembered."""


@pytest.fixture
def who(store: Store) -> Identity:
    return with_two_calendars(store)


def _delete_all(store: Store, who: Identity, book: str = "calendar") -> None:
    for name in NAMES:
        assert try_to_write(store, who, Step("put", book, name))
    for name in NAMES:
        assert try_to_write(store, who, Step("delete", book, name))


def _delete_at(store: Store, name: str, deleted_us: int) -> None:
    """Say that a member went at another time."""
    with store.write() as unit:
        changed = unit.execute(
            "UPDATE item_tombstone SET deleted_us = :at WHERE href = :name",
            {"at": deleted_us, "name": name},
        )
    assert changed == 1


def _remembered(store: Store, who: Identity, book: str = "calendar") -> tuple[list[str], int]:
    """The names of tombstones, and up to where they are forgotten."""
    with store.read() as unit:
        collection = collections.find(unit, who, book)
        gone = items.gone_since(unit, collection.id, 0, most=100)
        return [each.href for each in gone], collection.pruned_modseq


def test_what_is_old_goes_and_what_is_younger_stays(store: Store, who: Identity) -> None:
    _delete_all(store, who)
    for name in NAMES[3:]:
        _delete_at(store, name, NOW_US + 1)

    early = forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US)
    assert early == 0
    assert _remembered(store, who) == (list(NAMES), 0)

    gone = forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1)
    assert gone == 3
    assert _remembered(store, who) == (list(NAMES[3:]), 8)
    assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 0


def test_every_collection_is_looked_at(store: Store, who: Identity) -> None:
    for book in BOOKS:
        _delete_all(store, who, book)

    assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 2 * len(NAMES)
    assert [_remembered(store, who, book) for book in BOOKS] == [([], 10), ([], 10)]


def test_tokens_from_before_are_too_old_and_others_go_on(store: Store, who: Identity) -> None:
    _delete_all(store, who)
    _delete_at(store, NAMES[-1], NOW_US + 1)
    forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1)

    with store.read() as unit:
        collection = collections.find(unit, who, "calendar")
        with pytest.raises(SyncTokenError):
            item_store.delta(unit, collection, token_of(collection, Known(8, 8)))
        delta = item_store.delta(unit, collection, token_of(collection, Known(9, 9)))

    assert collection.pruned_modseq == 9
    assert delta.gone == [NAMES[-1]]


def test_who_was_in_step_stays_in_step(store: Store, who: Identity) -> None:
    _delete_all(store, who)
    client = Client("calendar")
    client.catch_up(store, who, None)
    token = client.token

    forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1)
    client.catch_up(store, who, None)

    assert (client.token, client.restarts) == (token, 0)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_first_listing_in_parts_passes_what_is_forgotten(
    store: Store, who: Identity, limit: int
) -> None:
    for name in NAMES:
        try_to_write(store, who, Step("put", "calendar", name))
    try_to_write(store, who, Step("delete", "calendar", NAMES[2]))
    forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1)
    client = Client("calendar")

    client.catch_up(store, who, limit)

    assert client.restarts == 0
    assert client.known == truth(store, who, "calendar")


def test_what_goes_during_a_first_listing_is_told(store: Store, who: Identity) -> None:
    for name in NAMES:
        try_to_write(store, who, Step("put", "calendar", name))
    client = Client("calendar")
    client.sync(store, who, 2)
    assert set(client.known) == set(NAMES[:2])

    try_to_write(store, who, Step("delete", "calendar", NAMES[0]))
    try_to_write(store, who, Step("put", "calendar", NAMES[1], "c"))
    client.catch_up(store, who, 2)

    assert client.known == truth(store, who, "calendar")
    assert NAMES[0] not in client.known


def test_a_clock_put_back_takes_no_young_tokens_memory(store: Store, who: Identity) -> None:
    _delete_all(store, who)
    _delete_at(store, NAMES[1], NOW_US + 1)

    assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 1
    assert _remembered(store, who) == (list(NAMES[1:]), 6)


class _Counting(Store):
    """Writes something between two transactions of whoever uses it."""

    def __init__(self, store: Store, who: Identity) -> None:
        super().__init__(store.url)
        self._other, self._who = store, who
        self.transactions = 0

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        self.transactions += 1
        name = f"neu {self.transactions}"
        assert try_to_write(self._other, self._who, Step("put", "calendar", name))
        with super().write() as unit:
            yield unit


def test_writers_get_in_between_the_portions(store: Store, who: Identity) -> None:
    _delete_all(store, who)
    counting = _Counting(store, who)
    try:
        gone = forget_deletions(counting, tombstone_days=DAYS, now_us=TOO_LATE_US + 1, portion=2)
    finally:
        counting.close()

    assert gone == len(NAMES)
    assert counting.transactions == 3
    assert _remembered(store, who) == ([], 10)


def test_rows_and_mark_go_together(store: Store, who: Identity) -> None:
    """A process that dies in the middle of a portion leaves both as they were."""
    _delete_all(store, who)

    class DyingError(Exception):
        pass

    class Dying(Store):
        @contextmanager
        def write(self) -> Iterator[WriteUnit]:
            with super().write() as unit:
                yield unit
                raise DyingError

    dying = Dying(store.url)
    try:
        with pytest.raises(DyingError):
            forget_deletions(dying, tombstone_days=DAYS, now_us=TOO_LATE_US + 1)
    finally:
        dying.close()

    assert _remembered(store, who) == (list(NAMES), 0)


class TestHorizons:
    """What an active device has not heard of stays, however old."""

    def _note(self, store: Store, who: Identity, modseq: int, seen_us: int = NOW_US) -> Program:
        with store.write() as unit:
            collection = collections.find(unit, who, "calendar")
            program = Program(who.device_id, collection.id, "android")
            horizon = Horizon(collection.epoch, modseq, modseq)
            horizons.note(unit, [Mark(program, horizon, seen_us, {"eins": Version(*horizon[:2])})])
        return program

    def test_no_further_than_a_devices_horizon(self, store: Store, who: Identity) -> None:
        _delete_all(store, who)
        self._note(store, who, 7)

        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 2
        assert _remembered(store, who) == (list(NAMES[2:]), 7)

        self._note(store, who, 10)
        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 3

    def test_a_program_that_its_device_was_there_without(
        self, store: Store, who: Identity
    ) -> None:
        _delete_all(store, who)
        self._note(store, who, 7)
        seen = Sighting(who.device_id, TOO_LATE_US, None, "192.0.2.7", frozenset({"ios"}))
        with store.write() as unit:
            sightings.note(unit, [seen])
        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 2

        with store.write() as unit:
            sightings.note(unit, [seen._replace(seen_us=TOO_LATE_US + 1)])
        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 3

    def test_a_horizon_of_the_past_holds_nothing(self, store: Store, who: Identity) -> None:
        _delete_all(store, who)
        self._note(store, who, 7)
        with store.write() as unit:
            epochs.renew(unit)

        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 5

    def test_a_retired_device_holds_nothing_and_is_forgotten(
        self, store: Store, who: Identity
    ) -> None:
        _delete_all(store, who)
        program = self._note(store, who, 7)
        assert forget_idle(store) == 0

        with store.write() as unit:
            devices.retire(unit, who.device_id, now_us=NOW_US)

        assert forget_deletions(store, tombstone_days=DAYS, now_us=TOO_LATE_US + 1) == 5
        assert forget_idle(store) == 1
        with store.read() as unit:
            assert horizons.find(unit, program) is None
            assert horizons.idle(unit) == []

    def test_what_was_fetched_and_has_changed_since_goes(
        self, store: Store, who: Identity
    ) -> None:
        for name in NAMES[:3]:
            try_to_write(store, who, Step("put", "calendar", name))
        try_to_write(store, who, Step("delete", "calendar", NAMES[2]))
        program = self._note(store, who, 0)
        with store.write() as unit:
            epoch = collections.find(unit, who, "calendar").epoch
            fetched = {
                NAMES[0]: Version(epoch, 1),
                NAMES[1]: Version(epoch, 2),
                NAMES[2]: Version(epoch, 4),
            }
            horizons.note(unit, [Mark(program, None, NOW_US, fetched)])
        assert forget_idle(store) == 0

        try_to_write(store, who, Step("put", "calendar", NAMES[0], "b"))

        assert forget_idle(store, portion=1) == 1
        with store.read() as unit:
            assert horizons.fetched(unit, program, NAMES).keys() == set(NAMES[1:3])
        with store.write() as unit:
            unit.execute("DELETE FROM collection WHERE name = 'calendar'")
        assert forget_idle(store) == 3
        with store.read() as unit:
            assert horizons.fetched(unit, program, NAMES) == {}
