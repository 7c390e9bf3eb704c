"""Default calendars as profiles cut them: what is cut lies aside, and comes back (T2). Queries.

A calendar's owner has one more collection for what is aside of it, which is in nobody's home. An
item keeps its id there, and its name with its id behind it. Whoever moves one holds the calendar.
"""

import uuid
from collections.abc import Collection
from typing import Any, NamedTuple

from storage import collections
from storage.collections import NewCollection
from storage.id_lists import id_list, is_among
from storage.items import ItemRow
from storage.store import Unit, WriteUnit

ROLE = "aside"


class CutRule(NamedTuple):
    """What one user wants of their own calendar: nothing, or only what changed so lately."""

    is_off: bool = False
    changed_within_us: int | None = None

    @property
    def is_none(self) -> bool:
        """Everything is wanted but what was hidden."""
        return not self.is_off and self.changed_within_us is None


class CutState(NamedTuple):
    """A calendar with what is to be brought into it; see ``storage.views.ViewState``."""

    id: int
    owner_id: int
    modseq: int
    aside_id: int | None
    applied_rules: int
    expires_us: int | None
    rules: int

    def is_current(self, now_us: int) -> bool:
        """Nothing is outstanding."""
        is_young = self.expires_us is None or now_us < self.expires_us
        return self.applied_rules == self.rules and is_young


def found(unit: WriteUnit, owner_id: int) -> None:
    """Let the default calendar of a user be one that is cut."""
    unit.execute(
        "INSERT INTO calendar_cut (collection_id) SELECT id FROM collection"
        " WHERE owner_id = :owner AND kind = 'calendar' AND is_default AND role = ''",
        {"owner": owner_id},
    )


class Pair(NamedTuple):
    """A default calendar and what is aside of it, once there was any."""

    calendar_id: int
    aside_id: int | None

    @property
    def ids(self) -> list[int]:
        """Of what is held where objects go from one to the other."""
        return [each for each in self if each is not None]


def of_owner(unit: Unit, owner_id: int) -> Pair | None:
    """The default calendar of a user; None: they have none."""
    row = unit.row(
        "SELECT k.collection_id, k.aside_id FROM calendar_cut k"
        " JOIN collection c ON c.id = k.collection_id WHERE c.owner_id = :owner",
        {"owner": owner_id},
    )
    return None if row is None else Pair._make(row)


def hold(unit: WriteUnit, collection_id: int) -> CutState | None:
    """A calendar and what is aside of it, kept from others until the commit; None: it is none."""
    if not unit.is_sqlite:
        unit.rows(
            "SELECT 1 FROM collection WHERE id = :id OR id ="
            " (SELECT aside_id FROM calendar_cut WHERE collection_id = :id)"
            " ORDER BY id FOR UPDATE",
            {"id": collection_id},
        )
    row = unit.row(
        "SELECT c.id, c.owner_id, c.modseq, k.aside_id, k.applied_rules, k.expires_us, p.rules"
        " FROM calendar_cut k JOIN collection c ON c.id = k.collection_id"
        " JOIN person p ON p.principal_id = c.owner_id WHERE k.collection_id = :id",
        {"id": collection_id},
    )
    return None if row is None else CutState._make(row)


def with_aside(unit: WriteUnit, state: CutState, *, now_us: int) -> CutState:
    """The same with a place for what is aside."""
    if state.aside_id is not None:
        return state
    name = f"aside-{uuid.uuid4()}"
    new = NewCollection(name, "calendar", frozenset({"VEVENT"}), is_default=True, role=ROLE)
    collections.create(unit, state.owner_id, new, now_us=now_us)
    row = unit.row(
        "UPDATE calendar_cut SET aside_id = (SELECT id FROM collection"
        " WHERE owner_id = :owner AND name = :name) WHERE collection_id = :id RETURNING aside_id",
        {"owner": state.owner_id, "name": name, "id": state.id},
    )
    return state._replace(aside_id=row[0])


def apply(unit: WriteUnit, state: CutState, rule: CutRule, *, now_us: int) -> None:
    """Bring a held calendar up to what its owner wants of it."""
    if rule.is_none and state.aside_id is None:
        _keep(unit, state, None)
        return
    state = with_aside(unit, state, now_us=now_us)
    wanted, parameters = _wanted(state, rule, now_us)
    base = state.modseq
    base += _put_aside(unit, state, f"NOT ({wanted})", parameters, base=base, now_us=now_us)
    base += _put_back(unit, state, wanted, parameters, base=base)
    _count(unit, state, base)
    _keep(unit, state, _next_expiry(unit, state, rule, now_us))


def put_aside(unit: WriteUnit, state: CutState, item: ItemRow, *, now_us: int) -> int:
    """Take one object out of a held calendar; the number of its going."""
    state = with_aside(unit, state, now_us=now_us)
    gone = _put_aside(
        unit, state, "i.id = :item", {"item": item.id}, base=state.modseq, now_us=now_us
    )
    _count(unit, state, state.modseq + gone)
    return state.modseq + gone


def find_aside(unit: Unit, aside_id: int, uid: str) -> ItemRow | None:
    """The object aside with this UID."""
    columns = ", ".join(ItemRow._fields)
    row = unit.row(
        f"SELECT {columns} FROM item WHERE collection_id = :aside AND uid = :uid",
        {"aside": aside_id, "uid": uid},
    )
    return None if row is None else ItemRow._make(row)


def take_back(unit: WriteUnit, state: CutState, item: ItemRow, href: str, *, now_us: int) -> None:
    """Let one object be in a held calendar again, under a name that is free, as changed now."""
    unit.execute(
        "DELETE FROM item_tombstone WHERE collection_id = :calendar AND href = :href",
        {"calendar": state.id, "href": href},
    )
    unit.execute(
        "UPDATE item SET collection_id = :calendar, href = :href, modseq = :modseq,"
        " modified_us = :now_us WHERE id = :id",
        {
            "calendar": state.id,
            "href": href,
            "modseq": collections.next_modseq(unit, state.id),
            "now_us": now_us,
            "id": item.id,
        },
    )


def wake(unit: WriteUnit, collection_ids: Collection[int]) -> None:
    """Look anew at calendars that got something, also aside, where anything was ever cut."""
    unit.execute(
        "UPDATE calendar_cut SET expires_us = 0 WHERE aside_id IS NOT NULL"
        f" AND (collection_id {is_among(unit, 'ids')} OR aside_id {is_among(unit, 'ids')})",
        {"ids": id_list(unit, collection_ids)},
    )


def _wanted(state: CutState, rule: CutRule, now_us: int) -> tuple[str, dict[str, Any]]:
    """What has to hold for an object ``i`` to be in the calendar."""
    if rule.is_off:
        return "1 = 0", {}
    parameters: dict[str, Any] = {"owner": state.owner_id}
    parts = [
        "NOT EXISTS (SELECT 1 FROM hidden_item h WHERE h.user_id = :owner AND h.item_id = i.id)"
    ]
    if rule.changed_within_us is not None:
        parameters["cut"] = now_us - rule.changed_within_us
        parts.append("i.modified_us > :cut")
    return " AND ".join(parts), parameters


def _put_aside(
    unit: WriteUnit,
    state: CutState,
    which: str,
    parameters: dict[str, Any],
    *,
    base: int,
    now_us: int,
) -> int:
    """Take objects ``i`` out of the calendar; how many they were."""
    gone = unit.execute(
        "INSERT INTO item_tombstone (collection_id, href, modseq, deleted_us)"
        " SELECT i.collection_id, i.href, :base + row_number() OVER (ORDER BY i.modseq), :now"
        f" FROM item i WHERE i.collection_id = :calendar AND {which} AND NOT EXISTS"
        " (SELECT 1 FROM item t WHERE t.collection_id = :aside AND t.uid = i.uid)",
        {
            **parameters,
            "base": base,
            "now": now_us,
            "calendar": state.id,
            "aside": state.aside_id,
        },
    )
    unit.execute(
        "UPDATE item SET collection_id = :aside, href = href || '/' || id"
        " WHERE collection_id = :calendar AND href IN (SELECT href FROM item_tombstone"
        " WHERE collection_id = :calendar AND modseq > :base)",
        {"aside": state.aside_id, "calendar": state.id, "base": base},
    )
    return gone


def _put_back(
    unit: WriteUnit, state: CutState, wanted: str, parameters: dict[str, Any], *, base: int
) -> int:
    """Let objects ``i`` be in the calendar again, by their names where these are free."""
    name = "split_part(i.href, '/', 1)"
    random = "CAST(gen_random_uuid() AS text)"
    if unit.is_sqlite:
        name = "substr(i.href, 1, instr(i.href, '/') - 1)"
        random = "lower(hex(randomblob(16)))"
    back = unit.execute(
        "UPDATE item SET collection_id = :calendar, modseq = back.modseq, href = CASE"
        " WHEN back.copy > 1 OR EXISTS (SELECT 1 FROM item t"
        " WHERE t.collection_id = :calendar AND t.href = back.name)"
        f" THEN {random} || '.ics' ELSE back.name END FROM (SELECT i.id, {name} AS name,"
        f" row_number() OVER (PARTITION BY {name} ORDER BY i.id) AS copy,"
        " :base + row_number() OVER (ORDER BY i.modified_us, i.id) AS modseq"
        f" FROM item i WHERE i.collection_id = :aside AND {wanted} AND NOT EXISTS"
        " (SELECT 1 FROM item t WHERE t.collection_id = :calendar AND t.uid = i.uid)) AS back"
        " WHERE item.id = back.id",
        {**parameters, "calendar": state.id, "aside": state.aside_id, "base": base},
    )
    if back:
        unit.execute(
            "DELETE FROM item_tombstone WHERE collection_id = :calendar AND href IN"
            " (SELECT href FROM item WHERE collection_id = :calendar AND modseq > :base)",
            {"calendar": state.id, "base": base},
        )
    return back


def _count(unit: WriteUnit, state: CutState, modseq: int) -> None:
    unit.execute(
        "UPDATE collection SET modseq = :modseq WHERE id = :id",
        {"modseq": modseq, "id": state.id},
    )


def _keep(unit: WriteUnit, state: CutState, expires_us: int | None) -> None:
    unit.execute(
        "UPDATE calendar_cut SET applied_rules = :rules, expires_us = :expires"
        " WHERE collection_id = :id",
        {"rules": state.rules, "expires": expires_us, "id": state.id},
    )


def _next_expiry(unit: Unit, state: CutState, rule: CutRule, now_us: int) -> int | None:
    """When the next object is too old, at the earliest; what comes meanwhile is younger."""
    if rule.is_off or rule.changed_within_us is None:
        return None
    row = unit.row("SELECT min(modified_us) FROM item WHERE collection_id = :id", {"id": state.id})
    return (now_us if row[0] is None else int(row[0])) + rule.changed_within_us
