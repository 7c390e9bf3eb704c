"""What becomes of an office appointment that a device deletes, or moves in two halves (C4).

A DELETE and a PUT of its UID into another of the user's calendars within a minute are a move, as
they are with contacts (``office.half_moves``): it stays in the office, hidden for that user, and
what was PUT is their own copy. Whichever comes first.
"""

from typing import NamedTuple

from auth import identity
from auth.errors import CredentialsError
from auth.rights import FunctionRight
from office import access, own_calendar, sync_profiles
from office.access import Act
from office.appointments import following
from office.collections import Kind
from office.half_moves import MINUTE_US
from office.sync_settings import Deletes
from office.work import GroupwareWork
from storage import appointments, cuts, half_moves, item_changes, records
from storage.collections import CollectionRow
from storage.half_moves import Deleted
from storage.items import Content, ItemRow
from storage.store import WriteUnit


class Half(NamedTuple):
    """A DELETE that a PUT makes a move; ``calendars`` are to be held with where the PUT goes."""

    deleted: Deleted
    calendars: cuts.Pair


def deletes(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> Deletes | None:
    """What becomes of an object that a device deletes; None: it goes at once, as everything does.

    Only its owner takes an office appointment off their devices, by their profile.
    """
    if item.component != "VEVENT" or not appointments.is_office(work.unit, item.id):
        return None
    if collection.owner_id != work.who.user_id:
        return Deletes.REFUSE
    wanted = sync_profiles.of_user(work.unit, work.who.user_id).appointment_deletes
    if wanted is Deletes.DELETE and not work.who.may(FunctionRight.ASSIGN_PARTNER_CONTACT):
        wanted = Deletes.HIDE
    if wanted is Deletes.DELETE and (item.schedule_tag or not collection.is_cut):
        return None  # who takes part hears of it at once; and of a meeting there is no copy
    if not collection.is_cut:
        return Deletes.REFUSE  # nothing can lie aside of it
    return Deletes.HIDE if _was_put_elsewhere(work, collection, item) else wanted


def _was_put_elsewhere(work: GroupwareWork, collection: CollectionRow, item: ItemRow) -> bool:
    return half_moves.has_put_event(
        work.unit,
        work.who.user_id,
        item.uid,
        besides=collection.id,
        since_us=work.now_us - MINUTE_US,
    )


def keep(
    work: GroupwareWork, collection: CollectionRow, item: ItemRow, wanted: Deletes
) -> int | None:
    """Do what :func:`deletes` says to an appointment; the number of its going.

    Returns:
        None where it stays, and devices fetch it again.

    Raises:
        NotFoundError, ForbiddenError: A right is missing.
    """
    access.demand_collection(work.who, Act.REMOVE_FROM, collection)
    is_own = collection.owner_id == work.who.user_id
    gone = None
    if wanted is Deletes.REFUSE:
        own_calendar.announce(work, item)
    else:
        gone = own_calendar.hide(work, collection, item)
    if is_own and collection.is_cut and wanted is not Deletes.HIDE:
        is_to_go = wanted is Deletes.DELETE
        half_moves.note(
            work.unit, Deleted(work.who.user_id, item.id, work.now_us, is_to_go=is_to_go)
        )
    return gone


def find(work: GroupwareWork, collection: CollectionRow, content: Content) -> Half | None:
    """The DELETE whose other half it is to PUT this into *collection*, which is not held yet."""
    user_id = work.who.user_id
    is_own = collection.owner_id == user_id and not collection.is_cut
    if not is_own or collection.kind not in {Kind.CALENDAR, Kind.TASKS}:
        return None
    found = half_moves.find_appointment(
        work.unit,
        user_id,
        content.uid,
        besides=collection.id,
        since_us=work.now_us - MINUTE_US,
    )
    pair = None if found is None else cuts.of_owner(work.unit, user_id)
    return None if found is None or pair is None else Half(found, pair)


def complete(work: GroupwareWork, half: Half) -> None:
    """What was deleted was moved: it is hidden and stays in the office. Its calendar is held."""
    if not half_moves.forget(work.unit, *half.deleted[:2]):
        return
    state = cuts.hold(work.unit, half.calendars.calendar_id)
    item = records.find_item(work.unit, half.deleted.item_id)
    if state is not None and item is not None and item.collection_id == state.id:
        own_calendar.put_away(work, state, item)


def settle(unit: WriteUnit, deleted: Deleted, *, now_us: int) -> bool:
    """Let an appointment go that was to go, in the name of who deleted it; whether it went.

    It stays if it was brought back meanwhile, or who deleted it could not do so any more.
    """
    pair = cuts.of_owner(unit, deleted.user_id)
    if pair is None or appointments.find(unit, deleted.item_id) is None:
        return False
    # Whoever PUTs what was deleted holds its calendar before what is kept of the DELETE.
    state = cuts.hold(unit, pair.calendar_id)
    item = records.find_item(unit, deleted.item_id)
    if not half_moves.forget(unit, *deleted[:2]) or not deleted.is_to_go:
        return False
    if state is None or item is None or item.collection_id != state.aside_id:
        return False
    try:
        who = identity.of_user(unit, deleted.user_id)
    except CredentialsError:
        return False
    if not who.may(FunctionRight.ASSIGN_PARTNER_CONTACT):
        return False
    following.leave(GroupwareWork(unit, who, now_us), item)
    item_changes.delete(unit, item, now_us=now_us)
    return True
