"""principal-property-search and principal-search-property-set (RFC 3744 sections 9.4 and 9.5).

Who asks finds themselves and nobody else: what people see of one another is not decided here yet.
"""

from collections.abc import Iterable, Mapping

from lxml import etree

from auth import people
from dav_providers.groupware.names import CAL, CS, DAV, DISPLAYNAME
from dav_providers.groupware.properties import HOMES, Home, Listing
from dav_providers.groupware.report_xml import wanted
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.request_xml import Propfind, PropfindKind, RequestXMLError
from dav_providers.multistatus.writer import document, element, empty_element, xml_document

_SEARCHED: Mapping[str, bytes] = {
    DISPLAYNAME: b"Name",
    f"{CAL}calendar-user-address-set": b"Address",
    f"{CS}email-address-set": b"E-mail",
}
_OWN_PARTS = frozenset({f"{DAV}property-search", f"{DAV}apply-to-principal-collection-set"})


def answer(request: GroupwareRequest, root: etree._Element) -> Answer:
    """Those principals whose properties hold the texts that are looked for.

    Raises:
        RequestXMLError: A text is looked for in no property.
    """
    with request.services.store.read() as unit:
        email = people.get(unit, request.who.user_name).email
    listing = Listing(request, email=email)
    plan = HOMES.compile(_wanted(root), listing, is_minimal=request.wants_minimal)
    values = {
        DISPLAYNAME: request.who.user_name,
        f"{CAL}calendar-user-address-set": f"mailto:{email}",
        f"{CS}email-address-set": email,
    }
    is_found = all(_fits(each, values) for each in root.iterfind(f"{DAV}property-search"))
    home = Home(request.who.user_name)
    found = [plan.response(listing.home, home)] if is_found else []
    return xml(MULTI_STATUS, document(found))


def searched() -> Answer:
    """The properties that can be searched, each with what a person calls it."""
    return xml(200, xml_document(f"{DAV}principal-search-property-set", b"".join(_described())))


def _described() -> Iterable[bytes]:
    for name, described in _SEARCHED.items():
        prop = element(f"{DAV}prop", empty_element(name))
        shown = b'<D:description xml:lang="en">%s</D:description>' % described
        yield element(f"{DAV}principal-search-property", prop + shown)


def _wanted(root: etree._Element) -> Propfind:
    asked = wanted(root)
    if asked.names or asked.kind is not PropfindKind.PROP:
        return asked
    # python-caldav 3.6 writes the names beside an empty prop (base_client.py).
    beside = (str(each.tag) for each in root if each.tag not in _OWN_PARTS)
    return Propfind(PropfindKind.PROP, tuple(name for name in beside if name in HOMES))


def _fits(search: etree._Element, values: Mapping[str, str]) -> bool:
    names = [str(each.tag) for each in search.iterfind(f"{DAV}prop/*")]
    text = search.findtext(f"{DAV}match")
    if not names or text is None:
        raise RequestXMLError("property-search must hold a prop and a match.")
    return all(text.casefold() in values.get(name, "").casefold() for name in names if text)
