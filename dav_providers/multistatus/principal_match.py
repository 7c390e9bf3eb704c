"""principal-match (RFC 3744 section 9.3): what here is the caller, or names them in a property."""

import re
from collections.abc import Iterable, Sequence
from html import unescape
from typing import NamedTuple

from lxml import etree

from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError, xml
from dav_providers.multistatus.expand_property import Values
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero, wanted
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import PropfindKind, RequestXMLError, property_names
from dav_providers.multistatus.writer import CONTENT_TYPE, document, response, stream
from office.principals import own
from storage.store import Unit

_STREAMED_ROWS = 200
_HREF = re.compile(rb"<D:href>([^<]*)</D:href>")


class Candidate(NamedTuple):
    """A resource below the address asked, with what reads its properties without a transaction.

    ``is_principal``: it is one, so that it can be the caller.
    """

    href: str
    values: Values
    is_principal: bool = False


def answer(
    request: DAVRequest, unit: Unit, root: etree._Element, candidates: Iterable[Candidate]
) -> Answer:
    """Those of *candidates* that match, with the properties asked for."""
    demand_depth_zero(request)
    mine = {principals.href_of(each) for each in own(unit, request.who)}
    asked = wanted(root)
    if asked.kind is not PropfindKind.PROP:
        raise RequestXMLError("principal-match names its properties in a prop.")
    names = _property(root)
    found: list[Candidate] = []
    for each in candidates:
        is_match = (
            each.is_principal and each.href in mine
            if names is None
            else any(_names_one(value, mine) for value in each.values(names).values())
        )
        if is_match:
            found.append(each)
            _check_count(request, len(found))
    is_minimal = request.wants_minimal
    responses = (_response(each, asked.names, is_minimal=is_minimal) for each in found)
    if len(found) > _STREAMED_ROWS:
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses))
    return xml(MULTI_STATUS, document(responses))


def _response(each: Candidate, names: Sequence[str], *, is_minimal: bool) -> bytes:
    values = each.values(names)
    missing = () if is_minimal else [name for name in names if name not in values]
    return response(each.href, values.values(), missing)


def _check_count(request: DAVRequest, count: int) -> None:
    most = request.settings.limits.propfind_entries_max
    if count > most:
        raise RefusedError(507, f"More than {most:,} match.", pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)


def _property(root: etree._Element) -> tuple[str, ...] | None:
    """The property that is to name the caller; None where principals are asked for themselves."""
    property_ = root.find(f"{DAV}principal-property")
    if (root.find(f"{DAV}self") is None) == (property_ is None):
        raise RequestXMLError("principal-match must hold either self or principal-property.")
    if property_ is None:
        return None
    names = property_names(property_)
    if len(names) != 1:
        raise RequestXMLError("principal-property must hold one property's name.")
    return names


def _names_one(value: bytes, hrefs: set[str]) -> bool:
    return any(unescape(match[1].decode()) in hrefs for match in _HREF.finditer(value))
