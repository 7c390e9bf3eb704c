"""REPORT (RFC 3253 section 3.6): which report is asked for, and who answers it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from lxml import etree

from dav_providers.groupware import (
    addressbook_query,
    calendar_query,
    free_busy,
    multiget,
    principal_search,
    sync_collection,
)
from dav_providers.groupware.names import CAL, CARD, DAV
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import Answer, RefusedError
from dav_providers.multistatus.request_xml import RequestXMLError
from office import collections
from office.collections import Kind
from office.errors import NotFoundError
from office.tracking import Act
from storage.collections import CollectionRow

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


def answer(request: GroupwareRequest) -> Answer:
    """Hand the report on; one that is not served here is refused by its precondition."""
    request.demand_own_home()
    root = request.read_xml()
    if root is None:
        raise RequestXMLError("A REPORT needs a body that says which one.")
    request.note.act = Act.LISTED
    if request.is_top or request.is_home:
        return _of_principals(request, root)
    with request.services.store.read() as unit:
        collection = collections.find(unit, request.who, request.names[1])
    if not request.is_collection:
        # RFC 4791 lets single objects be asked too; no client does, and GET brings them.
        raise NotFoundError("There is no collection here.")
    reports = _OF_ADDRESS_BOOKS if collection.kind == Kind.ADDRESSBOOK else _OF_CALENDARS
    found = reports.get(str(root.tag))
    if found is None:
        raise RefusedError(403, "This report is not served here.", pre.SUPPORTED_REPORT)
    return found(request, collection, root)


def _of_principals(request: GroupwareRequest, root: etree._Element) -> Answer:
    if root.tag == f"{DAV}principal-property-search":
        return principal_search.answer(request, root)
    if root.tag == f"{DAV}principal-search-property-set":
        return principal_search.searched()
    raise RefusedError(403, "This report is not served here.", pre.SUPPORTED_REPORT)
