"""The office's appointments: made, shown, tied to contacts and properties, and untied."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from auth.identity import Identity
from office import item_store
from office.appointments import following
from office.appointments.evidence import Origin
from office.appointments.writing import Tied, with_ties
from office.errors import ForbiddenError, NotFoundError, UnfitItemError
from office.items import read_calendar_object
from office.items.card_lines import escaped
from office.items.content_lines import fold_line
from office.work import GroupwareWork
from storage import (
    appointments,
    collections,
    contacts,
    cuts,
    estates,
    item_changes,
    records,
    ties,
)
from storage.appointments import Found
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit
from storage.ties import ShownTie, Target, TieRow

_COMPONENTS = frozenset({"VEVENT", "VTODO"})


class Plan(NamedTuple):
    """A new appointment: a whole day or days if its times are dates, which ends before *ends*."""

    title: str
    begins: datetime | date
    ends: datetime | date
    place: str = ""
    note: str = ""


class Ends(NamedTuple):
    """What an appointment is to be tied to, by number."""

    contacts: Sequence[str] = ()
    estates: Sequence[str] = ()


def get(unit: Unit, who: Identity, item_id: int) -> ItemRow:
    """An appointment or task in the calendar of *who*; Administration has everybody's.

    Raises:
        NotFoundError: There is none, or not for them.
    """
    item = records.find_item(unit, item_id)
    found = (
        None
        if item is None
        else collections.find_by_id(unit, item.collection_id, viewer_id=who.user_id)
    )
    is_there = item is not None and found is not None and item.component in _COMPONENTS
    if item is None or found is None or not is_there or not _may(who, found):
        raise NotFoundError(f"There is no appointment {item_id}.")
    return item


def _may(who: Identity, collection: CollectionRow) -> bool:
    is_kept = following.is_office_calendar(collection) or collection.is_aside
    return is_kept and (collection.owner_id == who.user_id or who.is_administrator)


def add(
    work: GroupwareWork, owner_id: int, plan: Plan, ends: Ends, *, base_url: str = ""
) -> ItemRow:
    """Make an appointment in somebody's default calendar.

    It says nothing of being busy or confirmed: the program that shows it has its own idea (T4).

    Raises:
        ForbiddenError: It is another's calendar.
        NotFoundError: They have none, or what it is to be tied to is not there for *work.who*.
        UnfitItemError: It ends before it begins.
    """
    if owner_id != work.who.user_id and not work.who.is_administrator:
        raise ForbiddenError("Only they and administrators can do that.", privilege="bind")
    if type(plan.begins) is not type(plan.ends) or plan.ends < plan.begins:
        raise UnfitItemError("It has to end after it begins.", is_address_book=False)
    calendar = _default_calendar(work, owner_id)
    targets = _targets(work, ends)
    text = _object_of(plan, work.now_us)
    content = item_store.content_of(
        read_calendar_object(text.encode(), components=calendar.components)
    )
    href = f"{uuid.uuid4()}.ics"
    item_changes.create(work.unit, calendar.id, href, content, now_us=work.now_us)
    following.follow(work, calendar, href, content.text)
    found = appointments.at(work.unit, calendar.id, href)
    if found is None:
        raise LookupError(f"the appointment {href} was not kept")
    return _tied(work, found.item_id, targets, base_url)


def tie(work: GroupwareWork, item: ItemRow, ends: Ends, *, base_url: str = "") -> ItemRow:
    """Tie an appointment to contacts and properties, also where that was undone before.

    Raises:
        NotFoundError: One of them is not there for *work.who*, or the appointment is gone.
    """
    item = _held(work, item)
    return _tied(work, item.id, _targets(work, ends), base_url)


def untie(work: GroupwareWork, item: ItemRow, ends: Ends, *, base_url: str = "") -> ItemRow:
    """Undo ties of an appointment; they stay undone, whatever the object says later.

    Raises:
        NotFoundError: It is not tied to one of them, or gone.
    """
    item = _held(work, item)
    there = {each.target: each for each in ties.of_item(work.unit, item.id) if not each.is_undone}
    chosen = [there.get(each) for each in _targets(work, ends)]
    if None in chosen:
        raise NotFoundError("It is not tied to that.")
    records.hold(work.unit)
    for each in chosen:
        if each is not None:
            ties.set_state(work.unit, each.id, each.origin, is_undone=True)
    return _rewritten(work, item, base_url)


def shown(unit: Unit, who: Identity, item: ItemRow) -> list[ShownTie]:
    """The ties of an appointment that *who* may know of, also those that were undone."""
    return ties.shown(unit, item.id, None if who.is_administrator else who.user_id)


def _default_calendar(work: GroupwareWork, owner_id: int) -> CollectionRow:
    rows = collections.of_viewer(work.unit, owner_id)
    own = (each for each in rows if each.owner_id == owner_id)
    found = next(
        (e for e in own if following.is_office_calendar(e) and "VEVENT" in e.components), None
    )
    if found is None:
        raise NotFoundError("They have no calendar.")
    [held] = collections.hold(work.unit, owner_id, [found.name])
    return held


def _held(work: GroupwareWork, item: ItemRow) -> ItemRow:
    """The appointment as it is now that its calendar is held."""
    found = collections.find_by_id(work.unit, item.collection_id, viewer_id=work.who.user_id)
    pair = None if found is None else cuts.of_owner(work.unit, found.owner_id)
    # What lies aside may come back, and what does not may be put there.
    beside = [] if pair is None else pair.ids
    collections.hold(work.unit, work.who.user_id, [], {item.collection_id, *beside})
    return get(work.unit, work.who, item.id)


def _targets(work: GroupwareWork, ends: Ends) -> list[Target]:
    return [
        *(_contact(work, each) for each in ends.contacts),
        *(_estate(work, each) for each in ends.estates),
    ]


def _contact(work: GroupwareWork, number: str) -> Target:
    row = contacts.find_by_number(work.unit, number)
    sees_all = work.who.is_administrator and not work.who.user_id
    if row is None or not (sees_all or contacts.is_seen(work.unit, row.id, work.who.user_id)):
        raise NotFoundError(f"There is no contact {number}.")
    return Target(row.id, None)


def _estate(work: GroupwareWork, number: str) -> Target:
    row = estates.find_by_number(work.unit, number)
    known = ties.matches(
        work.unit,
        work.who.user_id,
        contact_numbers=(),
        estate_numbers=[number],
        email_keys=(),
    )
    if row is None or not known:
        raise NotFoundError(f"There is no property {number}.")
    return Target(None, row.id)


def _tied(work: GroupwareWork, item_id: int, targets: Iterable[Target], base_url: str) -> ItemRow:
    place = records.hold(work.unit)
    there = {each.target: each for each in ties.of_item(work.unit, item_id)}
    ties.add(
        work.unit,
        item_id,
        [(each, Origin.OFFICE) for each in dict.fromkeys(targets) if each not in there],
    )
    for each in set(targets) & there.keys():
        ties.set_state(work.unit, there[each].id, Origin.OFFICE, is_undone=False)
    item = records.find_item(work.unit, item_id)
    if item is None:
        raise LookupError(f"there is no object {item_id}")
    following.begin(work, place, item)
    return _rewritten(work, item, base_url)


def _rewritten(work: GroupwareWork, item: ItemRow, base_url: str) -> ItemRow:
    """Let the object tell of the ties that people of the office made; they hold the records."""
    text = with_ties(
        item.text,
        [_told(each) for each in ties.shown(work.unit, item.id, None) if _is_told(each.row)],
        base_url=base_url,
        is_meeting=bool(item.schedule_tag),
    )
    collection = collections.find_by_id(work.unit, item.collection_id, viewer_id=0)
    if collection is None:
        raise LookupError(f"there is no calendar {item.collection_id}")
    before = Found(item.id, appointments.find(work.unit, item.id))
    if text != item.text:
        following.look(work, collection, item)
        read = read_calendar_object(text.encode(), components=collection.components)
        content = item_store.content_of(read)._replace(schedule_tag=item.schedule_tag)
        item_changes.replace(work.unit, item, content, now_us=work.now_us)
        if collection.is_aside:
            cuts.wake(work.unit, [collection.id])  # what lies aside by its age is young again
    following.follow(work, collection, item.href, text, before=before)
    return records.find_item(work.unit, item.id) or item


def _is_told(row: TieRow) -> bool:
    return row.origin == Origin.OFFICE and not row.is_undone


def _told(each: ShownTie) -> Tied:
    return Tied(each.number, each.name, each.row.target.contact_id is None)


def _object_of(plan: Plan, now_us: int) -> str:
    stamp = datetime.fromtimestamp(now_us // 1_000_000, UTC)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deedbox//appointments//EN",
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid4()}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART{_time(plan.begins)}",
        f"DTEND{_time(plan.ends)}",
        f"SUMMARY:{escaped(plan.title)}",
        *([f"LOCATION:{escaped(plan.place)}"] if plan.place else ()),
        *([f"DESCRIPTION:{escaped(plan.note)}"] if plan.note else ()),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join([fold_line(line) + "\r\n" for line in lines])


def _time(moment: datetime | date) -> str:
    if isinstance(moment, datetime):
        there = moment.astimezone(UTC)
        return f":{there.year:04}{there:%m%dT%H%M%SZ}"
    return f";VALUE=DATE:{moment.year:04}{moment:%m%d}"
