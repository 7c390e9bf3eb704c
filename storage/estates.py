"""Queries on properties (in code: estates) and their folders."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit
from storage.tree import COLUMNS, NodeRow


class EstateRow(NamedTuple):
    """A property with its folder's node."""

    id: int
    number: str
    title: str
    address: str
    status: str
    node_id: int


_COLUMNS = ", ".join(EstateRow._fields)


def insert(
    unit: WriteUnit, *, number: str, title: str, address: str, node_id: int, now_us: int
) -> int:
    """Keep a new property; its id."""
    row = unit.row(
        "INSERT INTO estate (number, title, address, node_id, created_us) "
        "VALUES (:number, :title, :address, :node_id, :now_us) RETURNING id",
        {
            "number": number,
            "title": title,
            "address": address,
            "node_id": node_id,
            "now_us": now_us,
        },
    )
    return int(row[0])


def find_by_number(unit: Unit, number: str) -> EstateRow | None:
    """The property with this number."""
    row = unit.row(f"SELECT {_COLUMNS} FROM estate WHERE number = :number", {"number": number})
    return EstateRow._make(row) if row else None


def find_by_node(unit: Unit, node_id: int) -> EstateRow | None:
    """The property that owns this folder."""
    row = unit.row(f"SELECT {_COLUMNS} FROM estate WHERE node_id = :id", {"id": node_id})
    return EstateRow._make(row) if row else None


def rename(unit: WriteUnit, estate_id: int, *, number: str, title: str) -> None:
    """Give a property another number and title."""
    unit.execute(
        "UPDATE estate SET number = :number, title = :title WHERE id = :id",
        {"number": number, "title": title, "id": estate_id},
    )


def delete(unit: WriteUnit, estate_id: int) -> None:
    """Forget a property; its folder goes with its node."""
    unit.execute("DELETE FROM estate WHERE id = :id", {"id": estate_id})


def numbers(unit: Unit) -> list[str]:
    """All numbers in use."""
    return [row[0] for row in unit.rows("SELECT number FROM estate")]


def all_estates(unit: Unit) -> list[EstateRow]:
    """Every property, by number."""
    rows = unit.rows(f"SELECT {_COLUMNS} FROM estate ORDER BY number")
    return [EstateRow._make(row) for row in rows]


_WITH_FOLDERS = (
    f"SELECT {', '.join(f'e.{each}' for each in EstateRow._fields)},"
    f" {', '.join(f'n.{each}' for each in COLUMNS)}"
    " FROM estate e JOIN node n ON n.id = e.node_id"
    " WHERE e.number > :after ORDER BY e.number LIMIT :most"
)


def with_folders(unit: Unit, *, after: str, most: int) -> list[tuple[EstateRow, NodeRow]]:
    """The first *most* properties whose numbers come behind *after*, each with its folder."""
    width = len(EstateRow._fields)
    rows = unit.rows(_WITH_FOLDERS, {"after": after, "most": most})
    return [(EstateRow._make(row[:width]), NodeRow._make(row[width:])) for row in rows]
