"""Content lines: bytes to unfolded lines and back without losing one (RFC 5545 section 3.1).

RFC 6350 section 3.2 has the same lines for vCards, with a group before the name.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

FoundLine = tuple[str, str, str, str]
"""Name with its group, parameters with the leading semicolon, value; or the fourth alone: a line
that is none."""

_LINE = re.compile(
    r"^(?:([A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)?+)(;(?:[^\":\n]++|\"[^\"\n]*+\")*+)?:(.*)|(.+))$",
    re.MULTILINE,
)
_PARAMETER = re.compile(r";\s*([^=;:\"]++)(?:=((?:[^;\"]++|\"[^\"]*+\")*+))?")
_LISTED = re.compile(r";\s*([^=;:\"]++)(=?)((?:[^;\"]++|\"[^\"]*+\")*+)")
_ENTRY = re.compile(r"(?:[^\",]++|\"[^\"]*+\"?)++")
_CARETS = re.compile(r"\^([n^'])")
_CARET_MEANS = {"n": "\n", "^": "^", "'": '"'}
_EMPTY = r"(?:\r?\n[ \t])*+"  # folded, and nothing in it
_LOGICAL = re.compile(rf"(?<=\n)(?![ \t]|{_EMPTY}(?:\r?\n|\Z))")
_EMPTY_BEFORE = re.compile(r"(?:\r?\n[ \t]?)*+")
# Of the control characters only these three may stand in text (RFC 5545 section 3.1), and only
# these three in XML, which has to carry the object to the clients.
_CONTROLS = bytes(set(range(0x20)) - set(b"\t\r\n")) + b"\x7f"
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_BOM = b"\xef\xbb\xbf"
_WIDTH = 75
_WITHIN_CHARACTER = 0x80  # the two highest bits of the octets after a character's first
_MOST_CACHED = 200
_MOST_PARAMETERS = 1_000  # of one line


def clean(data: bytes) -> bytes:
    """*data* without a byte order mark and characters that no text may hold.

    Clients copy them out of word processors; to refuse the whole object would lose it.
    """
    data = data.removeprefix(_BOM)
    data = data.translate(None, _CONTROLS)
    if data.count(b"\r") != data.count(b"\r\n"):
        # Plain replacements: a pattern takes seconds where there are millions of them.
        bare = b"" if b"\n" in data else b"\r\n"
        data = data.replace(b"\r\n", b"\0").replace(b"\r", bare).replace(b"\0", b"\r\n")
    for character in _NO_CHARACTERS:
        data = data.replace(character, b"")
    return data


def decode(data: bytes) -> str:
    """The text of *data*, which :func:`clean` returned.

    Old clients fold between the bytes of one character; such text is folded anew.

    Raises:
        UnicodeDecodeError: It is not UTF-8.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        joined = _unfolded(data).decode()
    ending = newline(joined)
    return ending.join(fold_line(line, ending) for line in joined.split(ending))


def _unfolded(data: bytes) -> bytes:
    data = data.replace(b"\n\t", b"\n ")
    return data.replace(b"\r\n ", b"").replace(b"\n ", b"")


def newline(text: str) -> str:
    """The line ending that *text* uses."""
    return "\r\n" if "\r\n" in text else "\n"


def unfold(text: str) -> str:
    """*text* with one line feed per content line."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "\n\t" in text:
        text = text.replace("\n\t", "\n ")
    return text.replace("\n ", "")


def find_lines(unfolded: str) -> list[FoundLine]:
    """The lines of *unfolded* that are not empty."""
    return _LINE.findall(unfolded)


def logical_lines(text: str) -> list[str]:
    """*text* cut before each content line: joined they are *text* again.

    There are as many as :func:`find_lines` finds, so that an index means the same in both; a
    text without any is one piece. An empty line stays with the one before it, also one that is
    empty only when it is unfolded.
    """
    lines = _LOGICAL.split(text)
    if len(lines) > 1 and not unfold(lines[0]).strip("\n"):
        lines[:2] = [lines[0] + lines[1]]
    return lines


def line_number(text: str, index: int) -> int:
    """The number, from 1, of the line in *text* at which content line *index* begins."""
    before = logical_lines(text)
    number = 1 + sum(line.count("\n") for line in before[:index])
    empty = _EMPTY_BEFORE.match(before[index]) if index < len(before) else None
    return number + (empty[0].count("\n") if empty else 0)


def fold_line(line: str, ending: str = "\r\n") -> str:
    """One unfolded *line* in pieces of at most 75 octets, without an ending of its own."""
    octets = line.encode()
    if len(octets) <= _WIDTH:
        return line
    pieces: list[str] = []
    begin, end = 0, _WIDTH
    while begin < len(octets):
        while end < len(octets) and octets[end] & 0xC0 == _WITHIN_CHARACTER:
            end -= 1
        pieces.append(octets[begin:end].decode())
        begin, end = end, end + _WIDTH - 1  # one for the space that begins the next
    return f"{ending} ".join(pieces)


def parameters(text: str) -> Mapping[str, str]:
    """The parameters of a line: names in capitals, quotes kept off, the first of a name counts.

    A name without a value, as vCard 2.1 has it, is taken as a TYPE.
    """
    if not text:
        return {}
    return _cached_parameters(text) if len(text) <= _MOST_CACHED else _parameters(text)


def _parameters(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in islice(_PARAMETER.finditer(text), _MOST_PARAMETERS):
        name, value = each[1], each[2] or ""
        if value:
            found.setdefault(name.strip().upper(), value.replace('"', ""))
        else:
            found.setdefault("TYPE", name)
    return found


_cached_parameters = lru_cache(1024)(_parameters)


def listed_parameters(text: str) -> list[tuple[str, list[str]]]:
    """All parameters of a line: names in capitals, each with its values.

    Lists are taken apart, quotes kept off, and what RFC 6868 writes with a caret decoded. A name
    without a value, as vCard 2.1 has it, is a value of TYPE.
    """
    found: list[tuple[str, list[str]]] = []
    for name, sign, value in _LISTED.findall(text):
        if sign:
            values = [decaret(each.replace('"', "")) for each in _ENTRY.findall(value)]
            found.append((name.strip().upper(), values or [""]))
        else:
            found.append(("TYPE", [name.strip()]))
    return found


def parameter_values(text: str, name: str) -> list[str] | None:
    """All values of parameter *name*, which is in capitals; None: the line has no such one."""
    if not text:
        return None
    lists = [values for key, values in listed_parameters(text) if key == name]
    return [value for values in lists for value in values] if lists else None


def decaret(value: str) -> str:
    """The value of a parameter as it is meant (RFC 6868)."""
    return _CARETS.sub(lambda found: _CARET_MEANS[found[1]], value) if "^" in value else value


def unescape(value: str) -> str:
    r"""A TEXT value as a person reads it: ``\n`` is a line break (RFC 5545 section 3.3.11)."""
    if "\\" not in value:
        return value
    # Plain replacements: a pattern takes seconds where there are millions of them.
    value = value.replace("\\\\", "\0").replace("\\n", "\n").replace("\\N", "\n")
    last = "\\" if value.endswith("\\") else ""
    return value.replace("\\", "").replace("\0", "\\") + last
