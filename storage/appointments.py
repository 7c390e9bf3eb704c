"""Queries on appointments and tasks of the office: what is kept beside the calendar object.

Whoever changes one holds its calendar and then the records; see ``storage.records``.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from storage.id_lists import id_list, is_among
from storage.store import Unit, WriteUnit
from storage.ties import TIED


class AppointmentRow(NamedTuple):
    """What the office keeps of an appointment or task; see ``schema.appointments``."""

    item_id: int
    owner_id: int
    kind: str
    is_private: bool
    writer_id: int | None
    seq: int
    bytes_seq: int
    changed_us: int


class Found(NamedTuple):
    """An object in a calendar, and what the office keeps of it, if it does."""

    item_id: int
    row: AppointmentRow | None


_COLUMNS = ", ".join(AppointmentRow._fields)
_OF_A = ", ".join(f"a.{name}" for name in AppointmentRow._fields)
_VALUES = ", ".join(f":{name}" for name in AppointmentRow._fields)
_SETTING = ", ".join(f"{name} = excluded.{name}" for name in AppointmentRow._fields[1:])


def _row(found: Any) -> AppointmentRow:  # noqa: ANN401 - as the driver gives it
    row = AppointmentRow._make(found)
    return row._replace(is_private=bool(row.is_private))


def at(unit: Unit, collection_id: int, href: str) -> Found | None:
    """The object of this name in a calendar."""
    row = unit.row(
        f"SELECT i.id, {_OF_A} FROM item i LEFT JOIN appointment a ON a.item_id = i.id"
        " WHERE i.collection_id = :collection AND i.href = :href",
        {"collection": collection_id, "href": href},
    )
    if row is None:
        return None
    return Found(row[0], None if row[1] is None else _row(row[1:]))


def find(unit: Unit, item_id: int) -> AppointmentRow | None:
    """What the office keeps of this object."""
    row = unit.row(f"SELECT {_COLUMNS} FROM appointment WHERE item_id = :id", {"id": item_id})
    return None if row is None else _row(row)


def among(unit: Unit, item_ids: Collection[int]) -> set[int]:
    """Those of these objects that the office keeps something of."""
    rows = unit.rows(
        f"SELECT item_id FROM appointment WHERE item_id {is_among(unit, 'ids')}",
        {"ids": id_list(unit, item_ids)},
    )
    return {item_id for (item_id,) in rows}


def is_office(unit: Unit, item_id: int) -> bool:
    """Whether the object is an office appointment: tied to something by what nobody undid."""
    row = unit.row(
        f"SELECT 1 FROM appointment a WHERE a.item_id = :id AND {TIED.format(item='a.item_id')}",
        {"id": item_id},
    )
    return row is not None


def put(unit: WriteUnit, row: AppointmentRow) -> None:
    """Keep what the office knows of an object."""
    unit.execute(
        f"INSERT INTO appointment ({_COLUMNS}) VALUES ({_VALUES})"
        f" ON CONFLICT (item_id) DO UPDATE SET {_SETTING}",
        row._asdict(),
    )


def judge_again(unit: WriteUnit, item_id: int, seq: int) -> None:
    """Let views ask again who wants it; *seq* is the number of that change."""
    unit.execute(
        "UPDATE appointment SET seq = :seq WHERE item_id = :id", {"seq": seq, "id": item_id}
    )


def judge_those_of(
    unit: WriteUnit, seq: int, *, contact_id: int | None = None, estate_id: int | None = None
) -> None:
    """The same for all that are tied to a contact or property, which is about to go."""
    unit.execute(
        "UPDATE appointment SET seq = :seq WHERE item_id IN (SELECT item_id FROM item_tie"
        f" WHERE {'contact_id' if estate_id is None else 'estate_id'} = :id)",
        {"seq": seq, "id": contact_id if estate_id is None else estate_id},
    )


def in_collection(unit: Unit, collection_id: int) -> list[int]:
    """The ids of the objects of a calendar that the office keeps something of."""
    rows = unit.rows(
        "SELECT i.id FROM item i JOIN appointment a ON a.item_id = i.id"
        " WHERE i.collection_id = :id ORDER BY i.id",
        {"id": collection_id},
    )
    return [item_id for (item_id,) in rows]


def office_places(unit: Unit, collection_ids: Collection[int]) -> dict[int, int]:
    """Those of these collections whose appointments may be the office's, each with its owner."""
    rows = unit.rows(
        f"SELECT id, owner_id FROM collection WHERE id {is_among(unit, 'ids')}"
        " AND kind <> 'addressbook' AND is_default AND role IN ('', 'default', 'aside')",
        {"ids": id_list(unit, collection_ids)},
    )
    return dict(rows)
