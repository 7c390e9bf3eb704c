"""Forget what was deleted long ago from folders, calendars and address books, in portions."""

from collections.abc import Callable
from functools import partial

from storage import folder_tombstones, item_tombstones
from storage.store import Store, WriteUnit

_PORTION = 500
_DAY_US = 86_400 * 1_000_000


def forget_deletions(
    store: Store, *, tombstone_days: int, now_us: int, portion: int = _PORTION
) -> int:
    """Drop tombstones older than *tombstone_days*; returns how many.

    What a device that still has its place has not heard of stays, but for programs that are no
    longer on it: those that were not there for as long, while it was. Whoever else was away for
    longer is told to fetch the collection anew (RFC 6578 section 3.2). Each *portion* is a
    transaction of its own, so that no writer waits long.
    """
    patience_us = tombstone_days * _DAY_US
    before_us = now_us - patience_us
    with store.read() as unit:
        collections = item_tombstones.collections_with_old(unit, before_us)
        folders = folder_tombstones.folders_with_old(unit, before_us)
    of_items = partial(
        item_tombstones.forget_before,
        before_us=before_us,
        patience_us=patience_us,
        limit=portion,
    )
    of_folders = partial(folder_tombstones.forget_before, before_us=before_us, limit=portion)
    return sum(
        [_forget(store, partial(of_items, collection_id=each), portion) for each in collections]
        + [_forget(store, partial(of_folders, folder_id=each), portion) for each in folders]
    )


def _forget(store: Store, forget: Callable[[WriteUnit], int], portion: int) -> int:
    gone = 0
    while True:
        with store.write() as unit:
            count = forget(unit)
        gone += count
        if count < portion:
            return gone
