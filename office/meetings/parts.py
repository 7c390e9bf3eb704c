"""Calendar objects as parts that can be changed: lines that nobody touches stay as they came."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from office.items.content_lines import find_lines, fold_line, logical_lines, parameters, unfold

_PARAMETER = re.compile(r";\s*([^=;:\"]++)(?:=((?:[^;\"]++|\"[^\"]*+\")*+))?")
_NEVER = re.compile(r'["\x00-\x1f\x7f]')  # in a parameter's value, quoted or not
_QUOTED = re.compile(r"[;:,]")


class Line(NamedTuple):
    """One content line. ``raw`` is how it came, folded; empty once it was written anew."""

    name: str
    params: str
    value: str
    raw: str = ""

    def parameter(self, name: str) -> str:
        """The value of parameter *name*, which is in capitals; empty if there is none."""
        return parameters(self.params).get(name, "")

    def with_parameter(self, name: str, value: str | None) -> "Line":
        """The line with parameter *name* set to *value*, quoted if need be; None drops it.

        What no parameter may hold is left out (RFC 5545 section 3.2): else a value that came in
        quotes could end the parameters, and give the line another value.
        """
        kept = "".join(
            each[0] for each in _PARAMETER.finditer(self.params) if each[1].strip().upper() != name
        )
        added = "" if value is None else f";{name}={_as_parameter(value)}"
        if kept + added == self.params:
            return self
        return Line(self.name, kept + added, self.value)

    def with_value(self, value: str) -> "Line":
        """The line with another value."""
        return self if value == self.value else Line(self.name, self.params, value)

    @property
    def text(self) -> str:
        """The line as it is stored."""
        return self.raw or fold_line(f"{self.name}{self.params}:{self.value}") + "\r\n"


def _as_parameter(value: str) -> str:
    value = _NEVER.sub("", value)
    return f'"{value}"' if _QUOTED.search(value) else value


@dataclass(slots=True)
class Part:
    """A component: its lines in their order, then the components inside it."""

    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def all(self, *names: str) -> list[Line]:
        """The lines of these names, which are in capitals."""
        return [each for each in self.lines if each.name.upper() in names]

    def first(self, name: str) -> Line | None:
        """The first line of that name."""
        return next(iter(self.all(name)), None)

    def value(self, name: str) -> str:
        """The value of the first line of that name, or nothing."""
        found = self.first(name)
        return found.value.strip() if found else ""

    def drop(self, *names: str) -> None:
        """Take the lines of these names out."""
        self.lines = [each for each in self.lines if each.name.upper() not in names]

    def put(self, *lines: Line) -> None:
        """Put *lines* in the place of those of their names."""
        self.drop(*(each.name.upper() for each in lines))
        self.lines += lines

    def copy(self) -> "Part":
        """The same, to be changed on its own."""
        return Part(self.name, list(self.lines), [each.copy() for each in self.parts])

    def walk(self) -> Iterator["Part"]:
        """This part and all inside it."""
        yield self
        for each in self.parts:
            yield from each.walk()


def read(text: str) -> Part:
    """The one component that *text* is, which ``office.items`` has read before."""
    found, raw = find_lines(unfold(text)), logical_lines(text)
    top = Part("")
    stack = [top]
    for (name, params, value, _), line in zip(found, raw, strict=True):
        match name.upper():
            case "BEGIN":
                part = Part(value.strip().upper())
                stack[-1].parts.append(part)
                stack.append(part)
            case "END":
                stack.pop()
            case _:
                ended = line if line.endswith("\n") else f"{line}\r\n"
                stack[-1].lines.append(Line(name, params, value, ended))
    return top.parts[0]


def write(part: Part) -> str:
    """*part* as text."""
    return "".join(_written(part))


def _written(part: Part) -> Iterable[str]:
    yield f"BEGIN:{part.name}\r\n"
    yield from (each.text for each in part.lines)
    for each in part.parts:
        yield from _written(each)
    yield f"END:{part.name}\r\n"
