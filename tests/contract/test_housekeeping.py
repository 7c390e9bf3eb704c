"""Housekeeping beside the requests: it tidies, ends when told, and outlives a missing folder."""

import shutil
import threading
from pathlib import Path

from jobs.housekeeping import keep_house
from storage.blobs import LocalBlobs
from storage.store import Store


def test_it_tidies_at_once_and_ends_when_it_is_told(store: Store, tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    staged = blobs.receive(_Once(b"bytes that no row speaks of"))
    staged.keep()
    orphan = Path(blobs.path(staged.sha256))
    staged.discard()
    stop = threading.Event()
    stop.set()

    keep_house(store, blobs, orphan_grace_seconds=-60, retention_days=0, stop=stop)

    assert not orphan.exists()


def test_a_folder_that_is_away_is_no_end(store: Store, tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    shutil.rmtree(tmp_path / "blobs")
    stop = threading.Event()
    stop.set()

    keep_house(store, blobs, orphan_grace_seconds=0, retention_days=0, stop=stop)


class _Once:
    """Gives its bytes once, then the end."""

    def __init__(self, block: bytes) -> None:
        self._blocks = [b"", block]

    def __call__(self, _size: int) -> bytes:
        return self._blocks.pop() if self._blocks else b""
