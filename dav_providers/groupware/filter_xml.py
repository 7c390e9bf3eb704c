"""The elements of filters, read into what ``office.items`` matches.

RFC 4791 section 9.7 and RFC 6352 section 10.5. Elements of other namespaces are ignored, as RFC
4918 section 17 wants; what an RFC has no place for refuses the filter: to read over it would give
more than was asked for.
"""

import re
from datetime import UTC, datetime, tzinfo

from lxml import etree

from dav_providers.groupware import preconditions
from dav_providers.groupware.names import CAL, CARD
from dav_providers.multistatus.answers import RefusedError
from dav_providers.multistatus.preconditions import Precondition
from office.items.collations import Collation
from office.items.filters import CardFilter, ComponentFilter
from office.items.property_filters import (
    MatchType,
    ParameterFilter,
    PropertyFilter,
    TextMatch,
    Within,
)

_INSTANT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_MOST_PARTS = 200
_TIMED = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VALARM", "VCALENDAR"})
"""The components whose time a filter can ask for (RFC 4791 section 9.9), and VCALENDAR, which
programs ask for what happens whatever it is (python-caldav 3.6)."""
_DATED = frozenset({"COMPLETED", "CREATED", "DTEND", "DTSTAMP", "DTSTART", "DUE", "LAST-MODIFIED"})
"""The properties whose time a filter can ask for (RFC 4791 section 9.9)."""
_REFUSED = {CAL: preconditions.VALID_FILTER, CARD: preconditions.SUPPORTED_CARD_FILTER}
_TOO_LARGE = {CAL: preconditions.SUPPORTED_FILTER, CARD: preconditions.SUPPORTED_CARD_FILTER}
_DEFAULT = {CAL: Collation.ASCII, CARD: Collation.UNICODE}


def find_filter(root: etree._Element, prefix: str) -> etree._Element | None:
    """The report's one filter.

    Raises:
        RefusedError: There are several, or it has too many parts.
    """
    found = root.findall(f"{prefix}filter")
    if len(found) > 1:
        raise invalid("The report must hold one filter.", prefix)
    if found and sum(1 for _ in found[0].iter()) > _MOST_PARTS:
        raise RefusedError(403, f"A filter has at most {_MOST_PARTS} parts.", _TOO_LARGE[prefix])
    return found[0] if found else None


def read_components(element: etree._Element, zone: tzinfo) -> ComponentFilter:
    """A ``comp-filter`` of CalDAV; *zone* is the asker's.

    Raises:
        RefusedError: It is none (``CALDAV:valid-filter``).
    """
    name = _name(element, CAL)
    children = _sorted(element, CAL, "is-not-defined", "time-range", "prop-filter", "comp-filter")
    absent, ranges, properties, components = children
    if absent:
        _check_alone(element, children)
        return ComponentFilter(name, is_not_defined=True)
    if len(ranges) > 1:
        raise invalid("A comp-filter has one time-range at most.")
    if ranges and name not in _TIMED:
        raise _unsupported(f"There is no time-range for {name}.")
    return ComponentFilter(
        name,
        within=read_range(ranges[0], zone) if ranges else None,
        properties=tuple(_property(each, CAL, zone) for each in properties),
        components=tuple(read_components(each, zone) for each in components),
    )


def read_card_filter(element: etree._Element) -> CardFilter:
    """The ``filter`` of an addressbook-query.

    Raises:
        RefusedError: It is none (``CARDDAV:supported-filter``).
    """
    [properties] = _sorted(element, CARD, "prop-filter")
    found = tuple(_property(each, CARD, UTC) for each in properties)
    return CardFilter(found, is_any=_is_any(element))


def read_range(element: etree._Element, zone: tzinfo = UTC) -> Within:
    """A ``time-range`` (RFC 4791 section 9.9).

    Raises:
        RefusedError: A side is no instant in UTC, both are open, or it ends before it begins.
    """
    start, end = _instant(element.get("start")), _instant(element.get("end"))
    if start is None and end is None:
        raise invalid("A time-range must have a start or an end.")
    if start is not None and end is not None and end <= start:
        raise invalid("A time-range must end after it begins.")
    return Within(start, end, zone)


def invalid(message: str, prefix: str = CAL) -> RefusedError:
    """The refusal of a filter that is none."""
    return RefusedError(403, message, _REFUSED[prefix])


def _unsupported(message: str) -> RefusedError:
    """The refusal of a filter that is one, but asks for what is not served."""
    return RefusedError(403, message, preconditions.SUPPORTED_FILTER)


def _property(element: etree._Element, prefix: str, zone: tzinfo) -> PropertyFilter:
    name = _name(element, prefix)
    names = ("is-not-defined", "text-match", "param-filter", "time-range")
    children = _sorted(element, prefix, *names[: 4 if prefix == CAL else 3])
    absent, texts, parameters = children[:3]
    ranges = children[3] if prefix == CAL else []
    if absent:
        _check_alone(element, children, prefix)
        return PropertyFilter(name, is_not_defined=True)
    if prefix == CAL and len(texts) + len(ranges) > 1:
        raise invalid("A prop-filter has one text-match or time-range at most.")
    if ranges and name not in _DATED:
        raise _unsupported(f"There is no time-range for {name}.")
    tests: tuple[TextMatch | ParameterFilter | Within, ...] = (
        *(_text(each, prefix) for each in texts),
        *(_parameter(each, prefix) for each in parameters),
        *(read_range(each, zone) for each in ranges),
    )
    return PropertyFilter(name, tests, is_any=prefix == CARD and _is_any(element))


def _parameter(element: etree._Element, prefix: str) -> ParameterFilter:
    name = _name(element, prefix)
    children = _sorted(element, prefix, "is-not-defined", "text-match")
    absent, texts = children
    if absent:
        _check_alone(element, children, prefix)
        return ParameterFilter(name, is_not_defined=True)
    if len(texts) > 1:
        raise invalid("A param-filter has one text-match at most.", prefix)
    return ParameterFilter(name, _text(texts[0], prefix) if texts else None)


def _check_alone(
    element: etree._Element, children: list[list[etree._Element]], prefix: str = CAL
) -> None:
    if sum(len(each) for each in children) > 1:
        raise invalid(f"is-not-defined stands alone in {element.tag}.", prefix)


def _text(element: etree._Element, prefix: str) -> TextMatch:
    told = str(element.get("collation") or "default")
    try:
        collation = _DEFAULT[prefix] if told == "default" else Collation(told)
    except ValueError:
        condition = Precondition(f"{prefix}supported-collation", 403, "")
        raise RefusedError(403, f"The collation {told!r} is not known.", condition) from None
    match_type = MatchType.CONTAINS
    if prefix == CARD:
        try:
            match_type = MatchType(str(element.get("match-type") or "contains"))
        except ValueError:
            raise invalid("The match-type of a text-match is not known.", prefix) from None
    is_negated = _choice(element, "negate-condition", ("no", "yes"), prefix) == "yes"
    return TextMatch(element.text or "", collation, match_type, is_negated)


def _sorted(element: etree._Element, prefix: str, *names: str) -> list[list[etree._Element]]:
    """The children of *element*, those of each name by themselves."""
    found: dict[str, list[etree._Element]] = {f"{prefix}{name}": [] for name in names}
    for child in element:
        tag = str(child.tag)
        if tag in found:
            found[tag].append(child)
        elif tag.startswith(prefix):
            raise invalid(f"{tag} can't stand in {element.tag}.", prefix)
    return list(found.values())


def _name(element: etree._Element, prefix: str) -> str:
    name = str(element.get("name") or "").strip().upper()
    if not name:
        raise invalid(f"A name is missing in {element.tag}.", prefix)
    return name


def _is_any(element: etree._Element) -> bool:
    return _choice(element, "test", ("anyof", "allof"), CARD) == "anyof"


def _choice(element: etree._Element, name: str, values: tuple[str, ...], prefix: str) -> str:
    """An attribute that has one of *values*, the first by default."""
    told = str(element.get(name, values[0]))
    if told not in values:
        raise invalid(f"{name} is {' or '.join(values)}.", prefix)
    return told


def _instant(text: str | bytes | None) -> int | None:
    if text is None:
        return None
    told = str(text)
    if not _INSTANT.fullmatch(told):
        raise invalid("The times of a time-range must be in UTC, such as 20260131T080000Z.")
    try:
        moment = datetime.strptime(told, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise invalid(f"{told} is no time.") from None
    return int(moment.timestamp())
