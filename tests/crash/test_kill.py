"""``kill -9`` while documents are written: nothing acknowledged is lost, nothing is torn."""

import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest

from jobs import past
from jobs.cleanup import sweep
from storage.local_blobs import LocalBlobs
from tests.crash import ledger
from tests.crash.conftest import Say
from tests.crash.database_server import DatabaseServer
from tests.crash.document_hands import DocumentHand
from tests.crash.inspection import read_state, use
from tests.crash.killing import Crashes, Victim, on_postgresql, on_sqlite
from tests.crash.ledger import State
from tests.e2e.server_process import Office

_DAY_US = 86_400 * 1_000_000


class DocumentCrashes(Crashes[DocumentHand]):
    """Every hand has a folder of its own, whose truth is kept."""

    def __init__(self, office: Office, database: DatabaseServer | None, random: Random) -> None:
        super().__init__(office, database, random)
        self.settled: dict[str, State] = {}
        made = office.command("estate", "add", "4711", "Parkallee 7, Köln")
        self._estate = quote(made["path"].rstrip("/"))

    def hand(self, label: str, random: Random) -> DocumentHand:
        folder = f"{self._estate}/Runde%20{label}"
        with self.client() as client:
            assert client("MKCOL", folder).status == 201
        return DocumentHand(self.office, folder, self.device.authorization, random)

    def check(self, hands: Sequence[DocumentHand]) -> int:
        done = sum([self._check(hand) for hand in hands])
        self._check_earlier()
        report = self.office.command("verify")
        assert report["faults"] == []
        assert report["blobs"] > 0
        return done

    def check_all(self) -> None:
        with self.client() as client:
            for folder, state in self.settled.items():
                _demand(read_state(client, folder), state)

    def finish(self) -> None:
        """Crashes leave orphans only: a clean-up takes them, and nothing that is needed.

        What was deleted or saved over is needed, too, until its time is over.
        """
        self.check_all()
        self.close()
        with self.store() as store:
            local = LocalBlobs(self.office.data / "blobs")
            sweep(store, local, grace_seconds=0, now=time.time() + 1)
            assert self.office.command("verify")["faults"] == []
            over_us = int(time.time() * 1_000_000) + 2 * _DAY_US
            past.forget_old(store, trash_days=1, version_days=1, versions_most=0, now_us=over_us)
            sweep(store, local, grace_seconds=0, now=time.time() + 1)
        self.start("uvicorn")
        self.check_all()
        documents = (each for state in self.settled.values() for each in state.values())
        needed = {each.sha256 for each in documents if each.size}
        assert {path.name for path in self.office.blob_files()} == needed

    def _check(self, hand: DocumentHand) -> bool:
        """Compare a hand's folder with its ledger; whether the request in flight was done."""
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


def _demand(actual: State, expected: State, pending: str = "nothing") -> None:
    lines = "\n".join(ledger.difference(actual, expected))
    assert ledger.fits(actual, expected), f"in flight: {pending}\n{lines}"


class TestKill:
    def test_on_sqlite_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        on_sqlite(DocumentCrashes, tmp_path, 2, say)

    def test_on_postgresql_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(DocumentCrashes, tmp_path, [Victim.DEEDBOX, Victim.BOTH], say)

    def test_a_server_outlives_its_database(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(DocumentCrashes, tmp_path, [Victim.DATABASE], say)

    @pytest.mark.soak
    def test_on_sqlite_twenty_times(self, tmp_path: Path, say: Say) -> None:
        on_sqlite(DocumentCrashes, tmp_path, 20, say)

    @pytest.mark.soak
    def test_on_postgresql_twenty_times(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(DocumentCrashes, tmp_path, [Victim.DEEDBOX, Victim.BOTH] * 10, say)
