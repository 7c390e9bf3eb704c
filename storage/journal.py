"""The journal's rows as the folding needs them; reading for people is in ``journal_search``."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from storage.store import Unit, WriteUnit

# Taken as a tree's lock is; trees have positive numbers.
_FOLDING = -0x0DEEDB1


@dataclass(slots=True)
class JournalRow:
    """One row, changed in place until it is saved. Times in microseconds.

    Attributes:
        id: 0 until it is saved for the first time.
        action: ``office.tracking.Action``.
        spans: What was sent of a document while parts are missing, else None.
        locked_us: When the device locked the document, beside what else the row says.
        bulk_id: The row of the bulk synchronisation that this one is part of.
        documents: How many rows a bulk synchronisation holds, else 1.
    """

    at_us: int
    until_us: int
    action: str
    user_id: int
    device_id: int
    node_id: int | None
    path: str
    address: str
    family: str
    target_path: str = ""
    version: int | None = None
    size: int | None = None
    bytes_sent: int = 0
    is_whole: bool = True
    requests: int = 1
    documents: int = 1
    spans: str | None = None
    locked_us: int | None = None
    bulk_id: int | None = None
    id: int = 0


_NAMES = tuple(each.name for each in fields(JournalRow))
_KEPT = _NAMES[:-1]
_SELECT = f"SELECT {', '.join(_NAMES)} FROM journal "
_INSERT = (
    f"INSERT INTO journal ({', '.join(_KEPT)}) "
    f"VALUES ({', '.join(f':{name}' for name in _KEPT)}) RETURNING id"
)
_UPDATE = f"UPDATE journal SET {', '.join(f'{name} = :{name}' for name in _KEPT)} WHERE id = :id"


def serialise(unit: WriteUnit) -> None:
    """Let nobody else fold until the commit: rows are read, compared and then changed."""
    unit.serialise(_FOLDING)


def of_document(
    unit: Unit, *, device_id: int, node_id: int, from_us: int, to_us: int
) -> list[JournalRow]:
    """What one device did with one document and touches this time, oldest first."""
    return _rows(
        unit,
        "WHERE device_id = :device AND node_id = :node AND at_us <= :to AND until_us >= :from "
        "ORDER BY at_us, id",
        {"device": device_id, "node": node_id, "from": from_us, "to": to_us},
    )


def of_device(
    unit: Unit, *, device_id: int, action: str, from_us: int, to_us: int
) -> list[JournalRow]:
    """The rows of one device and action that began in this time, oldest first."""
    return _rows(
        unit,
        "WHERE device_id = :device AND action = :action AND at_us BETWEEN :from AND :to "
        "ORDER BY at_us, id",
        {"device": device_id, "action": action, "from": from_us, "to": to_us},
    )


def neighbours(
    unit: Unit,
    *,
    device_id: int,
    actions: Sequence[str],
    from_us: int,
    to_us: int,
    limit: int,
) -> list[JournalRow]:
    """Rows of a device and of these actions that began in this time.

    Args:
        unit: The transaction.
        device_id: The device.
        actions: A few constants.
        from_us: Where to begin, itself included; if it is later than *to_us*, latest first.
        to_us: Where to end, itself included.
        limit: At most so many.
    """
    order = "DESC" if from_us > to_us else "ASC"
    wanted = ", ".join(f":a{i}" for i in range(len(actions)))
    return _rows(
        unit,
        "WHERE device_id = :device AND at_us BETWEEN :low AND :high "
        f"AND action IN ({wanted}) ORDER BY at_us {order}, id {order} LIMIT :limit",
        {
            "device": device_id,
            "low": min(from_us, to_us),
            "high": max(from_us, to_us),
            "limit": limit,
            **{f"a{i}": action for i, action in enumerate(actions)},
        },
    )


def get(unit: Unit, row_id: int) -> JournalRow:
    """The row of this id."""
    [row] = _rows(unit, "WHERE id = :id", {"id": row_id})
    return row


def save(unit: WriteUnit, row: JournalRow) -> None:
    """Insert a row, which gives it its id, or change it to what it says now."""
    values = {name: getattr(row, name) for name in _NAMES}
    if row.id:
        unit.execute(_UPDATE, values)
    else:
        del values["id"]
        row.id = unit.row(_INSERT, values)[0]


def delete(unit: WriteUnit, row_id: int) -> None:
    """Take back a row that another one now speaks for."""
    unit.execute("DELETE FROM journal WHERE id = :id", {"id": row_id})


def join_bulk(unit: WriteUnit, row_ids: list[int], bulk_id: int) -> None:
    """Make these rows parts of a bulk synchronisation."""
    unit.execute_many(
        "UPDATE journal SET bulk_id = :bulk WHERE id = :id",
        [{"bulk": bulk_id, "id": row_id} for row_id in row_ids],
    )


def hand_over(unit: WriteUnit, from_bulk: int, to_bulk: int) -> None:
    """Give all parts of one bulk synchronisation to another."""
    unit.execute(
        "UPDATE journal SET bulk_id = :to WHERE bulk_id = :from",
        {"to": to_bulk, "from": from_bulk},
    )


def has_incomplete_part(unit: Unit, bulk_id: int) -> bool:
    """Whether a part of this bulk synchronisation was not sent whole."""
    found = unit.row(
        "SELECT 1 FROM journal WHERE bulk_id = :bulk AND NOT is_whole LIMIT 1", {"bulk": bulk_id}
    )
    return found is not None


def delete_before(unit: WriteUnit, before_us: int, *, limit: int) -> int:
    """Remove at most *limit* rows that ended before *before_us*; returns how many went."""
    return unit.execute(
        "DELETE FROM journal WHERE id IN (SELECT id FROM journal "
        "WHERE at_us < :before AND until_us < :before ORDER BY at_us LIMIT :limit)",
        {"before": before_us, "limit": limit},
    )


def _rows(unit: Unit, rest: str, parameters: dict[str, object]) -> list[JournalRow]:
    found = [JournalRow(*row) for row in unit.rows(_SELECT + rest, parameters)]
    for row in found:
        row.is_whole = bool(row.is_whole)
    return found
