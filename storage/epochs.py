"""Epochs of sync tokens: numbers of changes that were given before must not be taken for new ones.

A database that is put back from a backup gives numbers a second time, and one that is made anew
begins again at the first. A token of before names another epoch and is refused.
"""

import secrets

from storage.store import WriteUnit

_FIRST = 100_000_000
_STEP = 1_000_000


def first() -> int:
    """The epoch of a new collection or tree: that of an earlier database it will hardly be."""
    return 1 + secrets.randbelow(_FIRST)


def renew(unit: WriteUnit) -> None:
    """End every token that was given out; twice from the same backup brings different epochs."""
    step = {"step": 1 + secrets.randbelow(_STEP)}
    unit.execute("UPDATE collection SET epoch = epoch + :step", step)
    unit.execute("UPDATE tree SET epoch = epoch + :step", step)
