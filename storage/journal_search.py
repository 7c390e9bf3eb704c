"""Reading the journal: for people, commands and programs."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit


class JournalEntry(NamedTuple):
    """One row with the names its ids have now; None where the person or device is erased.

    Times in microseconds; the other fields as in ``storage.journal.JournalRow``.
    """

    id: int
    at_us: int
    until_us: int
    action: str
    user_id: int | None
    user_name: str | None
    device_id: int | None
    device_label: str | None
    node_id: int | None
    path: str
    target_path: str
    version: int | None
    size: int | None
    bytes_sent: int
    is_whole: bool
    requests: int
    documents: int
    address: str
    family: str
    bulk_id: int | None


class Search(NamedTuple):
    """What to look for; None: whatever it is.

    Attributes:
        user_id: Who.
        device_id: On which device.
        node_id: Which document or folder, wherever it lay.
        path: The path below ``/files/`` as it was then, or a folder above it.
        action: ``office.tracking.Action``.
        since_us: Rows that lasted until this time or later.
        bulk_id: The parts of one bulk synchronisation.
    """

    user_id: int | None = None
    device_id: int | None = None
    node_id: int | None = None
    path: str | None = None
    action: str | None = None
    since_us: int | None = None
    bulk_id: int | None = None

    @property
    def is_about_documents(self) -> bool:
        """Parts of a bulk synchronisation are found by document; else its row stands for them."""
        return not (self.node_id is None and self.path is None and self.bulk_id is None)


_SELECT = (
    "SELECT j.id, j.at_us, j.until_us, j.action, j.user_id, p.name, j.device_id, d.label, "
    "j.node_id, j.path, j.target_path, j.version, j.size, j.bytes_sent, j.is_whole, j.requests, "
    "j.documents, j.address, j.family, j.bulk_id "
    "FROM journal j LEFT JOIN principal p ON p.id = j.user_id "
    "LEFT JOIN device d ON d.id = j.device_id "
)
_EQUAL = ("user_id", "device_id", "node_id", "action", "bulk_id")


def find(unit: Unit, search: Search, *, limit: int) -> list[JournalEntry]:
    """The newest rows that fit, at most *limit*, oldest of them first."""
    where, values = _conditions(search)
    found = _entries(
        unit,
        f"{where} ORDER BY j.at_us DESC, j.id DESC LIMIT :limit",
        {**values, "limit": limit},
    )
    return found[::-1]


def after(unit: Unit, search: Search, row_id: int, *, limit: int) -> list[JournalEntry]:
    """The rows that fit and were made after the row *row_id*, in the order they were made."""
    where, values = _conditions(search)
    return _entries(
        unit,
        f"{where} AND j.id > :after ORDER BY j.id LIMIT :limit",
        {**values, "after": row_id, "limit": limit},
    )


def newest_id(unit: Unit) -> int:
    """The id of the row made last, 0 where there is none."""
    found: int = unit.row("SELECT coalesce(max(id), 0) FROM journal")[0]
    return found


def _conditions(search: Search) -> tuple[str, dict[str, object]]:
    values: dict[str, object] = {}
    if search.is_about_documents:
        conditions = ["j.action <> 'bulk-synced'"]
    else:
        conditions = ["j.bulk_id IS NULL"]
    for name in _EQUAL:
        wanted = getattr(search, name)
        if wanted is not None:
            conditions.append(f"j.{name} = :{name}")
            values[name] = wanted
    if search.since_us is not None:
        conditions.append("j.until_us >= :since")
        values["since"] = search.since_us
    if search.path is not None:
        conditions.append(_lies_in(search.path, values))
    return f"WHERE {' AND '.join(conditions)}", values


def _lies_in(path: str, values: dict[str, object]) -> str:
    """SQL: the row's path, or where it was copied or moved to, is *path* or below it."""
    values["path"] = path
    # A prefix compared by length: names may hold LIKE's own signs.
    values["below"], values["length"] = f"{path}/", len(path) + 1
    return (
        "(j.path = :path OR substr(j.path, 1, :length) = :below"
        " OR j.target_path = :path OR substr(j.target_path, 1, :length) = :below)"
    )


def _entries(unit: Unit, rest: str, values: dict[str, object]) -> list[JournalEntry]:
    rows: Sequence[tuple[object, ...]] = unit.rows(_SELECT + rest, values)
    found = (JournalEntry._make(row) for row in rows)
    return [entry._replace(is_whole=bool(entry.is_whole)) for entry in found]


def last_changes(
    unit: Unit, device_ids: Collection[int], actions: Collection[str]
) -> dict[int, int]:
    """When each of these devices last did one of *actions* to a document or folder, if it did."""
    wanted = ", ".join(f"'{each}'" for each in sorted(actions))
    rows = unit.rows(
        "SELECT id, at_us FROM (SELECT d.id, (SELECT j.until_us FROM journal j"
        " WHERE j.device_id = d.id AND j.node_id IS NOT NULL"
        f" AND j.action IN ({wanted}) ORDER BY j.at_us DESC LIMIT 1) AS at_us FROM device d"
        f" WHERE d.id {is_among(unit, 'devices')}) AS changes WHERE at_us IS NOT NULL",
        {"devices": id_list(unit, device_ids)},
    )
    return dict(rows)
