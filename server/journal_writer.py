"""The thread of a worker that writes its journal, in batches and beside the requests.

With it goes when devices were there, and how far they have calendars and address books.

While the database is away records wait, the oldest give way when too many do, and how many were
lost is logged; a record that can't be written by itself is left out and logged too.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import time_ns

from office import journaling, prefetches
from office.prefetches import Listing, Listings
from office.tracking import WRITTEN_DOWN, Access, Act
from server.horizons import Horizons
from server.presence import LOOK_SECONDS, Presence
from storage import horizons, sightings
from storage.failures import is_unavailable
from storage.horizons import Mark
from storage.store import Store
from wire.clients import Family

log = logging.getLogger("deedbox.journal")

MOST_WAITING = 50_000
_FULL_BATCH = 500
_LARGEST_BATCH = 2_000
_RETRY_SECONDS = 2.0
_CLOSE_SECONDS = 10.0
_MICROSECONDS = 1_000_000


def _now_us() -> int:
    return time_ns() // 1000


class JournalWriter:
    """A bounded queue and the thread that empties it."""

    def __init__(
        self,
        store: Store,
        *,
        batch_seconds: float,
        window_us: int,
        most_waiting: int = MOST_WAITING,
        clock: Callable[[], int] = _now_us,
    ) -> None:
        """Begin to write.

        Args:
            store: Where to; made after the fork.
            batch_seconds: Longest time a record waits for others.
            window_us: Pieces of one version by one device within this time are one row.
            most_waiting: Records kept while the database is away.
            clock: The time in microseconds.
        """
        self._store = store
        self._batch_seconds = batch_seconds
        self._window_us = window_us
        self._clock = clock
        self._queue: deque[Access] = deque(maxlen=most_waiting)
        self._most_waiting = most_waiting
        self._lost = 0
        self._batch: list[Access] = []
        self._listings = Listings()
        self._presence = Presence()
        self._horizons = Horizons()
        self._arrived, self._full, self._closing = (threading.Event() for _ in range(3))
        self._starting = threading.Lock()
        self._thread = self._start()

    def put(self, access: Access) -> None:
        """Hand a record over; never waits and never fails."""
        if len(self._queue) >= self._most_waiting:
            self._lost += 1  # about right: several threads may count at once
        self._queue.append(access)
        if not self._arrived.is_set():
            self._arrived.set()
        if len(self._queue) >= _FULL_BATCH and not self._full.is_set():
            self._full.set()
        if not self._thread.is_alive():
            self._restart()

    def close(self) -> None:
        """Write what waits and end the thread; what can't be written in 10 s is lost."""
        self._closing.set()
        self._arrived.set()
        self._full.set()
        self._thread.join(_CLOSE_SECONDS)

    def _start(self) -> threading.Thread:
        thread = threading.Thread(target=self._run, name="journal", daemon=True)
        thread.start()
        return thread

    def _restart(self) -> None:
        with self._starting:
            if not self._thread.is_alive() and not self._closing.is_set():
                log.error("the journal's writer had died; started again")
                self._thread = self._start()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._arrived.wait(self._idle_seconds())
            self._full.wait(self._batch_seconds)
            self._arrived.clear()
            self._full.clear()
            if not self._attempt(self._write_waiting):
                self._closing.wait(_RETRY_SECONDS)
                self._arrived.set()
        self._attempt(self._write_rest)

    def _idle_seconds(self) -> float | None:
        """How long nothing may happen before something kept in memory is due."""
        if self._presence:
            return LOOK_SECONDS
        return prefetches.SETTLED_US / _MICROSECONDS if self._listings else None

    def _attempt(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except Exception as error:
            # Whatever it is: the requests go on, and the thread lives to try again.
            if not is_unavailable(error):
                log.exception("the journal could not be written")
            else:
                log.warning(
                    "the journal waits for the database",
                    extra={"fields": {"waiting": self._waiting()}},
                )
            return False
        return True

    def _waiting(self) -> int:
        return len(self._batch) + len(self._queue)

    def _write_waiting(self) -> None:
        while True:
            self._write_batch()
            if len(self._queue) < _FULL_BATCH:
                break
        self._correct(self._listings.take_settled(self._clock()))

    def _write_rest(self) -> None:
        while self._waiting():
            self._write_batch()
        seen = self._presence.rest()
        if seen:
            with self._store.write() as unit:
                sightings.note(unit, seen)
            self._presence.written(seen)
        self._correct(self._listings.take_all())

    def _write_batch(self) -> None:
        """Write what was taken from the queue; it is kept until that went well."""
        if not self._batch:
            self._take()
        rows = [access for access in self._batch if access.note.act in WRITTEN_DOWN]
        seen = self._presence.due(self._store)
        marks = self._horizons.due(self._store)
        if rows or seen or marks:
            try:
                self._write(rows, seen, marks)
            except Exception as error:
                if is_unavailable(error):
                    raise
                self._write_singly(rows)
                self._horizons.drop()
            else:
                self._horizons.written(marks)
            self._presence.written(seen)
        self._batch = []
        if self._lost:
            log.error(
                "records of the journal were lost: too many waited",
                extra={"fields": {"lost": self._lost}},
            )
            self._lost = 0

    def _take(self) -> None:
        while self._queue and len(self._batch) < _LARGEST_BATCH:
            self._batch.append(self._queue.popleft())
        self._presence.see(self._batch)
        self._horizons.see(self._batch)
        for access in self._batch:
            if access.note.act is Act.LISTED and access.family == Family.WINDOWS:
                self._listings.add(Listing(access.at_us, access.device_id, access.note.path))

    def _write(
        self,
        rows: Sequence[Access],
        seen: Sequence[sightings.Sighting] = (),
        marks: Sequence[Mark] = (),
    ) -> None:
        with self._store.write() as unit:
            journaling.record(unit, rows, self._listings, window_us=self._window_us)
            sightings.note(unit, seen)
            if marks:
                # Last: its turn is the only thing that others wait for, and is soon over.
                horizons.note(unit, marks)

    def _write_singly(self, rows: Sequence[Access]) -> None:
        """Find the record that spoils its batch; all others are written."""
        for place, row in enumerate(rows):
            try:
                self._write([row])
            except Exception as error:
                if is_unavailable(error):
                    # Those before are written and must not be once more.
                    self._batch = list(rows[place:])
                    raise
                log.exception(
                    "a record of the journal was lost", extra={"fields": {"path": row.note.path}}
                )

    def _correct(self, listings: list[Listing]) -> None:
        """See whether another process wrote *opened* for what followed one of our listings."""
        if not listings:
            return
        with self._store.read() as unit:
            has_missed = bool(prefetches.missed(unit, listings))
        if has_missed:
            with self._store.write() as unit:
                prefetches.mark(unit, listings)
