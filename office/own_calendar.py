"""One's own default calendar as the profile wants it: what is cut is aside, and comes back (T2).

An appointment of the office that a device deletes or moves elsewhere is not gone: by the profile
it lies aside, hidden, or is sent again (C4).
"""

import uuid

from office import access, conflicts, item_store, layout, sync_profiles
from office.access import Act
from office.appointments.copies import conflict_copy
from office.errors import FixedError
from office.item_store import Stored, Target
from office.items import read_calendar_object
from office.work import GroupwareWork
from storage import appointments, cuts, half_moves, hidden, item_changes, items, records
from storage.collections import CollectionRow
from storage.items import Content, ItemRow
from storage.store import Unit, WriteUnit


def bring_up_in(unit: WriteUnit, collection_id: int, *, now_us: int) -> None:
    """Let a default calendar hold what its owner wants of it; nothing happens to others."""
    state = cuts.hold(unit, collection_id)
    if state is not None and not state.is_current(now_us):
        profile = sync_profiles.of_user(unit, state.owner_id)
        cuts.apply(unit, state, sync_profiles.cut_rule(profile), now_us=now_us)


def find_aside(unit: Unit, collection: CollectionRow, uid: str) -> ItemRow | None:
    """What lies aside of a calendar and has this UID; None: nothing."""
    if collection.aside_id is None:
        return None
    return cuts.find_aside(unit, collection.aside_id, uid)


def take_back(work: GroupwareWork, collection: CollectionRow, item: ItemRow, href: str) -> None:
    """Let what lies aside be in its calendar again under *href*, also if its owner hid it.

    Raises:
        NotFoundError, ForbiddenError: A right is missing.
    """
    access.demand_collection(work.who, Act.ADD, collection)
    state = cuts.hold(work.unit, collection.id)
    if state is None or state.aside_id is None:
        return
    now = cuts.find_aside(work.unit, state.aside_id, item.uid)
    if now is None or now.id != item.id:
        return  # somebody was quicker
    hidden.show(work.unit, state.owner_id, item.id)
    half_moves.forget(work.unit, state.owner_id, item.id)
    cuts.take_back(work.unit, state, now, href, now_us=work.now_us)


def bring_back(work: GroupwareWork, back: ItemRow, moved: ItemRow, target: Target) -> None:
    """Let what lies aside be at *target*, as what is carried there says it.

    Args:
        work: The change.
        back: What lies aside.
        moved: What is carried to *target*, with its text and the same UID.
        target: Has room already.

    Raises:
        NotFoundError, ForbiddenError: A right is missing.
        FixedError: It is a meeting, and *moved* says something else of it.
    """
    collection, href = target.collection, target.href
    take_back(work, collection, back, href)
    if moved.text == back.text:
        return
    if back.schedule_tag:
        raise FixedError("A meeting of this UID is there, and says something else.")
    item = items.find(work.unit, collection.place, href, with_text=True)
    found = read_calendar_object(moved.text.encode(), components=collection.components)
    item_store.put(work, collection, item, href, item_store.content_of(found))


def is_of_office(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> bool:
    """Whether it is an appointment of the office in somebody's default calendar."""
    return collection.is_cut and appointments.is_office(work.unit, item.id)


def is_private(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> bool:
    """Whether it is an object in a default calendar that the office keeps nothing of."""
    return collection.is_cut and appointments.find(work.unit, item.id) is None


def is_stale(work: GroupwareWork, collection: CollectionRow, item: ItemRow, family: str) -> bool:
    """Whether a program shows to know an earlier state, and another device wrote since."""
    row = appointments.find(work.unit, item.id)
    device_id = work.who.device_id
    if row is None or row.writer_id == device_id:
        return False
    return conflicts.shows_less(work.unit, collection, item, device_id=device_id, family=family)


def keep_copy(work: GroupwareWork, collection: CollectionRow, text: str, device_name: str) -> None:
    """Keep what a device has as a second appointment beside the one of the office (C6)."""
    copy = conflict_copy(
        text,
        uid=str(uuid.uuid4()),
        word=conflicts.WORD[layout.language(work.unit)],
        device_name=device_name,
        now_us=work.now_us,
    )
    found = read_calendar_object(copy.encode(), components=collection.components)
    content = item_store.content_of(found)
    item_store.put(work, collection, None, f"{uuid.uuid4()}.ics", content)


def kept_as_it_is(work: GroupwareWork, item: ItemRow) -> Stored:
    """Say that a change was taken, and let the appointment be fetched again (C6)."""
    announce(work, item)
    now = records.find_item(work.unit, item.id) or item
    content = Content(
        now.uid,
        now.component,
        now.etag,
        now.size,
        None,
        None,
        "",
        "",
        now.text,
        schedule_tag=now.schedule_tag,
    )
    return Stored(
        now.etag, now.modseq, is_new=False, has_changed=False, content=content, is_as_sent=False
    )


def announce(work: GroupwareWork, item: ItemRow) -> int:
    """Let an appointment be fetched again; who names the state of before knows an earlier one."""
    who = work.who
    records.keep_version(
        work.unit, item, user_id=who.user_id, device_id=who.device_id, now_us=work.now_us
    )
    return item_changes.announce(work.unit, item)


def hide(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> int:
    """Take an appointment of the office off its owner's devices; the number of its going.

    Raises:
        NotFoundError, ForbiddenError: A right is missing.
    """
    access.demand_collection(work.who, Act.REMOVE_FROM, collection)
    state = cuts.hold(work.unit, collection.id)
    if state is None:
        raise LookupError(f"{collection.id} is no default calendar")
    return put_away(work, state, item)


def put_away(work: GroupwareWork, state: cuts.CutState, item: ItemRow) -> int:
    """The same where the calendar is held already, and who acts may."""
    half_moves.forget(work.unit, state.owner_id, item.id)
    hidden.hide(work.unit, state.owner_id, item.id, now_us=work.now_us)
    return cuts.put_aside(work.unit, state, item, now_us=work.now_us)
