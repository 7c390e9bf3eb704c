"""Changes in default calendars (T2, C4, C6): what a door asks of ``office.own_calendar``."""

from collections.abc import Callable

from dav_providers.groupware import book
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import ConditionFailedError
from office import access, conflicts, item_store, own_calendar, sync_profiles
from office.access import Act
from office.errors import FixedError, ForbiddenError
from office.item_store import ReadItem, Stored, Target
from office.sync_settings import Conflicts
from office.work import GroupwareWork
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit

Check = Callable[[Unit, ItemRow | None], None]


def take_back(
    work: GroupwareWork, held: CollectionRow, href: str, uid: str, check: Check
) -> ItemRow | None:
    """Let what was cut from a held calendar be at the free place where it is to be changed (T2).

    The program that sends it may know that it is there, or know that it is not.

    Returns:
        What is there from now on, if anything; the conditions hold.

    Raises:
        ConditionFailedError: They hold neither way.
        UnfitNameError: Nothing can have the name.
    """
    item = own_calendar.find_aside(work.unit, held, uid)
    if item is None:
        return None
    item_store.check_name(href)
    try:
        check(work.unit, None)
    except ConditionFailedError:
        check(work.unit, item)
    own_calendar.take_back(work, held, item, href)
    return items.find(work.unit, held.place, href, with_text=True)


def decide(
    request: GroupwareRequest,
    work: GroupwareWork,
    target: Target,
    read: ReadItem,
    check: Check,
) -> Stored | ConditionFailedError | None:
    """Whether to store what a program sent over an appointment of the office (C6).

    That is by the profile of whose calendar it is. Over anything else the conditions decide.

    Returns:
        None: it is to be stored; or what is there, and stays; or that conditions do not hold, and
        what the device has was kept as a second appointment.

    Raises:
        ConditionFailedError: They do not hold, and nothing was done.
        NotFoundError, ForbiddenError: A right is missing.
    """
    collection, item = target.collection, target.item
    if item is None or not own_calendar.is_of_office(work, collection, item):
        check(work.unit, item)
        return None
    access.demand_collection(work.who, Act.WRITE, collection)
    wanted = sync_profiles.of_user(work.unit, collection.owner_id).appointment_conflicts
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
    # The state of a meeting is also named by its schedule tag (RFC 6638 section 8.3).
    names_none = sender.named is None and request.header("If-Schedule-Tag-Match") is None
    is_blind = names_none and wanted is not Conflicts.DEVICE
    if is_blind and own_calendar.is_stale(work, collection, item, str(sender.family)):
        if wanted is Conflicts.BOTH:
            own_calendar.keep_copy(work, collection, read.content.text, sender.device_name)
        return own_calendar.kept_as_it_is(work, item)
    return None


def move(
    request: GroupwareRequest,
    work: GroupwareWork,
    source: CollectionRow,
    target: Target,
    *,
    may_overwrite: bool,
) -> bool | None:
    """What a MOVE or COPY does where an appointment leaves the office, or comes back to it (C4).

    Returns:
        Whether nothing was at the target; None: it is carried as everything is.

    Raises:
        FixedError, ForbiddenError: What is the office's stays.
        As ``item_store.copy``.
    """
    item = items.find(work.unit, source.place, request.names[2], with_text=True)
    if item is None or (target.item is not None and target.item.id == item.id):
        return None
    if target.item is not None and own_calendar.is_of_office(work, target.collection, target.item):
        raise FixedError("An appointment of the office is there; it keeps its place.")
    if source.id == target.collection.id:
        return None
    is_copy = request.method == "COPY"
    back = own_calendar.find_aside(work.unit, target.collection, item.uid)
    if back is not None:
        item_store.make_room(work, item, target, besides=0, may_overwrite=may_overwrite)
        own_calendar.bring_back(work, back, item, target)
        if not is_copy:
            item_store.remove(work, source, item)
        return target.item is None
    if is_copy or not own_calendar.is_of_office(work, source, item):
        return None
    _demand_movable(request, source, item)
    is_new = item_store.copy(work, item, target, may_overwrite=may_overwrite)
    own_calendar.hide(work, source, item)
    return is_new


def _demand_movable(request: GroupwareRequest, source: CollectionRow, item: ItemRow) -> None:
    if source.owner_id != request.who.user_id:
        raise ForbiddenError(
            "Only whose calendar it is moves what is the office's out of it.",
            privilege="unbind",
            names=request.names[1:],
        )
    if item.schedule_tag:
        raise FixedError("There is one copy of a meeting, and this one is the office's.")
