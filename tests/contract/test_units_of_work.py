"""Units of work: all or nothing, one snapshot, and writers that wait their turn."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage import locks, tree_changes
from storage.store import Store, WriteUnit
from storage.writer_queue import WriterQueue

ROOT = Path(__file__).parents[2]
PROCESSES, WRITES = 8, 12


def a_tree(store: Store) -> int:
    with store.write() as unit:
        return tree_changes.create_tree(unit, "home")


class TestAllOrNothing:
    def test_an_exception_leaves_nothing(self, store: Store) -> None:
        told: list[str] = []

        def fail(unit: WriteUnit) -> None:
            tree_changes.create_root(unit, kind="home", role="home", name="anna", now_us=1)
            unit.after_commit.append(lambda: told.append("committed"))
            raise LookupError

        with pytest.raises(LookupError), store.write() as unit:
            fail(unit)

        with store.read() as after:
            assert after.rows("SELECT id FROM node") == []
            assert after.rows("SELECT id FROM tree") == []
        assert told == []

    def test_the_store_works_on_after_one(self, store: Store) -> None:
        def fail() -> None:
            with store.write() as unit:
                unit.execute("DELETE FROM no_such_table")

        for _ in range(20):
            with pytest.raises(Exception, match="no_such_table"):
                fail()

        assert a_tree(store) > 0

    def test_what_is_to_follow_a_commit_sees_it(self, store: Store) -> None:
        seen: list[int] = []

        def look() -> None:
            with store.read() as unit:
                seen.append(len(unit.rows("SELECT id FROM tree")))

        with store.write() as unit:
            tree_changes.create_tree(unit, "home")
            unit.after_commit.append(look)

        assert seen == [1]

    def test_statements_stay_prepared_from_unit_to_unit(self, store: Store) -> None:
        if store.is_sqlite:
            return  # sqlite3 keeps them by their text, whatever ends
        for _ in range(5):
            with store.read() as unit:
                unit.prepared("SELECT id FROM tree WHERE kind = :kind", {"kind": "home"})

        with store.read() as unit:
            prepared = unit.rows("SELECT statement FROM pg_prepared_statements")

        assert any("FROM tree" in statement for (statement,) in prepared)

    def test_a_reading_unit_keeps_nothing(self, store: Store) -> None:
        tree_id = a_tree(store)

        with store.read() as unit:
            try:
                unit.row("UPDATE tree SET modseq = 9 WHERE id = :id RETURNING id", {"id": tree_id})
            except Exception as error:  # noqa: BLE001 - PostgreSQL's driver refuses it at once
                assert "read-only" in str(error)  # noqa: PT017

        with store.read() as unit:
            assert unit.row("SELECT modseq FROM tree")[0] == 0


def test_a_reader_sees_one_moment(store: Store) -> None:
    tree_id = a_tree(store)
    with store.read() as unit:
        before = unit.row("SELECT modseq FROM tree")[0]
        with store.write() as other:
            tree_changes.next_modseq(other, tree_id)

        assert unit.row("SELECT modseq FROM tree")[0] == before

    with store.read() as unit:
        assert unit.row("SELECT modseq FROM tree")[0] == before + 1


def test_threads_take_each_number_once(store: Store) -> None:
    tree_id = a_tree(store)

    def take(_: int) -> int:
        with store.write() as unit:
            unit.serialise(tree_id)
            return tree_changes.next_modseq(unit, tree_id)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(take, range(80)))

    assert sorted(numbers) == list(range(1, 81))


def test_processes_take_turns_and_nobody_starves(store: Store) -> None:
    tree_id = a_tree(store)
    url = store.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.writers", url, str(tree_id), str(WRITES)]
    started = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    overtaken = [json.loads(process.communicate(timeout=60)[0]) for process in started]

    with store.read() as unit:
        assert unit.row("SELECT modseq FROM tree")[0] == PROCESSES * WRITES
    # A queue lets each of the others in once; who comes between the look and the wait, perhaps.
    assert max(map(max, overtaken)) <= 2 * PROCESSES


def test_a_killed_writer_lets_the_next_one_in(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    code = (
        "import sys; from pathlib import Path as P; from storage.writer_queue import WriterQueue\n"
        f"with WriterQueue(P({str(path)!r})).turn(): print('mine', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code]
    first = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "mine\n"
    queue = WriterQueue(path)
    got_in = threading.Event()

    def wait() -> None:
        with queue.turn():
            got_in.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not got_in.wait(0.1)
    first.kill()
    first.communicate(timeout=30)
    waiting.join(timeout=30)
    queue.close()

    assert got_in.is_set()


def test_names_of_bound_values_are_the_same_on_both(store: Store) -> None:
    with store.read() as unit:
        assert tuple(unit.row("SELECT :a, '50%', :a", {"a": "x"})) == ("x", "50%", "x")
        assert locks.on_nodes(unit, []) == []
