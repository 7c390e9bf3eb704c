"""principal-property-search (RFC 3744 section 9.4): colleagues and groups by name or address."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

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
    RequestXMLTooComplexError,
    property_names,
)
from dav_providers.multistatus.writer import document
from office.items import fold
from office.principals import Principal, everybody
from storage.store import Unit

Values = Callable[[Principal], tuple[str, ...]]


def _addresses(each: Principal) -> tuple[str, ...]:
    return () if each.is_group else principals.addresses(each)


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
_Folded = Mapping[str, Sequence[str]]
"""By property: a principal's values, folded; those that can't be searched are not there."""
MOST_SEARCHES = 20
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
    searches = _searches(root)
    is_everywhere = root.find(f"{DAV}apply-to-principal-collection-set") is not None
    there = everybody(unit, request.who) if are_here or is_everywhere else []
    if searches:
        found = _matching(there, searches, is_any=root.get("test") == "anyof")
    else:
        # python-caldav asks without any for principals whose calendars it can open, and fails at
        # one without a home: who asks is the only one.
        found = [each for each in there if each.name == request.who.user_name]
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


class _Search(NamedTuple):
    """One ``property-search``: all of *names* have to hold *text*, which is folded."""

    names: tuple[str, ...]
    compare: Callable[[str, str], bool]
    text: str

    def fits(self, folded: _Folded) -> bool:
        # A property that can't be searched is one that matches nothing.
        return all(
            any(self.compare(each, self.text) for each in folded.get(name, ()))
            for name in self.names
        )


def _searches(root: etree._Element) -> list[_Search]:
    found = root.findall(f"{DAV}property-search")
    if len(found) > MOST_SEARCHES:
        raise RequestXMLTooComplexError(f"Ask with at most {MOST_SEARCHES} property-search.")
    return [_search(each) for each in found]


def _search(element: etree._Element) -> _Search:
    names = property_names(element.find(f"{DAV}prop"))
    match = element.find(f"{DAV}match")
    if match is None or not names:
        raise RequestXMLError("property-search must hold a prop with names and a match.")
    compare = _COMPARISONS.get(match.get("match-type") or "contains")
    if compare is None:
        raise RequestXMLError(f"match-type must be one of {', '.join(_COMPARISONS)}.")
    return _Search(names, compare, fold((match.text or "").strip()))


def _matching(
    there: Iterable[Principal], searches: Sequence[_Search], *, is_any: bool
) -> list[Principal]:
    """Those whom all searches find, or with *is_any* (Apple's ``test="anyof"``) one of them."""
    names = {name for each in searches for name in each.names if name in SEARCHABLE}
    joined = any if is_any else all

    def folded(principal: Principal) -> _Folded:
        return {name: [fold(each) for each in SEARCHABLE[name][1](principal)] for name in names}

    read = ((each, folded(each)) for each in there)
    return [each for each, values in read if joined(search.fits(values) for search in searches)]
