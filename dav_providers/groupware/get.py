"""GET and HEAD of calendar and address objects: the bytes as they were stored.

vCards are also given in the version that Accept asks for (RFC 6352 section 5.1.1).
"""

from dav_providers.groupware import preconditions
from dav_providers.groupware.options import ALLOW
from dav_providers.groupware.preconditions import converted_etag, etag, varying
from dav_providers.groupware.properties import content_type
from dav_providers.groupware.put import schedule_headers
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from office import horizons
from office.errors import NotFoundError
from office.horizons import Change
from office.items.card_versions import VERSIONS, in_version, version_of
from storage import items
from storage.items import ItemRow
from wire.accept import Accept
from wire.dates import http_date_us
from wire.paths import quote_path


def answer(request: GroupwareRequest) -> Answer:
    """The object, or 304 where the client has it."""
    request.demand_own_home()
    with request.services.store.read() as unit:
        if request.is_top or request.is_home:
            raise _no_page()
        collection = request.collection(unit)
        if request.is_collection:
            raise _no_page()
        item = (
            items.find(unit, collection.place, request.names[2], with_text=True)
            if request.is_item
            else None
        )
        if item is None:
            raise NotFoundError("There is nothing here.")
        if request.method == "GET":  # also where the client has it: 304
            change = Change(item.href, item.modseq)
            request.note.knowledge = horizons.fetched(collection, (change,))
        version = _version(request, item)
        tag = etag(item) if version is None else converted_etag(item, version)
        preconditions.check(request, unit, item, tag=tag)
    return _whole(item, 200, version)


def current(request: GroupwareRequest) -> Answer | None:
    """The object as it stands, for who wanted to change another state of it (RFC 8144 3.2)."""
    if not request.is_item:
        return None
    try:
        with request.services.store.read() as unit:
            collection = request.collection(unit)
            item = items.find(unit, collection.place, request.names[2], with_text=True)
    except NotFoundError:  # deleted since the condition was looked at
        return None
    if item is None:
        return None
    answer = _whole(item, 412)
    answer.headers.append(("Content-Location", quote_path(request.segments, is_collection=False)))
    return answer


def _whole(item: ItemRow, status: int, version: str | None = None) -> Answer:
    """The object, as it is stored or as a vCard of another *version*."""
    kind, body, tag = content_type(item), item.text, etag(item)
    if version is not None:
        kind, body = f"{kind}; version={version}", in_version(item.text, version)
        tag = converted_etag(item, version)
    data = body.encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(data))),
        ("ETag", tag),
        ("Last-Modified", http_date_us(item.modified_us)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
        *varying(item),
        *schedule_headers(item.schedule_tag),
    ]
    return Answer(status, headers, [data])


def _version(request: GroupwareRequest, item: ItemRow) -> str | None:
    """The version that a vCard has to be put into for this client; None: it is sent as it is.

    Raises:
        RefusedError: Only versions are wanted that there are none of (RFC 6352 section 5.1.1).
    """
    accept = Accept(request.header("Accept"))
    if item.component != "VCARD" or not accept.ranges:
        return None
    weights = {each: accept.weight("text", "vcard", version=each) for each in VERSIONS}
    stored = version_of(item.text)
    best = max(VERSIONS, key=lambda version: (weights[version], version == stored))
    if weights[best]:
        return None if best == stored else best
    if any(
        (each.kind, each.subtype) == ("text", "vcard") and each.weight for each in accept.ranges
    ):
        raise RefusedError(
            406, "vCards are given as 3.0 and as 4.0.", preconditions.SUPPORTED_CONVERSION
        )
    return None  # who wants no vCard at all is sent one all the same: there is nothing else


def _no_page() -> RefusedError:
    return RefusedError(
        405,
        "Calendars and address books are read by programs; set one up with this address.",
        headers=(("Allow", ALLOW),),
    )
