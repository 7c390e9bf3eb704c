"""DELETE of objects and collections (RFC 4918 section 9.6)."""

from functools import partial

from dav_providers.groupware import book, preconditions
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer
from office import collections, horizons, item_store, own_deletes
from office.errors import FixedError, MeetingError, NotFoundError
from office.horizons import Change
from office.meetings import clearing
from office.meetings.desk import Desk
from office.meetings.scheduling import Scheduling
from office.sync_settings import Deletes
from office.tracking import Act
from office.work import GroupwareWork
from storage import deliveries, items
from storage.collections import CollectionRow
from storage.items import ItemRow


def answer(request: GroupwareRequest) -> Answer:
    """Take an object away, or a collection with all that is in it."""
    request.demand_own_home()
    if request.is_top or request.is_home:
        raise FixedError("A home stays as long as its user does.")
    try:
        is_gone = _delete_plain(request)
    except MeetingError:
        _delete_meetings(request)
        is_gone = True
    if not is_gone:
        raise book.kept(request)
    request.describe()
    request.note.act = Act.DELETED
    return Answer(204)


def _delete_plain(request: GroupwareRequest) -> bool:
    """False: it stays, and what that takes is done."""
    with request.change() as work:
        unit = work.unit
        [collection] = collections.hold(work, request.names[1])
        if request.is_collection:
            preconditions.check_collection(request, unit, exists=True)
            is_own = collection.owner_id == request.who.user_id
            if is_own and deliveries.meetings_in(unit, collection.id, most=1):
                raise MeetingError("There are meetings in it.")
            collections.remove(work, collection)
            return True
        if collection.is_office_book and request.is_item:
            return _delete_card(request, work, collection)
        item = items.find(unit, collection.place, request.names[2]) if request.is_item else None
        if item is not None and (deletes := own_deletes.deletes(work, collection, item)):
            preconditions.check(request, unit, item)
            return _keep_appointment(request, work, collection, item, deletes)
        if item is not None and item.schedule_tag:
            raise MeetingError("It is a meeting.")
        preconditions.check(request, unit, item)
        if item is None:
            raise NotFoundError("There is nothing here.")
        _note_own(request, collection, item.href, item_store.remove(work, collection, item))
    return True


def _delete_card(
    request: GroupwareRequest, work: GroupwareWork, collection: CollectionRow
) -> bool:
    """The same in the office book, where the user's profile says what becomes of it (C4)."""
    gone = book.remove(request, work, partial(preconditions.check, request))
    if gone is not None:
        _note_own(request, collection, request.names[2], gone)
    return gone is not None


def _keep_appointment(
    request: GroupwareRequest,
    work: GroupwareWork,
    collection: CollectionRow,
    item: ItemRow,
    deletes: Deletes,
) -> bool:
    """What a DELETE does to an appointment of the office that is not deleted by it (C4)."""
    gone = own_deletes.keep(work, collection, item, deletes)
    if gone is not None:
        _note_own(request, collection, item.href, gone)
    return gone is not None


def _delete_meetings(request: GroupwareRequest) -> None:
    """The same where others take part: they hear of it (RFC 6638 sections 3.2.3.2 and 8.1)."""
    has_answer = (request.header("Schedule-Reply") or "T").strip().upper() != "F"
    name = request.names[1]
    if request.is_collection:
        _delete_calendar(request, has_answer=has_answer)
        return
    with request.change() as work:
        desk = Desk(work, request.reach, name, request.names[2], None)
        preconditions.check(request, work.unit, desk.item)
        if desk.item is None:
            raise NotFoundError("There is nothing here.")
        gone = Scheduling(desk).remove(has_answer=has_answer)
        _note_own(request, desk.collection, desk.item.href, gone)


def _delete_calendar(request: GroupwareRequest, *, has_answer: bool) -> None:
    """Portion after portion: others write between them, however many meetings there are.

    The conditions are those on the state that the client knows: they are asked once.
    """
    calendar_id = 0
    while True:
        with request.change() as work:
            portion = clearing.begin(work, request.reach, request.names[1])
            if not calendar_id:
                preconditions.check_collection(request, work.unit, exists=True)
                calendar_id = portion.calendar.id
            if portion.calendar.id != calendar_id:
                return  # somebody else deleted it, and another one has its name
            collections.demand_removable(work, portion.calendar)
            clearing.carry_out(work, request.reach, portion, has_answer=has_answer)
            if portion.is_last:
                collections.remove(work, portion.calendar)
                return


def _note_own(
    request: GroupwareRequest, collection: CollectionRow, href: str, modseq: int
) -> None:
    """Who took it away knows that it is gone."""
    request.note.knowledge = horizons.fetched(collection, (Change(href, modseq),))
