"""PROPFIND on homes, collections and objects (RFC 4918 section 9.1): a fixed number of queries."""

from collections.abc import Iterable, Iterator
from itertools import chain

from dav_providers.groupware import preconditions
from dav_providers.groupware.properties import COLLECTIONS, ITEMS, Listing
from dav_providers.groupware.request import MOUNT, GroupwareRequest, collection_href
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError, xml
from dav_providers.multistatus.live_properties import PropertyPlan
from dav_providers.multistatus.principals import PRINCIPALS, PrincipalScope, Top
from dav_providers.multistatus.report_xml import tells_etags
from dav_providers.multistatus.request_xml import Propfind, parse_propfind
from dav_providers.multistatus.writer import CONTENT_TYPE, document, stream
from office import horizons
from office.errors import NotFoundError
from office.principals import Principal, everybody, find
from office.tracking import Act
from storage import items
from storage.collections import CollectionRow
from storage.items import ItemRow
from storage.store import Unit
from wire.dav_headers import Depth, parse_depth
from wire.paths import quote_path, quote_segment

_STREAMED_ROWS = 500


def answer(request: GroupwareRequest) -> Answer:
    """List the properties of what is at the path, with Depth 1 also of what lies in it."""
    limits = request.settings.limits
    wanted = parse_propfind(request.small_body(limits.xml_bytes), max_depth=limits.xml_depth)
    depth = parse_depth(request.header("Depth"), default=Depth.INFINITY)
    if depth is Depth.INFINITY:
        raise RefusedError(403, "List one level at a time (Depth: 1).", pre.PROPFIND_FINITE_DEPTH)
    if not request.is_principal:
        request.demand_own_home()
    request.note.act = Act.LISTED
    is_deep = depth is Depth.ONE
    with request.services.store.read() as unit:
        if request.is_top or request.is_home:
            return _principal(request, unit, wanted, is_deep=is_deep)
        collection = request.collection(unit)
        if request.is_collection:
            preconditions.check_collection(request, unit, exists=True)
            return _collection(request, unit, wanted, collection, is_deep=is_deep)
        return _item(request, unit, wanted, collection)


def _principal(
    request: GroupwareRequest, unit: Unit, wanted: Propfind, *, is_deep: bool
) -> Answer:
    """``/dav/``, ``/principals/``, principals, and one's own home with what lies in it."""
    scope = PrincipalScope(request.who, request.space)
    is_minimal = request.wants_minimal
    parts: list[bytes] = []
    if request.is_top:
        where = quote_path(request.segments, is_collection=True)
        plan = principals.TOPS.compile(wanted, scope, is_minimal=is_minimal)
        parts.append(plan.response(where, Top(where)))
    if request.is_home or is_deep:
        shown = principals.REGISTRY.compile(wanted, scope, is_minimal=is_minimal)
        parts += [
            shown.response(principals.href_of(each), each) for each in _principals(request, unit)
        ]
    if request.is_home and not request.is_principal and is_deep:
        own = COLLECTIONS.compile(wanted, Listing(request), dead=dead, is_minimal=is_minimal)
        parts += [
            own.response(collection_href(request.who.user_name, each), each)
            for each in request.home(unit)
        ]
    is_rootless = is_deep and request.skips_root
    return xml(MULTI_STATUS, document(parts[1:] if is_rootless else parts))


def _principals(request: GroupwareRequest, unit: Unit) -> list[Principal]:
    """The principal that is asked about, or those that a listing shows: oneself, and groups."""
    if request.is_home:
        return [principal(request, unit)]
    there = everybody(unit, request.who)
    own = [each for each in there if each.name == request.who.user_name]
    is_of_groups = request.segments[0] == PRINCIPALS
    return [*own, *(each for each in there if is_of_groups and each.is_group)]


def principal(request: GroupwareRequest, unit: Unit) -> Principal:
    """The user or group that the request is about.

    Raises:
        NotFoundError: There is none that the caller may know of.
    """
    found = find(unit, request.who, request.names[0])
    if found is None or found.is_group == (request.segments[0] == MOUNT):
        raise NotFoundError("There is nothing here.")
    return found


def _members(
    request: GroupwareRequest, unit: Unit, collection: CollectionRow, wanted: Propfind
) -> tuple[int, Iterator[bytes]]:
    """How many members there are, and their responses."""
    most = request.settings.limits.propfind_entries_max
    listing = Listing(request, collection)
    where = collection_href(request.who.user_name, collection)
    is_minimal = request.wants_minimal
    shape = ITEMS.shape(wanted, listing, where, name="href", is_minimal=is_minimal)
    if shape is None:
        plan = ITEMS.compile(wanted, listing, is_minimal=is_minimal)
        rows = items.of_collection(unit, collection.place, most=most + 1)
        count, responses = len(rows), of_items(plan, where, rows)
    else:
        names = [field.column for field in shape.fields]
        columns = items.columns_of(unit, collection.place, names, most=most + 1)
        count, responses = len(columns[0]), shape.blocks(columns)
    if count > most:
        raise RefusedError(
            507,
            f"The collection has more than {most:,} members.",
            pre.NUMBER_OF_MATCHES_WITHIN_LIMITS,
        )
    return count, responses


def _collection(
    request: GroupwareRequest,
    unit: Unit,
    wanted: Propfind,
    collection: CollectionRow,
    *,
    is_deep: bool,
) -> Answer:
    where = collection_href(request.who.user_name, collection)
    plan = COLLECTIONS.compile(
        wanted, Listing(request, collection), dead=dead, is_minimal=request.wants_minimal
    )
    own = plan.response(where, collection)
    count, members = _members(request, unit, collection, wanted) if is_deep else (0, iter(()))
    if is_deep and tells_etags(wanted):
        request.note.knowledge = horizons.listed(collection)
    responses = members if count and request.skips_root else chain((own,), members)
    if count > _STREAMED_ROWS:
        return Answer(MULTI_STATUS, [("Content-Type", CONTENT_TYPE)], stream(responses))
    return xml(MULTI_STATUS, document(responses))


def of_items(
    plan: PropertyPlan[ItemRow], where: str, members: Iterable[ItemRow]
) -> Iterator[bytes]:
    """The responses of members of the collection at *where*."""
    for member in members:
        yield plan.response(where + quote_segment(member.href), member)


def _item(
    request: GroupwareRequest, unit: Unit, wanted: Propfind, collection: CollectionRow
) -> Answer:
    item = items.find(unit, collection.place, request.names[2]) if request.is_item else None
    if item is None:
        raise NotFoundError("There is nothing here.")
    preconditions.check(request, unit, item)
    plan = ITEMS.compile(wanted, Listing(request, collection), is_minimal=request.wants_minimal)
    where = quote_path(request.segments, is_collection=False)
    return xml(MULTI_STATUS, document([plan.response(where, item)]))


def dead(collection: CollectionRow) -> dict[str, bytes]:
    """The properties that clients stored on a collection."""
    return {name: text.encode() for name, text in collection.properties.items()}
