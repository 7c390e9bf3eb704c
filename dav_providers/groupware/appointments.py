"""Changes in one's own default calendar (T2, C4): what a door asks of ``office.own_calendar``."""

from collections.abc import Callable

from dav_providers.groupware import book
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import ConditionFailedError
from office import collections, conflicts, item_store, own_calendar, sync_profiles
from office.errors import NotFoundError
from office.item_store import ReadItem, Stored, Target
from office.sync_settings import Conflicts
from office.work import GroupwareWork
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit

Check = Callable[[Unit, ItemRow | None], None]


def taking_back(
    request: GroupwareRequest, collection: CollectionRow, href: str, uid: str, check: Check
) -> Check:
    """Let what was cut from a calendar be at the place where it is about to be changed (T2).

    The program that sends it may know that it is there, or know that it is not.

    Returns:
        How conditions are asked from now on.

    Raises:
        ConditionFailedError: They hold neither way.
    """
    if collection.aside_id is None:
        return check
    with request.services.store.read() as unit:
        is_free = items.find(unit, collection.place, href) is None
        item = own_calendar.find_aside(unit, collection, uid) if is_free else None
        if item is None:
            return check
        try:
            check(unit, None)
        except ConditionFailedError:
            check(unit, item)
    with request.change() as work:
        [held] = collections.hold(work, collection.name)
        own_calendar.take_back(work, held, item, href)

    def check_now(unit: Unit, now: ItemRow | None) -> None:
        if now is None or (now.id, now.etag) != (item.id, item.etag):
            check(unit, now)

    return check_now


def store(
    request: GroupwareRequest,
    work: GroupwareWork,
    target: Target,
    read: ReadItem,
    check: Check,
) -> Stored | ConditionFailedError:
    """Store what a program sent over an appointment of the office, by its user's profile (C6).

    Returns:
        What was stored; or that conditions do not hold, and what the device has was kept as a
        second appointment.

    Raises:
        ConditionFailedError: They do not hold, and nothing was done.
    """
    collection, item = target.collection, target.item
    if item is None:
        raise NotFoundError("There is nothing here.")
    wanted = sync_profiles.of_user(work.unit, request.who.user_id).appointment_conflicts
    sender = book.sender(request)
    try:
        check(work.unit, item)
    except ConditionFailedError as error:
        if wanted is Conflicts.BOTH and sender.named:
            own_calendar.keep_copy(work, collection, read.content.text, sender.device_name)
            return error
        named = sender.named if wanted is Conflicts.DEVICE else None
        if not (named and conflicts.names_earlier(work.unit, item.id, named)):
            raise
    is_blind = sender.named is None and wanted is not Conflicts.DEVICE
    if is_blind and own_calendar.is_stale(work, collection, item, str(sender.family)):
        if wanted is Conflicts.BOTH:
            own_calendar.keep_copy(work, collection, read.content.text, sender.device_name)
        return own_calendar.kept_as_it_is(work, item)
    return item_store.put(work, collection, item, target.href, read.content)


def move(
    request: GroupwareRequest, work: GroupwareWork, source: CollectionRow, target: Target
) -> bool:
    """What a MOVE or COPY does where an appointment leaves the office, or comes back to it (C4).

    Returns:
        Whether it is done. Nothing was at the target then.
    """
    item = items.find(work.unit, source.place, request.names[2])
    if item is None or item.schedule_tag or target.item is not None:
        return False
    is_copy = request.method == "COPY"
    if (back := own_calendar.find_aside(work.unit, target.collection, item.uid)) is not None:
        own_calendar.take_back(work, target.collection, back, target.href)
        if not is_copy:
            item_store.remove(work, source, item)
        return True
    is_leaving = source.id != target.collection.id and not is_copy
    if not is_leaving or not own_calendar.is_of_office(work, source, item):
        return False
    item_store.copy(work, item, target, may_overwrite=False)
    own_calendar.hide(work, source, item)
    return True
