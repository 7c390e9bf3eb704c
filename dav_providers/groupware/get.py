"""GET and HEAD of calendar and address objects: the bytes as they were stored."""

from dav_providers.groupware import preconditions
from dav_providers.groupware.options import ALLOW
from dav_providers.groupware.preconditions import etag
from dav_providers.groupware.properties import content_type
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from office import collections
from office.errors import NotFoundError
from storage import items
from storage.items import ItemRow
from wire.dates import http_date_us
from wire.paths import quote_path


def answer(request: GroupwareRequest) -> Answer:
    """The object, or 304 where the client has it."""
    request.demand_own_home()
    with request.services.store.read() as unit:
        if request.is_top or request.is_home:
            raise _no_page()
        collection = collections.find(unit, request.who, request.names[1])
        if request.is_collection:
            raise _no_page()
        item = (
            items.find(unit, collection.id, request.names[2], with_text=True)
            if request.is_item
            else None
        )
        if item is None:
            raise NotFoundError("There is nothing here.")
        preconditions.check(request, unit, item)
    return _whole(item, 200)


def current(request: GroupwareRequest) -> Answer | None:
    """The object as it stands, for who wanted to change another state of it (RFC 8144 3.2)."""
    if not request.is_item:
        return None
    with request.services.store.read() as unit:
        collection = collections.find(unit, request.who, request.names[1])
        item = items.find(unit, collection.id, request.names[2], with_text=True)
    if item is None:
        return None
    answer = _whole(item, 412)
    answer.headers.append(("Content-Location", quote_path(request.segments, is_collection=False)))
    return answer


def _whole(item: ItemRow, status: int) -> Answer:
    body = item.text.encode()
    headers = [
        ("Content-Type", content_type(item)),
        ("Content-Length", str(len(body))),
        ("ETag", etag(item)),
        ("Last-Modified", http_date_us(item.modified_us)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    return Answer(status, headers, [body])


def _no_page() -> RefusedError:
    return RefusedError(
        405,
        "Calendars and address books are read by programs; set one up with this address.",
        headers=(("Allow", ALLOW),),
    )
