"""Queries on the office's contracts; see ``storage.records`` for what a change of one takes."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from storage.contract_rules import AlarmTimes
from storage.id_lists import id_list, is_among
from storage.sight import SEES
from storage.store import Unit, WriteUnit


class ContractRow(NamedTuple):
    """A contract; see ``schema.contracts``."""

    id: int
    number: str
    contact_id: int
    item_id: int | None
    product: str
    starts_on: date
    period_months: int
    renews: bool
    notice_months: int
    cancelled_on: date | None
    ended_on: date | None
    ends_on: date | None
    goes_on: bool
    seq: int
    edited_us: int
    created_us: int


class ListedContract(NamedTuple):
    """A contract with its customer: the number, the card's name, who looks after them."""

    row: ContractRow
    customer: str
    name: str
    partner_name: str | None


class Filter(NamedTuple):
    """Which contracts are listed: all that fit what is given.

    ``viewer_id``: only those whose customers this user sees.
    """

    contact_id: int | None = None
    partner_id: int | None = None
    viewer_id: int | None = None


ALL = Filter()

_DAYS = ("starts_on", "cancelled_on", "ended_on", "ends_on")
_COLUMNS = ", ".join(ContractRow._fields)
_OF_K = ", ".join(f"k.{name}" for name in ContractRow._fields)
_NEW = tuple(name for name in ContractRow._fields if name != "id")
_SETTING = ", ".join(
    f"{name} = :{name}" for name in _NEW if name not in {"contact_id", "created_us"}
)
_LISTED = (
    f"SELECT {_OF_K}, c.number, i.summary, p.name FROM contract k"
    " JOIN contact c ON c.id = k.contact_id JOIN item i ON i.id = c.item_id"
    " LEFT JOIN principal p ON p.id = c.partner_id"
)


def _read(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _contract(row: Sequence[Any]) -> ContractRow:
    found = ContractRow._make(row)
    days: dict[str, Any] = {name: _read(getattr(found, name)) for name in _DAYS}
    return found._replace(renews=bool(found.renews), goes_on=bool(found.goes_on), **days)


def _stored(row: ContractRow) -> dict[str, Any]:
    days = {name: getattr(row, name) for name in _DAYS}
    return row._asdict() | {name: day and day.isoformat() for name, day in days.items()}


def _listed(row: Sequence[Any]) -> ListedContract:
    width = len(ContractRow._fields)
    return ListedContract(_contract(row[:width]), *row[width:])


def insert(unit: WriteUnit, new: ContractRow) -> ContractRow:
    """Keep a new contract, whose number is free; the records are held, its id does not count."""
    values = ", ".join(f":{name}" for name in _NEW)
    row = unit.row(
        f"INSERT INTO contract ({', '.join(_NEW)}) VALUES ({values}) RETURNING {_COLUMNS}",
        {name: value for name, value in _stored(new).items() if name != "id"},
    )
    return _contract(row)


def update(unit: WriteUnit, row: ContractRow) -> None:
    """Keep what *row* says of all that may change."""
    unused = {"contact_id", "created_us"}
    values = {name: value for name, value in _stored(row).items() if name not in unused}
    unit.execute(f"UPDATE contract SET {_SETTING} WHERE id = :id", values)


def delete(unit: WriteUnit, contract_id: int) -> None:
    """Forget a contract; the event of its end is the caller's."""
    unit.execute("DELETE FROM contract WHERE id = :id", {"id": contract_id})


def find(unit: Unit, contract_id: int) -> ListedContract | None:
    """The contract of this id."""
    row = unit.row(f"{_LISTED} WHERE k.id = :id", {"id": contract_id})
    return _listed(row) if row else None


def find_by_number(unit: Unit, number: str) -> ListedContract | None:
    """The contract with this number."""
    row = unit.row(f"{_LISTED} WHERE k.number = :number", {"number": number})
    return _listed(row) if row else None


def of_contact(unit: Unit, contact_id: int) -> list[ListedContract]:
    """A contact's contracts, the oldest first."""
    rows = unit.rows(
        f"{_LISTED} WHERE k.contact_id = :contact ORDER BY k.id", {"contact": contact_id}
    )
    return [_listed(row) for row in rows]


def page(unit: Unit, chosen: Filter = ALL, *, after: str = "", most: int) -> list[ListedContract]:
    """The first *most* contracts whose numbers come behind *after*, by number; one query."""
    conditions, parameters = _conditions(chosen)
    rows = unit.rows(
        f"{_LISTED} WHERE k.number > :after{conditions} ORDER BY k.number LIMIT :most",
        {"after": after, "most": most, **parameters},
    )
    return [_listed(row) for row in rows]


def passed(unit: Unit, today: date, *, most: int) -> list[ListedContract]:
    """The first *most* contracts that go on though their period has ended, by its end."""
    rows = unit.rows(
        f"{_LISTED} WHERE k.goes_on = :yes AND k.ends_on < :today"
        " ORDER BY k.ends_on, k.id LIMIT :most",
        {"yes": True, "today": today.isoformat(), "most": most},
    )
    return [_listed(row) for row in rows]


def has_passed(unit: Unit, today: date) -> bool:
    """Whether a period has ended that has not been moved on."""
    row = unit.row(
        "SELECT 1 FROM contract WHERE goes_on = :yes AND ends_on < :today LIMIT 1",
        {"yes": True, "today": today.isoformat()},
    )
    return row is not None


def by_ids(unit: Unit, contract_ids: Collection[int], viewer_id: int) -> list[ListedContract]:
    """Those of these contracts whose customers a user sees and looks after."""
    rows = unit.rows(
        f"{_LISTED} WHERE k.id {is_among(unit, 'ids')} AND c.partner_id = :viewer AND {SEES}",
        {"ids": id_list(unit, contract_ids), "viewer": viewer_id},
    )
    return [_listed(row) for row in rows]


def alarming(unit: Unit, chosen: Filter, times: AlarmTimes) -> list[ListedContract]:
    """The contracts that may be alarms: those that fit, and those whose end has to move on."""
    conditions, parameters = _conditions(chosen)
    rows = unit.rows(
        f"{_LISTED} WHERE ({times.condition} OR (k.goes_on = :yes AND k.ends_on < :today))"
        f"{conditions}",
        {"yes": True, **times.parameters, **parameters},
    )
    return [_listed(row) for row in rows]


def partners_of_alarming(unit: Unit, times: AlarmTimes) -> list[int]:
    """The active users who look after customers with contracts that may be alarms."""
    rows = unit.rows(
        "SELECT DISTINCT c.partner_id FROM contract k JOIN contact c ON c.id = k.contact_id"
        " JOIN person ON person.principal_id = c.partner_id AND person.state = 'active'"
        f" WHERE {times.condition} ORDER BY c.partner_id",
        times.parameters,
    )
    return [row[0] for row in rows]


def _conditions(chosen: Filter) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    parameters: dict[str, Any] = {}
    for column, value in (
        ("k.contact_id", chosen.contact_id),
        ("c.partner_id", chosen.partner_id),
    ):
        if value is not None:
            name = column.partition(".")[2]
            parts.append(f"{column} = :{name}")
            parameters[name] = value
    if chosen.viewer_id is not None:
        parts.append(SEES)
        parameters["viewer"] = chosen.viewer_id
    return "".join(f" AND {part}" for part in parts), parameters
