"""PUT of a document: taken in beside the tree, then put in its place in one transaction.

What breaks off on the way leaves the old document as it was; an answer is given only when the
bytes and the row are on the disk.
"""

import re
from contextlib import closing

from dav_providers.documents import get, preconditions
from dav_providers.documents.failures import no_space
from dav_providers.documents.request import DocumentRequest
from dav_providers.multistatus.answers import Answer, RefusedError
from dav_providers.multistatus.disk_space import DiskSpace
from office import documents
from office.documents import Stored
from office.errors import KindError
from office.places import Place
from office.standing import Standing
from office.tracking import Act
from office.work import Work
from storage.blobs import BlobMissingError, StagedBlob
from storage.tree import Content
from wire.bodies import AnnouncedBody

MICROSECONDS = 1_000_000
_LOOK_BYTES = 8 * 1024 * 1024
"""After so much of a body the disk is asked again whether the rest may come."""
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}")
_LATEST_SECONDS = 253_402_300_799  # the end of year 9999, as HTTP dates have it


def answer(request: DocumentRequest) -> Answer:
    """Save a document; 201 when it is new, 204 when it was replaced."""
    modified_us = _told_mtime(request)
    _check_headers(request)
    standing, space = _check_early(request), request.services.space
    body = AnnouncedBody.from_environ(
        request.environ, limit_bytes=request.services.settings.limits.upload_bytes
    )
    _check_space(body, space())
    with closing(_Staging(request, body, standing, space)) as staging:
        staged = staging.receive()
        # The body may have taken minutes: whatever allowed it is asked again where it counts.
        with request.change() as (work, [place]):
            stored = _store(request, work, place, staged, modified_us)
        chain = (*place.parent_chain, stored.node)
    answer = _answer(stored, has_mtime=modified_us is not None)
    if request.wants_representation:
        status = 201 if stored.is_new else 200
        return get.representation(request, chain, status, answer.headers)
    return answer


def _check_headers(request: DocumentRequest) -> None:
    if request.header("Content-Range") is not None:
        # RFC 9110 section 14.5: to take a part for the whole would destroy the document.
        raise RefusedError(400, "A part of a document can't be saved; send all of it.")
    if (request.header("Content-Encoding") or "identity").lower() != "identity":
        raise RefusedError(415, "Send the document as it is, without Content-Encoding.")
    if request.has_slash:
        raise KindError("The address ends in a slash: that names a folder.")


def _check_early(request: DocumentRequest) -> Standing:
    """Refuse before the body is sent what can be refused before (rights, locks, conditions)."""
    with request.look() as (unit, place):
        preconditions.check(request, unit, place)
        act, chain = documents.foresee_put(
            unit, request.who, place, request.tokens, now_us=request.now_us
        )
    return request.standing(act, chain)


def _check_space(body: AnnouncedBody, space: tuple[int, int]) -> None:
    """Refuse what is still to come where it does not fit; of unknown length it is something."""
    announced = body.announced_bytes
    if (1 if announced is None else announced - body.received_bytes) > space[1]:
        raise no_space()


class _Staging:
    """A body on its way in; closed, it leaves nothing behind unless the blob was kept."""

    def __init__(
        self,
        request: DocumentRequest,
        body: AnnouncedBody,
        standing: Standing,
        space: DiskSpace,
    ) -> None:
        self._request = request
        self._body = body
        self._standing = standing
        self._space = space
        self._looked_bytes = 0
        self._staged: StagedBlob | None = None

    def receive(self) -> StagedBlob:
        """Take the whole body in and make it durable."""
        self._staged = self._request.services.blobs.receive(self._read)
        if self._staged.size:
            self._staged.keep()
        return self._staged

    def _read(self, size: int) -> bytes:
        self._standing.demand()
        if self._body.received_bytes - self._looked_bytes >= _LOOK_BYTES:
            # Others write too, and a chunked body has not said how long it will be.
            self._looked_bytes = self._body.received_bytes
            _check_space(self._body, self._space.now())
        return self._body.read(size)

    def close(self) -> None:
        """Drop what was not kept."""
        if self._staged is not None:
            self._staged.discard()


def _store(
    request: DocumentRequest,
    work: Work,
    place: Place,
    staged: StagedBlob,
    modified_us: int | None,
) -> Stored:
    preconditions.check(request, work.unit, place)
    sha256 = staged.sha256 if staged.size else None
    content = Content(sha256, staged.size, _told_type(request))
    stored = documents.put(work, place, content, modified_us=modified_us)
    if sha256 is not None and not request.services.blobs.exists(sha256):
        # A clean-up took the same bytes for an orphan just before this transaction began.
        raise BlobMissingError("The server was cleaning up; please save again.")
    _describe(request, place, stored)
    return stored


def _describe(request: DocumentRequest, place: Place, stored: Stored) -> None:
    note, node = request.note, stored.node
    note.path = "/".join(place.names)
    note.node_id, note.version, note.size = node.id, node.version, node.size
    note.act = Act.CREATED if stored.is_new else Act.CHANGED if stored.has_changed else Act.SAME


def _told_mtime(request: DocumentRequest) -> int | None:
    """``X-OC-Mtime``: the document's own time in seconds, as rclone sends it."""
    text = request.header("X-OC-Mtime")
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError as error:
        raise ValueError("X-OC-Mtime must be a number of seconds.") from error
    if not 0 <= seconds <= _LATEST_SECONDS:
        raise ValueError("X-OC-Mtime is out of range.")
    return int(seconds * MICROSECONDS)


def _told_type(request: DocumentRequest) -> str:
    """The writer's Content-Type, for names whose extension says nothing; only a sane one."""
    text: str = request.environ.get("CONTENT_TYPE", "")
    kind = text.partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else ""


def _answer(stored: Stored, *, has_mtime: bool) -> Answer:
    headers = [("ETag", preconditions.etag(stored.node) or ""), ("Content-Length", "0")]
    if has_mtime:
        headers.append(("X-OC-Mtime", "accepted"))
    return Answer(201 if stored.is_new else 204, headers)
