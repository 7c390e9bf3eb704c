"""LOCK and UNLOCK (RFC 4918 sections 9.10 and 9.11)."""

from dav_providers.documents import preconditions
from dav_providers.documents.properties import lock_discovery
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.answers import Answer, RefusedError
from dav_providers.multistatus.request_xml import LockScope, parse_lockinfo
from dav_providers.multistatus.writer import CONTENT_TYPE, xml_document
from office import access, documents, locks
from office.access import Act
from office.locks import Wish
from office.places import Place
from office.tracking import Act as Noted
from office.work import Work
from storage.store import Unit, WriteUnit
from storage.tree import Content, NodeRow
from wire.bodies import read_small
from wire.dav_headers import Depth, parse_depth, parse_lock_token, parse_timeout


def answer_lock(request: DocumentRequest) -> Answer:
    """Take a lock, or (without a body) refresh one."""
    limits = request.services.settings.limits
    body = read_small(request.environ, limits.xml_bytes)
    with request.change(is_lock=True) as (work, [place]):
        preconditions.check(request, work.unit, place)
        if not body.strip():
            return _refresh(request, work.unit, place)
        return _acquire(request, work, place, body)


def _timeout_seconds(request: DocumentRequest) -> int:
    settings = request.services.settings.locks
    return parse_timeout(
        request.header("Timeout"),
        default_seconds=settings.default_seconds,
        max_seconds=settings.max_seconds,
    )


def _refresh(request: DocumentRequest, unit: WriteUnit, place: Place) -> Answer:
    place.existing()
    if not request.tokens:
        raise RefusedError(400, "A refresh names its lock in the If header.")
    locks.refresh(
        unit,
        request.who,
        place.chain,
        request.tokens,
        timeout_seconds=_timeout_seconds(request),
        now_us=request.now_us,
    )
    # RFC 4918 section 9.10.2: a refresh is answered without Lock-Token.
    return _answer(request, unit, place.chain, status=200)


def _acquire(request: DocumentRequest, work: Work, place: Place, body: bytes) -> Answer:
    info = parse_lockinfo(body, max_depth=request.services.settings.limits.xml_depth)
    depth = parse_depth(request.header("Depth"), default=Depth.INFINITY)
    if depth is Depth.ONE:
        raise RefusedError(400, "A lock has Depth 0 or infinity.")
    chain, is_new = place.chain, place.node is None
    if is_new:
        # Locking an unmapped name makes an empty document (RFC 4918 section 7.3).
        made = documents.put(work, place, Content(None, 0, ""))
        chain = (*place.parent_chain, made.node)
    else:
        access.demand(work.who, Act.WRITE, chain)
    wish = Wish(
        is_exclusive=info.scope is LockScope.EXCLUSIVE,
        is_deep=depth is Depth.INFINITY,
        owner_xml=info.owner_xml or b"",
        timeout_seconds=_timeout_seconds(request),
    )
    lock = locks.acquire(work.unit, work.who, chain, wish, now_us=work.now_us)
    request.note.path = "/".join(place.names)
    request.note.node_id, request.note.version = chain[-1].id, chain[-1].version
    request.note.act = Noted.LOCKED
    answer = _answer(request, work.unit, chain, status=201 if is_new else 200)
    answer.headers.append(("Lock-Token", f"<{lock.token}>"))
    return answer


def _answer(
    request: DocumentRequest, unit: Unit, chain: tuple[NodeRow, ...], *, status: int
) -> Answer:
    """The resource's ``DAV:lockdiscovery`` as it stands now, with locks from above."""
    roots = {
        node.id: href(request.names[:depth], is_collection=bool(node.is_collection))
        for depth, node in enumerate(chain, 1)
    }
    live = [
        (lock, roots[lock.node_id])
        for lock in locks.covering(unit, chain)
        if not locks.is_stale(lock, request.now_us)
    ]
    body = xml_document("{DAV:}prop", lock_discovery(live, request.now_us))
    return Answer(
        status, [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))], [body]
    )


def answer_unlock(request: DocumentRequest) -> Answer:
    """Give a lock back."""
    text = request.header("Lock-Token")
    if not text:
        raise RefusedError(400, "The Lock-Token header is missing.")
    token = parse_lock_token(text)
    with request.change() as (work, [place]):
        place.existing()
        preconditions.check(request, work.unit, place)
        request.describe(place)
        locks.release(work.unit, work.who, place.chain, token)
        request.note.act = Noted.UNLOCKED
    return Answer(204, [("Content-Length", "0")])
