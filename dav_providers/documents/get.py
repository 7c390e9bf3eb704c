"""GET and HEAD of documents: ranges, conditions, constant memory; a plain list for a folder."""

from html import escape

from dav_providers.documents import preconditions
from dav_providers.documents.preconditions import MICROSECONDS, etag, last_modified
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.answers import Answer
from office import access, places
from office.places import Place
from office.standing import GuardedBlocks, Standing
from office.tracking import Act
from storage.store import Unit
from storage.tree import NodeRow
from wire.media_types import is_inert, media_type
from wire.paths import quote_segment
from wire.ranges import plan_ranges, requested_range
from wire.streams import PlannedBody

_SANDBOX = ("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
"""A customer's HTML must not run as a page of this server's origin."""


def answer(request: DocumentRequest) -> Answer:
    """The document's bytes, or the parts that were asked for."""
    with request.look() as (unit, place):
        node = place.existing()
        request.describe(place)
        if node.is_collection:
            return _folder_page(request, unit, place)
        request.note.act = Act.READ if request.method == "GET" else None
        preconditions.check(request, unit, place)
    standing = request.standing(access.Act.READ, place.chain)
    standing.demand()  # a block since the gate looked: now it can still be answered in words
    return _document(request, node, standing)


def _document(request: DocumentRequest, node: NodeRow, standing: Standing) -> Answer:
    kind = media_type(node.name, node.content_type)
    tag = etag(node)
    wanted = requested_range(
        request.environ, etag=tag, modified_seconds=node.modified_us // MICROSECONDS
    )
    plan = plan_ranges(node.size, wanted, content_type=kind)
    headers = [
        *plan.headers,
        ("ETag", tag or ""),
        ("Last-Modified", last_modified(node, request.now_us)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    if not is_inert(kind):
        headers.append(_SANDBOX)
    request.note.ranges = (
        None if plan.is_whole else [(part.offset, part.length) for part in plan.parts]
    )
    if request.method == "HEAD" or node.blob_sha256 is None or not plan.total_bytes:
        return Answer(plan.status, headers)
    body = PlannedBody(request.services.blobs.open(node.blob_sha256), plan)
    return Answer(plan.status, headers, GuardedBlocks(body, standing))


def _folder_page(request: DocumentRequest, unit: Unit, place: Place) -> Answer:
    """What a person sees who opens a folder's address in a browser, and Office's probes get."""
    request.note.act = Act.LISTED
    most = request.services.settings.limits.propfind_entries_max
    members = places.members(unit, request.who, request.services.layout, place, most=most)
    title = escape("/".join(("files", *place.names)))
    base = href(place.names, is_collection=True)
    rows = "".join(
        f'<li><a href="{base}{quote_segment(each.name)}{"/" if each.is_collection else ""}">'
        f"{escape(each.name)}{'/' if each.is_collection else ''}</a></li>"
        for each in members
    )
    page = (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"></head>'
        f"<body><h1>{title}</h1><ul>{rows}</ul></body></html>"
    ).encode()
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
        ("Cache-Control", "private, no-cache"),
        ("X-Content-Type-Options", "nosniff"),
        _SANDBOX,
    ]
    return Answer(200, headers, [page] if request.method == "GET" else ())
