"""Conditional headers on documents: If-Match and its relatives, and ``If:`` (RFC 4918 10.4)."""

from dav_providers.documents.request import DocumentRequest, OutsideError
from dav_providers.multistatus.answers import ConditionFailedError
from office import locks, past
from office.past_places import PastPlace
from office.places import Place
from storage.store import Unit
from storage.tree import NodeRow
from wire.conditions import Outcome
from wire.dates import http_date_us
from wire.dav_headers import ForeignHostError
from wire.if_header import ResourceState
from wire.paths import PathError

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
MICROSECONDS = 1_000_000


class NotModifiedError(Exception):
    """The client has this version already: 304 (RFC 9110 section 15.4.5)."""

    def __init__(self, node: NodeRow) -> None:
        super().__init__()
        self.node = node


def etag(node: NodeRow) -> str | None:
    """A document's strong entity tag; folders have none."""
    return None if node.is_collection else etag_of(node.blob_sha256)


def etag_of(blob_sha256: str | None) -> str:
    """The strong entity tag of bytes with this hash; None: there are none."""
    return f'"{(blob_sha256 or EMPTY_SHA256)[:32]}"'


def last_modified(node: NodeRow, now_us: int) -> str:
    """``Last-Modified``: clients may set a document's time, but it is never later than ``Date``.

    RFC 9110 section 8.8.2.1.
    """
    return http_date_us(min(node.modified_us, now_us))


def check(request: DocumentRequest, unit: Unit, place: Place) -> None:
    """Let the request go on only if its conditions hold.

    Raises:
        ConditionFailedError: One does not.
        NotModifiedError: A GET or HEAD of what the client has.
    """
    if not request.conditions.is_empty:
        node = place.node
        outcome = request.conditions.evaluate(
            method=request.method,
            exists=node is not None,
            etag=etag(node) if node else None,
            modified_seconds=node.modified_us // MICROSECONDS if node else None,
        )
        if outcome is Outcome.NOT_MODIFIED and node is not None:
            raise NotModifiedError(node)
        if outcome is not Outcome.PROCEED:
            raise ConditionFailedError(
                "The document is not the version that the request names.", place.blocked
            )
    if request.if_header and not request.if_header.evaluate(
        lambda tag: _state(request, unit, place, tag)
    ):
        raise ConditionFailedError("The condition in the If header does not hold.", place.blocked)


def _state(
    request: DocumentRequest, unit: Unit, place: Place, tag: str | None
) -> ResourceState | None:
    """What ``If:`` compares with: the entity tag, and the locks that cover the resource."""
    if tag is not None:
        try:
            names = request.names_in(tag).segments
        except (ForeignHostError, OutsideError, PathError):
            return None
        # What is hidden is like a name that nobody took: below its visible ancestors.
        place = past.look_up(unit, request.who, request.services.layout, names)
    # A lock on a folder is not one on what was in it.
    covering = [] if isinstance(place, PastPlace) else locks.covering(unit, place.chain)
    if place.node is None:
        # An unmapped name is in the scope of the deep locks above it.
        tokens = [lock.token for lock in covering if lock.is_deep]
        return ResourceState(None, tokens) if tokens else None
    return ResourceState(etag(place.node), [lock.token for lock in covering])
