"""Queries on the document tree: find, list, make, change, move, copy and delete nodes.

Every change of a member of a collection takes one number of the counter of the tree that the
collection lies in (``modseq``, RFC 6578); a member that goes leaves a tombstone.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from storage.store import Unit, WriteUnit

_COLUMNS = (
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
_WIDTH = len(_COLUMNS)
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


_NOTHING = Content(None, 0, "")


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in _COLUMNS)


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
# whole listing keeps threads from fighting over it (three times as fast with two of them).
_CHILDREN_AS_ONE_ROW = (
    f"SELECT json_group_array(json_array({_columns('node')})) FROM "
    "(SELECT * FROM node WHERE parent_id = :parent ORDER BY name LIMIT :most) node"
)


def children(unit: Unit, parent_id: int, *, most: int = ALL) -> list[NodeRow]:
    """The members of a collection, by name; the first *most* of them."""
    values = {"parent": parent_id, "most": most}
    if unit.is_sqlite:
        row = unit.row(_CHILDREN_AS_ONE_ROW, values)
        return [NodeRow._make(each) for each in json.loads(row[0])]
    return [NodeRow._make(row) for row in unit.rows(_CHILDREN, values)]


def count_children(unit: Unit, parent_id: int) -> int:
    """How many members a collection has."""
    row = unit.row("SELECT count(*) FROM node WHERE parent_id = :parent", {"parent": parent_id})
    return int(row[0])


_SUBTREE = (
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


def lineage(unit: Unit, node_id: int) -> list[tuple[int, str]]:
    """(id, name) of the nodes from the root down to this one."""
    rows = unit.rows(
        "WITH RECURSIVE up(id, parent_id, name, level) AS ("
        "SELECT id, parent_id, name, 0 FROM node WHERE id = :id UNION ALL "
        "SELECT node.id, node.parent_id, node.name, up.level + 1 "
        "FROM node JOIN up ON node.id = up.parent_id) SELECT id, name FROM up ORDER BY level DESC",
        {"id": node_id},
    )
    return [(int(row[0]), row[1]) for row in rows]


def create_tree(unit: WriteUnit, kind: str) -> int:
    """A new part of the tree with a counter of its own; its id."""
    return int(unit.row("INSERT INTO tree (kind) VALUES (:kind) RETURNING id", {"kind": kind})[0])


def create_root(unit: WriteUnit, *, kind: str, role: str, name: str, now_us: int) -> NodeRow:
    """A root collection in a tree of its own: a Home, the properties, the resources."""
    tree_id = create_tree(unit, kind)
    return _insert(
        unit,
        {
            "parent_id": None,
            "tree_id": tree_id,
            "name": name,
            "role": role,
            "is_collection": True,
            "now_us": now_us,
            "modseq": 0,
            "changed_by": None,
        },
        _NOTHING,
    )


def next_modseq(unit: WriteUnit, tree_id: int, count: int = 1) -> int:
    """Take *count* numbers of the tree's counter and return the first of them."""
    row = unit.row(
        "UPDATE tree SET modseq = modseq + :count WHERE id = :id RETURNING modseq",
        {"count": count, "id": tree_id},
    )
    return int(row[0]) - count + 1


def _insert(unit: WriteUnit, values: dict[str, object], content: Content) -> NodeRow:
    row = unit.row(
        "INSERT INTO node (parent_id, tree_id, name, role, is_collection, blob_sha256, size, "
        "content_type, created_us, modified_us, version, modseq, changed_by) VALUES "
        "(:parent_id, :tree_id, :name, :role, :is_collection, :blob_sha256, :size, "
        ":content_type, :now_us, :now_us, 1, :modseq, :changed_by) "
        f"RETURNING {', '.join(_COLUMNS)}",
        {**values, **content._asdict()},
    )
    return NodeRow._make(row)


def create(  # noqa: PLR0913 - a node's columns
    unit: WriteUnit,
    parent: NodeRow,
    name: str,
    *,
    content: Content | None,
    now_us: int,
    user_id: int,
    role: str = "",
    tree_id: int | None = None,
) -> NodeRow:
    """A new member of *parent*: a document with *content*, or a collection with none.

    Args:
        unit: The transaction; the caller knows that the name is free.
        parent: The collection it becomes a member of.
        name: The member's name.
        content: What the document holds; None makes a collection.
        now_us: The time, in microseconds.
        user_id: Who makes it.
        role: What the office fixes about it (``estate``, ``release``), or nothing.
        tree_id: The tree that counts its own members' changes; the parent's by default.
    """
    unit.execute(
        "DELETE FROM tombstone WHERE parent_id = :parent AND name = :name",
        {"parent": parent.id, "name": name},
    )
    return _insert(
        unit,
        {
            "parent_id": parent.id,
            "tree_id": parent.tree_id if tree_id is None else tree_id,
            "name": name,
            "role": role,
            "is_collection": content is None,
            "now_us": now_us,
            "modseq": next_modseq(unit, parent.tree_id),
            "changed_by": user_id,
        },
        content or _NOTHING,
    )


def replace_content(
    unit: WriteUnit, node: NodeRow, content: Content, *, modified_us: int, user_id: int
) -> NodeRow:
    """Give a document new content: its next version."""
    row = unit.row(
        "UPDATE node SET blob_sha256 = :blob_sha256, size = :size, content_type = :content_type, "
        "modified_us = :modified_us, version = version + 1, modseq = :modseq, "
        f"changed_by = :user_id WHERE id = :id RETURNING {', '.join(_COLUMNS)}",
        {
            **content._asdict(),
            "modified_us": modified_us,
            "modseq": next_modseq(unit, node.tree_id),
            "user_id": user_id,
            "id": node.id,
        },
    )
    return NodeRow._make(row)


def confirm_content(
    unit: WriteUnit, node: NodeRow, content_type: str, *, modified_us: int
) -> NodeRow:
    """The same bytes were saved again: no new version, but perhaps another type and time."""
    row = unit.row(
        "UPDATE node SET content_type = :content_type, modified_us = :modified_us, "
        f"modseq = :modseq WHERE id = :id RETURNING {', '.join(_COLUMNS)}",
        {
            "content_type": content_type,
            "modified_us": modified_us,
            "modseq": next_modseq(unit, node.tree_id),
            "id": node.id,
        },
    )
    return NodeRow._make(row)


def set_times(
    unit: WriteUnit, node: NodeRow, *, modified_us: int | None, created_us: int | None
) -> None:
    """Set the times that listings show, as Explorer does after a copy."""
    unit.execute(
        "UPDATE node SET modified_us = coalesce(:modified_us, modified_us), "
        "created_us = coalesce(:created_us, created_us), modseq = :modseq WHERE id = :id",
        {
            "modified_us": modified_us,
            "created_us": created_us,
            "modseq": _member_modseq(unit, node),
            "id": node.id,
        },
    )


def touch(unit: WriteUnit, node: NodeRow) -> None:
    """Say that a member changed without its content (dead properties): a new modseq."""
    unit.execute(
        "UPDATE node SET modseq = :modseq WHERE id = :id",
        {"modseq": _member_modseq(unit, node), "id": node.id},
    )


def _member_modseq(unit: WriteUnit, node: NodeRow) -> int:
    """The next number of the tree in which *node* is a member (its parent's)."""
    row = unit.row("SELECT tree_id FROM node WHERE id = :id", {"id": node.parent_id})
    return next_modseq(unit, node.tree_id if row is None else int(row[0]))


def delete(unit: WriteUnit, node: NodeRow, parent: NodeRow, *, now_us: int) -> int:
    """Delete a member with all below it, leaving a tombstone; how many nodes went."""
    gone = unit.execute(
        f"DELETE FROM node WHERE id IN ({_SUBTREE}SELECT id FROM sub)", {"id": node.id}
    )
    bury(unit, parent, node.name, now_us=now_us)
    return gone


def bury(unit: WriteUnit, parent: NodeRow, name: str, *, now_us: int) -> None:
    """Leave a tombstone for a member that went."""
    unit.execute(
        "INSERT INTO tombstone (parent_id, name, modseq, deleted_us) "
        "VALUES (:parent, :name, :modseq, :now_us) ON CONFLICT (parent_id, name) "
        "DO UPDATE SET modseq = excluded.modseq, deleted_us = excluded.deleted_us",
        {
            "parent": parent.id,
            "name": name,
            "modseq": next_modseq(unit, parent.tree_id),
            "now_us": now_us,
        },
    )


def move(
    unit: WriteUnit, node: NodeRow, source: NodeRow, target: NodeRow, name: str, *, now_us: int
) -> None:
    """Make *node*, a member of *source*, the member *name* of *target*; its id stays."""
    bury(unit, source, node.name, now_us=now_us)
    unit.execute(
        "DELETE FROM tombstone WHERE parent_id = :parent AND name = :name",
        {"parent": target.id, "name": name},
    )
    if node.tree_id == source.tree_id and target.tree_id != source.tree_id:
        _change_tree(unit, node, target.tree_id)
    unit.execute(
        "UPDATE node SET parent_id = :parent, name = :name, modseq = :modseq WHERE id = :id",
        {
            "parent": target.id,
            "name": name,
            "modseq": next_modseq(unit, target.tree_id),
            "id": node.id,
        },
    )


def _change_tree(unit: WriteUnit, node: NodeRow, tree_id: int) -> None:
    """Put a subtree under another counter: its members' numbers must come from there."""
    row = unit.row(f"{_SUBTREE}SELECT count(*) FROM sub", {"id": node.id})
    first = next_modseq(unit, tree_id, int(row[0]))
    unit.execute(
        f"{_SUBTREE.rstrip()}, numbered(id, place) AS ("
        "SELECT id, row_number() OVER (ORDER BY level, id) - 1 FROM sub) "
        "UPDATE node SET tree_id = :tree, modseq = :first + numbered.place "
        "FROM numbered WHERE numbered.id = node.id",
        {"id": node.id, "tree": tree_id, "first": first},
    )
    # Tombstones hold numbers of the old counter; under the new one every listing begins anew.
    unit.execute(
        f"DELETE FROM tombstone WHERE parent_id IN ({_SUBTREE}SELECT id FROM sub)",
        {"id": node.id},
    )


def copy(
    unit: WriteUnit,
    nodes: Sequence[NodeRow],
    target: NodeRow,
    name: str,
    *,
    now_us: int,
    user_id: int,
) -> int:
    """Copy *nodes* (a node and what goes along, parents first) to the member *name* of *target*.

    The copies share the blobs and carry the dead properties; the id of the new member.
    """
    unit.execute(
        "DELETE FROM tombstone WHERE parent_id = :parent AND name = :name",
        {"parent": target.id, "name": name},
    )
    ids = _reserve_ids(unit, len(nodes))
    first_modseq = next_modseq(unit, target.tree_id, len(nodes))
    new_ids = {node.id: new for node, new in zip(nodes, ids, strict=True)}
    unit.execute_many(
        "INSERT INTO node (id, parent_id, tree_id, name, role, is_collection, blob_sha256, size, "
        "content_type, created_us, modified_us, version, modseq, changed_by) VALUES "
        "(:id, :parent_id, :tree_id, :name, '', :is_collection, :blob_sha256, :size, "
        ":content_type, :now_us, :modified_us, 1, :modseq, :user_id)",
        [
            {
                "id": new_ids[node.id],
                "parent_id": target.id if i == 0 else new_ids[node.parent_id or 0],
                "tree_id": target.tree_id,
                "name": name if i == 0 else node.name,
                "is_collection": bool(node.is_collection),
                "blob_sha256": node.blob_sha256,
                "size": node.size,
                "content_type": node.content_type,
                "now_us": now_us,
                "modified_us": node.modified_us,
                "modseq": first_modseq + i,
                "user_id": user_id,
            }
            for i, node in enumerate(nodes)
        ],
    )
    _copy_dead_properties(unit, new_ids)
    return ids[0]


def _copy_dead_properties(unit: WriteUnit, new_ids: Mapping[int, int]) -> None:
    """Give copies the dead properties of what they were copied from, in one statement."""
    pairs = (
        "SELECT CAST(key AS INTEGER) AS old, value AS new FROM json_each(:ids)"
        if unit.is_sqlite
        else "SELECT CAST(key AS BIGINT) AS old, CAST(value AS BIGINT) AS new "
        "FROM json_each_text(CAST(:ids AS json))"
    )
    unit.execute(
        "INSERT INTO dead_property (node_id, name, xml) SELECT pair.new, name, xml "
        f"FROM ({pairs}) pair JOIN dead_property ON dead_property.node_id = pair.old",
        {"ids": json.dumps(new_ids)},
    )


def _reserve_ids(unit: WriteUnit, count: int) -> list[int]:
    """Take *count* node ids that nobody else gets."""
    if unit.is_sqlite:
        row = unit.row("SELECT seq FROM sqlite_sequence WHERE name = 'node'")
        first = (int(row[0]) if row else 0) + 1
        return list(range(first, first + count))
    rows = unit.rows(
        "SELECT nextval(pg_get_serial_sequence('node', 'id')) FROM generate_series(1, :count)",
        {"count": count},
    )
    return [int(row[0]) for row in rows]


def rename_root(unit: WriteUnit, node_id: int, name: str) -> None:
    """Give a root another name; it is no member of anything, so nothing is counted."""
    unit.execute("UPDATE node SET name = :name WHERE id = :id", {"name": name, "id": node_id})


def replace_dead_properties(unit: WriteUnit, *, source_id: int, target_id: int) -> None:
    """Give one node the dead properties of another instead of its own."""
    unit.execute("DELETE FROM dead_property WHERE node_id = :id", {"id": target_id})
    unit.execute(
        "INSERT INTO dead_property (node_id, name, xml) "
        "SELECT :target, name, xml FROM dead_property WHERE node_id = :source",
        {"target": target_id, "source": source_id},
    )
