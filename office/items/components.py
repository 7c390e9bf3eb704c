"""Content lines as a tree of components (RFC 5545 section 3.4, RFC 6350 section 6.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from office.items import content_lines
from office.items.errors import InvalidItemError, Precondition, shown
from office.items.limits import ItemLimits

Line = tuple[str, str, int]
"""Parameters with the leading semicolon, value, index among the content lines."""

_NO_LINES: list[Line] = []


class Component:
    """A component: its own lines by name, and the components inside it, in order."""

    __slots__ = ("children", "first", "last", "lines", "name")

    def __init__(self, name: str, first: int) -> None:
        self.name = name
        self.lines: dict[str, list[Line]] = {}
        self.children: list[Component] = []
        self.first = first
        self.last = first

    def all(self, name: str) -> list[Line]:
        """The lines of that name."""
        return self.lines.get(name, _NO_LINES)

    def value(self, name: str) -> str:
        """The value of the first line of that name, or nothing."""
        found = self.lines.get(name)
        return found[0][1] if found else ""

    def walk(self) -> Iterator["Component"]:
        """This component and all inside it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Fault:
    """How a text's faults are told: which precondition, and line numbers as a person counts.

    Attributes:
        text: The text as it was sent.
        precondition: The condition that fails.
        form: What a text of this kind is called.
    """

    text: str
    precondition: Precondition
    form: str

    def at(self, index: int, sentence: str) -> InvalidItemError:
        """The error for a fault in content line *index*."""
        number = content_lines.line_number(self.text, index)
        return InvalidItemError(self.precondition, sentence, line=number)

    def whole(self, sentence: str) -> InvalidItemError:
        """The error for a fault of the whole object."""
        return InvalidItemError(self.precondition, sentence)


def read_components(text: str, fault: Fault, limits: ItemLimits) -> Component:
    """The one component that *text* is.

    Raises:
        InvalidItemError: A line is none, components are not balanced, too deep or too many
            lines, or there are several components or none at the top.
    """
    unfolded = content_lines.unfold(text)
    if unfolded.count("\n") > limits.lines:
        raise fault.whole(f"There are more than {limits.lines} lines.")
    top = Component("", 0)
    stack = [top]
    current = top
    index = -1
    for index, (name, params, value, junk) in enumerate(content_lines.find_lines(unfolded)):
        key = name.upper()
        if key == "BEGIN":
            current = _begin(value, index, stack, fault, limits)
        elif key == "END":
            current = _end(value, index, stack, fault)
        elif junk or current is top:
            raise _stray(junk, index, fault)
        elif len(params) > limits.parameters:
            raise fault.at(
                index, f"its parameters are longer than {limits.parameters} characters."
            )
        else:
            if "." in key:
                key = key[key.index(".") + 1 :]
            current.lines.setdefault(key, []).append((params, value, index))
    if len(stack) > 1:
        raise fault.at(index, f"BEGIN:{shown(current.name)} has no END; the text is cut off.")
    if len(top.children) != 1:
        raise fault.whole(f"There must be exactly one {fault.form}, not {len(top.children)}.")
    return top.children[0]


def _begin(
    value: str, index: int, stack: list[Component], fault: Fault, limits: ItemLimits
) -> Component:
    if len(stack) > limits.depth:
        raise fault.at(index, f"components lie more than {limits.depth} deep.")
    component = Component(value.strip().upper(), index)
    stack[-1].children.append(component)
    stack.append(component)
    return component


def _end(value: str, index: int, stack: list[Component], fault: Fault) -> Component:
    name = value.strip().upper()
    if len(stack) == 1 or stack[-1].name != name:
        opened = f"BEGIN:{stack[-1].name}" if len(stack) > 1 else "nothing"
        raise fault.at(index, f"END:{shown(name)} closes {shown(opened)}.")
    stack.pop().last = index
    return stack[-1]


def _stray(junk: str, index: int, fault: Fault) -> InvalidItemError:
    if junk:
        return fault.at(index, f"“{shown(junk)}” is no line of the form NAME:value.")
    return fault.at(index, f"text outside of the {fault.form}.")
