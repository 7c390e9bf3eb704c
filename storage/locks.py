"""Queries on WebDAV locks (RFC 4918 section 6), keyed by node."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.store import Unit, WriteUnit


class LockRow(NamedTuple):
    """One lock with the names of who holds it and where. Times in microseconds."""

    token: str
    node_id: int
    is_exclusive: bool
    is_deep: bool
    owner_xml: bytes
    user_id: int
    device_id: int
    timeout_seconds: int
    created_us: int
    expires_us: int
    user_name: str
    device_label: str


_SELECT = (
    "SELECT lock.token, lock.node_id, lock.is_exclusive, lock.is_deep, lock.owner_xml, "
    "lock.user_id, lock.device_id, lock.timeout_seconds, lock.created_us, lock.expires_us, "
    "principal.name, device.label "
    "FROM lock JOIN principal ON principal.id = lock.user_id "
    "JOIN device ON device.id = lock.device_id "
)


def on_nodes(unit: Unit, node_ids: Sequence[int]) -> list[LockRow]:
    """The locks whose root is one of these nodes, lapsed ones included."""
    if not node_ids:
        return []
    names = [f"n{i}" for i in range(len(node_ids))]
    where = ", ".join(f":{name}" for name in names)
    rows = unit.rows(
        f"{_SELECT}WHERE lock.node_id IN ({where}) ORDER BY lock.created_us",
        dict(zip(names, node_ids, strict=True)),
    )
    return [LockRow._make(row) for row in rows]


def on_members(unit: Unit, parent_id: int) -> list[LockRow]:
    """The locks on members of a collection, for a whole listing at once."""
    rows = unit.rows(
        f"{_SELECT}JOIN node ON node.id = lock.node_id WHERE node.parent_id = :parent "
        "ORDER BY lock.created_us",
        {"parent": parent_id},
    )
    return [LockRow._make(row) for row in rows]


def below(unit: Unit, node_id: int) -> list[LockRow]:
    """The locks on nodes anywhere below this one (not on itself).

    Climbs from the few locked nodes of the same tree instead of walking down a large folder;
    below a root there may be other trees (properties), so there from all locked nodes.
    """
    rows = unit.rows(
        "WITH RECURSIVE top(tree_id, parent_id) AS ("
        "SELECT tree_id, parent_id FROM node WHERE id = :id), "
        "up(token, id) AS ("
        "SELECT lock.token, node.parent_id FROM lock JOIN node ON node.id = lock.node_id "
        "CROSS JOIN top WHERE node.tree_id = top.tree_id OR top.parent_id IS NULL "
        "UNION ALL SELECT up.token, node.parent_id FROM up JOIN node ON node.id = up.id) "
        f"{_SELECT}WHERE lock.token IN (SELECT token FROM up WHERE up.id = :id) "
        "ORDER BY lock.created_us",
        {"id": node_id},
    )
    return [LockRow._make(row) for row in rows]


def find(unit: Unit, token: str) -> LockRow | None:
    """The lock with this token, lapsed or not."""
    row = unit.row(f"{_SELECT}WHERE lock.token = :token", {"token": token})
    return LockRow._make(row) if row else None


def everything(unit: Unit) -> list[LockRow]:
    """All locks of the office, oldest first."""
    return [LockRow._make(row) for row in unit.rows(f"{_SELECT}ORDER BY lock.created_us")]


def delete_of_user(unit: WriteUnit, user_id: int) -> None:
    """Release all locks that a user holds."""
    unit.execute("DELETE FROM lock WHERE user_id = :user", {"user": user_id})


def delete_of_user_within(unit: WriteUnit, user_id: int, node_id: int) -> None:
    """Release a user's locks on the node and anywhere below it, climbing from those few."""
    unit.execute(
        "WITH RECURSIVE up(token, id) AS ("
        "SELECT token, node_id FROM lock WHERE user_id = :user "
        "UNION ALL SELECT up.token, node.parent_id FROM up JOIN node ON node.id = up.id) "
        "DELETE FROM lock WHERE token IN (SELECT token FROM up WHERE up.id = :id)",
        {"user": user_id, "id": node_id},
    )


def delete_of_device(unit: WriteUnit, device_id: int) -> None:
    """Release all locks that were taken on a device."""
    unit.execute("DELETE FROM lock WHERE device_id = :device", {"device": device_id})


def delete_lapsed(unit: WriteUnit, before_us: int) -> int:
    """Drop the locks that ran out before this time; how many."""
    return unit.execute("DELETE FROM lock WHERE expires_us < :before", {"before": before_us})


def insert(unit: WriteUnit, lock: LockRow) -> None:
    """Keep a new lock."""
    unit.execute(
        "INSERT INTO lock (token, node_id, is_exclusive, is_deep, owner_xml, user_id, device_id, "
        "timeout_seconds, created_us, expires_us) VALUES (:token, :node_id, :is_exclusive, "
        ":is_deep, :owner_xml, :user_id, :device_id, :timeout_seconds, :created_us, :expires_us)",
        {key: value for key, value in lock._asdict().items() if key in LOCK_COLUMNS},
    )


LOCK_COLUMNS = frozenset(LockRow._fields) - {"user_name", "device_label"}


def refresh(unit: WriteUnit, token: str, *, timeout_seconds: int, expires_us: int) -> None:
    """Give a lock more time; its token stays."""
    unit.execute(
        "UPDATE lock SET timeout_seconds = :timeout, expires_us = :expires WHERE token = :token",
        {"timeout": timeout_seconds, "expires": expires_us, "token": token},
    )


def delete(unit: WriteUnit, tokens: Sequence[str]) -> None:
    """Release these locks."""
    unit.execute_many(
        "DELETE FROM lock WHERE token = :token", [{"token": each} for each in tokens]
    )


def delete_in_subtree(unit: WriteUnit, node_id: int) -> None:
    """Release every lock on the node and below it: a moved resource loses its locks."""
    tokens = [lock.token for lock in (*on_nodes(unit, [node_id]), *below(unit, node_id))]
    delete(unit, tokens)
