"""What an answered request leaves for the journal, and the thread that writes it."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from sqlalchemy.exc import OperationalError

from auth.identity import Identity
from config.settings import Tracking
from office import journaling
from office.horizons import Knowledge
from office.sync_tokens import Known
from office.tracking import Access, Act, Action, Note
from server import journal_writer
from server.access_log import AccessLog, shortened
from server.journal_writer import JournalWriter
from storage import horizons, journal_search
from storage.horizons import Mark, Program
from storage.journal_search import JournalEntry, Search
from storage.store import Store, WriteUnit, sqlite_url
from tests.accesses import NOON, SECOND, WINDOW_US, an_access
from tests.databases import sqlite_template
from tests.journals import add_device
from wire.clients import Family

__all__ = ["sqlite_template"]

BODY = b"x" * 1000


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    copyfile(sqlite_template, tmp_path / "deedbox.sqlite3")
    store = Store(sqlite_url(tmp_path / "deedbox.sqlite3"))
    yield store
    store.close()


def rows(store: Store) -> list[JournalEntry]:
    with store.read() as unit:
        return journal_search.find(unit, Search(), limit=100_000)


def device(store: Store, device_id: int) -> tuple[Any, ...]:
    with store.read() as unit:
        found: tuple[Any, ...] = unit.row(
            "SELECT last_seen_us, last_write_us, last_address, families FROM device"
            " WHERE id = :id",
            {"id": device_id},
        )
    return found


class TestAccessLog:
    @pytest.fixture
    def who(self, store: Store) -> Identity:
        user_id, device_id = add_device(store)
        nothing: frozenset[Any] = frozenset()
        return Identity(user_id, "anna", device_id, "Laptop", nothing, nothing, 0, nothing)

    def ask(
        self,
        store: Store,
        who: Identity,
        note: Note,
        *,
        status: str = "200 OK",
        blocks: Iterable[bytes] = (BODY,),
        take: int | None = None,
        tracking: Tracking | None = None,
    ) -> None:
        """One request through the middleware; the client hangs up after *take* blocks."""
        log = AccessLog(store, tracking or Tracking())

        def door(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            environ["deedbox.note"].act = note.act
            start_response(status, [])
            return blocks

        environ = {
            "deedbox.identity": who,
            "deedbox.note": note,
            "deedbox.address": "192.0.2.7",
            "deedbox.family": Family.DAVFS2,
        }
        body = cast("Any", log.around(door)(environ, cast("Any", lambda *_: None)))
        for number, _ in enumerate(body):
            if number == take:
                break
        body.close()
        log.close()

    def test_a_download(self, store: Store, who: Identity) -> None:
        self.ask(store, who, Note(Act.READ, 7, "a.pdf", version=3, size=1000))

        [row] = rows(store)
        assert (row.user_name, row.device_label, row.node_id) == ("anna", "Laptop", 7)
        assert (row.action, row.version, row.bytes_sent) == (Action.OPENED, 3, 1000)
        assert row.is_whole
        assert (row.address, row.family) == ("192.0.2.7", "davfs2")
        assert device(store, who.device_id)[2:] == ("192.0.2.7", "davfs2")

    def test_a_client_that_hangs_up_has_a_part(self, store: Store, who: Identity) -> None:
        note = Note(Act.READ, 7, "a.pdf", version=1, size=1000)

        # The second block was handed over, but nobody asked for more after it.
        self.ask(store, who, note, blocks=[b"x" * 400, b"x" * 600], take=1)

        [row] = rows(store)
        assert (row.bytes_sent, row.is_whole) == (400, False)

    @pytest.mark.parametrize("status", ["404 Not Found", "412 Precondition Failed", "500 x"])
    def test_what_failed_is_not_written_down(
        self, store: Store, who: Identity, status: str
    ) -> None:
        self.ask(store, who, Note(Act.CHANGED, 7, "a.pdf"), status=status)

        assert rows(store) == []
        assert device(store, who.device_id)[1] is None

    def test_a_refusal_is_written_down_whatever_the_status(
        self, store: Store, who: Identity
    ) -> None:
        self.ask(store, who, Note(Act.REFUSED, path="a"), status="404 Not Found")

        assert [(row.action, row.path) for row in rows(store)] == [(Action.REFUSED, "a")]

    def test_a_304_is_a_re_validation(self, store: Store, who: Identity) -> None:
        note = Note(Act.READ, 7, "a.pdf", version=1, size=1000)
        self.ask(store, who, note, status="304 Not Modified", blocks=())

        assert [row.action for row in rows(store)] == [Action.RE_VALIDATED]

    @pytest.mark.parametrize("act", [None, Act.LISTED, Act.UNLOCKED])
    def test_polling_only_shows_that_the_device_is_there(
        self, store: Store, who: Identity, act: Act | None
    ) -> None:
        self.ask(store, who, Note(act))

        assert rows(store) == []
        last_seen_us, last_write_us, _, _ = device(store, who.device_id)
        assert last_seen_us > NOON
        assert last_write_us is None

    def test_the_same_bytes_again_are_a_write_but_no_row(
        self, store: Store, who: Identity
    ) -> None:
        self.ask(store, who, Note(Act.SAME, 7, "a.pdf"))

        assert rows(store) == []
        assert device(store, who.device_id)[1] is not None

    def test_addresses_can_be_shortened(self, store: Store, who: Identity) -> None:
        note = Note(Act.CHANGED, 7, "a.pdf")
        self.ask(store, who, note, tracking=Tracking(shorten_addresses=True))

        assert rows(store)[0].address == "192.0.2.0/24"

    def test_a_door_that_fails_is_not_hidden(self, store: Store) -> None:
        log = AccessLog(store, Tracking())

        def door(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            log.around(door)({}, cast("Any", None))
        log.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_a_shortened_address_is_a_network(address: str, network: str) -> None:
    assert shortened(address) == network


class Away(Store):
    """A store whose database answers only while it is let."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.url)
        self.is_away = True
        self.asked = threading.Event()

    def write(self) -> Any:
        self.asked.set()
        if self.is_away:
            raise OperationalError("away", None, Exception("away"))
        return super().write()


def a_saving(i: int) -> Access:
    return an_access(Act.CHANGED, i, path=f"{i}", node_id=i)


def writer(store: Store, **others: Any) -> JournalWriter:
    return JournalWriter(store, **{"batch_seconds": 0.01, "window_us": WINDOW_US, **others})


class TestJournalWriter:
    def test_many_threads_lose_nothing(self, store: Store) -> None:
        writing = writer(store)

        def put(first: int) -> None:
            for i in range(500):
                writing.put(a_saving(first + i))

        threads = [threading.Thread(target=put, args=(n * 500,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        writing.close()

        assert {row.path for row in rows(store)} == {str(i) for i in range(2000)}

    def test_rows_come_while_it_runs(self, store: Store) -> None:
        written = threading.Event()
        writing = writer(Telling(store, written))

        writing.put(a_saving(1))

        assert written.wait(10)
        assert [row.path for row in rows(store)] == ["1"]
        writing.close()

    def test_records_wait_for_the_database_and_the_oldest_give_way(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_writer, "_RETRY_SECONDS", 0.01)
        away = Away(store)
        writing = writer(away, most_waiting=10)
        writing.put(a_saving(0))
        assert away.asked.wait(10)  # the first is taken from the queue and kept
        for i in range(1, 16):
            writing.put(a_saving(i))

        away.is_away = False
        writing.close()
        away.close()

        assert [row.path for row in rows(store)] == [str(i) for i in (0, *range(6, 16))]

    def test_a_record_that_cannot_be_written_spoils_no_other(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = journaling.draft

        def failing(access: Access) -> Any:
            if access.note.path == "2":
                raise ValueError("cannot be drafted")
            return draft(access)

        monkeypatch.setattr(journaling, "draft", failing)
        writing = writer(store)
        for i in range(5):
            writing.put(a_saving(i))
        writing.close()

        assert [row.path for row in rows(store)] == ["0", "1", "3", "4"]

    def test_a_horizon_that_could_not_be_written_is_when_it_is_noted_again(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        note, has_failed = horizons.note, threading.Event()

        def failing(unit: WriteUnit, marks: Iterable[Mark]) -> None:
            if not has_failed.is_set():
                has_failed.set()
                raise ValueError("spoils the batch")
            note(unit, marks)

        monkeypatch.setattr("server.journal_writer.horizons.note", failing)
        poll = an_access(Act.LISTED)
        poll.note.knowledge = Knowledge(7, 3, presented=Known(5, 5))
        writing = writer(store)
        writing.put(poll)
        assert has_failed.wait(10)
        writing.put(poll)
        writing.close()

        with store.read() as unit:
            stands = horizons.find(unit, Program(poll.device_id, 7, poll.family))
        assert stands is not None
        assert stands.horizon == (3, 5, 5)

    def test_a_database_that_goes_in_the_middle_gets_no_record_twice(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_writer, "_RETRY_SECONDS", 0.01)
        draft, has_been_away = journaling.draft, threading.Event()

        def failing(access: Access) -> Any:
            if access.note.path == "0":
                raise ValueError("spoils the batch, so that each is written by itself")
            if access.note.path == "3" and not has_been_away.is_set():
                has_been_away.set()
                raise OperationalError("away", None, Exception("away"))
            return draft(access)

        monkeypatch.setattr(journaling, "draft", failing)
        writing = writer(store, batch_seconds=0.3)
        for i in range(5):
            writing.put(a_saving(i))
        assert has_been_away.wait(10)
        writing.close()

        assert [row.path for row in rows(store)] == ["1", "2", "3", "4"]

    # The thread's death is the point.
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
    def test_a_writer_that_died_is_started_again(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record = journaling.record

        def dying(*_arguments: Any, **_options: Any) -> None:
            monkeypatch.setattr(journaling, "record", record)
            raise SystemExit

        monkeypatch.setattr(journaling, "record", dying)
        writing = writer(store)
        first = writing._thread
        writing.put(a_saving(1))
        first.join(10)
        assert not first.is_alive()

        writing.put(a_saving(2))
        writing.close()

        assert [row.path for row in rows(store)] == ["1", "2"]

    def test_polls_are_one_write_a_minute(self, store: Store) -> None:
        user_id, device_id = add_device(store)
        now = [NOON]
        writing = writer(store, clock=lambda: now[0])
        seen = []
        for second in (0, 30, 59, 61, 90):
            poll = an_access(None, second, user_id=user_id, device_id=device_id)
            writing._queue.append(poll)
            writing._write_waiting()
            seen.append(device(store, device_id)[0])
        writing.close()

        assert [(us - NOON) // SECOND for us in seen] == [0, 0, 0, 61, 61]
        assert device(store, device_id)[0] == NOON + 90 * SECOND

    def test_explorers_listing_in_another_process_is_heeded(self, store: Store) -> None:
        get = an_access(at=1, family=Family.WINDOWS)
        listing = an_access(Act.LISTED, 0, path="Objekte/4711 Parkallee", family=Family.WINDOWS)
        one = writer(store, clock=lambda: NOON)
        other = writer(store, clock=lambda: NOON)
        one.put(listing)
        other.put(get)
        other.close()
        assert [row.action for row in rows(store)] == [Action.OPENED]

        one.close()

        assert [row.action for row in rows(store)] == [Action.PREFETCHED]


class Telling(Store):
    """A store that tells when something was committed."""

    def __init__(self, store: Store, written: threading.Event) -> None:
        super().__init__(store.url)
        self._written = written

    def write(self) -> Any:
        @contextmanager
        def told() -> Iterator[Any]:
            with super(Telling, self).write() as unit:
                yield unit
            self._written.set()

        return told()
