"""DELETE of objects and collections (RFC 4918 section 9.6)."""

from dav_providers.groupware import preconditions
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer
from office import access, collections, horizons, item_store
from office.errors import FixedError, MeetingError, NotFoundError
from office.horizons import Change
from office.meetings.desk import Desk
from office.meetings.scheduling import Scheduling
from office.tracking import Act
from storage import deliveries, items
from storage.collections import CollectionRow


def answer(request: GroupwareRequest) -> Answer:
    """Take an object away, or a collection with all that is in it."""
    request.demand_own_home()
    if request.is_top or request.is_home:
        raise FixedError("A home stays as long as its user does.")
    try:
        _delete_plain(request)
    except MeetingError:
        _delete_meetings(request)
    request.describe()
    request.note.act = Act.DELETED
    return Answer(204)


def _delete_plain(request: GroupwareRequest) -> None:
    with request.change() as work:
        unit = work.unit
        [collection] = collections.hold(work, request.names[1])
        if request.is_collection:
            preconditions.check_collection(request, unit, exists=True)
            is_own = collection.owner_id == request.who.user_id
            if is_own and deliveries.meetings_in(unit, collection.id):
                raise MeetingError("There are meetings in it.")
            collections.remove(work, collection)
            return
        item = items.find(unit, collection.id, request.names[2]) if request.is_item else None
        if item is not None and item.schedule_tag:
            raise MeetingError("It is a meeting.")
        preconditions.check(request, unit, item)
        if item is None:
            raise NotFoundError("There is nothing here.")
        _note_own(request, collection, item.href, item_store.remove(work, collection, item))


def _delete_meetings(request: GroupwareRequest) -> None:
    """The same where others take part: they hear of it (RFC 6638 sections 3.2.3.2 and 8.1)."""
    has_answer = (request.header("Schedule-Reply") or "T").strip().upper() != "F"
    name = request.names[1]
    with request.change() as work:
        if not request.is_collection:
            desk = Desk(work, request.reach, name, request.names[2], None)
            preconditions.check(request, work.unit, desk.item)
            if desk.item is None:
                raise NotFoundError("There is nothing here.")
            gone = Scheduling(desk).remove(has_answer=has_answer)
            _note_own(request, desk.collection, desk.item.href, gone)
            return
        deliveries.alone(work.unit)  # first: who writes a meeting waits for calendars after it
        [collection] = collections.hold(work, name)
        preconditions.check_collection(request, work.unit, exists=True)
        access.demand_collection(work.who, access.Act.REMOVE, collection)
        for href in deliveries.meetings_in(work.unit, collection.id):
            desk = Desk(work, request.reach, name, href, None)
            Scheduling(desk).remove(has_answer=has_answer)
        collections.remove(work, collection)


def _note_own(
    request: GroupwareRequest, collection: CollectionRow, href: str, modseq: int
) -> None:
    """Who took it away knows that it is gone."""
    request.note.knowledge = horizons.fetched(collection, (Change(href, modseq),))
