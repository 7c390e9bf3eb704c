"""Parts of stored objects: the components and properties that a client names.

RFC 4791 sections 9.6.1 to 9.6.4 and RFC 6352 section 10.4. What is kept stays as it was sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from office.items.components import Component, Fault, read_components
from office.items.content_lines import (
    find_lines,
    fold_line,
    logical_lines,
    newline,
    unfold,
)
from office.items.errors import Precondition
from office.items.limits import DEFAULT_LIMITS

_NO_FAULT = Fault("", Precondition.CALENDAR_DATA, "object")
_ALWAYS = frozenset({"BEGIN", "VERSION", "END"})
"""Without these, whatever is left is no vCard."""

Properties = Mapping[str, bool]
"""Names in capitals; True: only the name is wanted, not the value."""


@dataclass(frozen=True, slots=True)
class ComponentPart:
    """What is wanted of components of one name.

    Attributes:
        name: In capitals.
        properties: None: all.
        components: What of the components inside; None: all of all.
    """

    name: str
    properties: Properties | None = None
    components: tuple["ComponentPart", ...] | None = None


def part_of_calendar(text: str, wanted: ComponentPart) -> str:
    """What is wanted of a stored calendar object.

    Raises:
        InvalidItemError: It can't be read any more.
    """
    kept = _Kept(text)
    root = read_components(text, _NO_FAULT, DEFAULT_LIMITS)
    if root.name == wanted.name:
        kept.keep(root, wanted)
    return kept.text


def part_of_card(text: str, wanted: Properties) -> str:
    """What is wanted of a stored vCard; a name with a group before a dot speaks of that alone."""
    kept = _Kept(text)
    for index, (name, _, _, _) in enumerate(find_lines(unfold(text))):
        full = name.upper()
        bare = full.rpartition(".")[2]
        found = next((each for each in (full, bare) if each in wanted), None)
        if found is not None:
            kept.keep_line(index, without_value=wanted[found])
        elif full in _ALWAYS:
            kept.keep_line(index)
    return kept.text


class _Kept:
    """The lines of a text that were chosen."""

    def __init__(self, text: str) -> None:
        self._ending = newline(text)
        self._all = logical_lines(text)
        self._chosen = [""] * len(self._all)

    @property
    def text(self) -> str:
        """The chosen lines, in their order."""
        return "".join(self._chosen)

    def keep(self, component: Component, wanted: ComponentPart) -> None:
        """Choose what is wanted of *component*."""
        self.keep_line(component.first)
        self.keep_line(component.last)
        for name, lines in component.lines.items():
            if wanted.properties is None or name in wanted.properties:
                is_bare = bool(wanted.properties and wanted.properties[name])
                for _, _, index in lines:
                    self.keep_line(index, without_value=is_bare)
        for child in component.children:
            if wanted.components is None:
                self._chosen[child.first : child.last + 1] = self._all[
                    child.first : child.last + 1
                ]
                continue
            for part in wanted.components:
                if part.name == child.name:
                    self.keep(child, part)

    def keep_line(self, index: int, *, without_value: bool = False) -> None:
        """Choose a content line."""
        line = self._all[index]
        if without_value:
            [(name, params, _, _)] = find_lines(unfold(line))
            line = fold_line(f"{name}{params}:", self._ending) + self._ending
        self._chosen[index] = line
