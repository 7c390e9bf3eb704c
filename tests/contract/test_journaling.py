"""The classes of the journal on a real database, with the clock given."""

from collections.abc import Sequence
from typing import Any

import pytest

from office import journaling, prefetches, refusals
from office.prefetches import SETTLED_US, Listing, Listings
from office.tracking import Access, Act, Action, Note
from storage import journal, journal_search
from storage.journal import JournalRow
from storage.journal_search import JournalEntry, Search
from storage.store import Store
from tests.accesses import NOON, SECOND, WINDOW_US, a_piece, an_access
from tests.journals import journal_store, store
from wire.clients import Family

__all__ = ["journal_store", "store"]

FOLDER = "Objekte/4711 Parkallee"
EXPLORER: dict[str, Any] = {"family": Family.WINDOWS}


def record(store: Store, *accesses: Access, listings: Listings | None = None) -> None:
    with store.write() as unit:
        journaling.record(unit, accesses, listings or Listings(), window_us=WINDOW_US)


def rows(store: Store, search: Search | None = None) -> list[JournalEntry]:
    with store.read() as unit:
        return journal_search.find(unit, search or Search(), limit=1000)


def actions(store: Store) -> list[str]:
    return [row.action for row in rows(store)]


def listed(at: float, path: str = FOLDER, device_id: int = 1) -> Listings:
    listings = Listings()
    listings.add(Listing(NOON + round(at * SECOND), device_id, path))
    return listings


def _counted_of_device(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the journal is asked of whole devices from now on."""
    asked: list[Any] = []
    read = journal.of_device

    def counted(*unit: Any, **what: Any) -> list[JournalRow]:
        asked.append(what)
        return read(*unit, **what)

    monkeypatch.setattr(journal, "of_device", counted)
    return asked


class TestReading:
    def test_a_mount_opens(self, store: Store) -> None:
        record(store, an_access(lasting=2))

        [row] = rows(store)
        assert row.action == Action.OPENED
        assert (row.path, row.version, row.size) == (f"{FOLDER}/Plan.pdf", 1, 1000)
        assert (row.bytes_sent, row.is_whole, row.requests) == (1000, True, 1)
        assert (row.at_us, row.until_us) == (NOON, NOON + 2 * SECOND)
        assert (row.address, row.family) == ("192.0.2.7", "davfs2")

    def test_a_program_that_fetches_downloads(self, store: Store) -> None:
        record(store, an_access(family=Family.RCLONE))

        assert actions(store) == [Action.DOWNLOADED]

    @pytest.mark.parametrize("family", [Family.OFFICE, Family.LIBREOFFICE])
    def test_office_programs_edit(self, store: Store, family: Family) -> None:
        record(store, an_access(family=family))

        assert actions(store) == [Action.OPENED_FOR_EDITING]

    def test_a_preview_is_not_an_opening(self, store: Store) -> None:
        record(store, an_access(), an_access(Act.PREVIEWED, 1))

        assert actions(store) == [Action.OPENED, Action.PREVIEWED]

    def test_a_304_is_a_re_validation(self, store: Store) -> None:
        record(store, an_access(status=304, bytes_sent=0))
        record(store, an_access(at=30, status=304, bytes_sent=0))

        [row] = rows(store)
        assert (row.action, row.bytes_sent, row.requests) == (Action.RE_VALIDATED, 0, 2)

    def test_a_cut_download_is_part_with_the_bytes_really_sent(self, store: Store) -> None:
        record(store, an_access(bytes_sent=400, is_finished=False))

        [row] = rows(store)
        assert (row.bytes_sent, row.is_whole) == (400, False)

    def test_a_resumed_download_is_one_whole_row(self, store: Store) -> None:
        # The cut download lasted longer than the window.
        record(store, an_access(lasting=900, bytes_sent=400, is_finished=False))
        record(store, a_piece(400, 600, at=960))

        [row] = rows(store)
        assert (row.bytes_sent, row.is_whole, row.requests) == (1000, True, 2)

    def test_what_a_cut_answer_of_several_ranges_brought_is_not_claimed(
        self, store: Store
    ) -> None:
        both = ((0, 500), (500, 500))
        record(store, an_access(status=206, ranges=both, bytes_sent=1100, is_finished=False))

        [row] = rows(store)
        assert (row.bytes_sent, row.is_whole) == (1100, False)

    def test_another_device_makes_a_row_of_its_own(self, store: Store) -> None:
        record(store, a_piece(0, 500), a_piece(500, 500, device_id=2, user_id=2))

        assert [(row.device_id, row.is_whole) for row in rows(store)] == [(1, False), (2, False)]

    def test_another_version_makes_a_row_of_its_own(self, store: Store) -> None:
        record(store, a_piece(0, 500), a_piece(500, 500, at=1, version=2))

        assert [(row.version, row.is_whole) for row in rows(store)] == [(1, False), (2, False)]

    def test_after_ten_minutes_it_is_opened_again(self, store: Store) -> None:
        record(store, an_access())
        record(store, an_access(at=599))
        record(store, an_access(at=601))

        assert [row.requests for row in rows(store)] == [2, 1]

    def test_a_late_piece_joins_two_rows(self, store: Store) -> None:
        record(store, a_piece(0, 100))
        record(store, a_piece(900, 100, at=1100))
        assert len(rows(store)) == 2

        record(store, a_piece(100, 800, at=10, lasting=1000))

        [row] = rows(store)
        assert (row.bytes_sent, row.is_whole, row.requests) == (1000, True, 3)

    def test_an_empty_document_is_whole(self, store: Store) -> None:
        record(store, an_access(size=0, bytes_sent=0))

        assert rows(store)[0].is_whole


class TestPrefetching:
    def test_what_explorer_fetches_right_after_a_listing_is_prefetched(self, store: Store) -> None:
        record(store, an_access(at=4.9, **EXPLORER), listings=listed(0))

        assert actions(store) == [Action.PREFETCHED]

    @pytest.mark.parametrize(
        ("access", "listings"),
        [
            (an_access(at=5.1, **EXPLORER), listed(0)),
            (an_access(at=1, **EXPLORER), listed(0, path="Objekte")),
            (an_access(at=1, **EXPLORER), listed(0, device_id=2)),
            (an_access(at=1, **EXPLORER), listed(1.1)),
            (an_access(at=1, size=2 * 1024 * 1024 + 1, **EXPLORER), listed(0)),
            (an_access(at=1, family=Family.DAVFS2), listed(0)),
        ],
        ids=["late", "other folder", "other device", "before", "large", "other client"],
    )
    def test_all_else_is_opened(self, store: Store, access: Access, listings: Listings) -> None:
        record(store, access, listings=listings)

        assert actions(store) == [Action.OPENED]

    def test_a_lock_shows_that_somebody_wanted_it(self, store: Store) -> None:
        record(
            store,
            an_access(at=1, **EXPLORER),
            an_access(Act.LOCKED, 3, **EXPLORER),
            listings=listed(0),
        )

        assert actions(store) == [Action.OPENED_FOR_EDITING]

    def test_opening_it_later_is_a_row_of_its_own(self, store: Store) -> None:
        record(store, an_access(at=1, **EXPLORER), listings=listed(0))
        record(store, an_access(at=70, **EXPLORER), listings=listed(0))

        assert actions(store) == [Action.PREFETCHED, Action.OPENED]

    def test_many_listings_are_looked_up_by_the_device(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folders = [f"{FOLDER}/{n}" for n in range(300)]
        for device_id in (1, 2):
            record(
                store,
                *(
                    an_access(
                        at=n, device_id=device_id, path=f"{folder}/a.jpg", node_id=n, **EXPLORER
                    )
                    for n, folder in enumerate(folders)
                ),
            )
        listings = [
            Listing(NOON + n * SECOND + late, device_id, folder)
            for device_id in (1, 2)
            for n, folder in enumerate(folders)
            # Every other folder was listed only after its picture was fetched.
            for late in [SECOND if n % 2 else -SECOND]
        ]
        asked = _counted_of_device(monkeypatch)

        with store.read() as unit:
            found = prefetches.missed(unit, listings)

        assert {row.path for row in found} == {f"{each}/a.jpg" for each in folders[::2]}
        assert (len(found), len(asked)) == (300, 2)

    def test_a_listing_that_another_process_answered_is_heeded_later(self, store: Store) -> None:
        record(store, an_access(at=1, **EXPLORER))
        known = listed(0)
        assert known.take_settled(NOON + SETTLED_US - 1) == []
        settled = known.take_settled(NOON + SETTLED_US)

        with store.write() as unit:
            prefetches.mark(unit, settled)

        assert actions(store) == [Action.PREFETCHED]


class TestEditing:
    @pytest.mark.parametrize("lock_at", [-9, 0, 9])
    def test_a_lock_near_a_get_means_editing(self, store: Store, lock_at: float) -> None:
        record(store, an_access(), an_access(Act.LOCKED, lock_at))

        assert actions(store) == [Action.OPENED_FOR_EDITING]

    @pytest.mark.parametrize("is_lock_first", [True, False])
    def test_it_does_not_matter_which_is_written_first(
        self, store: Store, *, is_lock_first: bool
    ) -> None:
        lock, get = an_access(Act.LOCKED, 2), an_access()
        for each in (lock, get) if is_lock_first else (get, lock):
            record(store, each)

        assert actions(store) == [Action.OPENED_FOR_EDITING]

    def test_a_lock_far_from_the_get_does_not(self, store: Store) -> None:
        record(store, an_access(), an_access(Act.LOCKED, 11))

        assert actions(store) == [Action.OPENED, Action.LOCKED]

    def test_another_devices_lock_does_not(self, store: Store) -> None:
        record(store, an_access(), an_access(Act.LOCKED, 1, device_id=2))

        assert actions(store) == [Action.OPENED, Action.LOCKED]

    def test_a_lock_also_tells_of_pieces_after_a_saving(self, store: Store) -> None:
        record(store, an_access(Act.CHANGED, version=2), an_access(Act.LOCKED, 1))
        record(store, an_access(at=3, version=2))

        assert actions(store) == [Action.SAVED, Action.OPENED_FOR_EDITING]


class TestWriting:
    def test_new_and_changed_documents(self, store: Store) -> None:
        record(
            store,
            an_access(Act.CREATED),
            an_access(Act.CHANGED, 100, version=2),
            an_access(Act.CHANGED, 101, version=3),
        )

        assert [(row.action, row.version) for row in rows(store)] == [
            (Action.UPLOADED, 1),
            (Action.SAVED, 2),
            (Action.SAVED, 3),
        ]

    @pytest.mark.parametrize("is_in_order", [True, False])
    def test_explorers_empty_put_lock_and_put_are_one_upload(
        self, store: Store, *, is_in_order: bool
    ) -> None:
        steps = [
            an_access(Act.CREATED, size=0),
            an_access(Act.LOCKED, 1, size=0),
            an_access(Act.CHANGED, 2, version=2, size=5000),
        ]
        for step in steps if is_in_order else steps[::-1]:
            record(store, step)

        [row] = rows(store)
        assert (row.action, row.version, row.size, row.at_us) == (Action.UPLOADED, 2, 5000, NOON)

    def test_locking_a_free_name_begins_an_upload(self, store: Store) -> None:
        record(store, an_access(Act.LOCKED, status=201, size=None))
        record(store, an_access(Act.CHANGED, 1, version=2, size=10))

        [row] = rows(store)
        assert (row.action, row.size) == (Action.UPLOADED, 10)

    def test_lock_and_save_are_one_saving(self, store: Store) -> None:
        record(store, an_access(Act.LOCKED))
        record(store, an_access(Act.CHANGED, 1, version=2))

        assert actions(store) == [Action.SAVED]

    @pytest.mark.parametrize(
        ("act", "action"),
        [
            (Act.FOLDER_CREATED, Action.CREATED_FOLDER),
            (Act.COPIED, Action.COPIED),
            (Act.MOVED, Action.MOVED),
            (Act.DELETED, Action.DELETED),
            (Act.LOCKED, Action.LOCKED),
        ],
    )
    def test_each_change_of_the_tree_is_a_row(
        self, store: Store, act: Act, action: Action
    ) -> None:
        record(store, an_access(act, target_path="Objekte/neu"), an_access(act, 30))

        assert [(row.action, row.target_path) for row in rows(store)] == [
            (action, "Objekte/neu"),
            (action, ""),
        ]

    @pytest.mark.parametrize("node_id", [None, 7])
    def test_refusals_of_one_path_are_one_row(self, store: Store, node_id: int | None) -> None:
        hidden: dict[str, Any] = {"node_id": node_id, "version": None, "status": 404}
        record(store, an_access(Act.REFUSED, path="a", **hidden))
        record(store, an_access(Act.REFUSED, 60, path="a", **hidden))
        record(store, an_access(Act.REFUSED, 61, path="b", **hidden))

        assert [(row.path, row.requests) for row in rows(store)] == [("a", 2), ("b", 1)]

    def test_a_search_through_blocked_folders_is_some_rows_and_one_for_the_rest(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = _counted_of_device(monkeypatch)
        hidden: dict[str, Any] = {"node_id": 7, "version": None, "status": 404}
        beyond = 100
        paths = [f"Objekte/geheim/{n}" for n in range(refusals.MOST + beyond)]
        half = len(paths) // 2
        for batch in (paths[:half], paths[half:], paths[:10]):
            record(store, *(an_access(Act.REFUSED, path=path, **hidden) for path in batch))

        found = rows(store)
        assert len(asked) == 3  # once a batch, not once a path
        assert len(found) == refusals.MOST + 1
        [rest] = [row for row in found if row.path == "Objekte"]
        assert (rest.documents, rest.requests, rest.action) == (beyond, beyond, Action.REFUSED)
        assert {row.requests for row in found if row.path in paths[:10]} == {2}

    def test_after_the_window_refusals_have_rows_of_their_own_again(self, store: Store) -> None:
        hidden: dict[str, Any] = {"node_id": 7, "version": None, "status": 404}
        for at in (0, 2 * WINDOW_US / SECOND):
            record(
                store,
                *(
                    an_access(Act.REFUSED, at, path=f"Objekte/{n}", **hidden)
                    for n in range(refusals.MOST)
                ),
            )

        assert len(rows(store)) == 2 * refusals.MOST


def a_walk(count: int, *, first: int = 0, at: float = 0, step: float = 1) -> Sequence[Access]:
    return [
        an_access(at=at + i * step, node_id=100 + first + i, path=f"{FOLDER}/{first + i}.jpg")
        for i in range(count)
    ]


class TestBulk:
    def test_twenty_documents_in_a_minute_are_one_row(self, store: Store) -> None:
        record(store, *a_walk(20, step=3))

        [row] = rows(store)
        assert (row.action, row.documents, row.requests) == (Action.BULK_SYNCED, 20, 20)
        assert (row.bytes_sent, row.is_whole, row.path) == (20_000, True, FOLDER)
        assert (row.at_us, row.until_us) == (NOON, NOON + 57 * SECOND)

    def test_its_documents_are_still_found_one_by_one(self, store: Store) -> None:
        record(store, *a_walk(20))

        parts = rows(store, Search(node_id=105))

        assert [(part.action, part.version) for part in parts] == [(Action.OPENED, 1)]
        assert len(rows(store, Search(path=FOLDER))) == 20

    def test_nineteen_are_not(self, store: Store) -> None:
        record(store, *a_walk(19))

        assert actions(store) == [Action.OPENED] * 19

    def test_twenty_in_more_than_a_minute_are_not(self, store: Store) -> None:
        record(store, *a_walk(20, step=3.2))

        assert actions(store) == [Action.OPENED] * 20

    def test_pieces_of_one_document_are_not(self, store: Store) -> None:
        record(store, *(a_piece(i, 1, at=i, node_id=7) for i in range(40)))

        assert actions(store) == [Action.OPENED]

    def test_two_devices_do_not_add_up(self, store: Store) -> None:
        record(
            store, *(access._replace(device_id=1 + i % 2) for i, access in enumerate(a_walk(30)))
        )

        assert len(rows(store)) == 30

    def test_each_process_adds_its_part(self, store: Store) -> None:
        walk = a_walk(60, step=0.5)
        record(store, *walk[1::2])
        record(store, *walk[0::2])

        [row] = rows(store)
        assert (row.documents, row.bytes_sent, row.at_us) == (60, 60_000, NOON)

    def test_document_by_document_it_is_the_same(self, store: Store) -> None:
        for access in a_walk(45):
            record(store, access)

        [row] = rows(store)
        assert (row.action, row.documents) == (Action.BULK_SYNCED, 45)

    def test_what_lies_between_joins_two_walks(self, store: Store) -> None:
        record(store, *a_walk(20))
        record(store, *a_walk(20, first=100, at=70))
        assert [row.documents for row in rows(store)] == [20, 20]

        record(store, *a_walk(40, first=200, at=25))

        [row] = rows(store)
        assert (row.documents, row.requests, row.bytes_sent) == (80, 80, 80_000)
        assert len(rows(store, Search(bulk_id=row.id))) == 80

    def test_editing_stands_by_itself(self, store: Store) -> None:
        record(store, *a_walk(25))
        record(store, an_access(Act.LOCKED, 5, node_id=105, path=f"{FOLDER}/5.jpg"))

        walk, edited = rows(store)
        assert (walk.documents, walk.requests, walk.bytes_sent) == (24, 24, 24_000)
        assert (edited.action, edited.node_id) == (Action.OPENED_FOR_EDITING, 105)

    def test_opening_one_after_the_walk_stands_by_itself(self, store: Store) -> None:
        record(store, *a_walk(25))
        record(store, an_access(at=120, node_id=105, path=f"{FOLDER}/5.jpg"))

        assert actions(store) == [Action.BULK_SYNCED, Action.OPENED]

    def test_pieces_of_a_part_add_up(self, store: Store) -> None:
        walk = list(a_walk(25))
        half: dict[str, Any] = {"node_id": 100, "path": f"{FOLDER}/0.jpg"}
        record(store, a_piece(0, 500, **half), *walk[1:])
        assert not rows(store)[0].is_whole

        record(store, a_piece(500, 500, at=30, **half))

        [row] = rows(store)
        assert (row.bytes_sent, row.requests, row.is_whole) == (25_000, 26, True)

    def test_saving_is_never_bulk(self, store: Store) -> None:
        record(store, *(access._replace(note=a_saving(access)) for access in a_walk(30)))

        assert actions(store) == [Action.UPLOADED] * 30


def a_saving(access: Access) -> Note:
    access.note.act = Act.CREATED
    return access.note
