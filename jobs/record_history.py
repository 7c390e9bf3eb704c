"""Forget what the office's records were long ago, in portions, so that no writer waits long."""

from collections.abc import Callable

from storage import records
from storage.store import Store, WriteUnit

_PORTION = 1_000
_DAY_US = 86_400 * 1_000_000


def forget_removed(
    store: Store, *, tombstone_days: int, now_us: int, portion: int = _PORTION
) -> int:
    """Drop the tombstones of records that went so long ago and are in no view; how many."""
    before_us = now_us - tombstone_days * _DAY_US

    def forget(unit: WriteUnit) -> int:
        return records.forget_tombstones(unit, before_us, limit=portion)

    return _forget(store, forget, portion)


def forget_versions(
    store: Store, *, version_days: int, now_us: int, portion: int = _PORTION
) -> int:
    """Drop earlier states that were replaced so long ago (0: none); how many.

    Of each record the last one stays.
    """
    if not version_days:
        return 0
    before_us = now_us - version_days * _DAY_US

    def forget(unit: WriteUnit) -> int:
        return records.forget_versions(unit, before_us, limit=portion)

    return _forget(store, forget, portion)


def _forget(store: Store, forget: Callable[[WriteUnit], int], portion: int) -> int:
    gone = 0
    while True:
        with store.write() as unit:
            count = forget(unit)
        gone += count
        if count < portion:
            return gone
