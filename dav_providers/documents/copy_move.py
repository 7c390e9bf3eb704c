"""COPY and MOVE (RFC 4918 sections 9.8 and 9.9): one transaction, no byte is copied."""

from dav_providers.documents import kept, preconditions, sink
from dav_providers.documents.request import DocumentRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from office import documents, past
from office.errors import UnfitNameError
from office.tracking import Act
from wire.dav_headers import Depth, parse_depth, parse_overwrite


def answer(request: DocumentRequest) -> Answer:
    """201 when the destination is new, 204 when something was replaced there."""
    destination = request.header("Destination")
    if not destination:
        raise RefusedError(400, "The Destination header is missing.")
    target_names = request.names_in(destination).segments
    may_overwrite = parse_overwrite(request.header("Overwrite"))
    depth = parse_depth(request.header("Depth"), default=Depth.INFINITY)
    is_move, note = request.method == "MOVE", request.note
    if past.speaks_of(target_names):
        raise kept.refusal("MOVE")
    if past.speaks_of(request.names):
        return kept.restore(request, target_names, depth, may_overwrite=may_overwrite)
    with request.change(target_names) as (work, [source, target]):
        node = source.existing()
        _check_depth(depth, is_move=is_move, is_collection=bool(node.is_collection))
        preconditions.check(request, work.unit, source)
        request.describe(source)
        note.target_path = "/".join(target_names)
        if sink.swallows(target.name):
            # Nothing of that name is ever kept: a document that went there would be lost.
            raise UnfitNameError(f"“{target.name}” is a name that macOS keeps for itself.")
        if is_move:
            moved = documents.move(work, source, target, may_overwrite=may_overwrite)
            is_new, note.node_id, note.version = moved.is_new, moved.node.id, moved.node.version
        else:
            _, is_new = documents.copy(
                work,
                source,
                target,
                is_deep=depth is Depth.INFINITY,
                may_overwrite=may_overwrite,
            )
        note.act = Act.MOVED if is_move else Act.COPIED
    return Answer(201 if is_new else 204, [("Content-Length", "0")])


def _check_depth(depth: Depth, *, is_move: bool, is_collection: bool) -> None:
    if depth is Depth.ONE or (is_move and is_collection and depth is not Depth.INFINITY):
        raise RefusedError(400, "Depth must be infinity (COPY may also say 0).")
