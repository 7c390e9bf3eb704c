"""What queries ask of single properties: texts, parameters, times.

RFC 4791 sections 9.7.2 to 9.7.5 and RFC 6352 sections 10.5.1 to 10.5.4. A property filter speaks
of one property: where there are several of its name, one of them has to pass all its tests.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import Enum
from typing import Protocol

from office.items import content_lines
from office.items.collations import Collation
from office.items.components import Component, Line
from office.items.haystacks import Haystack

_LISTS = frozenset({"CATEGORIES", "NICKNAME", "RESOURCES"})
# A lone backslash at the end counts as a character: a search that fails there would begin anew
# at each one before.
_ENTRY = re.compile(r"((?:[^\\,]++|\\.?)*+)(?:,|$)", re.DOTALL)
EFFECTIVE = frozenset({"DTEND", "DUE"})
"""Ends that DURATION may tell instead."""


class Scope(Protocol):
    """What a test has to know about the object that a property stands in."""

    def second_of(self, params: str, text: str, zone: tzinfo) -> int | None:
        """The date or time *text* of a line with *params* in seconds UTC, if it is one."""

    def end_of(self, component: Component, zone: tzinfo) -> int | None:
        """The end, in seconds UTC, that DTSTART and DURATION say, if they do."""

    def group_of(self, index: int) -> str:
        """The group before the name of content line *index*, in capitals; vCards have them."""


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

    def fits(self, *values: str) -> bool:
        """Whether one of *values* holds it; negated, whether none does."""
        return any(self._is_in(self.collation.key(each)) for each in values) != self.is_negated

    def may_fit(self, hay: Haystack, *, is_parameter: bool = False) -> bool:
        """False only if nothing in the text *hay* can fit."""
        return self.is_negated or hay.may_hold(
            self.text, self.collation, is_parameter=is_parameter
        )

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
    """A time that something has to lie in; seconds UTC, the end outside.

    Attributes:
        start: None: it has no beginning.
        end: None: it has no end.
        zone: The asker's, for dates and floating times.
    """

    start: int | None
    end: int | None
    zone: tzinfo

    def holds(self, second: int) -> bool:
        """Whether it holds an instant (section 9.9: start <= instant AND end > instant)."""
        is_begun = self.start is None or self.start <= second
        return is_begun and (self.end is None or second < self.end)


@dataclass(frozen=True, slots=True)
class ParameterFilter:
    """A parameter that a property has to have, or must not have."""

    name: str
    text: TextMatch | None = None
    is_not_defined: bool = False

    def fits(self, params: str) -> bool:
        """Whether a line with *params* has it."""
        values = content_lines.parameter_values(params, self.name)
        if self.is_not_defined or values is None:
            return self.is_not_defined and values is None
        return self.text is None or self.text.fits(*values)

    def may_fit(self, hay: Haystack) -> bool:
        """False only if nothing in the text *hay* can fit."""
        if self.is_not_defined:
            return True
        # A vCard of old has TYPE without its name.
        is_there = self.name == "TYPE" or hay.has_name(self.name)
        return is_there and (self.text is None or self.text.may_fit(hay, is_parameter=True))


Test = TextMatch | ParameterFilter | Within


@dataclass(frozen=True, slots=True)
class PropertyFilter:
    """What is asked of one of the properties of a name.

    Attributes:
        name: In capitals; with a group before a dot only properties of that group count.
        tests: All of them have to fit, or with *is_any* one.
        is_any: See *tests*.
        is_not_defined: There must be no such property; then there are no tests.
    """

    name: str
    tests: tuple[Test, ...] = ()
    is_any: bool = False
    is_not_defined: bool = False

    def fits(self, component: Component, scope: Scope) -> bool:
        """Whether *component* has such a property of its own."""
        lines = self._lines(component, scope)
        if self.is_not_defined:
            return not lines
        if not lines:
            return self._fits_effective_end(component, scope)
        if not self.tests:
            return True
        return any(self._fits(line, scope) for line in lines)

    def may_fit(self, hay: Haystack) -> bool:
        """False only if no object with the text *hay* can have such a property."""
        if self.is_not_defined or self.name in EFFECTIVE:
            return True
        if not hay.has_name(self.name):
            return False
        found = [isinstance(each, Within) or each.may_fit(hay) for each in self.tests]
        return not found or (any(found) if self.is_any else all(found))

    def _lines(self, component: Component, scope: Scope) -> list[Line]:
        group, _, bare = self.name.rpartition(".")
        lines = component.all(bare)
        return [each for each in lines if scope.group_of(each[2]) == group] if group else lines

    def _fits(self, line: Line, scope: Scope) -> bool:
        found = (self._passes(test, line, scope) for test in self.tests)
        return any(found) if self.is_any else all(found)

    def _passes(self, test: Test, line: Line, scope: Scope) -> bool:
        params, value, _ = line
        if isinstance(test, TextMatch):
            return test.fits(*_forms(self.name, value))
        if isinstance(test, ParameterFilter):
            return test.fits(params)
        second = scope.second_of(params, value, test.zone)
        return second is not None and test.holds(second)

    def _fits_effective_end(self, component: Component, scope: Scope) -> bool:
        """An end that only DURATION tells counts for time-range (RFC 4791 section 9.9)."""
        match self.tests:
            case (Within() as within,) if self.name in EFFECTIVE:
                second = scope.end_of(component, within.zone)
                return second is not None and within.holds(second)
            case _:
                return False


def _forms(name: str, value: str) -> Iterator[str]:
    """What a text is compared with: the whole value, and of a list each entry too."""
    yield content_lines.unescape(value)
    if name.rpartition(".")[2] in _LISTS and "," in value:
        yield from (content_lines.unescape(each) for each in _ENTRY.findall(value))
