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
from wire.dates import http_date_us


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
    body = item.text.encode()
    headers = [
        ("Content-Type", content_type(item)),
        ("Content-Length", str(len(body))),
        ("ETag", etag(item)),
        ("Last-Modified", http_date_us(item.modified_us)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    return Answer(200, headers, [body])


def _no_page() -> RefusedError:
    return RefusedError(
        405,
        "Calendars and address books are read by programs; set one up with this address.",
        headers=(("Allow", ALLOW),),
    )
