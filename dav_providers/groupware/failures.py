"""The one table from what can go wrong with calendars and contacts to what the client is told."""

import logging

from auth.errors import CredentialsError
from dav_providers.groupware import preconditions
from dav_providers.groupware.names import CAL
from dav_providers.groupware.preconditions import NotModifiedError, varying
from dav_providers.groupware.request import MOUNT, GroupwareRequest, OutsideError
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import (
    Answer,
    ConditionFailedError,
    RefusedError,
    refusal,
)
from dav_providers.multistatus.principals import user_href
from dav_providers.multistatus.request_xml import ForbiddenDoctypeError, RequestXMLError
from office.collections import Kind
from office.errors import (
    DefaultCalendarError,
    ExistsError,
    FixedError,
    ForbiddenError,
    IntoItselfError,
    KindError,
    MeetingError,
    NotFoundError,
    OfficeError,
    OvertakenError,
    ParentMissingError,
    SchedulingDeniedError,
    SyncTokenError,
    TooLargeError,
    UIDConflictError,
    UnfitItemError,
    UnfitNameError,
)
from office.items import InvalidItemError, TooManyInstancesError
from wire.bodies import BodyCutError, BodyLengthError, BodyTooLargeError
from wire.dates import http_date_us
from wire.dav_headers import ForeignHostError
from wire.paths import quote_path

log = logging.getLogger("deedbox.groupware")

_RETRY = (("Retry-After", "1"),)
CHALLENGE = ("WWW-Authenticate", 'Basic realm="deedbox", charset="UTF-8"')

OFFICE_STATUS: dict[type[OfficeError], int] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    SchedulingDeniedError: 403,
    MeetingError: 403,
    FixedError: 403,
    DefaultCalendarError: 403,
    UnfitNameError: 403,
    ExistsError: 412,
    ParentMissingError: 409,
    KindError: 405,
    IntoItselfError: 403,
    TooLargeError: 507,
    SyncTokenError: 403,
    UIDConflictError: 409,
    UnfitItemError: 403,
    InvalidItemError: 403,
    OvertakenError: 503,
}
"""The status of every office error that can come from calendars and contacts."""

_STATUS: dict[type[Exception], int] = {
    BodyCutError: 400,
    BodyLengthError: 400,
    BodyTooLargeError: 413,
    ConditionFailedError: 412,
    ForeignHostError: 502,
    OutsideError: 502,
    ValueError: 400,
}


def answer(error: Exception, request: GroupwareRequest | None) -> Answer | None:
    """The answer to *error*, or None where it is no refusal but a fault of ours."""
    if isinstance(error, NotModifiedError):
        modified = http_date_us(error.item.modified_us)
        headers = [("ETag", error.tag), ("Last-Modified", modified), *varying(error.item)]
        return Answer(304, headers)
    if isinstance(error, RefusedError):
        return refusal(error.status, str(error), error.condition, headers=error.headers)
    if isinstance(error, TooManyInstancesError):
        message = "Too much happens in this time; ask for less of it."
        return refusal(507, message, pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)
    if isinstance(error, CredentialsError):
        # Only here where a long upload outlived its device; else the gate says it.
        return refusal(401, "This device may not come in any more.", headers=(CHALLENGE,))
    if isinstance(error, OfficeError):
        return _office_answer(error, request)
    if isinstance(error, RequestXMLError):
        is_doctype = isinstance(error, ForbiddenDoctypeError)
        return refusal(error.status, str(error), pre.NO_EXTERNAL_ENTITIES if is_doctype else None)
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), None)
    return None if status is None else refusal(status, str(error))


def _log_refused(error: InvalidItemError, request: GroupwareRequest | None) -> None:
    """Programs keep to themselves why an object was refused; whoever runs the server can look."""
    if request is not None and request.method in {"PUT", "POST"}:
        fields = {
            "user": request.who.user_name,
            "device": request.who.device_label,
            "path": "/".join(request.segments),
            "reason": str(error),
        }
        log.warning("an object was refused", extra={"fields": fields})


def _office_answer(error: OfficeError, request: GroupwareRequest | None) -> Answer | None:
    kinds = (kind for kind in type(error).__mro__ if kind in OFFICE_STATUS)
    kind = next(kinds, None)
    if kind is None:
        return None
    status = OFFICE_STATUS[kind]
    if isinstance(error, InvalidItemError):
        _log_refused(error, request)
        return refusal(status, str(error), preconditions.named(error.precondition))
    if isinstance(error, DefaultCalendarError):
        return refusal(status, str(error), preconditions.DEFAULT_CALENDAR_NEEDED)
    if isinstance(error, UnfitItemError):
        is_card = error.is_address_book
        fitting = (
            preconditions.SUPPORTED_ADDRESS_DATA if is_card else preconditions.SUPPORTED_COMPONENT
        )
        return refusal(status, str(error), fitting)
    if isinstance(error, SchedulingDeniedError):
        where = f"{user_href(error.owner)}{Kind.OUTBOX}/"
        missing = [(where, f"{CAL}{error.privilege}")]
        return refusal(status, str(error), pre.NEED_PRIVILEGES, privileges=missing)
    if isinstance(error, ForbiddenError) and request is not None:
        where = quote_path(request.segments, is_collection=False)
        missing = [(where, f"{{DAV:}}{error.privilege}")]
        return refusal(status, str(error), pre.NEED_PRIVILEGES, privileges=missing)
    if isinstance(error, UIDConflictError) and request is not None:
        condition = preconditions.uid_conflict(is_address_book=error.is_address_book)
        in_the_way = (MOUNT, request.who.user_name, *error.names)
        where = quote_path(in_the_way, is_collection=False)
        return refusal(status, str(error), condition, hrefs=[where])
    return refusal(status, str(error), headers=_RETRY if kind is OvertakenError else ())
