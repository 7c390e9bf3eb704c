"""principal-property-search (RFC 3744 section 9.4): colleagues and groups by name or address."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lxml import etree

from dav_providers.multistatus import preconditions as pre
from dav_providers.multistatus import principals
from dav_providers.multistatus.answers import MULTI_STATUS, Answer, RefusedError, xml
from dav_providers.multistatus.principals import CAL, CS, PrincipalScope
from dav_providers.multistatus.report_xml import DAV, demand_depth_zero, wanted
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import (
    Propfind,
    PropfindKind,
    RequestXMLError,
    property_names,
)
from dav_providers.multistatus.writer import document
from office.items import fold
from office.principals import Principal, everybody
from storage.store import Unit

Values = Callable[[Principal], tuple[str, ...]]


def _addresses(each: Principal) -> tuple[str, ...]:
    return () if each.is_group else (f"mailto:{each.email}", principals.href_of(each))


SEARCHABLE: Mapping[str, tuple[str, Values]] = MappingProxyType(
    {
        f"{DAV}displayname": ("Name", lambda each: (each.display_name,)),
        f"{CS}email-address-set": (
            "E-mail address",
            lambda each: (each.email,) if each.email else (),
        ),
        f"{CAL}calendar-user-address-set": ("Calendar address", _addresses),
        f"{CAL}calendar-user-type": (
            "Person or group",
            lambda each: ("GROUP" if each.is_group else "INDIVIDUAL",),
        ),
    }
)
"""What can be searched: what it is called, and a principal's values of it."""

_COMPARISONS: Mapping[str, Callable[[str, str], bool]] = MappingProxyType(
    {
        "contains": lambda value, text: text in value,
        "starts-with": lambda value, text: value.startswith(text),
        "ends-with": lambda value, text: value.endswith(text),
        "equals": lambda value, text: value == text,
    }
)
_Test = Callable[[Principal], bool]
_OWN_PARTS = frozenset({f"{DAV}property-search", f"{DAV}apply-to-principal-collection-set"})


def answer(request: DAVRequest, unit: Unit, root: etree._Element, *, are_here: bool) -> Answer:
    """The principals that match.

    Args:
        request: Who asks.
        unit: The transaction.
        root: The report's body.
        are_here: The address asked has principals below it; if not, there are none to be found
            unless ``apply-to-principal-collection-set`` says where to look.
    """
    demand_depth_zero(request)
    matches = _matcher(root, request.who.user_name)
    is_everywhere = root.find(f"{DAV}apply-to-principal-collection-set") is not None
    there = everybody(unit, request.who) if are_here or is_everywhere else []
    found = [each for each in there if matches(each)]
    most = request.settings.limits.propfind_entries_max
    if len(found) > most:
        raise RefusedError(
            507, f"More than {most:,} match; ask closer.", pre.NUMBER_OF_MATCHES_WITHIN_LIMITS
        )
    plan = principals.REGISTRY.compile(
        _wanted(root), PrincipalScope(request.who, request.space), is_minimal=request.wants_minimal
    )
    body = document(plan.response(principals.href_of(each), each) for each in found)
    return xml(MULTI_STATUS, body)


def _wanted(root: etree._Element) -> Propfind:
    asked = wanted(root)
    if asked.names or asked.kind is not PropfindKind.PROP:
        return asked
    # python-caldav 3.6 writes the names beside an empty prop (base_client.py).
    beside = (str(each.tag) for each in root if each.tag not in _OWN_PARTS)
    known = tuple(name for name in beside if name in principals.REGISTRY)
    return Propfind(PropfindKind.PROP, known)


def _matcher(root: etree._Element, user_name: str) -> _Test:
    """All searches must hold, or (Apple's ``test="anyof"``) one of them.

    python-caldav asks without any for principals whose calendars it can open, and fails at one
    without a home: who asks is the only one.
    """
    tests = [_test(each) for each in root.iterfind(f"{DAV}property-search")]
    if not tests:
        return lambda principal: principal.name == user_name
    joined = any if root.get("test") == "anyof" else all
    return lambda principal: joined(test(principal) for test in tests)


def _test(search: etree._Element) -> _Test:
    names = property_names(search.find(f"{DAV}prop"))
    match = search.find(f"{DAV}match")
    if match is None or not names:
        raise RequestXMLError("property-search must hold a prop with names and a match.")
    compare = _COMPARISONS.get(match.get("match-type") or "contains")
    if compare is None:
        raise RequestXMLError(f"match-type must be one of {', '.join(_COMPARISONS)}.")
    text = fold((match.text or "").strip())
    return lambda principal: all(_holds(principal, name, compare, text) for name in names)


def _holds(
    principal: Principal, name: str, compare: Callable[[str, str], bool], text: str
) -> bool:
    # A property that can't be searched is one that matches nothing.
    known = SEARCHABLE.get(name)
    return known is not None and any(compare(fold(each), text) for each in known[1](principal))
