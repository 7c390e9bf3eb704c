"""The lines of a vCard as values, to be read, changed and written (RFC 2426, 6350 section 3.3)."""

from collections.abc import Iterable
from typing import NamedTuple

from office.items.content_lines import (
    find_lines,
    fold_line,
    listed_parameters,
    logical_lines,
    unfold,
)

Parameters = tuple[tuple[str, tuple[str, ...]], ...]
"""Names in capitals, each with its values."""

_QUOTED = frozenset(",;:")


class CardLine(NamedTuple):
    """One content line.

    Attributes:
        group: What stands before the name and its dot, as it was sent; or nothing.
        name: In capitals.
        params: Its parameters.
        value: As it stands in the text, escapes included.
    """

    group: str
    name: str
    params: Parameters
    value: str

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a parameter."""
        return tuple(value for key, values in self.params if key == name for value in values)

    def first(self, name: str) -> str:
        """The first value of a parameter in small letters, or nothing."""
        return next(iter(self.values(name)), "").lower()

    @property
    def types(self) -> tuple[str, ...]:
        """The values of TYPE in small letters."""
        return tuple(each.lower() for each in self.values("TYPE"))

    def without(self, *names: str) -> "CardLine":
        """The line without these parameters."""
        return self._replace(params=tuple(each for each in self.params if each[0] not in names))

    def having(self, name: str, *values: str) -> "CardLine":
        """The line with these values of a parameter and no others; without any, it is gone."""
        rest = self.without(name)
        return rest._replace(params=(*rest.params, (name, values))) if values else rest

    def without_types(self, unwanted: Iterable[str]) -> "CardLine":
        """The line without some values of TYPE."""
        gone = frozenset(unwanted)
        kept = [each for each in self.values("TYPE") if each.lower() not in gone]
        return self if len(kept) == len(self.types) else self.having("TYPE", *kept)

    def with_types_apart(self) -> "CardLine":
        """The line with ``TYPE="voice,home"`` as two values (RFC 6350 section 5.6)."""
        types = self.values("TYPE")
        if not any("," in each for each in types):
            return self
        return self.having("TYPE", *(one.strip() for each in types for one in each.split(",")))


def read_card(text: str) -> list[tuple[CardLine, str]]:
    """The lines of a stored vCard, each with the text that it is."""
    found = zip(find_lines(unfold(text)), logical_lines(text), strict=True)
    return [(_line(name, params, value), raw) for (name, params, value, _), raw in found]


def _line(name: str, params: str, value: str) -> CardLine:
    group, _, bare = name.rpartition(".")
    listed = tuple((key, tuple(values)) for key, values in listed_parameters(params))
    return CardLine(group, bare.upper(), listed, value)


def written(line: CardLine) -> str:
    """*line* as text, folded, with its ending."""
    group = f"{line.group}." if line.group else ""
    params = "".join(
        f";{name}={','.join(map(_parameter_value, values))}" for name, values in line.params
    )
    return fold_line(f"{group}{line.name}{params}:{line.value}") + "\r\n"


def _parameter_value(value: str) -> str:
    """A value as it may stand in a parameter (RFC 6868)."""
    safe = value.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{safe}"' if _QUOTED.intersection(safe) else safe


def escaped(text: str) -> str:
    """*text* as a TEXT value (RFC 6350 section 3.4)."""
    for character in ("\\", ",", ";"):
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "\\n")
