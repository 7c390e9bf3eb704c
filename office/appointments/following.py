"""What the office knows of an appointment follows the object that is stored (T2).

Ties are looked for whenever an object is put into somebody's default calendar or task list, by a
program, an import or a meeting. Only what its owner may see is found.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from office.appointments.evidence import Evidence, Kind, Origin, evidence_in
from office.work import GroupwareWork
from storage import appointments, collections, cuts, items, records, ties
from storage.appointments import AppointmentRow, Found
from storage.collections import CollectionRow, Place
from storage.deliveries import Delivery
from storage.items import ItemRow
from storage.records import Records
from storage.store import Unit
from storage.ties import Match, Target

_OWN_ROLES = frozenset({"", "default"})
_KINDS = frozenset({"calendar", "tasks"})


def is_office_calendar(collection: CollectionRow) -> bool:
    """Whether it is the calendar or task list that every user has."""
    return collection.is_default and collection.role in _OWN_ROLES and collection.kind in _KINDS


def follow(
    work: GroupwareWork,
    collection: CollectionRow,
    href: str,
    text: str,
    *,
    before: Found | None = None,
) -> None:
    """Let what the office knows follow an object that was just stored in a held calendar.

    Args:
        work: The change.
        collection: The calendar.
        href: The object's name there.
        text: What is there now.
        before: What :func:`look` found there; None: nothing was there, or nobody looked.
    """
    if collection.kind not in _KINDS:
        return
    if collection.aside_id is not None:
        cuts.wake(work.unit, [collection.id])
    is_here = is_office_calendar(collection)
    evidence = evidence_in(text) if is_here or (before and before.row) else None
    if evidence is None:
        return
    _follow(work, _Place(collection.id, href, collection.owner_id), evidence, before)


def look(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> Found | None:
    """What the office knows of an object that somebody is about to replace; its state is kept."""
    if collection.kind not in _KINDS:
        return None
    found = Found(item.id, appointments.find(work.unit, item.id))
    if found.row is not None:
        who = work.who
        records.keep_version(
            work.unit, item, user_id=who.user_id, device_id=who.device_id, now_us=work.now_us
        )
    return found


def follow_moved(work: GroupwareWork, collection: CollectionRow, href: str) -> None:
    """Let it follow an object that was carried to a place."""
    if is_office_calendar(collection):
        item = items.find(work.unit, Place(collection.id), href, with_text=True)
        if item is not None:
            before = Found(item.id, appointments.find(work.unit, item.id))
            follow(work, collection, href, item.text, before=before)


def follow_deliveries(work: GroupwareWork, delivered: Sequence[Delivery]) -> None:
    """Let it follow what a meeting put into calendars, which are held.

    While it is about nothing of the office, that takes the same few queries for any number.
    """
    if not delivered:
        return
    unit = work.unit
    cuts.wake(unit, [each.collection_id for each in delivered])
    owners = appointments.office_places(unit, [each.collection_id for each in delivered])
    here = [(each, evidence_in(each.content.text)) for each in delivered]
    here = [each for each in here if each[0].collection_id in owners]
    known = appointments.among(unit, [each.item.id for each, _ in here if each.item is not None])
    said = Evidence(Kind.MEETING)
    for _, evidence in here:
        if evidence is not None:
            said.add(evidence)
    if not known and not _matches(unit, None, said):
        return
    for each, evidence in here:
        if evidence is not None:
            place = _Place(each.collection_id, each.href, owners[each.collection_id])
            _follow(work, place, evidence, appointments.at(unit, place.id, place.href))


def begin(work: GroupwareWork, place: Records, item: ItemRow) -> None:
    """Let the office keep something of an object that somebody ties to something."""
    if appointments.find(work.unit, item.id) is None:
        seq = records.next_seq(work.unit, place)
        owner = collections.find_by_id(work.unit, item.collection_id, viewer_id=0)
        evidence = evidence_in(item.text)
        if owner is None or evidence is None:
            raise LookupError(f"the object {item.id} is no appointment")
        row = _row(work, Found(item.id, None), evidence, owner.owner_id, seq)
        appointments.put(work.unit, row)


def leave(work: GroupwareWork, item: ItemRow) -> None:
    """Tell views that an object goes, which the caller takes away next."""
    if item.component == "VCARD" or appointments.find(work.unit, item.id) is None:
        return
    leave_all(work, [item.id])


def leave_all(work: GroupwareWork, item_ids: Iterable[int]) -> None:
    """The same for several of which the office keeps something."""
    place = None
    for each in item_ids:
        place = place or records.hold(work.unit)
        seq = records.next_seq(work.unit, place)
        records.leave_tombstone(work.unit, each, seq, now_us=work.now_us)


class _Place(NamedTuple):
    """Where an object lies, and whose it is."""

    id: int
    href: str
    owner_id: int


def _follow(work: GroupwareWork, where: _Place, evidence: Evidence, before: Found | None) -> None:
    unit = work.unit
    is_known = before is not None and before.row is not None
    if not is_known and not _matches(unit, where.owner_id, evidence):
        return
    found = before or appointments.at(unit, where.id, where.href)
    if found is None:
        return
    place = records.hold(unit)
    # Only now nobody takes a contact or property away, or gives another its number.
    _settle_ties(work, found.item_id, evidence, _matches(unit, where.owner_id, evidence))
    seq = records.next_seq(unit, place)
    appointments.put(unit, _row(work, found, evidence, where.owner_id, seq))


def _row(
    work: GroupwareWork, found: Found, evidence: Evidence, owner_id: int, seq: int
) -> AppointmentRow:
    was = found.row
    is_follow_up = was is not None and was.kind == Kind.FOLLOW_UP
    return AppointmentRow(
        item_id=found.item_id,
        owner_id=owner_id,
        kind=Kind.FOLLOW_UP if is_follow_up else evidence.kind,
        is_private=evidence.is_private,
        writer_id=work.who.device_id or None,
        seq=seq,
        bytes_seq=seq,
        changed_us=work.now_us,
    )


def _matches(unit: Unit, owner_id: int | None, evidence: Evidence) -> list[Match]:
    if evidence.is_empty:
        return []
    return ties.matches(
        unit,
        owner_id,
        contact_numbers=_fit(evidence.contacts),
        estate_numbers=_fit(evidence.estates),
        email_keys=_fit(evidence.emails),
    )


def _fit(words: Iterable[str]) -> list[str]:
    """Those that a database takes: percent signs may have hidden control characters."""
    return list(filter(str.isprintable, words))


_ORDER = tuple(Origin)


def _origins(evidence: Evidence, matches: list[Match]) -> dict[Target, Origin]:
    """What was found, each by what speaks for it most."""
    found: dict[Target, Origin] = {}
    for each in matches:
        if each.is_address:
            origin = evidence.emails[each.word]
        else:
            numbers = evidence.estates if each.target.contact_id is None else evidence.contacts
            origin = numbers[each.word]
        found[each.target] = min(origin, found.get(each.target, origin), key=_ORDER.index)
    return found


def _settle_ties(
    work: GroupwareWork, item_id: int, evidence: Evidence, matches: list[Match]
) -> None:
    """Let the ties be what the object says and people in the office said."""
    found = _origins(evidence, matches)
    there = ties.of_item(work.unit, item_id)
    known = {each.target for each in there}
    ties.add(work.unit, item_id, [each for each in found.items() if each[0] not in known])
    ties.drop(
        work.unit,
        [
            each.id
            for each in there
            if not each.is_undone and each.origin != Origin.OFFICE and each.target not in found
        ],
    )
