"""Drop what says nothing any more about how far devices are, in portions."""

from storage import horizons
from storage.store import Store

_PORTION = 1_000


def forget_idle(store: Store, *, portion: int = _PORTION) -> int:
    """Drop what is kept of retired devices and deleted collections, and what has changed since.

    Looked for while others write; returns how many programs and members that were.
    """
    with store.read() as unit:
        idle, outdated = horizons.idle(unit), horizons.outdated(unit)
    for start in range(0, len(idle), portion):
        with store.write() as unit:
            horizons.forget(unit, idle[start : start + portion])
    for start in range(0, len(outdated), portion):
        with store.write() as unit:
            horizons.forget_outdated(unit, outdated[start : start + portion])
    return len(idle) + len(outdated)
