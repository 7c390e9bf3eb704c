"""Queries that let old tombstones of documents and folders go.

The folder they were members of remembers up to which number they went (``sync_floor``).
"""

from itertools import takewhile

from storage import sync_floors
from storage.store import Unit, WriteUnit


def folders_with_old(unit: Unit, before_us: int) -> list[int]:
    """The ids of the folders that have a tombstone from before *before_us*."""
    rows = unit.rows(
        "SELECT DISTINCT parent_id FROM tombstone WHERE deleted_us < :before ORDER BY parent_id",
        {"before": before_us},
    )
    return [row[0] for row in rows]


def forget_before(unit: WriteUnit, folder_id: int, before_us: int, *, limit: int) -> int:
    """Drop a folder's first *limit* tombstones, as far as they are from before *before_us*.

    In the order of the changes, and only up to the first that is younger; as for objects
    (``item_tombstones``).

    Returns:
        How many went. None of a folder that is just being moved: it is looked at the next time.
    """
    tree_id = _tree_of(unit, folder_id)
    if tree_id is None:
        return 0
    unit.serialise(tree_id)
    if _tree_of(unit, folder_id) != tree_id:
        return 0
    rows = unit.rows(
        "SELECT modseq, deleted_us FROM tombstone WHERE parent_id = :folder "
        "ORDER BY modseq LIMIT :limit",
        {"folder": folder_id, "limit": limit},
    )
    old = [modseq for modseq, _ in takewhile(lambda row: row[1] < before_us, rows)]
    if not old:
        return 0
    sync_floors.raise_to(unit, folder_id, old[-1])
    return unit.execute(
        "DELETE FROM tombstone WHERE parent_id = :folder AND modseq <= :last",
        {"folder": folder_id, "last": old[-1]},
    )


def _tree_of(unit: Unit, folder_id: int) -> int | None:
    row = unit.row("SELECT tree_id FROM node WHERE id = :id", {"id": folder_id})
    return None if row is None else int(row[0])
