"""MKCALENDAR (RFC 4791 section 5.3.1) and extended MKCOL (RFC 5689): new collections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from dav_providers.groupware import preconditions
from dav_providers.groupware.floating_times import check_timezone
from dav_providers.groupware.names import (
    ADDRESSBOOK,
    CAL,
    CALENDAR,
    COMP,
    COMPONENT_SET,
    DAV,
    RESOURCETYPE,
    SCHEDULE_TRANSP,
)
from dav_providers.groupware.proppatch import applied, is_transparent, propstats, refusals
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus.answers import Answer, RefusedError, xml
from dav_providers.multistatus.mkcol_xml import instructions_of, properties_set, types_wanted
from dav_providers.multistatus.preconditions import Precondition
from dav_providers.multistatus.request_xml import PropertyInstruction, RequestXMLError
from dav_providers.multistatus.writer import propstat, xml_document
from office import collections
from office.collections import COMPONENTS, Kind
from office.errors import ExistsError
from storage.collections import NewCollection

_FAILED = 424
_NULL_FOR_CALENDAR = Precondition(
    pre.RESOURCE_MUST_BE_NULL.name, 403, pre.RESOURCE_MUST_BE_NULL.sentence
)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a client wants to be made."""

    kind: Kind
    components: frozenset[str]
    instructions: tuple[PropertyInstruction, ...]


def answer(request: GroupwareRequest) -> Answer:
    """Make a calendar, task list or address book in the caller's own home."""
    request.demand_own_home()
    root = request.read_xml()
    wish = _wish(root, is_mkcalendar=request.method == "MKCALENDAR")
    if request.is_top or request.is_home:
        raise _exists(request)
    if not request.is_collection:
        raise RefusedError(
            403,
            "Collections lie directly in a home, not in one another.",
            preconditions.CALENDAR_LOCATION_OK,
        )
    for each in wish.instructions:
        check_timezone(each)
    if refused := refusals(wish.instructions):
        return _not_made(request, wish.instructions, refused)
    name, properties = applied("", {}, wish.instructions)
    new = NewCollection(request.names[1], wish.kind, wish.components, name, properties=properties)
    is_free = any(
        each.name == SCHEDULE_TRANSP and is_transparent(each) for each in wish.instructions
    )
    with request.change() as work:
        preconditions.check_collection(request, work.unit, exists=False)
        try:
            collections.make(work, new)
        except ExistsError:
            raise _exists(request) from None
        if is_free and wish.kind is not Kind.ADDRESSBOOK:
            [made] = collections.hold(work, new.name)
            collections.set_transparent(work, made, is_transparent=True)
    return Answer(201, [("Content-Length", "0"), ("Cache-Control", "no-cache")])


def _exists(request: GroupwareRequest) -> RefusedError:
    is_mkcalendar = request.method == "MKCALENDAR"
    condition = _NULL_FOR_CALENDAR if is_mkcalendar else pre.RESOURCE_MUST_BE_NULL
    return RefusedError(condition.status, "There is something of that name already.", condition)


def _wish(root: etree._Element | None, *, is_mkcalendar: bool) -> _Wish:
    expected = f"{CAL}mkcalendar" if is_mkcalendar else f"{DAV}mkcol"
    if root is not None and root.tag != expected:
        raise RequestXMLError(f"The body must be {expected}, not {root.tag!r}.")
    elements = properties_set(root)
    components = _components(elements)
    kind = _kind(types_wanted(elements), components, is_mkcalendar=is_mkcalendar)
    instructions = instructions_of(elements, besides=frozenset({RESOURCETYPE, COMPONENT_SET}))
    return _Wish(kind, frozenset() if kind is Kind.ADDRESSBOOK else components, instructions)


def _kind(types: frozenset[str], components: frozenset[str], *, is_mkcalendar: bool) -> Kind:
    is_calendar = is_mkcalendar or CALENDAR in types
    if is_calendar == (ADDRESSBOOK in types):
        raise RefusedError(
            403,
            "In a home calendars, task lists and address books can be made.",
            pre.VALID_RESOURCETYPE,
        )
    if not is_calendar:
        return Kind.ADDRESSBOOK
    return Kind.TASKS if components == {"VTODO"} else Kind.CALENDAR


def _components(elements: Sequence[etree._Element]) -> frozenset[str]:
    """The components that a new calendar takes; all of them where nobody says."""
    sets = [each for each in elements if each.tag == COMPONENT_SET]
    if not sets:
        return COMPONENTS
    asked = {str(comp.get("name", "")).upper() for comp in sets[0].iterfind(COMP)}
    # A client may name what lies in every object (VTIMEZONE, VALARM) or what nobody stores.
    wanted = frozenset(asked & COMPONENTS)
    if not wanted:
        raise RefusedError(
            403,
            f"A calendar takes {', '.join(sorted(COMPONENTS))}.",
            preconditions.SUPPORTED_COMPONENT,
        )
    return wanted


def _not_made(
    request: GroupwareRequest,
    instructions: Sequence[PropertyInstruction],
    refused: Mapping[str, Precondition],
) -> Answer:
    """Say which property stood in the way (RFC 5689 section 3, RFC 4791 section 5.3.1)."""
    is_mkcalendar = request.method == "MKCALENDAR"
    root = f"{CAL}mkcalendar-response" if is_mkcalendar else f"{DAV}mkcol-response"
    inner = b"".join(propstat(each) for each in propstats(instructions, refused))
    return xml(_FAILED, xml_document(root, inner), [("Cache-Control", "no-cache")])
