"""What queries ask of single properties: texts, parameters, times.

RFC 4791 sections 9.7.2 to 9.7.5 and RFC 6352 sections 10.5.1 to 10.5.4.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import Enum

from office.items import content_lines
from office.items.components import Component, Line
from office.items.instants import DAY, Clock, read_moment
from office.items.screens import Screen
from office.items.zones import find_zone, zone_of

_PLAIN = re.compile(r"[0-9A-Za-z .@_+-]+")
_LISTS = frozenset({"CATEGORIES", "NICKNAME", "RESOURCES", "RELATED-TO"})


class Collation(Enum):
    """How two texts are compared (RFC 4790 section 9, RFC 5051)."""

    OCTET = "i;octet"
    ASCII = "i;ascii-casemap"
    UNICODE = "i;unicode-casemap"

    def key(self, text: str) -> str:
        """*text* in the form in which it is compared."""
        if self is Collation.OCTET:
            return text
        if text.isascii():
            return text.lower()
        if self is Collation.ASCII:
            return text.translate(_ASCII_CASE)
        return unicodedata.normalize("NFC", text).casefold()


_ASCII_CASE = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


class MatchType(Enum):
    """Where in a value the text has to stand (RFC 6352 section 10.5.4)."""

    EQUALS = "equals"
    CONTAINS = "contains"
    STARTS_WITH = "starts-with"
    ENDS_WITH = "ends-with"


@dataclass(frozen=True, slots=True)
class TextMatch:
    """A text that a value has to hold, or must not hold."""

    text: str
    collation: Collation = Collation.ASCII
    match_type: MatchType = MatchType.CONTAINS
    is_negated: bool = False
    _key: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_key", self.collation.key(self.text))

    def fits(self, values: Iterable[str]) -> bool:
        """Whether one of *values* holds it; negated, whether none does."""
        return any(self._is_in(self.collation.key(value)) for value in values) != self.is_negated

    def may_fit(self, screen: Screen) -> bool:
        """False only if no value of the screened object can hold it."""
        if self.is_negated or not _PLAIN.fullmatch(self.text):
            return True
        return screen.may_hold(self.text)

    def _is_in(self, value: str) -> bool:
        match self.match_type:
            case MatchType.CONTAINS:
                return self._key in value
            case MatchType.EQUALS:
                return self._key == value
            case MatchType.STARTS_WITH:
                return value.startswith(self._key)
            case MatchType.ENDS_WITH:
                return value.endswith(self._key)


@dataclass(frozen=True, slots=True)
class Within:
    """A time that a property's value, or an alarm, has to lie in; seconds UTC, the end outside."""

    start: int | None
    end: int | None
    zone: tzinfo

    def holds(self, starts: int, ends: int) -> bool:
        """Whether *starts* to *ends* touches it; both may be one instant."""
        is_begun = self.end is None or starts < self.end
        return is_begun and (self.start is None or ends > self.start or starts >= self.start)

    def fits(self, lines: Iterable[Line]) -> bool:
        """Whether one of *lines* is a date or time in it."""
        return any(self._holds_value(params, value) for params, value, _ in lines)

    def _holds_value(self, params: str, value: str) -> bool:
        try:
            moment = read_moment(value.strip(), content_lines.parameters(params).get("TZID", ""))
        except ValueError:
            return False
        if moment.clock is Clock.UTC:
            return self.holds(moment.local, moment.local)
        zone = find_zone(moment.tzid) if moment.clock is Clock.ZONED else None
        starts = zone_of(zone or self.zone).utc(moment.local)
        return self.holds(starts, starts + (DAY if moment.clock is Clock.DATE else 0))


@dataclass(frozen=True, slots=True)
class ParameterFilter:
    """A parameter that a property has to have, or must not have."""

    name: str
    text: TextMatch | None = None
    is_not_defined: bool = False

    def fits(self, lines: Iterable[Line]) -> bool:
        """Whether one of *lines* has such a parameter; or, if it must not, none has."""
        values = [
            found[self.name]
            for found in (content_lines.parameters(params) for params, _, _ in lines)
            if self.name in found
        ]
        if self.is_not_defined:
            return not values
        return bool(values) and (self.text is None or self.text.fits(values))


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """What is asked of the lines of one name.

    Attributes:
        name: In capitals.
        tests: All of them have to fit, or with *is_any* one.
        is_any: See *tests*.
        is_not_defined: There must be no such line; then there are no tests.
    """

    name: str
    tests: tuple[TextMatch | ParameterFilter | Within, ...] = ()
    is_any: bool = False
    is_not_defined: bool = False

    def fits(self, component: Component) -> bool:
        """Whether *component*'s own lines are what is asked."""
        lines = component.all(self.name)
        if self.is_not_defined or not lines:
            return self.is_not_defined and not lines
        if not self.tests:
            return True
        found = (self._fits(each, lines) for each in self.tests)
        return any(found) if self.is_any else all(found)

    def may_fit(self, screen: Screen) -> bool:
        """False only if no component of the screened object can be what is asked."""
        if self.is_not_defined:
            return True
        if not screen.may_hold_line(self.name):
            return False
        found = [
            each.may_fit(screen) if isinstance(each, TextMatch) else True for each in self.tests
        ]
        return (any(found) if self.is_any else all(found)) or not found

    def _fits(self, test: TextMatch | ParameterFilter | Within, lines: list[Line]) -> bool:
        if isinstance(test, TextMatch):
            return test.fits(_values(self.name, lines))
        return test.fits(lines)


def _values(name: str, lines: Iterable[Line]) -> Iterator[str]:
    """What texts are compared with: whole values, and of lists each entry too."""
    for _, value, _ in lines:
        yield content_lines.unescape(value)
        if name in _LISTS and "," in value:
            yield from map(content_lines.unescape, re.split(r"(?<!\\),", value))
