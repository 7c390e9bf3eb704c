"""Versions and trash in the rows, on both databases: what keeps bytes, and when they may go."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from jobs import past
from office.verification import verify
from storage import blobs, trash, tree, tree_changes, versions
from storage.local_blobs import LocalBlobs
from storage.store import Store, WriteUnit
from storage.tree import Content, NodeRow
from tests.contract.test_tree import NOW_US, a_document, a_folder, a_root

DAY_US = 86_400 * 1_000_000


def save(unit: WriteUnit, node: NodeRow, text: str, *, now_us: int = NOW_US) -> NodeRow:
    sha256 = text.ljust(64, "0")
    blobs.record(unit, sha256, len(text), now_us=NOW_US)
    return tree_changes.replace_content(
        unit,
        node,
        Content(sha256, len(text), "text/plain"),
        modified_us=NOW_US,
        now_us=now_us,
        user_id=2,
    )


def needed(unit: WriteUnit) -> set[str]:
    """The blobs that somebody needs, by how their addresses begin."""
    every = {sha256 for sha256, _ in blobs.recorded(unit, after="")}
    free = set(blobs.unreferenced(unit, older_than_us=2 * NOW_US, limit=1000))
    return {sha256.rstrip("0") for sha256 in every - free}


def rows(unit: WriteUnit, table: str) -> int:
    return int(unit.row(f"SELECT count(*) FROM {table}")[0])


def forget(
    store: Store, *, days: int = 0, trash_days: int = 0, version_days: int = 0, most: int = 0
) -> past.Forgotten:
    return past.forget_old(
        store,
        trash_days=trash_days,
        version_days=version_days,
        versions_most=most,
        now_us=NOW_US + days * DAY_US,
        portion=2,
    )


class TestVersions:
    def test_a_save_keeps_who_and_what(self, store: Store) -> None:
        with store.write() as unit:
            document = a_document(unit, a_root(unit), "a.txt", "one")
            save(unit, document, "two", now_us=NOW_US + 5)
            [kept] = versions.of_document(unit, document.id, most=10)

        assert (kept.version, kept.blob_sha256, kept.size) == (1, "one".ljust(64, "0"), 3)
        assert (kept.modified_us, kept.replaced_us, kept.saved_by) == (NOW_US, NOW_US + 5, 1)

    def test_pages_go_by_number(self, store: Store) -> None:
        with store.write() as unit:
            document = a_document(unit, a_root(unit), "a.txt", "one")
            for text in ("two", "three", "four"):
                document = save(unit, document, text)
            first = versions.of_document(unit, document.id, most=2)
            rest = versions.of_document(unit, document.id, most=2, before=first[-1].version)

        assert [each.version for each in (*first, *rest)] == [3, 2, 1]

    def test_old_ones_go_and_then_their_bytes(self, store: Store) -> None:
        with store.write() as unit:
            document = a_document(unit, a_root(unit), "a.txt", "one")
            for day, text in enumerate(("two", "three", "four")):
                document = save(unit, document, text, now_us=NOW_US + day * DAY_US)
            assert needed(unit) == {"one", "two", "three", "four"}

        assert forget(store, days=3, version_days=1).versions == 2
        with store.write() as unit:
            assert needed(unit) == {"three", "four"}

    def test_only_so_many_stay_of_one_document(self, store: Store) -> None:
        with store.write() as unit:
            root = a_root(unit)
            many, few = a_document(unit, root, "a", "one"), a_document(unit, root, "b", "one")
            few = save(unit, few, "two")
            for text in ("two", "three", "four", "five", "six"):
                many = save(unit, many, text)

        assert forget(store, most=2).versions == 3
        with store.write() as unit:
            left = [each.version for each in versions.of_document(unit, many.id, most=10)]
            assert (left, versions.has_any(unit, few.id)) == ([5, 4], True)


class TestTrash:
    @pytest.fixture
    def made(self, store: Store) -> tuple[NodeRow, NodeRow, NodeRow]:
        """A root, a folder in it, and a document in that."""
        with store.write() as unit:
            root = a_root(unit)
            folder = a_folder(unit, root, "Fotos")
            return root, folder, a_document(unit, folder, "a.txt", "one")

    def test_the_name_is_free_and_the_bytes_are_needed(
        self, store: Store, made: Sequence[NodeRow]
    ) -> None:
        root, folder, document = made
        with store.write() as unit:
            trash.put(unit, document, folder, now_us=NOW_US)
            again = a_document(unit, folder, "a.txt", "two")
            trash.put(unit, again, folder, now_us=NOW_US)

            assert tree.children(unit, folder.id) == []
            assert needed(unit) == {"one", "two"}
            found = [each.node_id for each in trash.listed(unit, root.tree_id, most=10)]
            assert found == [again.id, document.id]
            assert [name for _, name in tree.lineage(unit, document.id)][-2:] == ["Fotos", "a.txt"]

    def test_a_folder_that_goes_to_another_tree_takes_what_was_deleted_in_it_along(
        self, store: Store, made: Sequence[NodeRow]
    ) -> None:
        root, folder, _ = made
        with store.write() as unit:
            inner = a_folder(unit, folder, "Dach")
            lost = a_document(unit, inner, "b.txt", "two")
            trash.put(unit, lost, inner, now_us=NOW_US)
            trash.put(unit, inner, folder, now_us=NOW_US)
            other = a_root(unit, "jonas")
            tree_changes.move(unit, folder, root, other, "Fotos", now_us=NOW_US)

            assert trash.listed(unit, root.tree_id, most=10) == []
            found = {each.node_id for each in trash.listed(unit, other.tree_id, most=10)}
            assert found == {inner.id, lost.id}
            numbers = unit.rows("SELECT DISTINCT tree_id FROM node WHERE name <> 'anna'")
            assert numbers == [(other.tree_id,)]
            last = unit.row("SELECT max(modseq) FROM node")[0]
            assert (
                last
                <= unit.row("SELECT modseq FROM tree WHERE id = :id", {"id": other.tree_id})[0]
            )

    def test_what_comes_back_is_the_newest_change_of_its_folder(
        self, store: Store, made: Sequence[NodeRow]
    ) -> None:
        root, folder, _ = made
        with store.write() as unit:
            trash.put(unit, folder, root, now_us=NOW_US)
            back = tree.find(unit, folder.id)
            assert back is not None
            assert back.parent_id is None
            trash.put_back(unit, back, root, "Fotos")

            [found] = tree.children(unit, root.id)
            assert found.modseq == unit.row("SELECT max(modseq) FROM tree")[0]
            assert rows(unit, "tombstone") == rows(unit, "trash") == 0

    def test_it_goes_in_portions_and_with_what_was_deleted_in_it_before(
        self, store: Store, made: Sequence[NodeRow]
    ) -> None:
        root, folder, document = made
        with store.write() as unit:
            save(unit, document, "two")
            trash.put(unit, document, folder, now_us=NOW_US)
            for number in range(5):
                a_document(unit, folder, f"{number}.txt", f"n{number}")
            # A clock that was wrong: the folder seems to have gone first.
            trash.put(unit, folder, root, now_us=NOW_US - 5 * DAY_US)

        assert forget(store, days=0, trash_days=4).deleted == 7
        with store.write() as unit:
            assert (rows(unit, "trash"), rows(unit, "node"), needed(unit)) == (0, 1, set())

    def test_what_is_going_is_not_found(self, store: Store, made: Sequence[NodeRow]) -> None:
        root, folder, document = made
        with store.write() as unit:
            trash.put(unit, document, folder, now_us=NOW_US)
            trash.send_away(unit, [document.id])

            assert trash.find(unit, document.id) is None
            assert not trash.hold(unit, document.id)
            assert trash.listed(unit, root.tree_id, most=10) == []

    def test_what_is_younger_stays(self, store: Store, made: Sequence[NodeRow]) -> None:
        _, folder, document = made
        with store.write() as unit:
            trash.put(unit, document, folder, now_us=NOW_US)

        assert forget(store, days=90, trash_days=90).deleted == 0
        assert forget(store, days=400).deleted == 0
        assert forget(store, days=91, trash_days=90).deleted == 1


def test_the_check_names_versions_and_what_was_deleted(store: Store, tmp_path: Path) -> None:
    with store.write() as unit:
        root = a_root(unit)
        document = a_document(unit, root, "a.txt", "one")
        save(unit, document, "two")
        trash.put(unit, document, root, now_us=NOW_US)

    report = verify(store, LocalBlobs(tmp_path / "blobs"))

    assert {each.paths for each in report.faults} == {
        ("/files/Home/a.txt (of anna, version 1, in the trash)",),
        ("/files/Home/a.txt (of anna, in the trash)",),
    }
