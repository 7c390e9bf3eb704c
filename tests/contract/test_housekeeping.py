"""Housekeeping beside the requests: it tidies, ends when told, and outlives a missing folder."""

import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from jobs.housekeeping import INTERVAL_SECONDS, LOOK_SECONDS, Ages, StopEvent, keep_house
from office import collections
from storage.local_blobs import LocalBlobs
from storage.store import Store
from tests.builders import NOW_US
from tests.item_sync import NAMES, Step, try_to_write, with_two_calendars


def test_it_tidies_at_once_and_ends_when_it_is_told(store: Store, tmp_path: Path) -> None:
    blobs, orphan = _with_an_orphan(tmp_path)
    half_sent = tmp_path / "blobs" / "tmp" / "upload"
    half_sent.touch()
    stop = threading.Event()
    stop.set()

    _keep_house(store, blobs, grace_seconds=-60, stop=stop)

    assert not half_sent.exists()
    assert orphan.exists()


def test_once_a_day_it_looks_for_bytes_that_no_row_speaks_of(store: Store, tmp_path: Path) -> None:
    """Not each hour and not at each start: that is a look at every file."""
    blobs, orphan = _with_an_orphan(tmp_path)
    hours = _Hours(orphan, rounds=26)

    _keep_house(store, blobs, grace_seconds=-60, stop=hours, clock=hours.clock)

    assert hours.seen == [True] * 24 + [False] * 2


def test_a_server_that_stops_every_evening_looks_too(store: Store, tmp_path: Path) -> None:
    blobs, orphan = _with_an_orphan(tmp_path)
    hours = _Hours(orphan, rounds=10)
    _keep_house(store, blobs, grace_seconds=-60, stop=hours, clock=hours.clock)
    next_day = _Hours(orphan, rounds=1, begin=24)

    _keep_house(store, blobs, grace_seconds=-60, stop=next_day, clock=next_day.clock)

    assert hours.seen == [True] * 10
    assert next_day.seen == [False]


def test_deletions_of_long_ago_are_forgotten(store: Store, tmp_path: Path) -> None:
    who = with_two_calendars(store)
    for act in ("put", "delete"):
        assert try_to_write(store, who, Step(act, "calendar", NAMES[0]))
    stop = threading.Event()
    stop.set()
    late_ns = (NOW_US + 401 * 86_400 * 10**6) * 1000

    _keep_house(
        store,
        LocalBlobs(tmp_path / "blobs"),
        grace_seconds=3600,
        stop=stop,
        clock=lambda: late_ns,
    )

    with store.read() as unit:
        assert collections.find(unit, who, "calendar").pruned_modseq == 2


def _keep_house(
    store: Store,
    blobs: LocalBlobs,
    *,
    grace_seconds: int,
    stop: StopEvent,
    clock: Callable[[], int] = time.time_ns,
) -> None:
    keep_house(
        store,
        blobs,
        orphan_grace_seconds=grace_seconds,
        ages=Ages(journal_days=0, tombstone_days=400, version_days=400),
        sends_mail=False,
        stop=stop,
        clock=clock,
    )


class _Hours:
    """Lets hours pass, *begin* of them before; sees each time whether the orphan is there."""

    def __init__(self, orphan: Path, rounds: int, begin: int = 0) -> None:
        self._orphan = orphan
        self._rounds = rounds
        self._begin = begin
        self.seen: list[bool] = []
        self._waited = 0.0

    def clock(self) -> int:
        return time.time_ns() + (self._begin + len(self.seen)) * 3600 * 10**9

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == LOOK_SECONDS
        self._waited += timeout
        if self._waited % INTERVAL_SECONDS:
            return False
        self.seen.append(self._orphan.exists())
        return len(self.seen) == self._rounds


def _with_an_orphan(folder: Path) -> tuple[LocalBlobs, Path]:
    blobs = LocalBlobs(folder / "blobs")
    staged = blobs.receive(_Once(b"bytes that no row speaks of"))
    staged.keep()
    staged.discard()
    return blobs, Path(blobs.path(staged.sha256))


def test_a_folder_that_is_away_is_no_end(store: Store, tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    shutil.rmtree(tmp_path / "blobs")
    stop = threading.Event()
    stop.set()

    _keep_house(store, blobs, grace_seconds=0, stop=stop)


class _Once:
    """Gives its bytes once, then the end."""

    def __init__(self, block: bytes) -> None:
        self._blocks = [b"", block]

    def __call__(self, _size: int) -> bytes:
        return self._blocks.pop() if self._blocks else b""
