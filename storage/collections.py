"""Queries on calendars, task lists and address books: whose they are, and their change counters.

A writer holds the rows of the collections it changes until its commit (:func:`hold`), so that what
it checked still stands when it writes, and numbers of one collection become visible in order.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from storage import epochs
from storage.store import Unit, WriteUnit

_COLUMNS = (
    "id, owner_id, name, kind, components, display_name, is_default, properties, created_us, "
    "modseq, epoch, pruned_modseq"
)


class CollectionRow(NamedTuple):
    """One collection, as the table has it.

    ``name`` is its segment in URLs. ``components`` are those that a calendar takes;
    ``properties_json`` is what clients stored, read by whoever asks for :attr:`properties`.
    """

    id: int
    owner_id: int
    name: str
    kind: str
    components: frozenset[str]
    display_name: str
    is_default: bool
    properties_json: str
    created_us: int
    modseq: int
    epoch: int
    pruned_modseq: int

    @property
    def properties(self) -> Mapping[str, str]:
        """What clients stored: Clark name to the whole element as XML."""
        properties: Mapping[str, str] = json.loads(self.properties_json)
        return properties


class NewCollection(NamedTuple):
    """What a collection is made of."""

    name: str
    kind: str
    components: frozenset[str] = frozenset()
    display_name: str = ""
    is_default: bool = False
    properties: Mapping[str, str] = {}


def _collection(row: tuple[Any, ...]) -> CollectionRow:
    id_, owner_id, name, kind, components, display_name, is_default, *rest = row
    return CollectionRow(
        id_,
        owner_id,
        name,
        kind,
        frozenset(components.split(",")) if components else frozenset(),
        display_name,
        bool(is_default),
        *rest,
    )


def find(unit: Unit, owner_id: int, name: str) -> CollectionRow | None:
    """The collection of this name in its owner's home."""
    row = unit.row(
        f"SELECT {_COLUMNS} FROM collection WHERE owner_id = :owner AND name = :name",
        {"owner": owner_id, "name": name},
    )
    return _collection(row) if row else None


def of_owner(unit: Unit, owner_id: int) -> list[CollectionRow]:
    """All collections of a user, the oldest first."""
    rows = unit.rows(
        f"SELECT {_COLUMNS} FROM collection WHERE owner_id = :owner ORDER BY id",
        {"owner": owner_id},
    )
    return [_collection(row) for row in rows]


def hold(unit: WriteUnit, owner_id: int, names: Collection[str]) -> dict[str, CollectionRow]:
    """The collections of these names, with all other writers kept out of them until the commit.

    They are held in the order of their ids, so that two who want the same never wait for each
    other.
    """
    wanted = {f"n{i}": name for i, name in enumerate(sorted(set(names)))}
    among = ", ".join(f":{key}" for key in wanted)
    rows = unit.rows(
        f"SELECT {_COLUMNS} FROM collection WHERE owner_id = :owner AND name IN ({among}) "
        f"ORDER BY id{'' if unit.is_sqlite else ' FOR UPDATE'}",
        {"owner": owner_id, **wanted},
    )
    return {row[2]: _collection(row) for row in rows}


def hold_home(unit: WriteUnit, owner_id: int) -> int:
    """Let nobody else make a collection in this home until the commit; how many it has."""
    if not unit.is_sqlite:
        unit.row("SELECT 1 FROM principal WHERE id = :id FOR UPDATE", {"id": owner_id})
    row = unit.row("SELECT count(*) FROM collection WHERE owner_id = :id", {"id": owner_id})
    return int(row[0])


def create(unit: WriteUnit, owner_id: int, new: NewCollection, *, now_us: int) -> bool:
    """Make a collection; False if its owner has one of that name."""
    made = unit.execute(
        "INSERT INTO collection (owner_id, name, kind, components, display_name, is_default, "
        "properties, created_us, epoch) VALUES (:owner, :name, :kind, :components, :display_name, "
        ":is_default, :properties, :now_us, :epoch) ON CONFLICT (owner_id, name) DO NOTHING",
        {
            **new._asdict(),
            "components": ",".join(sorted(new.components)),
            "properties": json.dumps(dict(new.properties)),
            "owner": owner_id,
            "now_us": now_us,
            "epoch": epochs.first(),
        },
    )
    return made == 1


def set_properties(
    unit: WriteUnit, collection_id: int, *, display_name: str, properties: Mapping[str, str]
) -> None:
    """Replace what clients say about the collection."""
    unit.execute(
        "UPDATE collection SET display_name = :display_name, properties = :properties "
        "WHERE id = :id",
        {
            "display_name": display_name,
            "properties": json.dumps(dict(properties)),
            "id": collection_id,
        },
    )


def delete(unit: WriteUnit, collection_id: int) -> None:
    """Delete a collection with all that is in it."""
    unit.execute("DELETE FROM collection WHERE id = :id", {"id": collection_id})


def next_modseq(unit: WriteUnit, collection_id: int) -> int:
    """Take the next number of the collection's counter: one for each change of a member."""
    row = unit.row(
        "UPDATE collection SET modseq = modseq + 1 WHERE id = :id RETURNING modseq",
        {"id": collection_id},
    )
    return int(row[0])
