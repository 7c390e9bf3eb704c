"""acl-principal-prop-set (RFC 3744 section 9.2): the principals that an access list names."""

import re
from html import unescape

from lxml import etree

from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.expand_property import Values, principal_at
from dav_providers.multistatus.principals import PrincipalScope
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero, wanted
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.writer import document
from storage.store import Unit

_PRINCIPAL = re.compile(rb"<D:principal><D:href>([^<]*)</D:href></D:principal>")


def answer(request: DAVRequest, unit: Unit, root: etree._Element, *, values: Values) -> Answer:
    """Each principal named by its href, with the properties asked for."""
    demand_depth_zero(request)
    shown = values([f"{DAV}acl"]).get(f"{DAV}acl", b"")
    hrefs = dict.fromkeys(unescape(match[1].decode()) for match in _PRINCIPAL.finditer(shown))
    named = ((href, principal_at(request, unit, href)) for href in hrefs)
    plan = principals.REGISTRY.compile(
        wanted(root), PrincipalScope(request.who, request.space), is_minimal=request.wants_minimal
    )
    responses = [plan.response(href, each) for href, each in named if each is not None]
    return xml(MULTI_STATUS, document(responses))
