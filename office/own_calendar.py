"""One's own default calendar as the profile wants it: what is cut is aside, and comes back (T2).

An appointment of the office that a device deletes or moves elsewhere is not gone: by the profile
it lies aside, hidden, or is sent again (C4).
"""

import uuid

from auth.rights import FunctionRight
from office import access, conflicts, item_store, layout, sync_profiles
from office.access import Act
from office.appointments.copies import conflict_copy
from office.item_store import Stored
from office.items import read_calendar_object
from office.sync_settings import Deletes
from office.work import GroupwareWork
from storage import appointments, cuts, hidden, item_changes, records
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
    cuts.take_back(work.unit, state, now, href, now_us=work.now_us)


def is_of_office(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> bool:
    """Whether it is an appointment of the office in the calendar of who acts."""
    is_own = collection.is_cut and collection.owner_id == work.who.user_id
    return is_own and appointments.is_office(work.unit, item.id)


def is_private(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> bool:
    """Whether it is an object in one's own calendar that the office keeps nothing of."""
    is_own = collection.is_cut and collection.owner_id == work.who.user_id
    return is_own and appointments.find(work.unit, item.id) is None


def deletes(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> Deletes | None:
    """What becomes of an object that a device deletes; None: it is deleted, as everything is."""
    if not is_of_office(work, collection, item):
        return None
    wanted = sync_profiles.of_user(work.unit, work.who.user_id).appointment_deletes
    if wanted is Deletes.DELETE:
        may = work.who.may(FunctionRight.ASSIGN_PARTNER_CONTACT)
        return None if may else Deletes.HIDE
    return wanted


def refuse(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> None:
    """Let devices fetch an appointment again that one of them deleted.

    Raises:
        NotFoundError, ForbiddenError: A right is missing.
    """
    access.demand_collection(work.who, Act.REMOVE_FROM, collection)
    _announce(work, item)


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
    _announce(work, item)
    now = records.find_item(work.unit, item.id) or item
    content = Content(now.uid, now.component, now.etag, now.size, None, None, "", "", now.text)
    return Stored(
        now.etag, now.modseq, is_new=False, has_changed=False, content=content, is_as_sent=False
    )


def _announce(work: GroupwareWork, item: ItemRow) -> int:
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
    hidden.hide(work.unit, state.owner_id, item.id, now_us=work.now_us)
    return cuts.put_aside(work.unit, state, item, now_us=work.now_us)
