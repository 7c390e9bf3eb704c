"""Blocks of a user on a node of the tree: the queries."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from storage import sync_floors
from storage.store import Unit, WriteUnit
from storage.tree_changes import next_modseq


class BlockRow(NamedTuple):
    """Who is blocked on a node, and since when (microseconds)."""

    user_id: int
    created_us: int


def serialise(unit: WriteUnit, node_id: int) -> None:
    """Let nobody else change the folder that the node lies in until the commit.

    Before anything else is changed: whoever writes in there holds it first, too.
    """
    if folder := _folder_of(unit, node_id):
        unit.serialise(folder[1])


def add(unit: WriteUnit, *, user_id: int, node_id: int, now_us: int) -> None:
    """Block the user on the node and all below it; nothing happens if they are.

    The caller holds the folder that the node lies in (:func:`serialise`).
    """
    added = unit.execute(
        "INSERT INTO block (user_id, node_id, created_us) VALUES (:user_id, :node_id, :now_us)"
        " ON CONFLICT (user_id, node_id) DO NOTHING",
        {"user_id": user_id, "node_id": node_id, "now_us": now_us},
    )
    if added:
        _end_tokens(unit, user_id, node_id)
    unit.rights_shrank()


def remove(unit: WriteUnit, *, user_id: int, node_id: int) -> bool:
    """Lift the block on this very node; False if there was none. The caller holds the folder."""
    lifted = unit.execute(
        "DELETE FROM block WHERE user_id = :user_id AND node_id = :node_id",
        {"user_id": user_id, "node_id": node_id},
    )
    if lifted:
        _end_tokens(unit, user_id, node_id)
    return lifted > 0


def _end_tokens(unit: WriteUnit, user_id: int, node_id: int) -> None:
    """What the user is shown of the folder around the node is no longer what their tokens say."""
    if folder := _folder_of(unit, node_id):
        folder_id, tree_id = folder
        sync_floors.raise_to(unit, folder_id, next_modseq(unit, tree_id), user_id=user_id)


def _folder_of(unit: Unit, node_id: int) -> tuple[int, int] | None:
    """The folder that the node lies in and that one's tree; None for a root."""
    row = unit.row(
        "SELECT folder.id, folder.tree_id FROM node JOIN node folder"
        " ON folder.id = node.parent_id WHERE node.id = :id",
        {"id": node_id},
    )
    return None if row is None else (int(row[0]), int(row[1]))


def on_node(unit: Unit, node_id: int) -> list[BlockRow]:
    """The blocks on this very node."""
    rows = unit.rows("SELECT user_id, created_us FROM block WHERE node_id = :id", {"id": node_id})
    return [BlockRow._make(row) for row in rows]


def of_user(unit: Unit, user_id: int) -> list[int]:
    """The ids of the nodes that the user is blocked on."""
    rows = unit.rows(
        "SELECT node_id FROM block WHERE user_id = :user_id ORDER BY node_id",
        {"user_id": user_id},
    )
    return [node_id for (node_id,) in rows]


def among(
    unit: Unit, user_ids: Collection[int], node_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Which of these users are blocked on which of these very nodes: (user, node)."""
    if not user_ids or not node_ids:
        return set()
    users = {f"u{i}": user_id for i, user_id in enumerate(user_ids)}
    nodes = {f"n{i}": node_id for i, node_id in enumerate(node_ids)}
    rows = unit.rows(
        f"SELECT user_id, node_id FROM block WHERE user_id IN ({_marks(users)})"
        f" AND node_id IN ({_marks(nodes)})",
        {**users, **nodes},
    )
    return {(user_id, node_id) for user_id, node_id in rows}


def _marks(names: Iterable[str]) -> str:
    return ", ".join(f":{name}" for name in names)
