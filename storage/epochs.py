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


def renew_views(unit: WriteUnit, user_id: int) -> None:
    """End the tokens of all views that a user has: their devices fetch them anew.

    The next epoch is enough: one that was given before a backup cannot come again from here.
    """
    unit.execute(
        "UPDATE collection SET epoch = epoch + 1 WHERE owner_id = :user_id"
        " AND id IN (SELECT collection_id FROM view)",
        {"user_id": user_id},
    )
