"""expand-property (RFC 3253 section 3.8): properties, and those of the principals they name."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import NamedTuple

from lxml import etree

from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError, xml
from dav_providers.multistatus.principals import HOMES, PRINCIPALS, PrincipalScope, Top
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import RequestXMLError
from dav_providers.multistatus.writer import document, response, status_response
from office.principals import Principal, find
from storage.store import Unit
from wire.paths import PathError, decode_quoted_path

MOST_RESPONSES = 2_000
"""Groups name their members and these their groups: a few words could ask for millions."""

Values = Callable[[Iterable[str]], Mapping[str, bytes]]
"""A resource's properties among these names, each as its element."""

_HREF = re.compile(rb"<D:href>([^<]*)</D:href>")
_NAME = re.compile(r"[^{}\s<>&/:]+")
_PRINCIPAL_DEPTH = 2


class _Asked(NamedTuple):
    """A property, and what is asked of the resources that it names."""

    name: str
    inner: tuple["_Asked", ...]


def answer(
    request: DAVRequest, unit: Unit, root: etree._Element, *, href: str, values: Values
) -> Answer:
    """The properties of the resource at *href* (percent-encoded), read by *values*."""
    demand_depth_zero(request)
    expansion = _Expansion(request, unit)
    body = document([expansion.response(href, _asked(root), values)])
    return xml(MULTI_STATUS, body)


def _asked(parent: etree._Element) -> tuple[_Asked, ...]:
    return tuple(_Asked(_name(each), _asked(each)) for each in parent.iterfind(f"{DAV}property"))


def _name(element: etree._Element) -> str:
    local, namespace = element.get("name") or "", element.get("namespace", "DAV:")
    if not _NAME.fullmatch(local) or "{" in namespace or "}" in namespace:
        raise RequestXMLError("A property is named by the attributes name and namespace.")
    return f"{{{namespace}}}{local}" if namespace else local


class _Expansion:
    """One answer in the making; principals are looked up once."""

    def __init__(self, request: DAVRequest, unit: Unit) -> None:
        self._request = request
        self._unit = unit
        self._scope = PrincipalScope(request.who, request.space)
        self._principals: dict[str, Principal | None] = {}
        self._left = MOST_RESPONSES

    def response(self, href: str, asked: tuple[_Asked, ...], values: Values) -> bytes:
        """One ``D:response``, whose hrefs are responses themselves where more is asked of them."""
        self._left -= 1
        if self._left < 0:
            raise RefusedError(
                507,
                f"That would be more than {MOST_RESPONSES:,} resources.",
                pre.NUMBER_OF_MATCHES_WITHIN_LIMITS,
            )
        found = values([each.name for each in asked])
        shown = [
            self._expanded(found[each.name], each.inner) for each in asked if each.name in found
        ]
        missing = [each.name for each in asked if each.name not in found]
        return response(href, shown, () if self._request.wants_minimal else missing)

    def _expanded(self, value: bytes, inner: tuple[_Asked, ...]) -> bytes:
        if not inner:
            return value
        return _HREF.sub(lambda match: self._named(unescape(match[1].decode()), inner), value)

    def _named(self, href: str, asked: tuple[_Asked, ...]) -> bytes:
        if href == principals.PRINCIPALS_HREF:
            top = Top(href)
            return self.response(
                href, asked, lambda names: principals.TOPS.values(names, self._scope, top)
            )
        principal = self._principal(href)
        if principal is None:
            return status_response(href, 404)
        return self.response(
            href, asked, lambda names: principals.REGISTRY.values(names, self._scope, principal)
        )

    def _principal(self, href: str) -> Principal | None:
        if href not in self._principals:
            self._principals[href] = principal_at(self._request, self._unit, href)
        return self._principals[href]


def principal_at(request: DAVRequest, unit: Unit, href: str) -> Principal | None:
    """The principal that lies at *href*; None where there is none that the caller may know of."""
    try:
        segments = decode_quoted_path(href).segments
    except PathError:
        return None
    if len(segments) != _PRINCIPAL_DEPTH or segments[0] not in (HOMES, PRINCIPALS):
        return None
    found = find(unit, request.who, segments[1])
    is_there = found is not None and found.is_group == (segments[0] == PRINCIPALS)
    return found if is_there else None
