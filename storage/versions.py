"""Earlier states of documents: the queries. What comes back from them is the newest first."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit
from storage.tree import COLUMNS, NodeRow

_NEWEST = 2**31 - 1


class VersionRow(NamedTuple):
    """What a document held, and until when (microseconds)."""

    node_id: int
    version: int
    blob_sha256: str
    size: int
    content_type: str
    modified_us: int
    replaced_us: int
    saved_by: int | None


_SELECT = f"SELECT {', '.join(VersionRow._fields)} FROM node_version"


def keep(unit: WriteUnit, node_id: int, *, now_us: int) -> None:
    """Keep what a document holds, which a save is about to replace."""
    unit.execute(
        f"INSERT INTO node_version ({', '.join(VersionRow._fields)}) "
        "SELECT id, version, blob_sha256, size, content_type, modified_us, :now_us, changed_by "
        "FROM node WHERE id = :id",
        {"id": node_id, "now_us": now_us},
    )


def of_document(unit: Unit, node_id: int, *, most: int, before: int = _NEWEST) -> list[VersionRow]:
    """A document's earlier states with a number below *before*, *most* of them."""
    rows = unit.rows(
        f"{_SELECT} WHERE node_id = :id AND version < :before ORDER BY version DESC LIMIT :most",
        {"id": node_id, "before": before, "most": most},
    )
    return [VersionRow._make(row) for row in rows]


def find(unit: Unit, node_id: int, version: int) -> VersionRow | None:
    """One earlier state."""
    row = unit.row(
        f"{_SELECT} WHERE node_id = :id AND version = :version",
        {"id": node_id, "version": version},
    )
    return VersionRow._make(row) if row else None


def hold(unit: WriteUnit, node_id: int, version: int) -> bool:
    """Let nobody remove it until the commit; False if it is gone."""
    lock = "" if unit.is_sqlite else " FOR UPDATE"
    row = unit.row(
        f"SELECT 1 FROM node_version WHERE node_id = :id AND version = :version{lock}",
        {"id": node_id, "version": version},
    )
    return row is not None


def has_any(unit: Unit, node_id: int) -> bool:
    """Whether the document held anything else before."""
    return bool(of_document(unit, node_id, most=1))


def documents_with(unit: Unit, folder_id: int, *, most: int) -> list[NodeRow]:
    """The documents directly in a folder that held something else before, by name."""
    rows = unit.rows(
        f"SELECT {', '.join(COLUMNS)} FROM node WHERE parent_id = :folder AND EXISTS "
        "(SELECT 1 FROM node_version WHERE node_version.node_id = node.id) "
        "ORDER BY name LIMIT :most",
        {"folder": folder_id, "most": most},
    )
    return [NodeRow._make(row) for row in rows]


def forget_before(unit: WriteUnit, before_us: int, *, limit: int) -> int:
    """Drop some of what was replaced before this time; how many."""
    return unit.execute(
        "DELETE FROM node_version WHERE (node_id, version) IN (SELECT node_id, version "
        "FROM node_version WHERE replaced_us < :before ORDER BY replaced_us LIMIT :limit)",
        {"before": before_us, "limit": limit},
    )


def with_more_than(unit: Unit, most: int, *, limit: int) -> list[int]:
    """Some of the documents of which more than *most* earlier states are kept."""
    rows = unit.rows(
        "SELECT node_id FROM node_version GROUP BY node_id HAVING count(*) > :most LIMIT :limit",
        {"most": most, "limit": limit},
    )
    return [int(node_id) for (node_id,) in rows]


def forget_beyond(unit: WriteUnit, node_id: int, most: int) -> int:
    """Drop all but the newest *most* earlier states of a document; how many."""
    return unit.execute(
        "DELETE FROM node_version WHERE node_id = :id AND version <= (SELECT version "
        "FROM node_version WHERE node_id = :id ORDER BY version DESC LIMIT 1 OFFSET :most)",
        {"id": node_id, "most": most},
    )
