"""Let the journal's old rows go, in portions, so that no writer waits long."""

from storage import journal
from storage.store import Store

_PORTION = 1_000
_DAY_US = 86_400 * 1_000_000


def forget_old(store: Store, *, retention_days: int, now_us: int) -> int:
    """Remove rows that ended more than *retention_days* ago (0: none); returns how many."""
    if not retention_days:
        return 0
    before_us = now_us - retention_days * _DAY_US
    gone = 0
    while True:
        with store.write() as unit:
            portion = journal.delete_before(unit, before_us, limit=_PORTION)
        gone += portion
        if portion < _PORTION:
            return gone
