"""When devices were last there."""

from typing import Any

import pytest

from server.presence import Presence
from storage import looks, sightings
from storage.sightings import Sighting
from storage.store import Store, WriteUnit
from tests.accesses import an_access
from tests.journals import add_device, journal_store, store

__all__ = ["journal_store", "store"]

MINUTE_US = 60_000_000


def a_sighting(device_id: int, **others: Any) -> Sighting:
    usual: dict[str, Any] = {
        "seen_us": 1000,
        "wrote_us": None,
        "address": "192.0.2.7",
        "families": frozenset({"windows"}),
    }
    return Sighting(device_id, **{**usual, **others})


def device(store: Store, device_id: int) -> tuple[Any, ...]:
    with store.read() as unit:
        row: tuple[Any, ...] = unit.row(
            "SELECT last_seen_us, last_write_us, last_address, families FROM device"
            " WHERE id = :id",
            {"id": device_id},
        )
    return row


def note(store: Store, *seen: Sighting) -> None:
    with store.write() as unit:
        sightings.note(unit, seen)


class TestNote:
    def test_it_keeps_when_where_and_all_programs(self, store: Store) -> None:
        _, device_id = add_device(store)

        note(store, a_sighting(device_id, wrote_us=900))
        note(store, a_sighting(device_id, seen_us=2000, families=frozenset({"office"})))

        assert device(store, device_id) == (2000, 900, "192.0.2.7", "office,windows")

    def test_it_never_goes_back_in_time(self, store: Store) -> None:
        _, device_id = add_device(store)

        note(store, a_sighting(device_id, seen_us=2000, wrote_us=2000))
        note(store, a_sighting(device_id, seen_us=1000, wrote_us=1000, address="198.51.100.1"))

        assert device(store, device_id) == (2000, 2000, "192.0.2.7", "windows")

    def test_devices_are_held_in_the_order_of_their_ids(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Else two processes that saw them in another order each would wait for each other."""
        ids = [add_device(store, name)[1] for name in ("anna", "jonas", "karl")]
        held: list[int] = []
        row = WriteUnit.row

        def spy(unit: WriteUnit, sql: str, parameters: dict[str, Any]) -> Any:
            held.append(parameters["id"])
            return row(unit, sql, parameters)

        with monkeypatch.context() as patched:
            patched.setattr(WriteUnit, "row", spy)
            note(store, *(a_sighting(each) for each in reversed(ids)))

        assert held == sorted(ids)

    def test_a_device_that_is_gone_is_passed_over(self, store: Store) -> None:
        _, device_id = add_device(store)

        note(store, a_sighting(10**6), a_sighting(device_id))

        assert device(store, device_id)[0] == 1000


class TestNews:
    def test_a_poll_within_the_minute_is_none(self, store: Store) -> None:
        _, device_id = add_device(store)
        note(store, a_sighting(device_id, seen_us=MINUTE_US))

        polls = [
            a_sighting(device_id, seen_us=2 * MINUTE_US - 1),
            a_sighting(device_id, seen_us=2 * MINUTE_US),
            a_sighting(device_id, seen_us=MINUTE_US, families=frozenset({"office"})),
            a_sighting(device_id, seen_us=MINUTE_US, wrote_us=MINUTE_US),
        ]

        with store.read() as unit:
            news = sightings.news(unit, polls, stale_us=MINUTE_US)
        assert news == polls[1:]


class TestWhileSomebodyLooks:
    def poll(self, presence: Presence, device_id: int, at_us: int) -> None:
        presence.see([an_access(None, device_id=device_id, at_us=at_us, until_us=at_us)])

    def test_a_poll_is_written_at_once_and_else_once_a_minute(self, store: Store) -> None:
        watched, other = (add_device(store, name)[1] for name in ("anna", "jonas"))
        presence, start_us = Presence(), 100 * MINUTE_US
        for device_id in (watched, other):
            self.poll(presence, device_id, start_us)
        first = presence.due(store)
        note(store, *first)
        presence.written(first)
        for device_id in (watched, other):
            self.poll(presence, device_id, start_us + 5)
        assert presence.due(store) == []

        with store.write() as unit:
            looks.look(unit, [watched], now_us=start_us + 6, until_us=start_us + 30)

        [found] = presence.due(store)
        assert (found.device_id, found.seen_us) == (watched, start_us + 5)
        presence.written([found])
        self.poll(presence, watched, start_us + 31)
        assert presence.due(store) == []

    def test_what_is_over_is_forgotten(self, store: Store) -> None:
        with store.write() as unit:
            looks.look(unit, [1, 2], now_us=10, until_us=20)
            looks.look(unit, [2, 3], now_us=21, until_us=40)

        with store.read() as unit:
            assert looks.until(unit) == {2: 40, 3: 40}
