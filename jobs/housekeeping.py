"""What a background process does now and then: clean up, let old rows go."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

from config.settings import Documents
from jobs import cleanup, idle_horizons, lapsed_links, lapsed_locks, past, retention, tombstones
from storage import instance
from storage.failures import is_unavailable
from storage.local_blobs import LocalBlobs
from storage.store import Store

INTERVAL_SECONDS = 3600.0
_DAY_US = 24 * 3600 * 1_000_000
_STRAYS_LOOKED_FOR = "strays_looked_for_us"

_log = logging.getLogger("deedbox.housekeeping")


class StopEvent(Protocol):
    """Set when the server stops."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to *timeout* seconds; whether the end has come."""


def keep_house(  # noqa: PLR0913 - one for each setting
    store: Store,
    local: LocalBlobs,
    *,
    orphan_grace_seconds: int,
    retention_days: int,
    tombstone_days: int,
    kept: Documents,
    stop: StopEvent,
    clock: Callable[[], int] = time.time_ns,
) -> None:
    """Tidy once an hour until *stop* is set; a database that is away is tried the next time.

    *clock* gives nanoseconds since the epoch.
    """
    while True:
        now_us = clock() // 1000
        try:
            old = past.forget_old(
                store,
                trash_days=kept.trash_days,
                version_days=kept.version_days,
                versions_most=kept.versions_most,
                now_us=now_us,
            )
            swept = cleanup.sweep(
                store,
                local,
                grace_seconds=orphan_grace_seconds,
                with_strays=_strays_are_due(store, now_us),
            )
            forgotten = retention.forget_old(store, retention_days=retention_days, now_us=now_us)
            lapsed = lapsed_locks.drop_lapsed(store, now_us=now_us)
            links = lapsed_links.forget_lapsed(store, now_us=now_us)
            deletions = tombstones.forget_deletions(
                store, tombstone_days=tombstone_days, now_us=now_us
            )
            horizons = idle_horizons.forget_idle(store)
        except Exception as error:
            if not (is_unavailable(error) or isinstance(error, OSError)):
                raise
            _log.warning("housekeeping put off", extra={"fields": {"reason": str(error)}})
        else:
            fields = {
                "orphaned_blobs": swept.blobs,
                "temporary_files": swept.temporary_files,
                "versions": old.versions,
                "deleted_documents": old.deleted,
                "journal_rows": forgotten,
                "lapsed_locks": lapsed,
                "lapsed_links": links,
                "tombstones": deletions,
                "horizons": horizons,
            }
            if any(fields.values()):
                _log.info("tidied", extra={"fields": fields})
        if stop.wait(INTERVAL_SECONDS):
            return


def _strays_are_due(store: Store, now_us: int) -> bool:
    """Whether a day went by since all files of the blobs' folder were looked at.

    The database remembers, so that a server that is stopped every evening looks too; its first
    look is a day after its first round.
    """
    with store.write() as unit:
        last = instance.find(unit, _STRAYS_LOOKED_FOR)
        if last is not None and now_us - int(last) < _DAY_US:
            return False
        instance.put(unit, _STRAYS_LOOKED_FOR, str(now_us))
    return last is not None
