"""What somebody was granted on folders, as their identity needs it: the queries."""

from collections.abc import Collection

from storage.id_lists import id_list, is_among, is_not_among
from storage.store import Unit

_ONE = "g.node_id || '.' || g.level || '.' || CASE WHEN n.parent_id IS NULL THEN 1 ELSE 0 END"


def joined(unit: Unit, user_id: str) -> str:
    """SQL: what the user in column *user_id* was granted, also by groups and as everybody.

    ``<node>.<level>.<1 for a root, else 0>`` with commas between and perhaps around; a node may
    stand there more than once. Each of the three ways to a grant is a look into an index.
    """
    some = f"group_concat({_ONE})" if unit.is_sqlite else f"string_agg({_ONE}, ',')"
    ways = (
        "node_grant g JOIN node n ON n.id = g.node_id WHERE g.principal_id IS NULL",
        f"node_grant g JOIN node n ON n.id = g.node_id WHERE g.principal_id = {user_id}",
        (
            "membership m JOIN node_grant g ON g.principal_id = m.group_id"
            f" JOIN node n ON n.id = g.node_id WHERE m.user_id = {user_id}"
        ),
    )
    return " || ',' || ".join(f"coalesce((SELECT {some} FROM {way}), '')" for way in ways)


def on_the_way(
    unit: Unit, node_ids: Collection[int], *, hidden: Collection[int]
) -> frozenset[int]:
    """The nodes from these up to their roots, as far as none of the *hidden* lies between."""
    seen = is_not_among(unit, "hidden")
    rows = unit.rows(
        "WITH RECURSIVE up(id, parent_id) AS ("
        f"SELECT id, parent_id FROM node WHERE id {is_among(unit, 'ids')} AND id {seen} UNION "
        "SELECT node.id, node.parent_id FROM node JOIN up ON node.id = up.parent_id "
        f"WHERE node.id {seen}) SELECT id FROM up",
        {"ids": id_list(unit, node_ids), "hidden": id_list(unit, hidden)},
    )
    return frozenset(node_id for (node_id,) in rows)
