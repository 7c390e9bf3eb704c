"""Queries for what meetings put into other people's calendars: few, however many take part.

Whoever writes holds all collections of one meeting (``collections.hold``), in the order of their
ids; :func:`alone` keeps others who write meetings out meanwhile. Those who write anything else
are kept out by what is held only: what was looked up before is asked again then.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from storage.id_lists import id_list, is_among
from storage.items import Candidate, Content, ItemRow
from storage.store import Unit, WriteUnit

_LOCK = 0x0DEEDB1
_ROW = ", ".join(ItemRow._fields)


class PartyRow(NamedTuple):
    """A user who takes part, whatever their state; ``email_key`` is empty without an address."""

    id: int
    name: str
    email: str
    email_key: str
    state: str


class PlaceRow(NamedTuple):
    """A calendar or inbox of somebody's that is not closed to them.

    ``has_uid``: the object that was asked for lies there.
    """

    id: int
    owner_id: int
    name: str
    role: str
    components: frozenset[str]
    is_default: bool
    is_transparent: bool
    has_uid: bool


def alone(unit: WriteUnit) -> None:
    """Let no other meeting be written until the commit."""
    unit.serialise(_LOCK)


def parties(unit: Unit, email_keys: Collection[str], names: Collection[str]) -> list[PartyRow]:
    """The users with these addresses or names."""
    rows = unit.rows(
        "SELECT p.id, p.name, person.email, person.email_key, person.state FROM principal p"
        " JOIN person ON person.principal_id = p.id"
        f" WHERE person.email_key {_is_one_of(unit, 'emails')}"
        f" OR p.name {_is_one_of(unit, 'names')} ORDER BY p.id",
        {"emails": _texts(unit, email_keys), "names": _texts(unit, names)},
    )
    return [PartyRow(*row) for row in rows]


def places(
    unit: Unit, owner_ids: Collection[int], uid: str, *, viewer_id: int = 0
) -> list[PlaceRow]:
    """The calendars and inboxes of these users, but for those closed to them or to the viewer."""
    rows = unit.rows(
        "SELECT c.id, c.owner_id, c.name, c.role, c.components, c.is_default, c.is_transparent,"
        " EXISTS (SELECT 1 FROM item i WHERE i.collection_id = c.id AND i.uid = :uid)"
        f" FROM collection c WHERE c.owner_id {is_among(unit, 'owners')}"
        " AND c.kind <> 'addressbook' AND NOT EXISTS (SELECT 1 FROM collection_block b"
        " WHERE b.user_id IN (c.owner_id, :viewer) AND b.collection_id = c.id) ORDER BY c.id",
        {"owners": id_list(unit, owner_ids), "uid": uid, "viewer": viewer_id},
    )
    return [
        PlaceRow(id_, owner, name, role, frozenset(taken.split(",")), *map(bool, flags))
        for id_, owner, name, role, taken, *flags in rows
    ]


def members(unit: Unit, collection_ids: Collection[int], uids: Collection[str]) -> list[ItemRow]:
    """The members of these collections with one of these UIDs, with their texts."""
    rows = unit.rows(
        f"SELECT {_ROW} FROM item WHERE collection_id {is_among(unit, 'ids')}"
        f" AND uid {_is_one_of(unit, 'uids')}",
        {"ids": id_list(unit, collection_ids), "uids": _texts(unit, uids)},
    )
    return [ItemRow(*row) for row in rows]


def meetings_in(unit: Unit, collection_id: int, *, most: int) -> list[ItemRow]:
    """The first *most* of the meetings in a calendar by name, with their texts."""
    rows = unit.rows(
        f"SELECT {_ROW} FROM item WHERE collection_id = :id AND schedule_tag <> ''"
        " ORDER BY href LIMIT :most",
        {"id": collection_id, "most": most},
    )
    return [ItemRow(*row) for row in rows]


class Delivery(NamedTuple):
    """A member that is to be there: new under *href*, or in the place of *item*."""

    collection_id: int
    href: str
    item: ItemRow | None
    content: Content


_FIELDS = ", ".join(Content._fields)
_VALUES = ", ".join(f":{name}" for name in Content._fields)
_SETTING = ", ".join(f"{name} = :{name}" for name in Content._fields)


def put(unit: WriteUnit, deliveries: Sequence[Delivery], *, now_us: int) -> None:
    """Store all of them, each with a number of its collection's counter.

    Raises:
        ValueError: Two of them are for one collection, whose counter would count once.
    """
    ids = [each.collection_id for each in deliveries]
    if len(set(ids)) < len(ids):
        raise ValueError("one delivery for each collection")
    if not deliveries:
        return
    numbers = dict(
        unit.rows(
            f"UPDATE collection SET modseq = modseq + 1 WHERE id {is_among(unit, 'ids')}"
            " RETURNING id, modseq",
            {"ids": id_list(unit, ids)},
        )
    )
    values = [
        (each, _parameters(each, numbers[each.collection_id], now_us)) for each in deliveries
    ]
    new = [parameters for each, parameters in values if each.item is None]
    unit.execute_many(
        "DELETE FROM item_tombstone WHERE collection_id = :collection AND href = :href",
        [{"collection": each["collection"], "href": each["href"]} for each in new],
    )
    unit.execute_many(
        f"INSERT INTO item (collection_id, href, created_us, modified_us, modseq, {_FIELDS})"
        f" VALUES (:collection, :href, :now_us, :now_us, :modseq, {_VALUES})",
        [{k: v for k, v in each.items() if k != "id"} for each in new],
    )
    unit.execute_many(
        f"UPDATE item SET {_SETTING}, modified_us = :now_us, modseq = :modseq WHERE id = :id",
        [
            {k: v for k, v in parameters.items() if k not in {"collection", "href"}}
            for each, parameters in values
            if each.item is not None
        ],
    )


def _parameters(each: Delivery, modseq: int, now_us: int) -> dict[str, Any]:
    return {
        **each.content._asdict(),
        "collection": each.collection_id,
        "href": each.href,
        "now_us": now_us,
        "modseq": modseq,
        "id": each.item.id if each.item else 0,
    }


def busy_candidates(
    unit: Unit, collection_ids: Collection[int], start_us: int, end_us: int
) -> list[tuple[int, Candidate]]:
    """Events of these calendars that may happen then, each with its collection's id."""
    columns = f"{', '.join(ItemRow._fields[:-1])}, starts_us, ends_us, recurrence"
    where = (
        f"FROM item WHERE collection_id {is_among(unit, 'ids')} AND component = 'VEVENT'"
        " AND (starts_us <= :end OR starts_us IS NULL)"
    )
    rows = unit.rows(
        f"SELECT {columns} {where} AND ends_us >= :start"
        f" UNION ALL SELECT {columns} {where} AND ends_us IS NULL",
        {"ids": id_list(unit, collection_ids), "start": start_us, "end": end_us},
    )
    found: list[tuple[int, Candidate]] = []
    for row in rows:
        *columns_, starts_us, ends_us, recurrence = row
        item = ItemRow(*columns_)
        candidate = Candidate(item, item.component, starts_us, ends_us, recurrence, "")
        found.append((item.collection_id, candidate))
    return found


def _is_one_of(unit: Unit, name: str) -> str:
    if unit.is_sqlite:
        return f"IN (SELECT value FROM json_each(:{name}))"
    return f"= ANY(CAST(:{name} AS text[]))"


def _texts(unit: Unit, values: Collection[str]) -> Any:  # noqa: ANN401 - as the driver takes it
    return json.dumps(list(values)) if unit.is_sqlite else list(values)
