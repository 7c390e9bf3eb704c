"""Move on the ends of contracts' periods, and tell partner contacts of those to look at."""

from office.contracts import following, notices
from storage.store import Store


def move_on(store: Store, *, now_us: int) -> int:
    """Move on all periods that have ended; how many.

    Each portion is a transaction of its own, so that no writer waits long. Whoever looks at a
    contract before finds the right end all the same.
    """
    count = 0
    while True:
        with store.write() as unit:
            moved = following.move_on(unit, now_us=now_us)
        count += moved
        if moved < following.PORTION:
            return count


def tell(store: Store, *, sends_mail: bool, now_us: int) -> int:
    """Put letters of alarms into the outbox, if a mail server is set up; of how many alarms."""
    return notices.tell_all(store, now_us=now_us) if sends_mail else 0
