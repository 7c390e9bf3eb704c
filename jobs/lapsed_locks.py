"""Drop locks that ran out so long ago that nobody comes back to save with them."""

from storage import locks
from storage.store import Store

KEPT_DAYS = 30
"""Longer than a holiday: who returns may still save as long as nobody else wrote."""

_DAY_US = 86_400 * 1_000_000


def drop_lapsed(store: Store, *, now_us: int) -> int:
    """Remove the locks that ran out more than :data:`KEPT_DAYS` days ago; returns how many."""
    with store.write() as unit:
        return locks.delete_lapsed(unit, now_us - KEPT_DAYS * _DAY_US)
