"""The trash of the document tree: the queries that put things in, find them and take them out."""

from collections.abc import Collection
from typing import NamedTuple

from storage import locks, tree_changes
from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit
from storage.tree import SUBTREE, NodeRow

_EVER = 2**62


class TrashRow(NamedTuple):
    """What was deleted: the folder it lay in, when (microseconds), by whom and from where.

    ``deleted_by`` and ``device_id`` are 0 for the command line; the names are empty for who or
    what is no more.
    """

    node_id: int
    tree_id: int
    parent_id: int
    deleted_us: int
    deleted_by: int
    device_id: int
    name: str
    is_collection: bool
    size: int
    user_name: str
    device_label: str


_SELECT = (
    "SELECT t.node_id, t.tree_id, t.parent_id, t.deleted_us, t.deleted_by, t.device_id, "
    "node.name, node.is_collection, node.size, coalesce(principal.name, ''), "
    "coalesce(device.label, '') FROM trash t JOIN node ON node.id = t.node_id "
    "LEFT JOIN principal ON principal.id = t.deleted_by "
    "LEFT JOIN device ON device.id = t.device_id WHERE NOT t.is_going"
)


def put(
    unit: WriteUnit,
    node: NodeRow,
    parent: NodeRow,
    *,
    now_us: int,
    user_id: int = 0,
    device_id: int = 0,
) -> None:
    """Take a member with all below it out of its folder, leaving a tombstone; its locks end."""
    tree_changes.bury(unit, node, parent, now_us=now_us)
    locks.delete_in_subtree(unit, node.id)
    unit.execute("UPDATE node SET parent_id = NULL WHERE id = :id", {"id": node.id})
    unit.execute(
        "INSERT INTO trash (node_id, tree_id, parent_id, deleted_us, deleted_by, device_id) "
        "VALUES (:id, :tree, :parent, :now_us, :user, :device)",
        {
            "id": node.id,
            "tree": parent.tree_id,
            "parent": parent.id,
            "now_us": now_us,
            "user": user_id,
            "device": device_id,
        },
    )


def put_back(unit: WriteUnit, node: NodeRow, target: NodeRow, name: str) -> None:
    """Make what was deleted the member *name* of *target*; its id stays."""
    unit.execute("DELETE FROM trash WHERE node_id = :id", {"id": node.id})
    tree_changes.put_into(unit, node, target, name, from_tree=node.tree_id)


def find(unit: Unit, node_id: int) -> TrashRow | None:
    """What was deleted with this node on top."""
    row = unit.row(f"{_SELECT} AND t.node_id = :id", {"id": node_id})
    return TrashRow._make(row) if row else None


def hold(unit: WriteUnit, node_id: int) -> bool:
    """Let nobody else take it out or remove it until the commit; False if it is gone."""
    lock = "" if unit.is_sqlite else " FOR UPDATE"
    row = unit.row(
        f"SELECT 1 FROM trash WHERE node_id = :id AND NOT is_going{lock}", {"id": node_id}
    )
    return row is not None


def listed(
    unit: Unit, tree_id: int | None, *, most: int, before: tuple[int, int] | None = None
) -> list[TrashRow]:
    """What was deleted in a part of the tree (None: anywhere), the latest first.

    *before* is the (time, node) of the last row of the page before.
    """
    where = "" if tree_id is None else " AND t.tree_id = :tree"
    time_us, node_id = before or (_EVER, 0)
    rows = unit.rows(
        f"{_SELECT}{where} AND (t.deleted_us < :time OR "
        "(t.deleted_us = :time AND t.node_id < :node)) "
        "ORDER BY t.deleted_us DESC, t.node_id DESC LIMIT :most",
        {"tree": tree_id, "time": time_us, "node": node_id, "most": most},
    )
    return [TrashRow._make(row) for row in rows]


def deleted_before(unit: Unit, before_us: int, *, limit: int) -> list[int]:
    """The nodes of what was deleted before this time, the first to go first."""
    rows = unit.rows(
        "SELECT node_id FROM trash WHERE deleted_us < :before AND NOT is_going "
        "ORDER BY deleted_us, node_id LIMIT :limit",
        {"before": before_us, "limit": limit},
    )
    return [int(node_id) for (node_id,) in rows]


def send_away(unit: WriteUnit, node_ids: Collection[int]) -> None:
    """Say that these, and what was deleted in them before, are going: nobody finds them now."""
    inside = tree_changes.deleted_within(unit, node_ids)
    unit.execute(
        f"UPDATE trash SET is_going = :yes WHERE node_id {is_among(unit, 'ids')}",
        {"yes": True, "ids": id_list(unit, [*node_ids, *inside])},
    )


def remove_some(unit: WriteUnit, *, limit: int) -> int:
    """Remove up to *limit* nodes of what is going, the deepest first; how many there were."""
    row = unit.row(
        "SELECT node_id, tree_id FROM trash WHERE is_going = :yes ORDER BY node_id LIMIT 1",
        {"yes": True},
    )
    if row is None:
        return 0
    unit.serialise(int(row[1]))
    # What was deleted in a folder goes before it: it refers to that.
    [inner, *_] = [*reversed(tree_changes.deleted_within(unit, [row[0]])), row[0]]
    return unit.execute(
        f"DELETE FROM node WHERE id IN ({SUBTREE}"
        "SELECT id FROM sub ORDER BY level DESC, id LIMIT :limit)",
        {"id": inner, "limit": limit},
    )


def remove_within(unit: WriteUnit, node_id: int) -> int:
    """Remove for good, at once, what was deleted in this folder or below it; how many."""
    gone = 0
    for each in reversed(tree_changes.deleted_within(unit, [node_id])):
        gone += tree_changes.remove_subtree(unit, each)
    return gone
