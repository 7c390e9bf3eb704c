"""PROPPATCH on collections (RFC 4918 section 9.2): all of its instructions, or none."""

from collections.abc import Mapping, Sequence

from dav_providers.groupware import preconditions
from dav_providers.groupware.floating_times import check_timezone
from dav_providers.groupware.names import DISPLAYNAME
from dav_providers.groupware.properties import COLLECTIONS, ITEMS
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.preconditions import Precondition
from dav_providers.multistatus.request_xml import (
    PropertyInstruction,
    parse_propertyupdate,
    text_of,
)
from dav_providers.multistatus.writer import Propstat, document, empty_element, response
from office import collections
from office.errors import NotFoundError
from office.items import InvalidItemError
from storage import items
from wire.bodies import read_small
from wire.paths import quote_path


def answer(request: GroupwareRequest) -> Answer:
    """Keep name, colour, order and what else clients say; a protected name refuses all."""
    limits = request.settings.limits
    update = parse_propertyupdate(
        read_small(request.environ, limits.xml_bytes), max_depth=limits.xml_depth
    )
    request.demand_own_home()
    instructions = update.instructions
    if request.is_collection:
        refused = refusals(instructions)
        _apply(request, () if refused else instructions)
    else:
        _demand_there(request)
        # Homes and objects keep nothing that clients say of them, and that is no error of theirs.
        refused = {each.name: pre.CANNOT_MODIFY_PROTECTED_PROPERTY for each in instructions}
    if not refused and request.wants_minimal:
        # RFC 8144 section 2.2.
        return Answer(200, [("Content-Length", "0")])
    where = quote_path(request.segments, is_collection=not request.is_item)
    body = document([response(where, extra=propstats(instructions, refused))])
    return xml(MULTI_STATUS, body)


def refusals(instructions: Sequence[PropertyInstruction]) -> dict[str, Precondition]:
    """By name: what stands against a property among *instructions*."""
    found = {
        each.name: pre.CANNOT_MODIFY_PROTECTED_PROPERTY
        for each in instructions
        if COLLECTIONS.is_protected(each.name) or each.name in ITEMS
        if each.name != DISPLAYNAME
    }
    for each in instructions:
        try:
            check_timezone(each)
        except InvalidItemError as error:
            found[each.name] = preconditions.named(error.precondition)
    return found


def propstats(
    instructions: Sequence[PropertyInstruction], refused: Mapping[str, Precondition]
) -> list[Propstat]:
    """What became of each property: 200 for all, or 403 for some and 424 for the others."""
    names = list(dict.fromkeys(each.name for each in instructions))
    good = [empty_element(name) for name in names if name not in refused]
    if not refused:
        return [Propstat(200, good)]
    bad = [
        Propstat(
            403,
            [empty_element(name) for name in names if refused.get(name) == each],
            error=pre.error_element(each),
        )
        for each in dict.fromkeys(refused.values())
    ]
    return [*bad, *([Propstat(424, good)] if good else [])]


def applied(
    display_name: str,
    properties: dict[str, str],
    instructions: Sequence[PropertyInstruction],
) -> tuple[str, dict[str, str]]:
    """Name and properties of a collection after *instructions*, in their order."""
    kept = dict(properties)
    for each in instructions:
        if each.name == DISPLAYNAME:
            display_name = "" if each.xml is None else text_of(each.xml).strip()
        elif each.xml is None:
            kept.pop(each.name, None)
        else:
            kept[each.name] = each.xml.decode()
    return display_name, kept


def _apply(request: GroupwareRequest, instructions: Sequence[PropertyInstruction]) -> None:
    with request.change() as work:
        [collection] = collections.hold(work, request.names[1])
        preconditions.check_collection(request, work.unit, exists=True)
        name, properties = applied(
            collection.display_name, dict(collection.properties), instructions
        )
        collections.describe(work, collection, display_name=name, properties=properties)


def _demand_there(request: GroupwareRequest) -> None:
    if request.is_top or request.is_home:
        return
    with request.services.store.read() as unit:
        collection = collections.find(unit, request.who, request.names[1])
        if not request.is_item or not items.find(unit, collection.id, request.names[2]):
            raise NotFoundError("There is nothing here.")
