"""How many changes of a collection devices have not got yet: the query."""

from collections.abc import Collection
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit

LATELY_US = 30 * 24 * 3600 * 1_000_000
"""A family of programs that was not there for so long before another one was, is given up."""

_MISSED = (
    "(SELECT count(*) FROM {table} m WHERE m.{of} = k.collection_id"
    " AND m.modseq > k.{beyond} AND NOT EXISTS (SELECT 1 FROM fetched_beyond f"
    " WHERE f.device_id = k.device_id AND f.collection_id = k.collection_id"
    " AND f.family = k.family AND f.href = m.href AND f.epoch = k.epoch"
    " AND f.modseq >= m.modseq))"
)


class Lag(NamedTuple):
    """How many members' changes a device misses of a collection that it has synced.

    Attributes:
        family: The programs that miss most.
        programs: How many families of programs count.
        seen_us: When those that miss most were last there, to a day.
    """

    device_id: int
    collection_id: int
    behind: int
    family: str
    programs: int
    seen_us: int


def of_devices(unit: Unit, device_ids: Collection[int]) -> list[Lag]:
    """How far these devices are behind where they ever synced; the worst of the programs counts.

    Of a collection that has begun a new epoch they have nothing.
    """
    newest = "max(seen_us) OVER (PARTITION BY device_id, collection_id)"
    missed = " + ".join(
        (
            _MISSED.format(table="item", of="collection_id", beyond="modseq"),
            _MISSED.format(table="view_member", of="view_id", beyond="modseq"),
            _MISSED.format(table="item_tombstone", of="collection_id", beyond="gone_modseq"),
        )
    )
    rows = unit.rows(
        f"WITH seen AS (SELECT horizon.*, {newest} AS newest_us FROM horizon"
        f" WHERE device_id {is_among(unit, 'devices')}), known AS"
        " (SELECT s.device_id, s.collection_id, s.family, s.seen_us, c.epoch,"
        " CASE WHEN s.epoch = c.epoch THEN s.modseq ELSE 0 END AS modseq,"
        " CASE WHEN s.epoch = c.epoch THEN s.gone_modseq ELSE c.modseq END AS gone_modseq"
        " FROM seen s JOIN collection c ON c.id = s.collection_id"
        " WHERE s.seen_us >= s.newest_us - :lately), missed AS"
        f" (SELECT k.device_id, k.collection_id, k.family, k.seen_us, {missed} AS behind"
        " FROM known k), ranked AS (SELECT missed.*, count(*) OVER"
        " (PARTITION BY device_id, collection_id) AS programs, row_number() OVER"
        " (PARTITION BY device_id, collection_id ORDER BY behind DESC, seen_us, family) AS place"
        " FROM missed)"
        " SELECT device_id, collection_id, behind, family, programs, seen_us FROM ranked"
        " WHERE place = 1",
        {"devices": id_list(unit, device_ids), "lately": LATELY_US},
    )
    return [Lag._make(row) for row in rows]
