"""COPY and MOVE of objects between one's own collections (RFC 4918 sections 9.8 and 9.9)."""

from dav_providers.groupware import appointments, book, preconditions
from dav_providers.groupware.put import schedule_headers
from dav_providers.groupware.request import GroupwareRequest, OutsideError
from dav_providers.multistatus.answers import Answer, RefusedError
from office import collections, item_store, office_book
from office.errors import (
    FixedError,
    KindError,
    MeetingError,
    NotFoundError,
    ParentMissingError,
)
from office.item_store import Target
from office.tracking import Act
from office.work import GroupwareWork
from storage import deliveries, items
from wire.dav_headers import parse_overwrite

_ITEM_DEPTH = 3


def answer(request: GroupwareRequest) -> Answer:
    """201 when the destination is new, 204 when something was replaced there."""
    request.demand_own_home()
    names = _destination(request)
    may_overwrite = parse_overwrite(request.header("Overwrite"))
    if not request.is_item:
        raise FixedError("Collections stay where they are; change their name instead.")
    try:
        is_new, tag = _done(request, names, may_overwrite=may_overwrite, is_alone=False)
    except MeetingError:
        is_new, tag = _done(request, names, may_overwrite=may_overwrite, is_alone=True)
    return Answer(201 if is_new else 204, [("Content-Length", "0"), *schedule_headers(tag)])


def _done(
    request: GroupwareRequest, names: tuple[str, ...], *, may_overwrite: bool, is_alone: bool
) -> tuple[bool, str]:
    """Whether nothing was at the destination, and the schedule tag of what is there now.

    Raises:
        MeetingError: A meeting goes while others may be written: it has to be done *is_alone*.
    """
    with request.change() as work:
        if is_alone:
            deliveries.alone(work.unit)
        is_new = _carry(request, work, names, may_overwrite=may_overwrite)
        tag = _schedule_tag(work, names)
        if tag and not is_alone:
            raise MeetingError("It is a meeting.")
    return is_new, tag


def _schedule_tag(work: GroupwareWork, names: tuple[str, ...]) -> str:
    """The schedule tag of what now lies at the destination (RFC 6638 section 3.2.10)."""
    collection = collections.find(work.unit, work.who, names[1])
    item = items.find(work.unit, collection.place, names[2])
    return item.schedule_tag if item else ""


def _destination(request: GroupwareRequest) -> tuple[str, ...]:
    destination = request.header("Destination")
    if not destination:
        raise RefusedError(400, "The Destination header is missing.")
    path = request.names_in(destination)
    if path.segments[:1] != (request.who.user_name,):
        raise OutsideError("The destination must lie in one of your own collections.")
    return path.segments


def _carry(
    request: GroupwareRequest,
    work: GroupwareWork,
    names: tuple[str, ...],
    *,
    may_overwrite: bool,
) -> bool:
    unit = work.unit
    collections.find(unit, request.who, request.names[1])
    if len(names) != _ITEM_DEPTH:
        raise KindError("Objects lie in calendars and address books, not there.")
    try:
        collections.find(unit, request.who, names[1])
    except NotFoundError:
        raise ParentMissingError(message="There is no such calendar or address book.") from None
    collection, other = collections.hold(work, request.names[1], names[1])
    book.bring_up(work, collection, other)
    if collection.is_for_meetings:
        raise FixedError("A message stays in its inbox; it can only be deleted.")
    item = items.find(unit, collection.place, request.names[2])
    if item is None:
        raise NotFoundError("There is nothing here.")
    preconditions.check(request, unit, item)
    target = Target(other, names[2], items.find(unit, other.place, names[2]))
    book.demand_replaceable(work, target)
    request.describe()
    request.note.target_path = "/".join((request.segments[0], *names))
    request.note.act = Act.COPIED if request.method == "COPY" else Act.MOVED
    carried = appointments.move(request, work, collection, target, may_overwrite=may_overwrite)
    if carried is not None:
        return carried
    if request.method == "COPY":
        is_new = item_store.copy(work, item, target, may_overwrite=may_overwrite)
    elif collection.is_office_book:
        is_new = book.move_out(request, work, target, may_overwrite=may_overwrite)
    else:
        is_new = item_store.move(work, collection, item, target, may_overwrite=may_overwrite)
    if other.is_office_book:
        office_book.take_in(work, other.name, target.href, book.sender(request))
    return is_new
