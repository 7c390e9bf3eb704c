"""Forget links, sessions and grants whose time ran out, and letters given up a while ago."""

from auth.sessions import IDLE_US
from storage import login_grants, outbox, sessions, tokens
from storage.store import Store

KEPT_DAYS = 30
"""So long the list of users shows that a letter did not leave."""

_DAY_US = 86_400 * 1_000_000


def forget_lapsed(store: Store, *, now_us: int) -> int:
    """Remove them; returns how many there were."""
    with store.write() as unit:
        return (
            tokens.delete_expired(unit, now_us)
            + login_grants.delete_expired(unit, now_us)
            + sessions.delete_old(unit, seen_before_us=now_us - IDLE_US)
            + outbox.delete_before(unit, now_us - KEPT_DAYS * _DAY_US)
        )
