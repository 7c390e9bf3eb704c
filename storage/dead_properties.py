"""Queries on dead properties (RFC 4918 section 4): what clients store about a node, verbatim."""

from collections.abc import Sequence

from storage.store import Unit, WriteUnit


def of_node(unit: Unit, node_id: int) -> dict[str, bytes]:
    """All dead properties of a node: Clark name to the property's element as XML."""
    rows = unit.rows("SELECT name, xml FROM dead_property WHERE node_id = :id", {"id": node_id})
    return {name: bytes(xml) for name, xml in rows}


def of_members(unit: Unit, parent_id: int) -> dict[int, dict[str, bytes]]:
    """The dead properties of all members of a collection, by node id, in one query."""
    rows = unit.rows(
        "SELECT dead_property.node_id, dead_property.name, dead_property.xml FROM dead_property "
        "JOIN node ON node.id = dead_property.node_id WHERE node.parent_id = :parent",
        {"parent": parent_id},
    )
    found: dict[int, dict[str, bytes]] = {}
    for node_id, name, xml in rows:
        found.setdefault(node_id, {})[name] = bytes(xml)
    return found


def bytes_of_members(unit: Unit, parent_id: int) -> int:
    """How long the dead properties of all members of a collection are together."""
    row = unit.row(
        "SELECT coalesce(sum(length(dead_property.xml)), 0) FROM dead_property "
        "JOIN node ON node.id = dead_property.node_id WHERE node.parent_id = :parent",
        {"parent": parent_id},
    )
    return int(row[0])


def bytes_of_node(unit: Unit, node_id: int) -> int:
    """How long a node's dead properties are, with their names (in characters)."""
    row = unit.row(
        "SELECT coalesce(sum(length(xml) + length(name)), 0) FROM dead_property "
        "WHERE node_id = :id",
        {"id": node_id},
    )
    return int(row[0])


def apply(unit: WriteUnit, node_id: int, changes: Sequence[tuple[str, bytes | None]]) -> None:
    """Set (XML) or remove (None) properties, in order."""
    for name, xml in changes:
        if xml is None:
            unit.execute(
                "DELETE FROM dead_property WHERE node_id = :id AND name = :name",
                {"id": node_id, "name": name},
            )
        else:
            unit.execute(
                "INSERT INTO dead_property (node_id, name, xml) VALUES (:id, :name, :xml) "
                "ON CONFLICT (node_id, name) DO UPDATE SET xml = excluded.xml",
                {"id": node_id, "name": name, "xml": xml},
            )
