"""An office whose server is killed at random moments under load, and looked at after each time.

``CRASH_SEED=n`` repeats the requests of a run; the moments are the machine's own.
"""

import os
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

from storage.store import Store, sqlite_url
from tests.crash.conftest import Say
from tests.crash.database_server import DatabaseServer, database_server
from tests.crash.hands import Hand
from tests.crash.processes import kill_group
from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant

HANDS = 4
READY_SECONDS = 15
WORK_SECONDS = 60

AnyHand = TypeVar("AnyHand", bound=Hand[Any])


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


class Crashes(ABC, Generic[AnyHand]):
    """An office whose server is killed again and again; what hands do in it is for subclasses."""

    work = 150
    """Requests acknowledged before a kill, at most; a slow machine takes longer for them."""

    def __init__(self, office: Office, database: DatabaseServer | None, random: Random) -> None:
        self.office = office
        self.database = database
        self.random = random
        self._process: subprocess.Popen[bytes] | None = None
        office.add_user("anna", "--admin")
        self.device: Device = office.add_device("anna", "Dienst-PC")

    def prepare(self) -> None:
        """Make what all rounds need, on the server that now runs for the first time."""

    @abstractmethod
    def hand(self, label: str, random: Random) -> AnyHand:
        """A hand for the next round; it has done nothing yet."""

    @abstractmethod
    def check(self, hands: Sequence[AnyHand]) -> int:
        """Compare what is there with what hands know; how many requests in flight were done.

        Raises:
            AssertionError: Something acknowledged is lost, or something is torn.
        """

    @abstractmethod
    def check_all(self) -> None:
        """Look at everything of every round again."""

    def watchers(self) -> Sequence[threading.Thread]:
        """Who only looks while hands work; they end with the server."""
        return ()

    def finish(self) -> None:
        """What is to be shown once, after the last round."""
        self.check_all()

    def start(self, kind: str) -> float:
        """Start the server; return the seconds until it was ready."""
        began = time.monotonic()
        self.office.variant = replace(self.office.variant, kind=kind)
        process = self._process = self.office.start()
        until(lambda: process.poll() is not None or self.office.is_ready(), READY_SECONDS)
        assert process.poll() is None, self.office.log.read_text()
        return time.monotonic() - began

    def crash(self, victim: Victim, number: int) -> Outcome:
        """Work, kill at a random moment, start again, and check all that is there."""
        hands = [
            self.hand(f"{number}-{each}", Random(self.random.getrandbits(64)))
            for each in range(HANDS)
        ]
        self._work(hands, victim)
        left = len(self.office.temporary_files())
        ready_seconds = self._recover(victim, number)
        for hand in hands:
            assert not hand.faults
            assert not hand.unavailable or victim is not Victim.DEEDBOX
        done = self.check(hands)
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

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Yield the database itself."""
        url = self.office.variant.database_url
        store = Store(url or sqlite_url(self.office.data / "deedbox.sqlite3"))
        try:
            yield store
        finally:
            store.close()

    def _work(self, hands: Sequence[AnyHand], victim: Victim) -> None:
        """Let them work, and kill in the middle of it."""
        threads: list[threading.Thread] = [*hands, *self.watchers()]
        for thread in threads:
            thread.start()
        wanted = self.random.randint(1, self.work)
        until(lambda: sum(each.acknowledged.total() for each in hands) >= wanted, WORK_SECONDS)
        # The moment is the point of the test; nothing waits for anything here.
        threading.Event().wait(self.random.uniform(0, 0.1))
        self._kill(victim)
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()

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


Make = Callable[[Office, DatabaseServer | None, Random], Crashes[Any]]


def on_sqlite(make: Make, folder: Path, rounds: int, say: Say) -> None:
    """Kill deedbox so many times."""
    with _crashing(make, folder, None, say) as crashes:
        _run(crashes, [Victim.DEEDBOX] * rounds, say)


def on_postgresql(make: Make, folder: Path, victims: Sequence[Victim], say: Say) -> None:
    """Kill one victim after the other, the database's own processes among them."""
    with database_server() as database:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            say(f"PostgreSQL: {name} is {database.setting(name)}")
            assert database.setting(name) == "on"
        with _crashing(make, folder, database, say) as crashes:
            _run(crashes, victims, say)


@contextmanager
def _crashing(
    make: Make, folder: Path, database: DatabaseServer | None, say: Say
) -> Iterator[Crashes[Any]]:
    seed = int(os.environ.get("CRASH_SEED") or Random().getrandbits(32))
    say(f"CRASH_SEED={seed}")
    url = database.url if database else None
    crashes = make(Office(folder, Variant("uvicorn", database_url=url)), database, Random(seed))
    try:
        crashes.start("uvicorn")
        crashes.prepare()
        yield crashes
    finally:
        crashes.close()


def _run(crashes: Crashes[Any], victims: Sequence[Victim], say: Say) -> None:
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
    crashes.finish()
