"""Queries on the document tree that change it: make, save, move, copy and delete nodes.

Every change of a member of a collection takes one number of the counter of the tree that the
collection lies in (``modseq``, RFC 6578); a member that goes leaves a tombstone.
"""

import json
from collections.abc import Collection, Mapping, Sequence

from storage import epochs, sync_floors, versions
from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit
from storage.tree import COLUMNS, SUBTREE, Content, NodeRow

_NOTHING = Content(None, 0, "")


def create_tree(unit: WriteUnit, kind: str) -> int:
    """A new part of the tree with a counter of its own; its id."""
    row = unit.row(
        "INSERT INTO tree (kind, epoch) VALUES (:kind, :epoch) RETURNING id",
        {"kind": kind, "epoch": epochs.first()},
    )
    return int(row[0])


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
        f"RETURNING {', '.join(COLUMNS)}",
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
    unit: WriteUnit,
    node: NodeRow,
    content: Content,
    *,
    modified_us: int,
    now_us: int,
    user_id: int,
) -> NodeRow:
    """Give a document new content: its next version. What it held until now is kept."""
    if node.blob_sha256 is not None:
        versions.keep(unit, node.id, now_us=now_us)
    row = unit.row(
        "UPDATE node SET blob_sha256 = :blob_sha256, size = :size, content_type = :content_type, "
        "modified_us = :modified_us, version = version + 1, modseq = :modseq, "
        f"changed_by = :user_id WHERE id = :id RETURNING {', '.join(COLUMNS)}",
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
        f"modseq = :modseq WHERE id = :id RETURNING {', '.join(COLUMNS)}",
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
    """Remove a member for good with all below it, leaving a tombstone; how many nodes went.

    Nothing that was deleted in it may be left in the trash.
    """
    bury(unit, node, parent, now_us=now_us)
    return remove_subtree(unit, node.id)


def remove_subtree(unit: WriteUnit, node_id: int) -> int:
    """Remove a node and all below it for good; how many there were."""
    return unit.execute(
        f"DELETE FROM node WHERE id IN ({SUBTREE}SELECT id FROM sub)", {"id": node_id}
    )


def deleted_within(unit: Unit, node_ids: Collection[int]) -> list[int]:
    """The nodes of what was deleted in these or below them; in a deleted folder too, after it."""
    found: dict[int, None] = {}
    inner = list(node_ids)
    while inner:
        rows = unit.rows(
            f"WITH RECURSIVE sub(id) AS (SELECT id FROM node WHERE id {is_among(unit, 'ids')} "
            "UNION ALL SELECT node.id FROM node JOIN sub ON node.parent_id = sub.id) "
            "SELECT trash.node_id FROM trash JOIN sub ON trash.parent_id = sub.id",
            {"ids": id_list(unit, inner)},
        )
        inner = [int(node_id) for (node_id,) in rows if node_id not in found]
        found.update(dict.fromkeys(inner))
    return list(found)


def delete_tree(unit: WriteUnit, tree_id: int) -> None:
    """Forget a part of the tree whose last node went."""
    unit.execute("DELETE FROM tree WHERE id = :id", {"id": tree_id})


def bury(unit: WriteUnit, node: NodeRow, parent: NodeRow, *, now_us: int) -> None:
    """Leave a tombstone for a member that goes; who never knew of it is not told of its going."""
    modseq = next_modseq(unit, parent.tree_id)
    sync_floors.raise_for_blocked(unit, node.id, parent.id, modseq)
    unit.execute(
        "INSERT INTO tombstone (parent_id, name, is_collection, modseq, deleted_us) "
        "VALUES (:parent, :name, :is_collection, :modseq, :now_us) "
        "ON CONFLICT (parent_id, name) DO UPDATE SET is_collection = excluded.is_collection, "
        "modseq = excluded.modseq, deleted_us = excluded.deleted_us",
        {
            "parent": parent.id,
            "name": node.name,
            "is_collection": bool(node.is_collection),
            "modseq": modseq,
            "now_us": now_us,
        },
    )


def move(
    unit: WriteUnit, node: NodeRow, source: NodeRow, target: NodeRow, name: str, *, now_us: int
) -> None:
    """Make *node*, a member of *source*, the member *name* of *target*; its id stays."""
    bury(unit, node, source, now_us=now_us)
    put_into(unit, node, target, name, from_tree=source.tree_id)


def put_into(
    unit: WriteUnit, node: NodeRow, target: NodeRow, name: str, *, from_tree: int
) -> None:
    """Make a node that lies nowhere any more the member *name* of *target*.

    *from_tree* counted it before; one that counts its own members goes on doing so.
    """
    unit.execute(
        "DELETE FROM tombstone WHERE parent_id = :parent AND name = :name",
        {"parent": target.id, "name": name},
    )
    if node.tree_id == from_tree and target.tree_id != from_tree:
        for each in (node.id, *deleted_within(unit, [node.id])):
            _change_tree(unit, each, target.tree_id)
    modseq = next_modseq(unit, target.tree_id)
    sync_floors.raise_for_blocked(unit, node.id, target.id, modseq)
    unit.execute(
        "UPDATE node SET parent_id = :parent, name = :name, modseq = :modseq WHERE id = :id",
        {"parent": target.id, "name": name, "modseq": modseq, "id": node.id},
    )


def _change_tree(unit: WriteUnit, node_id: int, tree_id: int) -> None:
    """Put a subtree under another counter: members and tombstones take their numbers from there.

    Tombstones too: who knew a folder before it went away must learn, when it is back, what was
    deleted in it. The node on top may lie in the trash.
    """
    nodes, graves = unit.row(
        f"{SUBTREE}SELECT count(*), (SELECT count(*) FROM tombstone WHERE parent_id IN "
        "(SELECT id FROM sub)) FROM sub",
        {"id": node_id},
    )
    first = next_modseq(unit, tree_id, nodes + graves)
    unit.execute(
        f"{SUBTREE.rstrip()}, numbered(id, place) AS ("
        "SELECT id, row_number() OVER (ORDER BY level, id) - 1 FROM sub) "
        "UPDATE node SET tree_id = :tree, modseq = :first + numbered.place "
        "FROM numbered WHERE numbered.id = node.id",
        {"id": node_id, "tree": tree_id, "first": first},
    )
    unit.execute(
        f"{SUBTREE.rstrip()}, numbered(parent_id, name, place) AS ("
        "SELECT parent_id, name, row_number() OVER (ORDER BY modseq) - 1 FROM tombstone "
        "WHERE parent_id IN (SELECT id FROM sub)) "
        "UPDATE tombstone SET modseq = :first + numbered.place FROM numbered "
        "WHERE numbered.parent_id = tombstone.parent_id AND numbered.name = tombstone.name",
        {"id": node_id, "first": first + nodes},
    )
    sync_floors.renumber(unit, node_id, first)
    unit.execute(
        "UPDATE trash SET tree_id = :tree WHERE node_id = :id", {"id": node_id, "tree": tree_id}
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
