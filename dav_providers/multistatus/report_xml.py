"""What the bodies of reports have in common: which properties are wanted, and how many answers."""

import re
from typing import NamedTuple

from lxml import etree

from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import RefusedError
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import (
    Propfind,
    PropfindKind,
    RequestXMLError,
    property_names,
)
from wire.dav_headers import Depth, parse_depth

DAV = "{DAV:}"
_COUNT = re.compile(r"[1-9]\d{0,8}", re.ASCII)


def wanted(root: etree._Element) -> Propfind:
    """The properties a report asks for; none where it names none.

    Raises:
        RequestXMLTooComplexError: It names too many.
    """
    if root.find(f"{DAV}allprop") is not None:
        return Propfind(PropfindKind.ALLPROP)
    if root.find(f"{DAV}propname") is not None:
        return Propfind(PropfindKind.PROPNAME)
    return Propfind(PropfindKind.PROP, property_names(root.find(f"{DAV}prop")))


def tells_etags(asked: Propfind) -> bool:
    """Whether the answer says in which state each resource is."""
    return asked.kind is PropfindKind.ALLPROP or f"{DAV}getetag" in asked.names


def limit_of(root: etree._Element, namespace: str = DAV) -> int | None:
    """``nresults`` (RFC 5323 section 5.17, RFC 6352 10.6): the most responses wanted, or None.

    Raises:
        RequestXMLError: It is no number of at least 1.
    """
    limit = root.find(f"{namespace}limit")
    if limit is None:
        return None
    text = (limit.findtext(f"{namespace}nresults") or "").strip()
    if not _COUNT.fullmatch(text):
        raise RequestXMLError("nresults must be a number of at least 1.")
    return int(text)


class SyncCollection(NamedTuple):
    """The body of a sync-collection (RFC 6578 section 6.1)."""

    token: str
    limit: int | None
    asked: Propfind


def sync_collection(root: etree._Element) -> SyncCollection:
    """Read the body of a sync-collection.

    Raises:
        RequestXMLError: It has no token, or a limit that is none.
        RefusedError: It asks for more than one level.
    """
    token = root.find(f"{DAV}sync-token")
    if token is None:
        raise RequestXMLError("sync-collection must hold a sync-token, empty at first.")
    if (root.findtext(f"{DAV}sync-level") or "1").strip() != "1":
        raise RefusedError(403, "Ask with sync-level 1.", pre.SYNC_TRAVERSAL_SUPPORTED)
    return SyncCollection((token.text or "").strip(), limit_of(root), wanted(root))


def demand_depth_zero(request: DAVRequest) -> None:
    """See to it that a report is asked about one resource (RFC 3744 section 9, RFC 6578 3.2).

    Raises:
        RefusedError: It has another Depth.
    """
    if parse_depth(request.header("Depth"), default=Depth.ZERO) is not Depth.ZERO:
        raise RefusedError(400, "This report is asked with Depth: 0.")


def not_served() -> RefusedError:
    """The refusal of a report that is not served here (RFC 3253 section 3.6)."""
    return RefusedError(403, "This report is not served here.", pre.SUPPORTED_REPORT)
