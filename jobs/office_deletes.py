"""Carry out what devices deleted in the office, when it can't have been half a move any more."""

from office import half_moves, own_deletes
from storage.store import Store


def carry_out(store: Store, *, now_us: int) -> int:
    """Let the records go whose minute is over, each in a transaction of its own; how many went."""
    with store.read() as unit:
        found = half_moves.outstanding(unit, now_us)
    gone = 0
    for each in reversed(found):
        with store.write() as unit:
            gone += own_deletes.settle(unit, each, now_us=now_us) or half_moves.settle(
                unit, each, now_us=now_us
            )
    return gone
