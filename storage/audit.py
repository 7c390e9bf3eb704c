"""The audit log's rows and the end of their chain: the queries. Rows are only ever added."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.store import Unit, WriteUnit


class Head(NamedTuple):
    """Where the chain ends: its last row's number, time (microseconds) and hash."""

    last_id: int
    at_us: int
    hash: str


class AuditRow(NamedTuple):
    """One act. ``details`` is JSON as it was hashed; ``hash`` covers it and all rows before."""

    id: int
    at_us: int
    act: str
    by_user_id: int | None
    by_device_id: int | None
    user_id: int | None
    device_id: int | None
    node_id: int | None
    details: str
    hash: str


class NamedAuditRow(NamedTuple):
    """A row with the names that its ids have today; None where there is nobody any more."""

    row: AuditRow
    by_user_name: str | None
    by_device_label: str | None
    user_name: str | None
    device_label: str | None


_COLUMNS = ", ".join(AuditRow._fields)
_INSERT = (
    f"INSERT INTO audit ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in AuditRow._fields)})"
)
_HEAD = "SELECT last_id, at_us, hash FROM audit_head WHERE id = 1"
_NAMED = (
    f"SELECT {', '.join(f'a.{name}' for name in AuditRow._fields)},"
    " bp.name, bd.label, up.name, ud.label FROM audit a"
    " LEFT JOIN principal bp ON bp.id = a.by_user_id"
    " LEFT JOIN device bd ON bd.id = a.by_device_id"
    " LEFT JOIN principal up ON up.id = a.user_id"
    " LEFT JOIN device ud ON ud.id = a.device_id"
)


def hold_head(unit: WriteUnit) -> Head:
    """Where the chain ends; nobody else appends to it until the commit."""
    return Head._make(unit.row(_HEAD if unit.is_sqlite else f"{_HEAD} FOR UPDATE"))


def head(unit: Unit) -> Head:
    """Where the chain ends."""
    return Head._make(unit.row(_HEAD))


def append(unit: WriteUnit, row: AuditRow) -> None:
    """Add *row*, which follows the head that the caller holds."""
    unit.execute(_INSERT, row._asdict())
    unit.execute(
        "UPDATE audit_head SET last_id = :id, at_us = :at_us, hash = :hash WHERE id = 1",
        {"id": row.id, "at_us": row.at_us, "hash": row.hash},
    )


def page(unit: Unit, *, after_id: int, limit: int) -> list[AuditRow]:
    """At most *limit* rows behind *after_id*, oldest first."""
    rows = unit.rows(
        f"SELECT {_COLUMNS} FROM audit WHERE id > :after ORDER BY id LIMIT :limit",
        {"after": after_id, "limit": limit},
    )
    return [AuditRow._make(row) for row in rows]


def newest(unit: Unit, *, since_us: int, limit: int) -> list[NamedAuditRow]:
    """The newest *limit* rows since a time, oldest of them first."""
    found = unit.rows(
        f"{_NAMED} WHERE a.at_us >= :since ORDER BY a.id DESC LIMIT :limit",
        {"since": since_us, "limit": limit},
    )
    return [_named(row) for row in reversed(found)]


def before(unit: Unit, before_id: int | None, *, limit: int) -> list[NamedAuditRow]:
    """At most *limit* rows before *before_id*, or from the end of the log; newest first."""
    where = "" if before_id is None else " WHERE a.id < :before"
    found = unit.rows(
        f"{_NAMED}{where} ORDER BY a.id DESC LIMIT :limit",
        {"before": before_id, "limit": limit},
    )
    return [_named(row) for row in found]


def of_act(unit: Unit, act: str) -> list[NamedAuditRow]:
    """All rows of one kind, oldest first; for kinds of which there are few."""
    found = unit.rows(f"{_NAMED} WHERE a.act = :act ORDER BY a.id", {"act": act})
    return [_named(row) for row in found]


def after(unit: Unit, after_id: int, *, limit: int) -> list[NamedAuditRow]:
    """At most *limit* rows behind *after_id*, oldest first."""
    found = unit.rows(
        f"{_NAMED} WHERE a.id > :after ORDER BY a.id LIMIT :limit",
        {"after": after_id, "limit": limit},
    )
    return [_named(row) for row in found]


def _named(row: Sequence[object]) -> NamedAuditRow:
    count = len(AuditRow._fields)
    return NamedAuditRow(AuditRow(*row[:count]), *row[count:])  # type: ignore[arg-type]
