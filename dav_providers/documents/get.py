"""GET and HEAD of documents: ranges, conditions, constant memory; a plain list for a folder."""

from collections.abc import Iterable, Sequence
from html import escape

from dav_providers.documents import preconditions
from dav_providers.documents.preconditions import MICROSECONDS, etag, last_modified
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.answers import Answer
from office import access, past
from office.places import Place
from office.standing import GuardedBlocks, Standing
from office.tracking import Act
from storage.store import Unit
from storage.tree import NodeRow
from wire.media_types import is_inert, media_type
from wire.paths import quote_segment
from wire.ranges import RangePlan, plan_ranges, requested_range
from wire.streams import PlannedBody

_SANDBOX = ("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'")
"""A customer's HTML must not run as a page of this server's origin."""


def answer(request: DocumentRequest) -> Answer:
    """The document's bytes, or the parts that were asked for."""
    with request.look() as (unit, place):
        node = place.existing()
        request.describe(place)
        if node.is_collection:
            preconditions.check(request, unit, place)
            return _folder_page(request, unit, place)
        request.note.act = Act.READ if request.method == "GET" else None
        preconditions.check(request, unit, place)
    standing = request.standing(access.Act.READ, place.chain)
    standing.demand()  # a block since the gate looked: now it can still be answered in words
    return _document(request, node, standing)


def representation(
    request: DocumentRequest,
    chain: Sequence[NodeRow],
    status: int,
    more: Iterable[tuple[str, str]] = (),
) -> Answer:
    """The document at the end of *chain* as the answer to a change (RFC 8144 section 3.1).

    *more* are headers of the answer without it; those of the document come before them.
    """
    node = chain[-1]
    plan = plan_ranges(node.size, None, content_type=media_type(node.name, node.content_type))
    headers = [*_headers(request, node, plan)]
    headers.append(("Content-Location", href(request.names, is_collection=False)))
    known = {name.lower() for name, _ in headers}
    headers += [each for each in more if each[0].lower() not in known]
    standing = request.standing(access.Act.READ, chain)
    return Answer(status, headers, _body(request, node, plan, standing))


def current(request: DocumentRequest) -> Answer | None:
    """The document as it stands, for who wanted to change another state of it (RFC 8144 3.2)."""
    with request.look() as (_, place):
        node = place.node
        if node is None or node.is_collection:
            return None
    return representation(request, place.chain, 412)


def _document(request: DocumentRequest, node: NodeRow, standing: Standing) -> Answer:
    kind = media_type(node.name, node.content_type)
    tag = etag(node)
    wanted = requested_range(
        request.environ, etag=tag, modified_seconds=node.modified_us // MICROSECONDS
    )
    plan = plan_ranges(node.size, wanted, content_type=kind)
    headers = _headers(request, node, plan)
    request.note.ranges = (
        None if plan.is_whole else [(part.offset, part.length) for part in plan.parts]
    )
    body = () if request.method == "HEAD" else _body(request, node, plan, standing)
    return Answer(plan.status, headers, body)


def _headers(request: DocumentRequest, node: NodeRow, plan: RangePlan) -> list[tuple[str, str]]:
    headers = [
        *plan.headers,
        ("ETag", etag(node) or ""),
        ("Last-Modified", last_modified(node, request.now_us)),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, no-cache"),
    ]
    if not is_inert(media_type(node.name, node.content_type)):
        headers.append(_SANDBOX)
    return headers


def _body(
    request: DocumentRequest, node: NodeRow, plan: RangePlan, standing: Standing
) -> Iterable[bytes]:
    if node.blob_sha256 is None or not plan.total_bytes:
        return ()
    body = PlannedBody(request.services.blobs.open(node.blob_sha256), plan)
    return GuardedBlocks(body, standing)


def _folder_page(request: DocumentRequest, unit: Unit, place: Place) -> Answer:
    """What a person sees who opens a folder's address in a browser, and Office's probes get."""
    request.note.act = Act.LISTED
    most = request.services.settings.limits.propfind_entries_max
    members = past.members(unit, request.who, request.services.layout, place, most=most)
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
