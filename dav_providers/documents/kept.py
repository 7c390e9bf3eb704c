"""The trash and earlier versions as clients meet them: read-only, and restored by COPY or MOVE.

RFC 4918 knows neither; to a client they are folders in which it may only read (RFC 3744). MOVE
out of the trash brings the very node back. MOVE of a version is answered like COPY: what a
document held stays part of its history.
"""

from collections.abc import Sequence
from typing import NoReturn

from dav_providers.documents import preconditions, sink
from dav_providers.documents.request import DocumentRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from office import past, places, trash, trash_places, versions
from office.errors import ForbiddenError, ParentMissingError, UnfitNameError
from office.past_places import PastPlace
from office.places import Place
from office.tracking import Act
from office.work import Work
from wire.dav_headers import Depth

METHODS = frozenset({"OPTIONS", "GET", "HEAD", "PROPFIND", "COPY", "MOVE"})
_MAKING = frozenset({"PUT", "MKCOL", "LOCK"})
_PRIVILEGES = {
    "PUT": "bind",
    "MKCOL": "bind",
    "COPY": "bind",
    "MOVE": "bind",
    "DELETE": "unbind",
    "PROPPATCH": "write-properties",
    "LOCK": "write-content",
    "UNLOCK": "unlock",
    "REPORT": "read",
}


def refusal(method: str) -> ForbiddenError:
    """What a change of the past is refused with."""
    return ForbiddenError(
        "What was deleted and what was before can only be read, and copied or moved out.",
        privilege=_PRIVILEGES[method],
    )


def refuse(request: DocumentRequest) -> NoReturn:
    """Refuse a method, to whom the place is known; for all others nothing is there."""
    with request.look() as (_, place):
        if request.method not in _MAKING:
            place.existing()
        elif len(place.missing) > 1:
            raise ParentMissingError(place.blocked)
    raise refusal(request.method)


def restore(
    request: DocumentRequest, target_names: Sequence[str], depth: Depth, *, may_overwrite: bool
) -> Answer:
    """COPY or MOVE out: 201 when the destination is new, 204 when something was replaced there."""
    services, note = request.services, request.note
    with request.transaction() as work:
        source = past.find_past(work.unit, work.who, services.layout, request.names)
        # Known only now in which part of the tree it is: keep others from changing that too.
        also = () if source.missing else (source.chain[-1].tree_id,)
        [target] = places.find_for_writing(
            work.unit, work.who, services.layout, target_names, also=also
        )
        source = past.find_past(work.unit, work.who, services.layout, request.names)
        node = source.existing()
        if depth is Depth.ONE or (
            request.method == "MOVE" and node.is_collection and depth is not Depth.INFINITY
        ):
            raise RefusedError(400, "Depth must be infinity (COPY may also say 0).")
        preconditions.check(request, work.unit, source)
        request.describe(source)
        note.target_path = "/".join(target_names)
        if sink.swallows(target.name):
            raise UnfitNameError(f"“{target.name}” is a name that macOS keeps for itself.")
        is_deep = depth is Depth.INFINITY and bool(node.is_collection)
        is_new = _brought_back(
            request, work, source, target, is_deep=is_deep, may_overwrite=may_overwrite
        )
    return Answer(201 if is_new else 204, [("Content-Length", "0")])


def _brought_back(
    request: DocumentRequest,
    work: Work,
    source: PastPlace,
    target: Place,
    *,
    is_deep: bool,
    may_overwrite: bool,
) -> bool:
    """Bring it back; whether the destination is new. The journal's row is of what is there now."""
    note = request.note
    if versions.speaks_of(source.names) and not trash_places.speaks_of(source.names):
        saved, is_new = versions.restore(work, source, target, may_overwrite=may_overwrite)
        note.node_id, note.version, note.size = saved.id, saved.version, saved.size
        note.act = Act.RESTORED
        return is_new
    if request.method == "COPY":
        _, is_new = trash.copy_out(
            work, source, target, is_deep=is_deep, may_overwrite=may_overwrite
        )
        note.act = Act.COPIED
        return is_new
    back = trash.restore(work, source, target, may_overwrite=may_overwrite)
    note.node_id, note.version, note.act = back.node.id, back.node.version, Act.RESTORED
    return back.is_new
