"""The Accept header: how much a client wants a media type (RFC 9110 section 12.5.1)."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_RANGE = re.compile(rf"\s*({_WORD})/({_WORD})\s*")
_PARAMETER = re.compile(rf"\s*({_WORD})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|({_WORD}))\s*")
_WEIGHT = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_IGNORED = frozenset({"charset"})
_MOST_RANGES = 50


class MediaRange(NamedTuple):
    """One of the types a client names; ``*`` stands for any."""

    kind: str
    subtype: str
    parameters: Mapping[str, str]
    weight: float

    def precision(self, kind: str, subtype: str, parameters: Mapping[str, str]) -> int:
        """How closely it names a type: 0 for ``*/*``; -1: it does not mean it."""
        if self.kind == "*":
            return 0 if self.subtype == "*" else -1
        if self.kind != kind:
            return -1
        if self.subtype == "*":
            return 1
        fits = self.subtype == subtype and self.parameters.items() <= parameters.items()
        return 2 + len(self.parameters) if fits else -1


class Accept:
    """What a client would like to be sent."""

    def __init__(self, header: str | None) -> None:
        """Read the header; parts that are none are left out, as if they had not been sent."""
        self.ranges = list(_ranges(header)) if header else []

    def weight(self, kind: str, subtype: str, **parameters: str) -> float:
        """From 0, not at all, to 1; by the range that names the type most closely.

        Without a range that can be read any type is as good as another.
        """
        if not self.ranges:
            return 1.0
        rated = ((each.precision(kind, subtype, parameters), each.weight) for each in self.ranges)
        precision, weight = max(rated)
        return weight if precision >= 0 else 0.0


def _ranges(header: str) -> Iterator[MediaRange]:
    for part in header.split(",")[:_MOST_RANGES]:
        media, *rest = part.split(";")
        found = _RANGE.fullmatch(media)
        if found is None:
            continue
        parameters: dict[str, str] = {}
        weight = 1.0
        for each in rest:
            parameter = _PARAMETER.fullmatch(each)
            if parameter is None:
                continue
            name, value = parameter[1].lower(), parameter[2] or parameter[3] or ""
            if name == "q":
                weight = float(value) if _WEIGHT.fullmatch(value) else weight
                break
            if name not in _IGNORED:
                parameters[name] = value.lower()
        yield MediaRange(found[1].lower(), found[2].lower(), parameters, weight)
