"""vCards in the version that a client asks for (RFC 6352 sections 5.1.1 and 10.4).

Properties that only 4.0 has go on under a name of their own in 3.0 (``X-GENDER``), and come back
under the right one. Lines that both write alike stay as they were sent.

From 4.0 to 3.0 and back these are lost:

- CLIENTPIDMAP and XML; all but the preferred one of FN, N, BDAY, ANNIVERSARY, GENDER, REV, UID
  and PRODID.
- ALTID, PID and CALSCALE; how PREF orders those after the first; SORT-AS but for the first of
  N; GEO, TZ and CC of an address, and LABEL of any but an address.
- That a TEL is a URI, with its parameters but for the extension; parameters of GEO's URI; the
  fractions of a second. Parts of a date alone (``1985``) come back as text. A card without N has
  one afterwards.

From 3.0 to 4.0 and back: PROFILE, CHARSET, the kinds of addresses and of mail that 4.0 gave up
(``dom``, ``postal``, ``internet``), and all but the first of several preferred ones. A LABEL
without an address comes back with an empty one.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from office.items.card_lines import CardLine, escaped, read_card, written
from office.items.card_quotes import decoded
from office.items.card_values import (
    date_in_3,
    date_in_4,
    media_in_3,
    media_in_4,
    place_in_3,
    place_in_4,
    telephone_in_3,
    zone_in_3,
    zone_in_4,
)

VERSIONS = ("3.0", "4.0")
"""The versions that are taken and given."""

_Change = Callable[[CardLine], CardLine]

_APPLE = "X-ADDRESSBOOKSERVER-"
_RENAMED = {
    "KIND": f"{_APPLE}KIND",
    "MEMBER": f"{_APPLE}MEMBER",
    **{
        name: f"X-{name}"
        for name in (
            "ANNIVERSARY",
            "BIRTHPLACE",
            "CONTACT-URI",
            "DEATHDATE",
            "DEATHPLACE",
            "EXPERTISE",
            "GENDER",
            "HOBBY",
            "INTEREST",
            "LANG",
            "ORG-DIRECTORY",
            "RELATED",
        )
    },
}
"""What vCard 3.0 has no property for, and what it is called there."""
_NAMES_IN_4 = {old: new for new, old in _RENAMED.items()}
_ONLY_IN_4 = frozenset({"CLIENTPIDMAP", "XML"})
_ONCE_IN_3 = frozenset({"FN", "N", "BDAY", "REV", "UID", "PRODID", "X-ANNIVERSARY", "X-GENDER"})
_PARAMETERS_OF_4 = ("PREF", "ALTID", "PID", "CALSCALE", "SORT-AS", "LABEL", "GEO", "TZ", "CC")
_GONE_TYPES = {
    "EMAIL": frozenset({"internet"}),
    "ADR": frozenset({"dom", "intl", "postal", "parcel"}),
    "LABEL": frozenset({"dom", "intl", "postal", "parcel"}),
}
_VERSION = re.compile(r"^VERSION(?:;[^:\n]*)?:[ \t]*([\d.]+)", re.IGNORECASE | re.MULTILINE)
_MOST_PREF = 100
_MEDIA = ("PHOTO", "LOGO", "SOUND", "KEY")

_IN_4: Mapping[str, _Change] = MappingProxyType(
    {
        **dict.fromkeys(("BDAY", "ANNIVERSARY", "DEATHDATE", "REV"), date_in_4),
        **dict.fromkeys(_MEDIA, media_in_4),
        "GEO": place_in_4,
        "TZ": zone_in_4,
    }
)
_IN_3: Mapping[str, _Change] = MappingProxyType(
    {
        **dict.fromkeys(("BDAY", "X-ANNIVERSARY", "X-DEATHDATE", "REV"), date_in_3),
        **dict.fromkeys(_MEDIA, media_in_3),
        "GEO": place_in_3,
        "TEL": telephone_in_3,
        "TZ": zone_in_3,
    }
)


def version_of(text: str) -> str:
    """The version of a stored vCard."""
    found = _VERSION.search(text)
    return found[1] if found else VERSIONS[0]


def in_version(text: str, version: str) -> str:
    """A stored vCard in *version*, one of VERSIONS; the same text where it has that."""
    if version_of(text) == version:
        return text
    begin, *inner, end = read_card(text)
    kept = [each for each in inner if each[0].name != "VERSION"]
    raw = {id(line): text for line, text in kept}
    change, plain = (_card_in_4, decoded) if version == VERSIONS[1] else (_card_in_3, _same)
    lines = change([_prepared(line, plain) for line, _ in kept])
    body = "".join([raw.get(id(line)) or written(line) for line in lines])
    return f"{begin[1]}VERSION:{version}\r\n{body}{end[1]}"


def _prepared(line: CardLine, plain: _Change) -> CardLine:
    """*line* as it is read; the same object where that makes no difference."""
    changed = line if _is_private(line) else plain(line.with_types_apart())
    return line if changed == line else changed


def _card_in_4(lines: list[CardLine]) -> Iterator[CardLine]:
    labels = _Labels(each for each in lines if each.name == "LABEL")
    sorting = next((each.value for each in lines if each.name == "SORT-STRING"), "")
    has_name = any(each.name == "N" for each in lines)
    for line in lines:
        if line.name in {"LABEL", "PROFILE"} or (line.name == "SORT-STRING" and has_name):
            continue
        changed = _line_in_4(line)
        if line.name == "ADR" and (label := labels.take(line)):
            changed = changed.having("LABEL", _as_parameter(label.value))
        if line.name == "N" and sorting:
            changed = changed.having("SORT-AS", _as_parameter(sorting))
        yield line if changed == line else changed
    for label in labels.left:
        bare = _line_in_4(label)._replace(name="ADR", value=";;;;;;")
        yield bare.having("LABEL", _as_parameter(label.value))


def _is_private(line: CardLine) -> bool:
    """Whether only its programs know what a line and its parameters mean."""
    return line.name.startswith("X-") and line.name not in _NAMES_IN_4


def _line_in_4(line: CardLine) -> CardLine:
    if _is_private(line):
        return line
    named = line._replace(name=_NAMES_IN_4.get(line.name, line.name))
    changed = _IN_4.get(named.name, _same)(named)
    changed = changed.without_types(_GONE_TYPES.get(line.name, ()))
    if "pref" in changed.types:
        changed = changed.without_types({"pref"}).having("PREF", "1")
    return changed


def _card_in_3(lines: list[CardLine]) -> Iterator[CardLine]:
    first, told = _preferred(lines)
    if "N" not in first and "FN" in first:
        yield CardLine("", "N", (), f"{first['FN'].value.replace(';', ' ')};;;;")
    for line in lines:
        if line.name in _ONLY_IN_4:
            continue
        is_first = line is first[line.name]
        changed = _line_in_3(line, is_preferred=is_first and line.name in told)
        if changed.name in _ONCE_IN_3 and not is_first:
            continue
        yield line if changed == line else changed
        yield from _besides(line)


def _line_in_3(line: CardLine, *, is_preferred: bool) -> CardLine:
    if _is_private(line):
        return line
    named = line._replace(name=_RENAMED.get(line.name, line.name))
    changed = _IN_3.get(named.name, _same)(named).without(*_PARAMETERS_OF_4)
    return changed.having("TYPE", *changed.values("TYPE"), "PREF") if is_preferred else changed


def _besides(line: CardLine) -> Iterator[CardLine]:
    """What a parameter of vCard 4.0 says, as the property that it is in 3.0."""
    if line.name == "ADR" and (label := line.values("LABEL")):
        text = ",".join(label).replace("\\n", "\n").replace("\\N", "\n")
        yield CardLine(line.group, "LABEL", (), escaped(text)).having("TYPE", *line.values("TYPE"))
    if line.name == "N" and (sorting := line.values("SORT-AS")):
        yield CardLine("", "SORT-STRING", (), escaped(sorting[0]))


def _preferred(lines: Iterable[CardLine]) -> tuple[dict[str, CardLine], set[str]]:
    """The line of each name that comes first by PREF, and the names of which one has any."""
    best: dict[str, tuple[int, CardLine]] = {}
    told: set[str] = set()
    for line in lines:
        preference = _preference(line)
        if line.name not in best or preference < best[line.name][0]:
            best[line.name] = (preference, line)
        if line.first("PREF"):
            told.add(line.name)
    return {name: line for name, (_, line) in best.items()}, told


def _preference(line: CardLine) -> int:
    told = line.first("PREF")
    return int(told) if told.isdecimal() and len(told) <= len(str(_MOST_PREF)) else _MOST_PREF + 1


class _Labels:
    """The labels of a vCard 3.0 that no address has got yet."""

    def __init__(self, labels: Iterable[CardLine]) -> None:
        self._left = dict(enumerate(labels))
        # By their numbers: one may wait in both.
        self._by_group: dict[str, deque[int]] = {}
        self._by_kinds: dict[frozenset[str], deque[int]] = {}
        for number, label in self._left.items():
            if label.group:
                self._by_group.setdefault(label.group, deque()).append(number)
            self._by_kinds.setdefault(_kinds(label), deque()).append(number)

    @property
    def left(self) -> Iterable[CardLine]:
        """Those that remain, in their order."""
        return self._left.values()

    def take(self, address: CardLine) -> CardLine | None:
        """The label of an address: of the same group, or else of the same types."""
        waiting = (self._by_group.get(address.group), self._by_kinds.get(_kinds(address)))
        for numbers in waiting:
            while numbers:
                if label := self._left.pop(numbers.popleft(), None):
                    return label
        return None


def _kinds(line: CardLine) -> frozenset[str]:
    return frozenset(line.types) - _GONE_TYPES["ADR"] - {"pref"}


def _as_parameter(value: str) -> str:
    """A TEXT value as it stands in a parameter, line breaks as RFC 6350 section 6.3.1 shows."""
    for character in (",", ";", "\\"):
        value = value.replace(f"\\{character}", character)
    return value.replace("\\N", "\\n")


def _same(line: CardLine) -> CardLine:
    return line
