"""``kill -9`` at random moments under load: nothing acknowledged is lost, nothing is torn.

``CRASH_SEED=n`` repeats the requests of a run; the moments are the machine's own.
"""

import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from jobs.cleanup import sweep
from storage.local_blobs import LocalBlobs
from storage.store import Store, sqlite_url
from tests.crash import ledger
from tests.crash.conftest import Say
from tests.crash.database_server import DatabaseServer, database_server
from tests.crash.hands import Hand
from tests.crash.inspection import read_state, use
from tests.crash.ledger import State
from tests.crash.processes import kill_group
from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant

HANDS = 4
READY_SECONDS = 15
WORK = 150
"""Requests that are acknowledged before a kill, at most; a slow machine takes longer for them."""
WORK_SECONDS = 60


class Victim(Enum):
    """Which processes are killed."""

    DEEDBOX = "deedbox"
    BOTH = "deedbox and PostgreSQL"
    DATABASE = "PostgreSQL alone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one crash left."""

    acknowledged: Counter[str]
    done: int
    undone: int
    temporary_files: int
    ready_seconds: float


class Crashes:
    """An office whose server is killed again and again; every folder's truth is kept."""

    def __init__(self, office: Office, database: DatabaseServer | None, random: Random) -> None:
        self.office = office
        self.database = database
        self.random = random
        self.settled: dict[str, State] = {}
        self._process: subprocess.Popen[bytes] | None = None
        office.add_user("anna", "--admin")
        self.device: Device = office.add_device("anna", "Dienst-PC")
        made = office.command("estate", "add", "4711", "Parkallee 7, Köln")
        self._estate = quote(made["path"].rstrip("/"))
        self.start("uvicorn")

    def start(self, kind: str) -> float:
        """Start the server; return the seconds until it was ready."""
        began = time.monotonic()
        self.office.variant = replace(self.office.variant, kind=kind)
        self._process = self.office.start()
        until(self.office.is_ready, READY_SECONDS)
        return time.monotonic() - began

    def crash(self, victim: Victim, number: int) -> Outcome:
        """Work, kill at a random moment, start again, and check all that is there."""
        hands = [self._hand(f"{number}-{each}") for each in range(HANDS)]
        for hand in hands:
            hand.start()
        wanted = self.random.randint(1, WORK)
        until(lambda: sum(each.acknowledged.total() for each in hands) >= wanted, WORK_SECONDS)
        # The moment is the point of the test; nothing waits for anything here.
        threading.Event().wait(self.random.uniform(0, 0.1))
        self._kill(victim)
        for hand in hands:
            hand.join(30)
            assert not hand.is_alive()
        left = len(self.office.temporary_files())
        ready_seconds = self._recover(victim, number)
        done = sum([self._check(hand, victim) for hand in hands])
        self._check_earlier()
        self._verify()
        pending = sum(hand.pending is not None for hand in hands)
        acknowledged = sum((hand.acknowledged for hand in hands), Counter[str]())
        return Outcome(acknowledged, done, pending - done, left, ready_seconds)

    def close(self) -> None:
        """End the server, if it runs."""
        if self._process is not None and self._process.poll() is None:
            kill_group(self._process)

    @contextmanager
    def client(self) -> Iterator[Client]:
        """Yield a client on a connection of its own."""
        client = Client(self.office, "", self.device.authorization)
        try:
            yield client
        finally:
            client.close()

    def check_all(self) -> None:
        """Read every folder of every round again."""
        with self.client() as client:
            for folder, state in self.settled.items():
                _demand(read_state(client, folder), state)

    def _hand(self, label: str) -> Hand:
        folder = f"{self._estate}/Runde%20{label}"
        with self.client() as client:
            assert client("MKCOL", folder).status == 201
        random = Random(self.random.getrandbits(64))
        return Hand(self.office, folder, self.device.authorization, random)

    def _kill(self, victim: Victim) -> None:
        assert self._process is not None
        kills: list[Callable[[], None]] = []
        if victim is not Victim.DATABASE:
            kills.append(partial(kill_group, self._process))
        if victim is not Victim.DEEDBOX:
            assert self.database is not None
            kills.append(self.database.kill)
        self.random.shuffle(kills)
        for kill in kills:
            kill()

    def _recover(self, victim: Victim, number: int) -> float:
        if victim is not Victim.DEEDBOX:
            assert self.database is not None
            self.database.restart()
        if victim is not Victim.DATABASE:
            return self.start("cheroot" if number % 2 else "uvicorn")
        began = time.monotonic()
        until(self.office.is_ready, READY_SECONDS)
        return time.monotonic() - began

    def _check(self, hand: Hand, victim: Victim) -> bool:
        """Compare a hand's folder with its ledger; whether the request in flight was done."""
        assert not hand.faults
        assert not hand.unavailable or victim is not Victim.DEEDBOX
        with self.client() as client:
            actual = read_state(client, hand.folder)
            is_done = hand.pending is not None and ledger.fits(actual, hand.pending.after)
            if not is_done:
                _demand(actual, hand.state, hand.pending.method if hand.pending else "nothing")
            use(client, hand.folder, actual, self.random)
            self.settled[hand.folder] = read_state(client, hand.folder)
        return is_done

    def _check_earlier(self) -> None:
        folder = self.random.choice(sorted(self.settled))
        with self.client() as client:
            _demand(read_state(client, folder), self.settled[folder])

    def _verify(self) -> None:
        report = self.office.command("verify")
        assert report["faults"] == []
        assert report["blobs"] > 0


def _demand(actual: State, expected: State, pending: str = "nothing") -> None:
    lines = "\n".join(ledger.difference(actual, expected))
    assert ledger.fits(actual, expected), f"in flight: {pending}\n{lines}"


@contextmanager
def _crashes(folder: Path, database: DatabaseServer | None, say: Say) -> Iterator[Crashes]:
    seed = int(os.environ.get("CRASH_SEED") or Random().getrandbits(32))
    say(f"CRASH_SEED={seed}")
    url = database.url if database else None
    office = Office(folder, Variant("uvicorn", database_url=url))
    crashes = Crashes(office, database, Random(seed))
    try:
        yield crashes
    finally:
        crashes.close()


def _run(crashes: Crashes, victims: list[Victim], say: Say) -> None:
    for number, victim in enumerate(victims, 1):
        outcome = crashes.crash(victim, number)
        counts = " ".join(
            f"{name} {count}" for name, count in sorted(outcome.acknowledged.items())
        )
        say(
            f"{number:2}. {victim.value} killed: {outcome.acknowledged.total()} acknowledged "
            f"({counts}), all there; in flight {outcome.done} done, {outcome.undone} undone; "
            f"{outcome.temporary_files} temporary files; ready in {outcome.ready_seconds:.2f} s"
        )
        assert outcome.acknowledged.total() > 0
    crashes.check_all()


def _check_orphans(crashes: Crashes) -> None:
    """Crashes leave orphans only: a clean-up takes them, and nothing that is needed."""
    crashes.close()
    office = crashes.office
    store = Store(office.variant.database_url or sqlite_url(office.data / "deedbox.sqlite3"))
    try:
        local = LocalBlobs(office.data / "blobs")
        sweep(store, local, grace_seconds=0, now=time.time() + 1)
    finally:
        store.close()
    crashes.start("uvicorn")
    crashes.check_all()
    documents = (each for state in crashes.settled.values() for each in state.values())
    needed = {each.sha256 for each in documents if each.size}
    assert {path.name for path in office.blob_files()} == needed


def _on_sqlite(folder: Path, rounds: int, say: Say) -> None:
    with _crashes(folder, None, say) as crashes:
        _run(crashes, [Victim.DEEDBOX] * rounds, say)
        _check_orphans(crashes)


def _on_postgresql(folder: Path, victims: list[Victim], say: Say) -> None:
    with database_server() as database:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            say(f"PostgreSQL: {name} is {database.setting(name)}")
            assert database.setting(name) == "on"
        with _crashes(folder, database, say) as crashes:
            _run(crashes, victims, say)
            _check_orphans(crashes)


class TestKill:
    def test_on_sqlite_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        _on_sqlite(tmp_path, 2, say)

    def test_on_postgresql_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        _on_postgresql(tmp_path, [Victim.DEEDBOX, Victim.BOTH], say)

    def test_a_server_outlives_its_database(self, tmp_path: Path, say: Say) -> None:
        _on_postgresql(tmp_path, [Victim.DATABASE], say)

    @pytest.mark.soak
    def test_on_sqlite_twenty_times(self, tmp_path: Path, say: Say) -> None:
        _on_sqlite(tmp_path, 20, say)

    @pytest.mark.soak
    def test_on_postgresql_twenty_times(self, tmp_path: Path, say: Say) -> None:
        _on_postgresql(tmp_path, [Victim.DEEDBOX, Victim.BOTH] * 10, say)
