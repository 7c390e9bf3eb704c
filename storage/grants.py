"""Grants on folders and collections to groups, users and everybody: the queries."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit


class Noun(StrEnum):
    """What is granted on."""

    NODE = "node"
    COLLECTION = "collection"


class GrantRow(NamedTuple):
    """A grant: on what, to whom (None: everybody), how far (1 to 3)."""

    thing_id: int
    principal_id: int | None
    level: int


class NamedGrantRow(NamedTuple):
    """A grant with the name of whom (None: everybody)."""

    thing_id: int
    principal_name: str | None
    level: int


def put(unit: WriteUnit, noun: Noun, thing_id: int, principal_id: int | None, level: int) -> None:
    """Grant this much and no other level; the caller keeps others from doing so at once."""
    remove(unit, noun, thing_id, principal_id)
    unit.execute(
        f"INSERT INTO {noun}_grant (principal_id, {noun}_id, level)"
        " VALUES (:principal, :thing, :level)",
        {"principal": principal_id, "thing": thing_id, "level": level},
    )


def remove(unit: WriteUnit, noun: Noun, thing_id: int, principal_id: int | None) -> int:
    """Take back what was granted on this very thing: the level it was, 0 if there was none."""
    whose = "IS NULL" if principal_id is None else "= :principal"
    values = {"thing": thing_id}
    if principal_id is not None:
        values["principal"] = principal_id
    rows = unit.rows(
        f"DELETE FROM {noun}_grant WHERE {noun}_id = :thing AND principal_id {whose}"
        " RETURNING level",
        values,
    )
    unit.rights_shrank()
    return int(rows[0][0]) if rows else 0


def on_these(unit: Unit, noun: Noun, thing_ids: Collection[int]) -> list[GrantRow]:
    """The grants on these very things."""
    rows = unit.rows(
        f"SELECT {noun}_id, principal_id, level FROM {noun}_grant"
        f" WHERE {noun}_id {is_among(unit, 'ids')} ORDER BY id",
        {"ids": id_list(unit, thing_ids)},
    )
    return [GrantRow._make(row) for row in rows]


def everything(unit: Unit, noun: Noun) -> list[NamedGrantRow]:
    """All of them, the oldest first."""
    rows = unit.rows(
        f"SELECT g.{noun}_id, p.name, g.level FROM {noun}_grant g"
        " LEFT JOIN principal p ON p.id = g.principal_id ORDER BY g.id"
    )
    return [NamedGrantRow._make(row) for row in rows]


def named_on(unit: Unit, noun: Noun, thing_id: int) -> list[NamedGrantRow]:
    """The grants on this very thing with the names, the oldest first."""
    rows = unit.rows(
        f"SELECT g.{noun}_id, p.name, g.level FROM {noun}_grant g"
        f" LEFT JOIN principal p ON p.id = g.principal_id WHERE g.{noun}_id = :id ORDER BY g.id",
        {"id": thing_id},
    )
    return [NamedGrantRow._make(row) for row in rows]
