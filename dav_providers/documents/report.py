"""REPORT on documents and folders (RFC 3253 section 3.6): who answers which."""

from collections.abc import Iterable, Mapping

from lxml import etree

from dav_providers.documents import sync_collection
from dav_providers.documents.listing import load
from dav_providers.documents.properties import REGISTRY, SYNC_COLLECTION
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus import (
    acl_principals,
    expand_property,
    principal_search,
    principal_search_properties,
    principals,
)
from dav_providers.multistatus.answers import Answer
from dav_providers.multistatus.expand_property import Values
from dav_providers.multistatus.report_xml import not_served
from dav_providers.multistatus.request_xml import (
    Propfind,
    PropfindKind,
    RequestXMLError,
    read_xml,
)
from office.places import Place
from office.tracking import Act
from storage.store import Unit
from wire.bodies import read_small


def answer(request: DocumentRequest) -> Answer:
    """Hand the report on; one that is not served here is refused by its precondition."""
    limits = request.settings.limits
    body = read_small(request.environ, limits.xml_bytes)
    if not body.strip():
        raise RequestXMLError("A REPORT needs a body that says which one.")
    root = read_xml(body, max_depth=limits.xml_depth)
    with request.look(has_body=True) as (unit, place):
        place.existing()
        request.describe(place)
        request.note.act = Act.LISTED
        return _of_resource(request, unit, place, root)


def _of_resource(
    request: DocumentRequest, unit: Unit, place: Place, root: etree._Element
) -> Answer:
    match str(root.tag):
        case name if name == SYNC_COLLECTION:
            return sync_collection.answer(request, unit, place, root)
        case principals.EXPAND_PROPERTY:
            where = href(place.names, is_collection=bool(place.existing().is_collection))
            values = _values(request, unit, place)
            return expand_property.answer(request, unit, root, href=where, values=values)
        case principals.ACL_PRINCIPALS:
            return acl_principals.answer(request, unit, root, values=_values(request, unit, place))
        case principals.PRINCIPAL_SEARCH:
            return principal_search.answer(request, unit, root, are_here=False)
        case principals.SEARCH_PROPERTIES:
            return principal_search_properties.answer(request, root)
    raise not_served()


def _values(request: DocumentRequest, unit: Unit, place: Place) -> Values:
    """Reads the properties of what is at *place*."""

    def values(names: Iterable[str]) -> Mapping[str, bytes]:
        wanted = Propfind(PropfindKind.PROP, tuple(names))
        loaded = load(request, unit, place, [], REGISTRY.needs(wanted), is_listing=False)
        return REGISTRY.values(wanted.names, loaded.listing, place.existing(), dead=loaded.dead_of)

    return values
