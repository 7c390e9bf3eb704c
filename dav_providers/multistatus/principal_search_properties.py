"""principal-search-property-set (RFC 3744 section 9.5): by what principals can be searched."""

from lxml import etree

from dav_providers.multistatus.answers import Answer, xml
from dav_providers.multistatus.principal_search import SEARCHABLE
from dav_providers.multistatus.principals import SEARCH_PROPERTIES
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import RequestXMLError
from dav_providers.multistatus.writer import element, empty_element, escape, xml_document


def answer(request: DAVRequest, root: etree._Element) -> Answer:
    """The searchable properties, each with what a person would call it."""
    demand_depth_zero(request)
    if len(root):
        raise RequestXMLError("principal-search-property-set is empty.")
    shown = b"".join(_property(name, said) for name, (said, _) in SEARCHABLE.items())
    return xml(200, xml_document(SEARCH_PROPERTIES, shown))


def _property(name: str, description: str) -> bytes:
    told = b'<D:description xml:lang="en">%s</D:description>' % escape(description)
    return element(
        f"{DAV}principal-search-property", element(f"{DAV}prop", empty_element(name)) + told
    )
