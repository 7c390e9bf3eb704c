"""expand-property (RFC 3253 section 3.8): properties, and those of the principals they name."""

import re
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import TypeAlias

from lxml import etree

from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError, xml
from dav_providers.multistatus.principals import HOMES, PRINCIPALS, PrincipalScope, Top
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import (
    MAX_NAMES,
    RequestXMLError,
    RequestXMLTooComplexError,
)
from dav_providers.multistatus.writer import document, response, status_response
from office.principals import Principal, find
from storage.store import Unit
from wire.paths import PathError, decode_quoted_path

MOST_RESPONSES = 2_000
"""Groups name their members and these their groups: a few words could ask for millions."""
MOST_BYTES = 16 * 1024 * 1024
"""Of a whole answer: it is made in memory, and each resource may bring long values."""

Values = Callable[[Iterable[str]], Mapping[str, bytes]]
"""A resource's properties among these names, each as its element."""

_HREF = re.compile(rb"<D:href>([^<]*)</D:href>")
# An NCName (Namespaces in XML 1.0 section 3): a Name of XML 1.0 section 2.3 without a colon.
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = re.compile(f"[{_NAME_START}][{_NAME_START}0-9.\u00b7\u0300-\u036f\u203f\u2040-]*")
_PRINCIPAL_DEPTH = 2

_Asked: TypeAlias = dict[str, "_Asked"]
"""Properties, each with what is asked of the resources that it names."""


def answer(
    request: DAVRequest, unit: Unit, root: etree._Element, *, href: str, values: Values
) -> Answer:
    """The properties of the resource at *href* (percent-encoded), read by *values*."""
    demand_depth_zero(request)
    expansion = _Expansion(request, unit)
    body = document([expansion.response(href, _asked(root), values)])
    return xml(MULTI_STATUS, body)


def _asked(root: etree._Element) -> _Asked:
    """What is asked for; a name that comes again on its level only adds what is asked inside it.

    Raises:
        RequestXMLTooComplexError: There are more than `MAX_NAMES` on all levels together.
    """
    asked: _Asked = {}
    if _add(asked, root) > MAX_NAMES:
        raise RequestXMLTooComplexError(f"Ask for at most {MAX_NAMES} properties at a time.")
    return asked


def _add(asked: _Asked, parent: etree._Element) -> int:
    """Put what *parent* holds into *asked* and tell how many names that makes more."""
    count = 0
    for each in parent.iterfind(f"{DAV}property"):
        name = _name(each)
        count += name not in asked
        count += _add(asked.setdefault(name, {}), each)
    return count


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
        self._bytes_left = MOST_BYTES

    def response(self, href: str, asked: _Asked, values: Values) -> bytes:
        """One ``D:response``, whose hrefs are responses themselves where more is asked of them."""
        self._count()
        found = values(asked)
        left = self._bytes_left
        shown = [
            self._expanded(found[name], inner) for name, inner in asked.items() if name in found
        ]
        missing = () if self._request.wants_minimal else [n for n in asked if n not in found]
        made = response(href, shown, missing)
        # The responses inside are paid for already.
        self._pay(len(made) - (left - self._bytes_left))
        return made

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _too_much(f"That would be more than {MOST_RESPONSES:,} resources.")

    def _pay(self, size: int) -> None:
        self._bytes_left -= size
        if self._bytes_left < 0:
            raise _too_much(f"That would be more than {MOST_BYTES:,} bytes.")

    def _expanded(self, value: bytes, inner: _Asked) -> bytes:
        if not inner:
            return value
        return _HREF.sub(lambda match: self._named(unescape(match[1].decode()), inner), value)

    def _named(self, href: str, asked: _Asked) -> bytes:
        if href == principals.PRINCIPALS_HREF:
            top = Top(href)
            return self.response(
                href, asked, lambda names: principals.TOPS.values(names, self._scope, top)
            )
        principal = self._principal(href)
        if principal is None:
            self._count()
            return status_response(href, 404)
        return self.response(
            href, asked, lambda names: principals.REGISTRY.values(names, self._scope, principal)
        )

    def _principal(self, href: str) -> Principal | None:
        if href not in self._principals:
            self._principals[href] = principal_at(self._request, self._unit, href)
        return self._principals[href]


def _too_much(message: str) -> RefusedError:
    return RefusedError(507, message, pre.NUMBER_OF_MATCHES_WITHIN_LIMITS)


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
