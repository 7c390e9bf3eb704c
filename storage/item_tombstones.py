"""Queries that let old tombstones of calendar and address objects go.

A collection remembers up to which number of its counter they went (``pruned_modseq``): a token
from before that can't be answered any more. What an active device has not heard of yet stays.
"""

from itertools import takewhile

from storage import horizons
from storage.store import Unit, WriteUnit


def collections_with_old(unit: Unit, before_us: int) -> list[int]:
    """The ids of the collections whose oldest tombstone is from before *before_us*."""
    rows = unit.rows(
        "SELECT id FROM collection WHERE (SELECT deleted_us FROM item_tombstone "
        "WHERE collection_id = collection.id ORDER BY modseq LIMIT 1) < :before ORDER BY id",
        {"before": before_us},
    )
    return [row[0] for row in rows]


def forget_before(
    unit: WriteUnit, collection_id: int, before_us: int, *, patience_us: int, limit: int
) -> int:
    """Drop the first *limit* tombstones, as far as they are from before *before_us*.

    In the order of the changes, and only up to the first that is younger: a clock that was put
    back then never takes the memory of what a young token asks for. Nor further than the least
    horizon (:func:`storage.horizons.least`, which has *patience_us*).

    Returns:
        How many went.
    """
    # Held before its tombstones are touched, as every writer does.
    for_update = "" if unit.is_sqlite else " FOR UPDATE"
    unit.row(f"SELECT id FROM collection WHERE id = :id{for_update}", {"id": collection_id})
    rows = unit.rows(
        "SELECT modseq, deleted_us FROM item_tombstone WHERE collection_id = :collection "
        "ORDER BY modseq LIMIT :limit",
        {"collection": collection_id, "limit": limit},
    )
    least = horizons.least(unit, collection_id, patience_us=patience_us)
    known = rows if least is None else takewhile(lambda row: row[0] <= least, rows)
    old = [modseq for modseq, _ in takewhile(lambda row: row[1] < before_us, known)]
    if not old:
        return 0
    unit.execute(
        "UPDATE collection SET pruned_modseq = :last WHERE id = :id",
        {"last": old[-1], "id": collection_id},
    )
    return unit.execute(
        "DELETE FROM item_tombstone WHERE collection_id = :collection AND modseq <= :last",
        {"collection": collection_id, "last": old[-1]},
    )
