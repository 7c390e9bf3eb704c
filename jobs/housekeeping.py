"""What a background process does now and then: clean up, let old rows go, move contracts on."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from jobs import (
    cleanup,
    contracts,
    idle_horizons,
    lapsed_links,
    lapsed_locks,
    office_deletes,
    record_history,
    retention,
    tombstones,
)
from storage import instance
from storage.failures import is_unavailable
from storage.local_blobs import LocalBlobs
from storage.store import Store

INTERVAL_SECONDS = 3600.0
LOOK_SECONDS = 60.0
_LOOKS = int(INTERVAL_SECONDS / LOOK_SECONDS)
_DAY_US = 24 * 3600 * 1_000_000
_STRAYS_LOOKED_FOR = "strays_looked_for_us"

_log = logging.getLogger("deedbox.housekeeping")


class StopEvent(Protocol):
    """Set when the server stops."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to *timeout* seconds; whether the end has come."""


class Ages(NamedTuple):
    """After how many days rows go: of the journal, of what was deleted, of earlier states.

    0 keeps those of the journal and earlier states for ever.
    """

    journal_days: int
    tombstone_days: int
    version_days: int


def keep_house(
    store: Store,
    local: LocalBlobs,
    *,
    orphan_grace_seconds: int,
    ages: Ages,
    sends_mail: bool,
    stop: StopEvent,
    clock: Callable[[], int] = time.time_ns,
) -> None:
    """Tidy once an hour until *stop* is set; a database that is away is tried the next time.

    What devices deleted in the office is looked for each minute.

    *clock* gives nanoseconds since the epoch.
    """
    while True:
        now_us = clock() // 1000
        try:
            swept = cleanup.sweep(
                store,
                local,
                grace_seconds=orphan_grace_seconds,
                with_strays=_strays_are_due(store, now_us),
            )
            forgotten = retention.forget_old(
                store, retention_days=ages.journal_days, now_us=now_us
            )
            lapsed = lapsed_locks.drop_lapsed(store, now_us=now_us)
            links = lapsed_links.forget_lapsed(store, now_us=now_us)
            deletions = tombstones.forget_deletions(
                store, tombstone_days=ages.tombstone_days, now_us=now_us
            )
            deletions += record_history.forget_removed(
                store, tombstone_days=ages.tombstone_days, now_us=now_us
            )
            versions = record_history.forget_versions(
                store, version_days=ages.version_days, now_us=now_us
            )
            horizons = idle_horizons.forget_idle(store)
            moved = contracts.move_on(store, now_us=now_us)
            told = contracts.tell(store, sends_mail=sends_mail, now_us=now_us)
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
                "lapsed_links": links,
                "tombstones": deletions,
                "versions": versions,
                "horizons": horizons,
                "contract_periods": moved,
                "contract_notices": told,
            }
            if any(fields.values()):
                _log.info("tidied", extra={"fields": fields})
        for _ in range(_LOOKS):
            _carry_out_deletes(store, clock() // 1000)
            if stop.wait(LOOK_SECONDS):
                return


def _carry_out_deletes(store: Store, now_us: int) -> None:
    try:
        gone = office_deletes.carry_out(store, now_us=now_us)
    except Exception as error:
        if not is_unavailable(error):
            raise
        _log.warning("deletes put off", extra={"fields": {"reason": str(error)}})
    else:
        if gone:
            _log.info("deleted", extra={"fields": {"records": gone}})


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
