"""Queries on the document tree that read: find nodes, list members, walk up and down."""

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit

COLUMNS = (
    "id",
    "parent_id",
    "tree_id",
    "name",
    "role",
    "is_collection",
    "blob_sha256",
    "size",
    "content_type",
    "created_us",
    "modified_us",
    "version",
    "modseq",
)
_WIDTH = len(COLUMNS)
ALL = 2**31  # more than there can be
_CHAIN_LIMIT = 16  # names looked up by one statement; SQLite joins at most 64 tables


class NodeRow(NamedTuple):
    """One document or collection, as the table has it."""

    id: int
    parent_id: int | None
    tree_id: int
    name: str
    role: str
    is_collection: bool
    blob_sha256: str | None
    size: int
    content_type: str
    created_us: int
    modified_us: int
    version: int
    modseq: int


class Content(NamedTuple):
    """What a document holds: a blob (none when it is empty), its size in bytes and media type."""

    blob_sha256: str | None
    size: int
    content_type: str


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in COLUMNS)


@cache
def _chain_sql(names: int) -> str:
    joins = "".join(
        f" LEFT JOIN node n{i} ON n{i}.parent_id = n{i - 1}.id AND n{i}.name = :s{i}"
        for i in range(1, names + 1)
    )
    columns = ", ".join(_columns(f"n{i}") for i in range(names + 1))
    return f"SELECT {columns} FROM node n0{joins} WHERE n0.id = :root"


def chain(unit: Unit, root_id: int, names: Sequence[str]) -> list[NodeRow]:
    """The nodes from the root along *names*, as far as they exist (the root always, if it does).

    One query for up to 16 names: joins along (parent, name), no path is stored anywhere.
    """
    found: list[NodeRow] = []
    at, rest = root_id, list(names)
    while True:
        step, rest = rest[:_CHAIN_LIMIT], rest[_CHAIN_LIMIT:]
        parameters: dict[str, object] = {f"s{i}": name for i, name in enumerate(step, 1)}
        row = unit.row(_chain_sql(len(step)), {**parameters, "root": at})
        if row is None:
            return found
        starts = (i for i in range(0, len(row), _WIDTH) if row[i] is not None)
        nodes = [NodeRow._make(row[i : i + _WIDTH]) for i in starts]
        found.extend(nodes if not found else nodes[1:])
        if not rest or len(nodes) <= len(step):
            return found
        at = nodes[-1].id


def find(unit: Unit, node_id: int) -> NodeRow | None:
    """The node with this id, if it is there."""
    row = unit.row(f"SELECT {_columns('node')} FROM node WHERE id = :id", {"id": node_id})
    return NodeRow._make(row) if row else None


def find_root(unit: Unit, role: str) -> NodeRow | None:
    """The root of a shared part of the tree: ``estates``, ``contacts`` or ``resources``."""
    row = unit.row(
        f"SELECT {_columns('node')} FROM node WHERE parent_id IS NULL AND role = :role",
        {"role": role},
    )
    return NodeRow._make(row) if row else None


_CHILDREN = (
    f"SELECT {_columns('node')} FROM node WHERE parent_id = :parent ORDER BY name LIMIT :most"
)
# sqlite3 gives the interpreter's lock away at every row it steps; one row that holds the
# whole listing, column by column, keeps threads from fighting over it (three times as fast with
# two of them), and makes no list for each row.
_CHILDREN_AS_ONE_ROW = (
    f"SELECT {', '.join(f'json_group_array({column})' for column in COLUMNS)} FROM "
    f"(SELECT {', '.join(COLUMNS)} FROM node WHERE parent_id = :parent ORDER BY name LIMIT :most)"
)


def children(unit: Unit, parent_id: int, *, most: int = ALL) -> list[NodeRow]:
    """The members of a collection, by name; the first *most* of them."""
    values = {"parent": parent_id, "most": most}
    if unit.is_sqlite:
        row = unit.row(_CHILDREN_AS_ONE_ROW, values)
        return list(map(NodeRow._make, zip(*map(json.loads, row), strict=True)))
    return [NodeRow._make(row) for row in unit.rows(_CHILDREN, values)]


def children_among(
    unit: Unit, parent_ids: Collection[int], node_ids: Collection[int]
) -> list[NodeRow]:
    """Those of the nodes *node_ids* that lie directly in one of these collections, by name."""
    rows = unit.rows(
        f"SELECT {_columns('node')} FROM node WHERE id {is_among(unit, 'ids')} "
        f"AND parent_id {is_among(unit, 'parents')} ORDER BY name",
        {"ids": id_list(unit, node_ids), "parents": id_list(unit, parent_ids)},
    )
    return [NodeRow._make(row) for row in rows]


def count_children(unit: Unit, parent_id: int) -> int:
    """How many members a collection has."""
    row = unit.row("SELECT count(*) FROM node WHERE parent_id = :parent", {"parent": parent_id})
    return int(row[0])


SUBTREE = (
    "WITH RECURSIVE sub(id, level) AS (SELECT CAST(:id AS BIGINT), 0 UNION ALL "
    "SELECT node.id, sub.level + 1 FROM node JOIN sub ON node.parent_id = sub.id) "
)


_SUBTREE_IN_PARTS = (
    # SQLite ends the walk at a LIMIT inside, PostgreSQL at one outside (and allows no other).
    "WITH RECURSIVE sub(id, level) AS (SELECT CAST(:id AS BIGINT), 0 UNION ALL "
    "SELECT node.id, sub.level + 1 FROM node JOIN sub ON node.parent_id = sub.id {inside}), "
    "few AS (SELECT id, level FROM sub {outside}) "
    f"SELECT {_columns('node')} FROM few JOIN node ON node.id = few.id ORDER BY few.level"
)
_SUBTREE_SQLITE = _SUBTREE_IN_PARTS.format(inside="LIMIT :most", outside="")
_SUBTREE_POSTGRESQL = _SUBTREE_IN_PARTS.format(inside="", outside="LIMIT :most")


def subtree(unit: Unit, node_id: int, *, most: int) -> list[NodeRow]:
    """The node and what lies below it, parents before their members; at most *most* nodes.

    The walk ends there: a larger tree costs no more.
    """
    sql = _SUBTREE_SQLITE if unit.is_sqlite else _SUBTREE_POSTGRESQL
    return [NodeRow._make(row) for row in unit.rows(sql, {"id": node_id, "most": most})]


def count_below(unit: Unit, node_id: int) -> tuple[int, int]:
    """How many folders and how many documents a folder holds, however deep; itself not counted."""
    folders, documents = unit.row(
        f"{SUBTREE}SELECT sum(CASE WHEN node.is_collection THEN 1 ELSE 0 END),"
        " sum(CASE WHEN node.is_collection THEN 0 ELSE 1 END)"
        " FROM sub JOIN node ON node.id = sub.id",
        {"id": node_id},
    )
    return int(folders) - 1, int(documents)


def lies_above(unit: Unit, node_id: int, others: Collection[int]) -> bool:
    """Whether one of the *others* is this node or lies below it.

    Climbs from those few instead of walking down a large folder.
    """
    if not others:
        return False
    marks = {f"n{i}": other for i, other in enumerate(others)}
    row = unit.row(
        "WITH RECURSIVE up(id, parent_id) AS ("
        f"SELECT id, parent_id FROM node WHERE id IN ({', '.join(f':{each}' for each in marks)}) "
        "UNION SELECT node.id, node.parent_id FROM node JOIN up ON node.id = up.parent_id) "
        "SELECT 1 FROM up WHERE id = :id",
        {**marks, "id": node_id},
    )
    return row is not None


_LAY_IN = "coalesce(node.parent_id, trash.parent_id)"
_DELETED = "LEFT JOIN trash ON trash.node_id = node.id"


def lineage(unit: Unit, node_id: int) -> list[tuple[int, str]]:
    """(id, name) of the nodes from the root down to this one.

    What was deleted counts as where it lay, as that is called now.
    """
    rows = unit.rows(
        "WITH RECURSIVE up(id, parent_id, name, level) AS ("
        f"SELECT node.id, {_LAY_IN}, node.name, 0 FROM node {_DELETED} WHERE node.id = :id "
        f"UNION ALL SELECT node.id, {_LAY_IN}, node.name, up.level + 1 "
        f"FROM up JOIN node ON node.id = up.parent_id {_DELETED}) "
        "SELECT id, name FROM up ORDER BY level DESC",
        {"id": node_id},
    )
    return [(int(row[0]), row[1]) for row in rows]


def ancestries(unit: Unit, node_ids: Collection[int]) -> dict[int, list[NodeRow]]:
    """The chains from the root down to each of these nodes that is there; one query for all.

    What was deleted counts as where it lay (:func:`lineage`).
    """
    rows = unit.rows(
        "WITH RECURSIVE up(start, id, parent_id, level) AS ("
        f"SELECT node.id, node.id, {_LAY_IN}, 0 FROM node {_DELETED} "
        f"WHERE node.id {is_among(unit, 'ids')} UNION ALL "
        f"SELECT up.start, node.id, {_LAY_IN}, up.level + 1 "
        f"FROM up JOIN node ON node.id = up.parent_id {_DELETED}) "
        f"SELECT up.start, {_columns('node')} FROM up JOIN node ON node.id = up.id "
        "ORDER BY up.start, up.level DESC",
        {"ids": id_list(unit, node_ids)},
    )
    found: dict[int, list[NodeRow]] = {}
    for start, *columns in rows:
        found.setdefault(start, []).append(NodeRow._make(columns))
    return found


def folders(unit: Unit, parent_id: int, *, after: str, most: int) -> list[NodeRow]:
    """The first *most* collections directly in a collection whose names come behind *after*."""
    rows = unit.rows(
        f"SELECT {_columns('node')} FROM node WHERE parent_id = :parent AND name > :after"
        " AND is_collection = :yes ORDER BY name LIMIT :most",
        {"parent": parent_id, "after": after, "most": most, "yes": True},
    )
    return [NodeRow._make(row) for row in rows]
