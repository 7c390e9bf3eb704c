"""REPORT (RFC 3253 section 3.6): which report is asked for, and who answers it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from auth.identity import renew
from dav_providers.groupware import (
    addressbook_query,
    calendar_query,
    candidates,
    free_busy,
    multiget,
    sync_collection,
)
from dav_providers.groupware.names import CAL, CARD, DAV
from dav_providers.groupware.propfind import principal
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus import (
    acl_principals,
    expand_property,
    principal_match,
    principal_search,
    principal_search_properties,
    principals,
)
from dav_providers.multistatus.answers import Answer
from dav_providers.multistatus.expand_property import Values
from dav_providers.multistatus.principals import PrincipalScope, Top
from dav_providers.multistatus.report_xml import not_served
from dav_providers.multistatus.request_xml import RequestXMLError
from office.collections import Kind
from office.errors import NotFoundError
from office.tracking import Act
from storage import items
from storage.collections import CollectionRow
from storage.store import Unit
from wire.paths import quote_path

Report = Callable[[GroupwareRequest, CollectionRow, Any], Answer]
"""Asked with the body's root element."""

_OF_CALENDARS: Mapping[str, Report] = MappingProxyType(
    {
        f"{DAV}sync-collection": sync_collection.answer,
        f"{CAL}calendar-multiget": multiget.answer,
        f"{CAL}calendar-query": calendar_query.answer,
        f"{CAL}free-busy-query": free_busy.answer,
    }
)
_OF_ADDRESS_BOOKS: Mapping[str, Report] = MappingProxyType(
    {
        f"{DAV}sync-collection": sync_collection.answer,
        f"{CARD}addressbook-multiget": multiget.answer,
        f"{CARD}addressbook-query": addressbook_query.answer,
    }
)
_REPORTS: Mapping[Kind, Mapping[str, Report]] = MappingProxyType(
    {
        Kind.ADDRESSBOOK: _OF_ADDRESS_BOOKS,
        # Nobody is busy with what lies in an inbox (RFC 6638 section 2.3).
        Kind.INBOX: {k: v for k, v in _OF_CALENDARS.items() if v is not free_busy.answer},
        Kind.OUTBOX: {},
    }
)

_OF_ANYTHING = frozenset(
    {
        principals.EXPAND_PROPERTY,
        principals.ACL_PRINCIPALS,
        principals.PRINCIPAL_MATCH,
        principals.PRINCIPAL_SEARCH,
        principals.SEARCH_PROPERTIES,
    }
)


def answer(request: GroupwareRequest) -> Answer:
    """Hand the report on; one that is not served here is refused by its precondition."""
    if not request.is_principal:
        request.demand_own_home()
    root = request.read_xml()
    if root is None:
        raise RequestXMLError("A REPORT needs a body that says which one.")
    request.note.act = Act.LISTED
    name = str(root.tag)
    with request.services.store.read() as unit:
        # The body may have taken its time.
        request.who = renew(unit, request.who)
        if request.is_top or request.is_home:
            return _of_resource(request, unit, root, _principal_values(request, unit))
        collection = request.collection(unit)
        if request.is_item or name in _OF_ANYTHING:
            return _of_member(request, unit, root, collection)
    found = _REPORTS.get(Kind(collection.kind), _OF_CALENDARS).get(name)
    if found is None:
        raise not_served()
    return found(request, collection, root)


def _of_member(
    request: GroupwareRequest, unit: Unit, root: etree._Element, collection: CollectionRow
) -> Answer:
    """A report of RFC 3744 or 3253 on a collection or an object."""
    if request.is_collection:
        return _of_resource(
            request, unit, root, candidates.of_collection(request, collection).values
        )
    item = items.find(unit, collection.place, request.names[2]) if request.is_item else None
    if item is None:
        raise NotFoundError("There is nothing here.")
    return _of_resource(request, unit, root, candidates.of_item(request, collection, item).values)


def _principal_values(request: GroupwareRequest, unit: Unit) -> Values:
    if request.is_top:
        top = Top(quote_path(request.segments, is_collection=True))
        scope = PrincipalScope(request.who, request.space)
        return lambda names: principals.TOPS.values(names, scope, top)
    return candidates.of_principal(request, principal(request, unit)).values


def _of_resource(
    request: GroupwareRequest, unit: Unit, root: etree._Element, values: Values
) -> Answer:
    match str(root.tag):
        case principals.EXPAND_PROPERTY:
            where = quote_path(request.segments, is_collection=not request.is_item)
            return expand_property.answer(request, unit, root, href=where, values=values)
        case principals.ACL_PRINCIPALS:
            return acl_principals.answer(request, unit, root, values=values)
        case principals.PRINCIPAL_MATCH if not request.is_item:
            return principal_match.answer(request, unit, root, candidates.below(request, unit))
        case principals.PRINCIPAL_SEARCH if not request.is_item:
            are_here = request.is_top or request.is_home
            return principal_search.answer(request, unit, root, are_here=are_here)
        case principals.SEARCH_PROPERTIES if not request.is_item:
            return principal_search_properties.answer(request, root)
    raise not_served()
