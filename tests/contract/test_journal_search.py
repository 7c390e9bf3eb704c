"""Reading the journal, following it, and letting old rows go."""

from collections.abc import Iterator

import pytest

from jobs import retention
from office import journaling
from office.prefetches import Listings
from office.tracking import Access, Act, Action
from server.cli import journal as command
from storage import journal, journal_search
from storage.journal_search import JournalEntry, Search
from storage.store import Store
from tests.accesses import NOON, SECOND, WINDOW_US, an_access
from tests.journals import add_device, journal_store, store

__all__ = ["journal_store", "store"]


def record(store: Store, *accesses: Access) -> None:
    with store.write() as unit:
        journaling.record(unit, accesses, Listings(), window_us=WINDOW_US)


def found(store: Store, search: Search, limit: int = 100) -> list[str]:
    with store.read() as unit:
        return [row.path for row in journal_search.find(unit, search, limit=limit)]


@pytest.fixture
def filled(store: Store) -> Store:
    record(
        store,
        an_access(at=0, node_id=1, path="Objekte/1/a_b"),
        an_access(at=100, node_id=2, path="Objekte/1/axb", user_id=2, device_id=2),
        an_access(Act.MOVED, at=200, node_id=3, path="Home/c", target_path="Objekte/1/c"),
        an_access(Act.CHANGED, at=300, node_id=4, path="Objekte/10/d"),
    )
    return store


class TestFinding:
    @pytest.mark.parametrize(
        ("search", "paths"),
        [
            (Search(), ["Objekte/1/a_b", "Objekte/1/axb", "Home/c", "Objekte/10/d"]),
            (Search(user_id=2), ["Objekte/1/axb"]),
            (Search(device_id=2), ["Objekte/1/axb"]),
            (Search(node_id=3), ["Home/c"]),
            (Search(action=Action.SAVED), ["Objekte/10/d"]),
            (Search(since_us=NOON + 150 * SECOND), ["Home/c", "Objekte/10/d"]),
            (Search(path="Objekte/1"), ["Objekte/1/a_b", "Objekte/1/axb", "Home/c"]),
            (Search(path="Objekte/1/a_b"), ["Objekte/1/a_b"]),
        ],
    )
    def test_each_filter(self, filled: Store, search: Search, paths: list[str]) -> None:
        assert found(filled, search) == paths

    def test_the_newest_are_shown_oldest_first(self, filled: Store) -> None:
        assert found(filled, Search(), limit=2) == ["Home/c", "Objekte/10/d"]

    def test_names_are_those_of_now_and_missing_ones_are_none(self, store: Store) -> None:
        user_id, device_id = add_device(store)
        record(store, an_access(user_id=user_id, device_id=device_id))
        record(store, an_access(at=1, user_id=10**6, device_id=10**6))

        with store.read() as unit:
            rows = journal_search.find(unit, Search(), limit=10)

        assert [(row.user_name, row.device_label) for row in rows] == [
            ("anna", "Laptop"),
            (None, None),
        ]


class TestFollowing:
    def test_new_rows_come_once_and_in_order(self, store: Store) -> None:
        for i in range(25):
            record(store, an_access(Act.CHANGED, at=i, path=f"old {i}"))
        arriving = iter([["new 1", "new 2"], [], ["new 3"]])

        def pause(_seconds: float) -> None:
            for path in next(arriving):
                record(store, an_access(Act.CHANGED, at=100, path=path))

        rows = take(command.followed(store, Search(), pause), 23)

        assert [row.path for row in rows] == [
            *(f"old {i}" for i in range(5, 25)),
            "new 1",
            "new 2",
            "new 3",
        ]


def take(rows: Iterator[JournalEntry], count: int) -> list[JournalEntry]:
    return [next(rows) for _ in range(count)]


class TestRetention:
    def test_old_rows_go_in_portions(self, filled: Store) -> None:
        before = NOON + 250 * SECOND

        with filled.write() as unit:
            counts = [journal.delete_before(unit, before, limit=2) for _ in range(3)]

        assert counts == [2, 1, 0]
        assert found(filled, Search()) == ["Objekte/10/d"]

    def test_rows_older_than_the_setting_go(
        self, filled: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(retention, "_PORTION", 2)
        now_us = NOON + 250 * SECOND + 30 * 86_400 * SECOND

        assert retention.forget_old(filled, retention_days=30, now_us=now_us) == 3
        assert found(filled, Search()) == ["Objekte/10/d"]

    def test_without_a_setting_none_goes(self, filled: Store) -> None:
        assert retention.forget_old(filled, retention_days=0, now_us=2 * NOON) == 0
        assert len(found(filled, Search())) == 4
