"""Queries on calendar and address objects: find, list, read, and what changed.

Members of a view are found as those of any collection: they are the records that it shows, and
what its owner keeps there besides.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from storage.collections import Place
from storage.item_words import FIELDS, Condition, sql_of
from storage.store import Unit

_BOUNDS = "starts_us, ends_us, recurrence, summary"
_PLAIN = (
    "id",
    "collection_id",
    "href",
    "uid",
    "component",
    "etag",
    "size",
    "modified_us",
    "modseq",
    "schedule_tag",
)
_ROW = ", ".join(_PLAIN)


class ItemRow(NamedTuple):
    """One object, as the table has it; ``schedule_tag`` is empty where it is no meeting.

    ``text`` is there only where it was asked for. Sets of any number come without: see
    :func:`read`.
    """

    id: int
    collection_id: int
    href: str
    uid: str
    component: str
    etag: str
    size: int
    modified_us: int
    modseq: int
    schedule_tag: str = ""
    text: str = ""


class Gone(NamedTuple):
    """A member that is no longer there, and the number of its going."""

    href: str
    modseq: int


class Content(NamedTuple):
    """What an object holds and what is kept beside it; see ``schema.groupware``."""

    uid: str
    component: str
    etag: str
    size: int
    starts_us: int | None
    ends_us: int | None
    recurrence: str
    summary: str
    text: str
    fn: str = ""
    n: str = ""
    org: str = ""
    email: str = ""
    tel: str = ""
    categories: str = ""
    bday: str = ""
    schedule_tag: str = ""


class Candidate(NamedTuple):
    """An object that may happen within a time that was asked about."""

    item: ItemRow
    component: str
    starts_us: int | None
    ends_us: int | None
    recurrence: str
    summary: str

    @property
    def uid(self) -> str:
        """The object's UID; that of a message in an inbox stands before who sent it."""
        return self.item.uid.partition("\n")[0]


class Contact(NamedTuple):
    """A contact, and what is kept beside it by the names of its properties, folded."""

    item: ItemRow
    columns: dict[str, str]


_ETAG = "CASE WHEN m.resends = 0 THEN i.etag ELSE i.etag || '.r' || m.resends END"
_OWN = {
    "collection_id": "m.view_id",
    "href": "m.href",
    "modseq": "m.modseq",
    "etag": _ETAG,
}
"""What a member of a view has of its own; all else is the record's."""
_COLUMNS = ("id", "collection_id", "href", "created_us", "modified_us", "modseq", *Content._fields)
_MEMBERS = ", ".join(f"{_OWN.get(each, f'i.{each}')} AS {each}" for each in _COLUMNS)
_OF_VIEW = (
    f"(SELECT {', '.join(_COLUMNS)} FROM item WHERE collection_id = :collection"
    f" UNION ALL SELECT {_MEMBERS} FROM view_member m JOIN item i ON i.id = m.item_id"
    " WHERE m.view_id = :collection) AS seen"
)
"""A view: the records that it shows, and what its owner keeps there without the office."""


def _from(place: Place) -> str:
    return _OF_VIEW if place.is_view else "item"


def _selection(*, with_text: bool) -> str:
    return f"{_ROW}, text" if with_text else _ROW


def _set_of(
    unit: Unit, place: Place, columns: str, rest: str, parameters: dict[str, Any]
) -> list[Any]:
    """Rows of a set that may be long.

    sqlite3 gives the interpreter's lock away at every row it steps: one row that holds all of
    them as JSON keeps threads from fighting over it.
    """
    found = f"SELECT {columns} FROM {_from(place)} {rest}"
    if not unit.is_sqlite:
        return unit.rows(found, parameters)
    row = unit.row(f"SELECT json_group_array(json_array({columns})) FROM ({found})", parameters)
    rows: list[Any] = json.loads(row[0])
    return rows


def find(unit: Unit, place: Place, href: str, *, with_text: bool = False) -> ItemRow | None:
    """The member of this name."""
    row = unit.row(
        f"SELECT {_selection(with_text=with_text)} FROM {_from(place)} "
        "WHERE collection_id = :collection AND href = :href",
        {"collection": place.id, "href": href},
    )
    return ItemRow._make([*row, *([] if with_text else [""])]) if row else None


def find_by_uid(unit: Unit, place: Place, uid: str) -> ItemRow | None:
    """The member with this UID; there is at most one."""
    row = unit.row(
        f"SELECT {_ROW} FROM {_from(place)} WHERE collection_id = :collection AND uid = :uid",
        {"collection": place.id, "uid": uid},
    )
    return ItemRow(*row) if row else None


def of_collection(unit: Unit, place: Place, *, most: int | None = None) -> list[ItemRow]:
    """The first *most* members by name, or all."""
    rows = _set_of(
        unit,
        place,
        _ROW,
        "WHERE collection_id = :collection ORDER BY href"
        + ("" if most is None else " LIMIT :most"),
        {"collection": place.id, "most": most},
    )
    return [ItemRow(*row) for row in rows]


def columns_of(unit: Unit, place: Place, columns: Sequence[str], *, most: int) -> list[list[Any]]:
    """The first *most* members, oldest change first: the values of each of the *columns*.

    In this order they lie side by side in the table, and each page of it is read once.
    """
    if not set(columns) <= set(ItemRow._fields):
        raise ValueError(f"{columns} are not columns of an object.")
    found = (
        f"SELECT {', '.join(columns)} FROM {_from(place)} "
        "WHERE collection_id = :collection ORDER BY modseq LIMIT :most"
    )
    parameters = {"collection": place.id, "most": most}
    if unit.is_sqlite:
        arrays = ", ".join(f"json_group_array({each})" for each in columns)
        lists = unit.row(f"SELECT {arrays} FROM ({found})", parameters)
        return [json.loads(each) for each in lists]
    rows = unit.rows(found, parameters)
    return [list(each) for each in zip(*rows, strict=True)] or [[] for _ in columns]


def named(unit: Unit, place: Place, hrefs: Collection[str]) -> dict[str, ItemRow]:
    """The members of these names, as far as they are there."""
    rows = _set_of(
        unit,
        place,
        _ROW,
        f"WHERE collection_id = :collection AND href {_among(unit)}",
        {"collection": place.id, "among": _list(unit, hrefs)},
    )
    return {row[2]: ItemRow(*row) for row in rows}


def read(unit: Unit, place: Place, ids: Collection[int]) -> dict[int, ItemRow]:
    """Members by id with their texts, as they are now; not among them: what has gone.

    All their texts are in memory at once. The caller sees to it that they are not too many.
    """
    rows = _set_of(unit, place, f"{_ROW}, text", *_those(unit, place, ids))
    return {row[0]: ItemRow(*row) for row in rows}


def changed_since(unit: Unit, place: Place, modseq: int, *, most: int) -> list[ItemRow]:
    """The first *most* members that were made or changed after *modseq*, oldest change first."""
    rows = _set_of(
        unit,
        place,
        _ROW,
        "WHERE collection_id = :collection AND modseq > :modseq ORDER BY modseq LIMIT :most",
        {"collection": place.id, "modseq": modseq, "most": most},
    )
    return [ItemRow(*row) for row in rows]


def gone_since(unit: Unit, collection_id: int, modseq: int, *, most: int) -> list[Gone]:
    """The first *most* members that went after *modseq*, oldest first."""
    rows = unit.rows(
        "SELECT href, modseq FROM item_tombstone "
        "WHERE collection_id = :collection AND modseq > :modseq ORDER BY modseq LIMIT :most",
        {"collection": collection_id, "modseq": modseq, "most": most},
    )
    return [Gone(*row) for row in rows]


def may_happen_in(
    unit: Unit,
    place: Place,
    component: str | None,
    start_us: int,
    end_us: int,
    *,
    words: Condition | None = None,
) -> list[Candidate]:
    """Members whose bounds touch the time from *start_us* to *end_us*, both included.

    Those that recur have to be looked at: it may be that nothing of them happens just then.
    Undated ones are among them. Those without *words* are not.
    """
    columns = f"{_ROW}, {_BOUNDS}"
    of_kind = "" if component is None else " AND component = :component"
    holding, parameters = sql_of(unit, words)
    begun = f"{of_kind} AND (starts_us <= :end OR starts_us IS NULL){holding}"
    # Two ways into the index of bounds: an OR of them would make SQLite read the whole collection.
    rows = _set_of(
        unit,
        place,
        columns,
        f"WHERE collection_id = :collection AND ends_us >= :start{begun} "
        f"UNION ALL SELECT {columns} FROM {_from(place)} "
        f"WHERE collection_id = :collection AND ends_us IS NULL{begun}",
        {
            "collection": place.id,
            "component": component,
            "start": start_us,
            "end": end_us,
            **parameters,
        },
    )
    return [_candidate(row, len(_PLAIN)) for row in rows]


def candidates(
    unit: Unit, place: Place, ids: Collection[int], *, with_text: bool
) -> dict[int, Candidate]:
    """Members by id as in :func:`read`, and when they happen."""
    columns = f"{_selection(with_text=with_text)}, {_BOUNDS}"
    rows = _set_of(unit, place, columns, *_those(unit, place, ids))
    width = len(ItemRow._fields) if with_text else len(_PLAIN)
    return {row[0]: _candidate(row, width) for row in rows}


def contacts(unit: Unit, place: Place, words: Condition | None) -> list[Contact]:
    """The members of an address book that hold *words*, without their texts, by name."""
    holding, parameters = sql_of(unit, words)
    rows = _set_of(
        unit,
        place,
        f"{_ROW}, {', '.join(FIELDS)}",
        f"WHERE collection_id = :collection{holding} ORDER BY href",
        {"collection": place.id, **parameters},
    )
    width = len(_PLAIN)
    names = [name.upper() for name in FIELDS]
    return [
        Contact(ItemRow(*row[:width]), dict(zip(names, row[width:], strict=True))) for row in rows
    ]


def _candidate(row: Any, width: int) -> Candidate:  # noqa: ANN401 - as the driver gives it
    item = ItemRow(*row[:width])
    return Candidate(item, item.component, *row[width:])


def _those(unit: Unit, place: Place, ids: Collection[int]) -> tuple[str, dict[str, Any]]:
    """The condition on members of these ids, with its parameters."""
    where = f"WHERE collection_id = :collection AND id {_among(unit)}"
    return where, {"collection": place.id, "among": _list(unit, ids)}


def _among(unit: Unit) -> str:
    return "IN (SELECT value FROM json_each(:among))" if unit.is_sqlite else "= ANY(:among)"


def _list(unit: Unit, values: Collection[int | str]) -> Any:  # noqa: ANN401 - as the driver takes it
    return json.dumps(list(values)) if unit.is_sqlite else list(values)
