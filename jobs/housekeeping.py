"""What a background process does now and then: clean up, let old rows go."""

import logging
import time
from itertools import count
from typing import Protocol

from jobs import cleanup, lapsed_locks, retention, tombstones
from storage.failures import is_unavailable
from storage.local_blobs import LocalBlobs
from storage.store import Store

INTERVAL_SECONDS = 3600.0
STRAYS_EVERY = 24
"""Each so many rounds all files of the blobs' folder are looked at, not in the first."""

_log = logging.getLogger("deedbox.housekeeping")


class StopEvent(Protocol):
    """Set when the server stops."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to *timeout* seconds; whether the end has come."""


def keep_house(
    store: Store,
    local: LocalBlobs,
    *,
    orphan_grace_seconds: int,
    retention_days: int,
    tombstone_days: int,
    stop: StopEvent,
) -> None:
    """Tidy once an hour until *stop* is set; a database that is away is tried the next time."""
    for nth in count(1):
        try:
            swept = cleanup.sweep(
                store,
                local,
                grace_seconds=orphan_grace_seconds,
                with_strays=nth % STRAYS_EVERY == 0,
            )
            now_us = time.time_ns() // 1000
            forgotten = retention.forget_old(store, retention_days=retention_days, now_us=now_us)
            lapsed = lapsed_locks.drop_lapsed(store, now_us=now_us)
            deletions = tombstones.forget_deletions(
                store, tombstone_days=tombstone_days, now_us=now_us
            )
        except Exception as error:
            if not (is_unavailable(error) or isinstance(error, OSError)):
                raise
            _log.warning("housekeeping put off", extra={"fields": {"reason": str(error)}})
        else:
            fields = {
                "orphaned_blobs": swept.blobs,
                "temporary_files": swept.temporary_files,
                "journal_rows": forgotten,
                "lapsed_locks": lapsed,
                "tombstones": deletions,
            }
            if any(fields.values()):
                _log.info("tidied", extra={"fields": fields})
        if stop.wait(INTERVAL_SECONDS):
            return
