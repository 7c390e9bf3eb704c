"""Queries on what appointments are about: contacts and properties found by what an object says."""

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from storage import sight
from storage.sight import MAY_KNOW_ESTATE, SEES
from storage.store import Unit, WriteUnit


class Target(NamedTuple):
    """What something is tied to: a contact or a property, the other is None."""

    contact_id: int | None
    estate_id: int | None


class Match(NamedTuple):
    """Something of the office that was found, and by which of the words that were looked for.

    ``is_address``: by an e-mail address, else by its number.
    """

    target: Target
    word: str
    is_address: bool


class TieRow(NamedTuple):
    """One tie of an item."""

    id: int
    target: Target
    origin: str
    is_undone: bool


class ShownTie(NamedTuple):
    """A tie as it is shown: ``number`` and ``name`` are those of the contact or property."""

    row: TieRow
    number: str
    name: str


def matches(
    unit: Unit,
    viewer_id: int | None,
    *,
    contact_numbers: Collection[str],
    estate_numbers: Collection[str],
    email_keys: Collection[str],
) -> list[Match]:
    """Contacts and properties that go by these words, as far as the viewer may know (None: all).

    Each is found by an index, however many contacts there are.
    """
    sees, knows = ("1 = 1", "1 = 1") if viewer_id is None else (SEES, MAY_KNOW_ESTATE)
    viewer = {} if viewer_id is None else {"viewer": viewer_id}
    rows = unit.rows(
        "SELECT c.id, CAST(NULL AS bigint), c.number, 0 FROM contact c"
        f" WHERE c.number {_is_one_of(unit, 'contacts')} AND {sees}"
        " UNION ALL SELECT c.id, CAST(NULL AS bigint), a.email_key, 1 FROM contact_address a"
        f" JOIN contact c ON c.id = a.contact_id WHERE a.email_key {_is_one_of(unit, 'emails')}"
        f" AND {sees}"
        " UNION ALL SELECT CAST(NULL AS bigint), e.id, e.number, 0 FROM estate e"
        f" WHERE e.number {_is_one_of(unit, 'estates')} AND {knows}",
        {
            **viewer,
            "contacts": _texts(unit, contact_numbers),
            "estates": _texts(unit, estate_numbers),
            "emails": _texts(unit, email_keys),
        },
    )
    return [Match(Target(row[0], row[1]), row[2], bool(row[3])) for row in rows]


def of_item(unit: Unit, item_id: int) -> list[TieRow]:
    """All ties of an item, also those that were undone."""
    rows = unit.rows(
        "SELECT id, contact_id, estate_id, origin, is_undone FROM item_tie"
        " WHERE item_id = :item ORDER BY id",
        {"item": item_id},
    )
    return [TieRow(row[0], Target(row[1], row[2]), row[3], bool(row[4])) for row in rows]


def shown(unit: Unit, item_id: int, viewer_id: int | None) -> list[ShownTie]:
    """The same with numbers and names; those that the viewer may know of (None: all)."""
    contact, estate = ("1 = 1", "1 = 1") if viewer_id is None else (SEES, MAY_KNOW_ESTATE)
    parameters: dict[str, Any] = {"item": item_id}
    if viewer_id is not None:
        parameters["viewer"] = viewer_id
    columns = "t.id, t.contact_id, t.estate_id, t.origin, t.is_undone"
    rows = unit.rows(
        f"SELECT {columns}, c.number, i.summary FROM item_tie t"
        " JOIN contact c ON c.id = t.contact_id JOIN item i ON i.id = c.item_id"
        f" WHERE t.item_id = :item AND {contact}"
        f" UNION ALL SELECT {columns}, e.number, e.title FROM item_tie t"
        f" JOIN estate e ON e.id = t.estate_id WHERE t.item_id = :item AND {estate} ORDER BY 1",
        parameters,
    )
    return [
        ShownTie(TieRow(row[0], Target(row[1], row[2]), row[3], bool(row[4])), row[5], row[6])
        for row in rows
    ]


def add(unit: WriteUnit, item_id: int, found: Sequence[tuple[Target, str]]) -> None:
    """Tie an item to what it is not tied to, each with how that was found."""
    unit.execute_many(
        "INSERT INTO item_tie (item_id, contact_id, estate_id, origin)"
        " VALUES (:item, :contact, :estate, :origin)",
        [
            {
                "item": item_id,
                "contact": target.contact_id,
                "estate": target.estate_id,
                "origin": origin,
            }
            for target, origin in found
        ],
    )


def drop(unit: WriteUnit, tie_ids: Collection[int]) -> None:
    """Forget ties that nothing speaks for any more."""
    unit.execute_many("DELETE FROM item_tie WHERE id = :id", [{"id": each} for each in tie_ids])


def set_state(unit: WriteUnit, tie_id: int, origin: str, *, is_undone: bool) -> None:
    """Say how a tie came to be, and whether it was undone."""
    unit.execute(
        "UPDATE item_tie SET origin = :origin, is_undone = :is_undone WHERE id = :id",
        {"origin": origin, "is_undone": is_undone, "id": tie_id},
    )


UNSEEN = (
    "EXISTS (SELECT 1 FROM item_tie ut JOIN contact uc ON uc.id = ut.contact_id"
    f" WHERE ut.item_id = {{item}} AND NOT ut.is_undone AND NOT {sight.sees('uc')})"
    " OR EXISTS (SELECT 1 FROM item_tie ut JOIN estate e ON e.id = ut.estate_id"
    f" WHERE ut.item_id = {{item}} AND NOT ut.is_undone AND NOT ({MAY_KNOW_ESTATE}))"
)
"""Whether the item is tied to something that the user ``:viewer`` may not know of."""

TIED = "EXISTS (SELECT 1 FROM item_tie tt WHERE tt.item_id = {item} AND NOT tt.is_undone)"
"""Whether the item has a tie that nobody undid."""


def _is_one_of(unit: Unit, name: str) -> str:
    if unit.is_sqlite:
        return f"IN (SELECT value FROM json_each(:{name}))"
    return f"= ANY(CAST(:{name} AS text[]))"


def _texts(unit: Unit, values: Collection[str]) -> Any:  # noqa: ANN401 - as the driver takes it
    return json.dumps(list(values)) if unit.is_sqlite else list(values)
