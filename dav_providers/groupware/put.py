"""PUT of calendar and address objects (RFC 4791 section 5.3.2, RFC 6352 section 6.3.2).

What was sent is what is stored; only then has the answer an entity tag (RFC 4791 section 5.3.4).
"""

from collections.abc import Callable

from dav_providers.groupware import appointments, book, preconditions
from dav_providers.groupware.names import CAL, CARD
from dav_providers.groupware.preconditions import etag_of, schedule_tag_of
from dav_providers.groupware.properties import media_type
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer, ConditionFailedError, RefusedError
from dav_providers.multistatus.preconditions import Precondition
from office import collections, half_moves, horizons, item_store, own_calendar, own_deletes
from office.collections import Kind
from office.errors import KindError, MeetingError, NotFoundError, ParentMissingError
from office.horizons import Change
from office.item_store import ReadItem, Stored, Target
from office.meetings.desk import Desk
from office.meetings.meeting import is_meeting
from office.meetings.scheduling import Scheduling
from office.tracking import Act
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit
from wire.bodies import BodyTooLargeError
from wire.paths import quote_path

_TYPES = {
    True: frozenset({"text/vcard", "text/x-vcard", "text/directory"}),
    False: frozenset({"text/calendar"}),
}
# What programs say that say nothing.
_ANY = frozenset({"", "application/octet-stream", "text/plain"})


def answer(request: GroupwareRequest) -> Answer:
    """Store an object; 201 when it is new, 204 when it was there."""
    request.demand_own_home()
    if request.header("Content-Range") is not None:
        raise RefusedError(400, "A part of an object can't be saved; send all of it.")
    collection = _collection(request)
    read = received(request, collection)
    stored = store(request, collection, request.names[2], read)
    where = quote_path(request.segments, is_collection=False)
    return saved(request, stored, read, where)


def store(
    request: GroupwareRequest,
    collection: CollectionRow,
    href: str,
    read: ReadItem,
    check: Callable[[Unit, ItemRow | None], None] | None = None,
) -> Stored:
    """Store what was read, if the request's conditions hold: a meeting at the meetings' desk.

    Args:
        request: The request.
        collection: As it was found before the body came.
        href: The name in it.
        read: The object.
        check: Asks the conditions; those on the object itself if not given.
    """
    check = check or (lambda unit, item: preconditions.check(request, unit, item))
    stored = _store(request, collection, href, read, check)
    if stored.is_as_sent and not read.was_changed:
        own = Change(href, stored.modseq)
        request.note.knowledge = horizons.fetched(collection, (own,))
    return stored


def _store(
    request: GroupwareRequest,
    collection: CollectionRow,
    href: str,
    read: ReadItem,
    check: Callable[[Unit, ItemRow | None], None],
) -> Stored:
    if collection.is_office_book:
        stored = book.store(request, collection, href, read, check)
        describe(request, stored)
        return stored
    is_calendar = collection.kind in {Kind.CALENDAR, Kind.TASKS}
    if not (is_calendar and is_meeting(read.content.text)):
        try:
            return _store_plain(request, collection, href, read, check)
        except MeetingError:
            pass  # what is there is a meeting, whatever comes in its place
    return _store_meeting(request, collection, href, read, check)


def _store_meeting(
    request: GroupwareRequest,
    collection: CollectionRow,
    href: str,
    read: ReadItem,
    check: Callable[[Unit, ItemRow | None], None],
) -> Stored:
    with request.change() as work:
        desk = Desk(work, request.reach, collection.name, href, read.content.text)
        _demand_same(desk.collection, collection)
        taken = desk.item is None and appointments.take_back(
            work, desk.collection, href, read.content.uid, check
        )
        if taken:
            check = _known
            # All that it holds is held already.
            desk = Desk(work, request.reach, collection.name, href, read.content.text)
        target = Target(desk.collection, href, desk.item)
        stored = appointments.decide(request, work, target, read, check)
        if stored is None:
            stored = Scheduling(desk).put(href, read)
    return _told(request, stored)


def _store_plain(
    request: GroupwareRequest,
    collection: CollectionRow,
    href: str,
    read: ReadItem,
    check: Callable[[Unit, ItemRow | None], None],
) -> Stored:
    with request.change() as work:
        # The body may have taken its time: whatever allowed it is asked again where it counts.
        half = half_moves.find(work, collection, read.content)
        moved = own_deletes.find(work, collection, read.content)
        others = () if half is None else (half.book_id,)
        others = others if moved is None else (*others, *moved.calendars.ids)
        held = collections.hold_with(work, collection.name, others).collection
        _demand_same(held, collection)
        item = items.find(work.unit, held.place, href)
        if item is None:
            item = appointments.take_back(work, held, href, read.content.uid, check)
            check = check if item is None else _known
        if item is not None and item.schedule_tag:
            raise MeetingError("It is a meeting.")
        is_private = item is not None and own_calendar.is_private(work, held, item)
        stored: Stored | ConditionFailedError | None = None
        if is_private:
            check(work.unit, item)
        else:
            stored = appointments.decide(request, work, Target(held, href, item), read, check)
        if stored is None:
            stored = item_store.put(work, held, item, href, read.content, is_private=is_private)
            if half is not None:
                half_moves.complete(work, half)
            if moved is not None:
                own_deletes.complete(work, moved)
    return _told(request, stored)


def _known(_unit: Unit, _item: ItemRow | None) -> None:
    """The conditions hold: they were asked before what was cut came back."""


def _told(request: GroupwareRequest, stored: Stored | ConditionFailedError) -> Stored:
    if isinstance(stored, ConditionFailedError):
        raise stored  # only now that what was kept of it stays
    describe(request, stored)
    return stored


def _demand_same(held: CollectionRow, found: CollectionRow) -> None:
    """See to it that no other collection got the name meanwhile."""
    if held.id != found.id:
        raise NotFoundError("There is nothing here.")


def received(request: GroupwareRequest, collection: CollectionRow) -> ReadItem:
    """The object in the body, read.

    Raises:
        RefusedError: It is of another type, or too large.
        office.items.InvalidItemError: It is no object that *collection* could take.
    """
    _check_type(request, collection)
    data = _body(request, collection)
    request.note.size = len(data)
    return item_store.read(collection, data, request.services.limits)


def saved(request: GroupwareRequest, stored: Stored, read: ReadItem, href: str) -> Answer:
    """The answer to a save at *href*; with the object, if the client prefers (RFC 8144)."""
    status = 201 if stored.is_new else 204
    headers = [("Content-Length", "0")]
    tag = schedule_headers(stored.content.schedule_tag)
    if stored.is_as_sent and not read.was_changed:
        headers.append(("ETag", etag_of(stored.etag)))
    if not request.wants_representation:
        return Answer(status, [*headers, *tag])
    body = stored.content.text.encode()
    headers = [
        *tag,
        ("Content-Type", media_type(stored.content.component)),
        ("Content-Length", str(len(body))),
        ("Content-Location", href),
        # The tag of the bytes that come along, whether they are those that were sent or not.
        ("ETag", etag_of(stored.etag)),
    ]
    return Answer(201 if stored.is_new else 200, headers, [body])


def schedule_headers(tag: str) -> list[tuple[str, str]]:
    """The header that every answer about a meeting has (RFC 6638 section 8.2)."""
    return [("Schedule-Tag", schedule_tag_of(tag))] if tag else []


def _collection(request: GroupwareRequest) -> CollectionRow:
    if not request.is_item:
        if len(request.names) > 1 and not request.is_collection:
            raise ParentMissingError(message="The collection it would lie in does not exist.")
        raise KindError("Objects lie in calendars and address books, not here.")
    if request.has_slash:
        raise KindError("The address ends in a slash: that names a collection.")
    with request.services.store.read() as unit:
        try:
            return collections.find(unit, request.who, request.names[1])
        except NotFoundError:
            raise ParentMissingError(
                message="There is no such calendar or address book."
            ) from None


def _check_type(request: GroupwareRequest, collection: CollectionRow) -> None:
    is_card = collection.kind == Kind.ADDRESSBOOK
    told = str(request.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()
    if told not in _ANY | _TYPES[is_card]:
        name = f"{CARD}supported-address-data" if is_card else f"{CAL}supported-calendar-data"
        taken = "vCards (text/vcard)" if is_card else "iCalendar (text/calendar)"
        raise RefusedError(403, f"Only {taken} is taken here.", Precondition(name, 403, ""))


def _body(request: GroupwareRequest, collection: CollectionRow) -> bytes:
    is_card = collection.kind == Kind.ADDRESSBOOK
    limits = request.services.limits
    most = limits.card_bytes if is_card else limits.object_bytes
    try:
        return request.small_body(most)
    except BodyTooLargeError as error:
        name = f"{CARD if is_card else CAL}max-resource-size"
        raise RefusedError(403, str(error), Precondition(name, 403, "")) from None


def describe(request: GroupwareRequest, stored: Stored) -> None:
    """Tell the access log what was done."""
    request.describe()
    changed = Act.CHANGED if stored.has_changed else Act.SAME
    request.note.act = Act.CREATED if stored.is_new else changed
