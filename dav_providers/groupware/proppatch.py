"""PROPPATCH on collections (RFC 4918 section 9.2): all of its instructions, or none."""

from collections.abc import Mapping, Sequence

from dav_providers.groupware import preconditions
from dav_providers.groupware.floating_times import check_timezone
from dav_providers.groupware.names import CAL, DAV, DEFAULT_CALENDAR, DISPLAYNAME, SCHEDULE_TRANSP
from dav_providers.groupware.properties import COLLECTIONS, ITEMS
from dav_providers.groupware.request import GroupwareRequest, OutsideError
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, xml
from dav_providers.multistatus.preconditions import Precondition
from dav_providers.multistatus.request_xml import (
    PropertyInstruction,
    parse_propertyupdate,
    read_xml,
    text_of,
)
from dav_providers.multistatus.writer import Propstat, document, empty_element, response
from office import collections
from office.collections import Held, Kind
from office.errors import NotFoundError
from office.items import InvalidItemError
from office.work import GroupwareWork
from storage import items
from storage.collections import CollectionRow
from wire.dav_headers import ForeignHostError
from wire.paths import PathError, quote_path

_TRANSPARENCIES = {f"{CAL}transparent": True, f"{CAL}opaque": False}


def answer(request: GroupwareRequest) -> Answer:
    """Keep name, colour, order and what else clients say; a protected name refuses all."""
    limits = request.settings.limits
    update = parse_propertyupdate(request.small_body(limits.xml_bytes), max_depth=limits.xml_depth)
    request.demand_own_home()
    instructions = update.instructions
    if request.is_collection:
        refused = refusals(instructions)
        refused |= _apply(request, () if refused else instructions)
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
        if each.name == SCHEDULE_TRANSP and is_transparent(each) is None:
            found[each.name] = pre.CANNOT_MODIFY_PROTECTED_PROPERTY
        try:
            check_timezone(each)
        except InvalidItemError as error:
            found[each.name] = preconditions.named(error.precondition)
    return found


def is_transparent(each: PropertyInstruction) -> bool | None:
    """What ``schedule-calendar-transp`` is set to; None where it is neither of the two."""
    if each.xml is None:
        return False  # removed: the default (RFC 6638 section 9.1)
    found = {child.tag for child in read_xml(each.xml)}
    if found & _TRANSPARENCIES.keys():
        return any(_TRANSPARENCIES.get(tag, False) for tag in found)
    return None


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
        if each.name in {SCHEDULE_TRANSP, DEFAULT_CALENDAR}:
            continue  # those are not kept as they were written
        if each.name == DISPLAYNAME:
            display_name = "" if each.xml is None else text_of(each.xml).strip()
        elif each.xml is None:
            kept.pop(each.name, None)
        else:
            kept[each.name] = each.xml.decode()
    return display_name, kept


def _apply(
    request: GroupwareRequest, instructions: Sequence[PropertyInstruction]
) -> dict[str, Precondition]:
    """Change the collection, or say by name what stands against it; then nothing is changed."""
    with request.change() as work:
        hold = collections.hold_for_choice if _has_choice(instructions) else _hold
        collection, held = hold(work, request.names[1])
        preconditions.check_collection(request, work.unit, exists=True)
        refused = _refused_here(request, collection, instructions)
        if not refused:
            refused = _choose_default(request, work, instructions, held)
        if refused:
            return refused
        name, properties = applied(
            collection.display_name, dict(collection.properties), instructions
        )
        collections.describe(work, collection, display_name=name, properties=properties)
        for each in instructions:
            if each.name == SCHEDULE_TRANSP:
                is_free = bool(is_transparent(each))
                collections.set_transparent(work, collection, is_transparent=is_free)
    return {}


def _has_choice(instructions: Sequence[PropertyInstruction]) -> bool:
    return any(each.name == DEFAULT_CALENDAR for each in instructions)


def _hold(work: GroupwareWork, name: str) -> Held:
    return collections.hold_with(work, name, ())


def _refused_here(
    request: GroupwareRequest,
    collection: CollectionRow,
    instructions: Sequence[PropertyInstruction],
) -> dict[str, Precondition]:
    """What is not for this collection: each of the two has its place."""
    is_own = collection.owner_id == request.who.user_id
    is_calendar = collection.kind in {Kind.CALENDAR, Kind.TASKS}
    refused: dict[str, Precondition] = {}
    for each in instructions:
        if each.name == SCHEDULE_TRANSP and not (is_own and is_calendar):
            refused[each.name] = pre.CANNOT_MODIFY_PROTECTED_PROPERTY
        if each.name == DEFAULT_CALENDAR and collection.kind != Kind.INBOX:
            refused[each.name] = pre.CANNOT_MODIFY_PROTECTED_PROPERTY
    return refused


def _choose_default(
    request: GroupwareRequest,
    work: GroupwareWork,
    instructions: Sequence[PropertyInstruction],
    held: frozenset[int],
) -> dict[str, Precondition]:
    for each in instructions:
        if each.name != DEFAULT_CALENDAR:
            continue
        if each.xml is None:
            return {each.name: preconditions.DEFAULT_CALENDAR_NEEDED}
        name = _own_collection(request, (read_xml(each.xml).findtext(f"{DAV}href") or "").strip())
        if not (name and collections.choose_default(work, name, held)):
            return {each.name: preconditions.VALID_DEFAULT_CALENDAR}
    return {}


def _own_collection(request: GroupwareRequest, href: str) -> str:
    """The name of one's own collection that *href* speaks of; nothing where it speaks of none."""
    try:
        names = request.names_in(href).segments
    except (ForeignHostError, OutsideError, PathError):
        return ""
    is_own = len(names) == len(("user", "collection")) and names[0] == request.who.user_name
    return names[1] if is_own else ""


def _demand_there(request: GroupwareRequest) -> None:
    if request.is_top or request.is_home:
        return
    with request.services.store.read() as unit:
        collection = request.collection(unit)
        if not request.is_item or not items.find(unit, collection.place, request.names[2]):
            raise NotFoundError("There is nothing here.")
