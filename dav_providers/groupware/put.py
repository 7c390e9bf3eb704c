"""PUT of calendar and address objects (RFC 4791 section 5.3.2, RFC 6352 section 6.3.2).

What was sent is what is stored; only then has the answer an entity tag (RFC 4791 section 5.3.4).
"""

from dav_providers.groupware import preconditions
from dav_providers.groupware.names import CAL, CARD
from dav_providers.groupware.preconditions import etag_of
from dav_providers.groupware.properties import media_type
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from dav_providers.multistatus.preconditions import Precondition
from office import collections, horizons, item_store
from office.collections import Kind
from office.errors import KindError, NotFoundError, ParentMissingError
from office.horizons import Change
from office.item_store import ReadItem, Stored
from office.tracking import Act
from storage import items
from storage.collections import CollectionRow
from wire.bodies import BodyTooLargeError, read_small
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
    with request.change() as work:
        # The body may have taken its time: whatever allowed it is asked again where it counts.
        unit = work.unit
        [held] = collections.hold(work, collection.name)
        if held.id != collection.id:
            raise NotFoundError("There is nothing here.")
        href = request.names[2]
        item = items.find(unit, held.id, href)
        preconditions.check(request, unit, item)
        stored = item_store.put(work, held, item, href, read.content)
        describe(request, stored)
        if not read.was_changed:
            own = Change(href, stored.modseq)
            request.note.knowledge = horizons.fetched(held, (own,))
    where = quote_path(request.segments, is_collection=False)
    return saved(request, stored, read, where)


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
    if not read.was_changed:
        headers.append(("ETag", etag_of(stored.etag)))
    if not request.wants_representation:
        return Answer(status, headers)
    body = read.content.text.encode()
    headers = [
        ("Content-Type", media_type(read.content.component)),
        ("Content-Length", str(len(body))),
        ("Content-Location", href),
        # The tag of the bytes that come along, whether they are those that were sent or not.
        ("ETag", etag_of(stored.etag)),
    ]
    return Answer(201 if stored.is_new else 200, headers, [body])


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
        return read_small(request.environ, most)
    except BodyTooLargeError as error:
        name = f"{CARD if is_card else CAL}max-resource-size"
        raise RefusedError(403, str(error), Precondition(name, 403, "")) from None


def describe(request: GroupwareRequest, stored: Stored) -> None:
    """Tell the access log what was done."""
    request.describe()
    changed = Act.CHANGED if stored.has_changed else Act.SAME
    request.note.act = Act.CREATED if stored.is_new else changed
