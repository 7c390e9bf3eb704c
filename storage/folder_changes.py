"""Queries on what changed in a folder since a number of its tree's counter (RFC 6578)."""

from collections.abc import Collection
from typing import NamedTuple

from storage import sync_floors
from storage.id_lists import id_list, is_among, is_not_among
from storage.store import Unit
from storage.tree import COLUMNS, NodeRow


class FolderNumbers(NamedTuple):
    """How far a folder has come, as one user sees it.

    Attributes:
        id: The folder's node.
        tree_id: The tree whose counter numbers its members' changes.
        epoch: The tree's.
        modseq: The number of its last change.
        floor: Tokens from before this number are not answered.
    """

    id: int
    tree_id: int
    epoch: int
    modseq: int
    floor: int


class GoneMember(NamedTuple):
    """A member that is no longer there, and the number of its going."""

    name: str
    is_collection: bool
    modseq: int


def numbers(
    unit: Unit, folder_ids: Collection[int], *, user_id: int, hidden: Collection[int]
) -> dict[int, FolderNumbers]:
    """The numbers of these folders for a user, who may not know of the nodes *hidden*.

    One statement; for each folder three looks into an index, however many members it has.
    """
    among, seen = is_among(unit, "ids"), is_not_among(unit, "hidden")
    rows = unit.rows(
        "SELECT n.id, n.tree_id, tree.epoch, coalesce((SELECT m.modseq FROM node m "
        f"WHERE m.parent_id = n.id AND m.id {seen} ORDER BY m.modseq DESC LIMIT 1), 0), "
        "coalesce((SELECT max(g.modseq) FROM tombstone g WHERE g.parent_id = n.id), 0), "
        "coalesce((SELECT max(f.modseq) FROM sync_floor f WHERE f.parent_id = n.id "
        f"AND f.user_id IN ({sync_floors.EVERYBODY}, :user)), 0) "
        f"FROM node n JOIN tree ON tree.id = n.tree_id WHERE n.id {among}",
        {
            "user": user_id,
            "ids": id_list(unit, folder_ids),
            "hidden": id_list(unit, hidden),
        },
    )
    return {
        row[0]: FolderNumbers(row[0], row[1], row[2], max(row[3:]), floor=row[5]) for row in rows
    }


def changed_since(unit: Unit, folder_id: int, modseq: int, *, most: int) -> list[NodeRow]:
    """The first *most* members that were made or changed after *modseq*, oldest change first."""
    rows = unit.rows(
        f"SELECT {', '.join(COLUMNS)} FROM node WHERE parent_id = :folder AND modseq > :modseq "
        "ORDER BY modseq LIMIT :most",
        {"folder": folder_id, "modseq": modseq, "most": most},
    )
    return [NodeRow._make(row) for row in rows]


def gone_since(unit: Unit, folder_id: int, modseq: int, *, most: int) -> list[GoneMember]:
    """The first *most* members that went after *modseq*, oldest first."""
    rows = unit.rows(
        "SELECT name, is_collection, modseq FROM tombstone "
        "WHERE parent_id = :folder AND modseq > :modseq ORDER BY modseq LIMIT :most",
        {"folder": folder_id, "modseq": modseq, "most": most},
    )
    return [GoneMember(row[0], bool(row[1]), row[2]) for row in rows]
