"""Forget what was deleted from calendars and address books long ago, in portions."""

from storage import item_tombstones
from storage.store import Store

_PORTION = 500
_DAY_US = 86_400 * 1_000_000


def forget_deletions(
    store: Store, *, tombstone_days: int, now_us: int, portion: int = _PORTION
) -> int:
    """Drop tombstones older than *tombstone_days*; returns how many.

    Whoever was away for longer is told to fetch the collection anew (RFC 6578 section 3.2). Each
    *portion* is a transaction of its own, so that no writer waits long.
    """
    before_us = now_us - tombstone_days * _DAY_US
    with store.read() as unit:
        found = item_tombstones.collections_with_old(unit, before_us)
    return sum(_forget(store, each, before_us, portion) for each in found)


def _forget(store: Store, collection_id: int, before_us: int, portion: int) -> int:
    gone = 0
    while True:
        with store.write() as unit:
            count = item_tombstones.forget_before(unit, collection_id, before_us, limit=portion)
        gone += count
        if count < portion:
            return gone
