"""The one table from what can go wrong to what the client is told."""

import errno
import logging
from http import HTTPStatus

from wsgidav.dav_error import DAVError

from auth.errors import CredentialsError
from dav_providers.documents.preconditions import NotModifiedError, etag, last_modified
from dav_providers.documents.request import DocumentRequest, OutsideError, href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import (
    Answer,
    ConditionFailedError,
    RefusedError,
    refusal,
)
from dav_providers.multistatus.request_xml import ForbiddenDoctypeError, RequestXMLError
from office.errors import (
    BlockedError,
    ChangedError,
    ExistsError,
    FixedError,
    ForbiddenError,
    IntoItselfError,
    KindError,
    LockConflictError,
    LockedError,
    LockMissingError,
    NotFoundError,
    NumberTakenError,
    OfficeError,
    ParentMissingError,
    TooLargeError,
    UnfitNameError,
)
from storage.blobs import BlobMissingError
from wire.bodies import BodyCutError, BodyLengthError, BodyTooLargeError
from wire.dav_headers import ForeignHostError

log = logging.getLogger("deedbox.documents")

RETRY_SECONDS = 5
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
CHALLENGE = ("WWW-Authenticate", 'Basic realm="deedbox", charset="UTF-8"')


_OFFICE_STATUS: dict[type[OfficeError], int] = {
    NotFoundError: 404,
    BlockedError: 404,
    ForbiddenError: 403,
    FixedError: 403,
    UnfitNameError: 403,
    ExistsError: 412,
    ParentMissingError: 409,
    NumberTakenError: 409,
    ChangedError: 409,
    KindError: 405,
    IntoItselfError: 403,
    TooLargeError: 507,
    LockedError: 423,
    LockConflictError: 423,
    LockMissingError: 409,
}
"""Every office error's status; a test compares the keys with the office's errors."""

_STATUS: dict[type[Exception], int] = {
    BodyCutError: 400,
    BodyLengthError: 400,
    BodyTooLargeError: 413,
    BlobMissingError: 503,
    ConditionFailedError: 412,
    ForeignHostError: 502,
    OutsideError: 502,
    ValueError: 400,
}


def answer(error: Exception, request: DocumentRequest | None) -> Answer | None:
    """The answer to *error*, or None where it is no refusal but a fault of ours."""
    if isinstance(error, NotModifiedError):
        return _not_modified(error, request)
    if isinstance(error, RefusedError):
        return refusal(error.status, str(error), error.condition, headers=error.headers)
    if isinstance(error, CredentialsError):
        # Only here where a long upload outlived its device; else the gate says it.
        return refusal(401, "This device may not come in any more.", headers=(CHALLENGE,))
    if isinstance(error, OfficeError):
        return _office_answer(error, request)
    if isinstance(error, RequestXMLError):
        is_doctype = isinstance(error, ForbiddenDoctypeError)
        return refusal(error.status, str(error), pre.NO_EXTERNAL_ENTITIES if is_doctype else None)
    if isinstance(error, DAVError):
        # Its word on a missing resource is the path: the office's own tells nobody anything.
        is_missing = error.value == HTTPStatus.NOT_FOUND
        said = "There is nothing here." if is_missing else error.context_info
        return refusal(int(error.value), said or "")
    return _other_answer(error)


def _other_answer(error: Exception) -> Answer | None:
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        log.warning("the disk is full", extra={"fields": {"reason": str(error)}})
        full = no_space()
        return refusal(full.status, str(full), full.condition)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        return None
    headers = (("Retry-After", str(RETRY_SECONDS)),) if status == 503 else ()  # noqa: PLR2004
    return refusal(status, str(error), headers=headers)


def no_space() -> RefusedError:
    """What a save hears that does not fit on the disk (RFC 4918 section 11.5)."""
    return RefusedError(
        507, "There is not enough space left on the server's disk.", pre.SUFFICIENT_DISK_SPACE
    )


def _office_answer(error: OfficeError, request: DocumentRequest | None) -> Answer:
    status = _OFFICE_STATUS[type(error)]
    method = request.method if request else ""
    if isinstance(error, ExistsError) and method == "MKCOL":
        return refusal(405, str(error), pre.RESOURCE_MUST_BE_NULL)
    if isinstance(error, ForbiddenError):
        # The names of a Home's chain begin with its owner's; the client knows its own path.
        names = request.names if request else ()
        where = href(names, is_collection=False)
        return refusal(
            status,
            str(error),
            pre.NEED_PRIVILEGES,
            privileges=[(where, f"{{DAV:}}{error.privilege}")],
        )
    if isinstance(error, LockedError):
        is_new_lock = isinstance(error, LockConflictError)
        condition = pre.NO_CONFLICTING_LOCK if is_new_lock else pre.LOCK_TOKEN_SUBMITTED
        return refusal(status, str(error), condition, hrefs=_lock_roots(error, request))
    if isinstance(error, LockMissingError):
        status = 412 if method == "LOCK" else status
        return refusal(status, str(error), pre.LOCK_TOKEN_MATCHES_REQUEST_URI)
    return refusal(status, str(error))


def _lock_roots(error: LockedError, request: DocumentRequest | None) -> list[str]:
    """The hrefs of the locks in the way; the request's own where it may know of none."""
    if request is None:
        return []
    layout = request.services.layout
    paths = [
        path if path[0] in layout.shared else (layout.names.home, *path[1:])
        for path in error.paths
    ]
    return [href(path, is_collection=False) for path in paths or [request.names]]


def _not_modified(error: NotModifiedError, request: DocumentRequest | None) -> Answer:
    headers = []
    if request is not None:
        headers.append(("Last-Modified", last_modified(error.node, request.now_us)))
    if tag := etag(error.node):
        headers.append(("ETag", tag))
    return Answer(304, headers)
