"""Files with many vCards or many events, cut into objects as a collection takes them one by one.

Programs export a whole calendar or address book as one file. Nothing is checked here: that is
``office.items``'s work, with each object by itself. What lacks a UID gets one that is made of its
bytes, so that the same file makes the same objects again.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from office.filling.report import RefusedError, Why

_LINE_BYTES = 64 * 1024
_MOST_ZONES = 500
_MOST_PIECES = 500_000
_MOST_NAME = 80
_TZID = re.compile(rb";TZID=\"?([^\":;\r\n]+)", re.IGNORECASE)
_FOLD = re.compile(rb"\r?\n[ \t]")
_OBJECTS = uuid.UUID("6f0f3d0e-4b52-5c1c-9d43-0f2f54b6a1d7")
"""The namespace of UIDs that are made of an object's bytes (RFC 9562 section 5.5)."""
_BOM = b"\xef\xbb\xbf"
_HEAD = (b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//deedbox//EN")


class Cut(NamedTuple):
    """One object of a file: what people may know it by, its kind, and its text.

    Attributes:
        parts: Where its text comes from: from which of its lines on it is which of the file's.
    """

    name: str
    component: str
    text: bytes
    parts: tuple[tuple[int, int], ...]

    def line_of_file(self, line: int) -> int | None:
        """Where a line of the object stands in the file; None: it was added here."""
        before = [(own, there) for own, there in self.parts if own <= line]
        if not before:
            return None
        own, there = before[-1]
        return there + line - own


class _Block(NamedTuple):
    """A component of a file: its bytes, its name, and the line that it begins in."""

    start: int
    end: int
    component: str
    line: int


def cards(file: BinaryIO, *, most_bytes: int) -> Iterator[Cut]:
    """The vCards of a file, each as it stands there; of one that is too large only the beginning.

    Raises:
        RefusedError: There is none.
    """
    number = 0
    for each in _blocks(file, b"VCARD"):
        number += 1
        text = _with_uid(_read(file, each, most_bytes + 1), b"VCARD")
        yield Cut(_name(text, b"FN", number), "VCARD", text, ((1, each.line),))
    if not number:
        raise RefusedError(Why.NOTHING_IN_IT)


@dataclass(slots=True)
class _Object:
    """Where the pieces of one object lie: an event and its changed instances."""

    component: str
    pieces: list[_Block] = field(default_factory=list)


def calendar_objects(file: BinaryIO, *, most_bytes: int) -> Iterator[Cut]:
    """The objects of a calendar's file, each with the time zones that it names.

    What was changed of a series goes with the series, wherever in the file it stands.

    Raises:
        RefusedError: There is none, or there are too many.
    """
    zones: dict[bytes, _Block] = {}
    objects: dict[tuple[bytes, str], _Object] = {}
    for count, each in enumerate(_blocks(file, None)):
        if count >= _MOST_PIECES:
            raise RefusedError(Why.TOO_MANY)
        text = _read(file, each, most_bytes)
        if each.component == "VTIMEZONE":
            if len(zones) < _MOST_ZONES:
                zones.setdefault(_value(text, b"TZID"), each)
            continue
        uid = _value(text, b"UID")
        key = (uid or sha256(text).digest(), each.component)
        # The same once more, and without a UID, is not a part of the first.
        if uid or key not in objects:
            objects.setdefault(key, _Object(each.component)).pieces.append(each)
    if not objects:
        raise RefusedError(Why.NOTHING_IN_IT)
    for number, found in enumerate(objects.values(), 1):
        yield _whole(file, found, zones, number, most_bytes)


def _whole(
    file: BinaryIO,
    found: _Object,
    zones: dict[bytes, _Block],
    number: int,
    most_bytes: int,
) -> Cut:
    kind = found.component.encode()
    pieces: list[bytes] = []
    for each in found.pieces:
        pieces.append(_with_uid(_read(file, each, most_bytes + 1), kind))
        if sum(map(len, pieces)) > most_bytes:
            break
    named = dict.fromkeys(
        each.strip() for piece in pieces for each in _TZID.findall(_FOLD.sub(b"", piece))
    )
    described = [zones[name] for name in named if name in zones]
    inner = [_read(file, each, each.end - each.start).strip() for each in described]
    inner += [each.strip() for each in pieces]
    whole = b"\n".join((*_HEAD, *inner, b"END:VCALENDAR", b""))
    text = whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    parts, line = [], 1 + len(_HEAD)
    for block, lines in zip([*described, *found.pieces], inner, strict=False):
        parts.append((line, block.line))
        line += 1 + lines.count(b"\n")
    return Cut(_name(pieces[0], b"SUMMARY", number), found.component, text, tuple(parts))


def _blocks(file: BinaryIO, wanted: bytes | None) -> Iterator[_Block]:
    """Where components begin and end, and what they are called.

    Args:
        file: From its beginning.
        wanted: Those at the top of this name; None: those directly in a VCALENDAR.
    """
    file.seek(0)
    at, level, start, name = 0, 0, 0, b""
    number = first = 1
    top, outermost = (1, b"VCALENDAR") if wanted is None else (0, wanted)
    is_start = True
    while line := file.readline(_LINE_BYTES):
        # A line that goes on begins with a blank, and its words are nobody's but its own.
        word = line.removeprefix(_BOM).rstrip().upper() if is_start else b""
        is_start = line.endswith(b"\n")
        key, _, value = word.partition(b":")
        if key == b"BEGIN" and (level or value.strip() == outermost):
            if level == top:
                start, first, name = at, number, value.strip()
            level += 1
        elif key == b"END" and level:
            level -= 1
            if level == top and name:
                yield _Block(start, at + len(line), name.decode("ascii", "replace"), first)
                name = b""
        at += len(line)
        number += is_start
        file.seek(at)
    if name:
        # Cut off: whoever reads it will say so.
        yield _Block(start, at, name.decode("ascii", "replace"), first)


def _read(file: BinaryIO, block: _Block, most_bytes: int) -> bytes:
    """The component's text, but no more than that of it."""
    file.seek(block.start)
    return file.read(min(block.end - block.start, most_bytes)).removeprefix(_BOM)


def _value(text: bytes, name: bytes) -> bytes:
    """The value of the first line of that name directly in the component that *text* is."""
    level = 0
    for line in _FOLD.sub(b"", text).splitlines():
        key = line.split(b":", 1)[0].split(b";", 1)[0].strip().upper()
        if key == b"BEGIN":
            level += 1
        elif key == b"END":
            level -= 1
        elif level == 1 and key.rpartition(b".")[2] == name:
            return line.partition(b":")[2].strip()
    return b""


def _with_uid(text: bytes, kind: bytes) -> bytes:
    """*text* with a UID as its last line, if it has none; a vCard's VERSION has to stay first."""
    lines = text.rstrip()
    start = lines.rfind(b"\n") + 1
    if _value(text, b"UID") or lines[start:].strip().upper() != b"END:" + kind:
        return text
    uid = uuid.uuid5(_OBJECTS, sha256(text).hexdigest()).urn
    ending = b"\r\n" if lines[:start].endswith(b"\r\n") else b"\n"
    # One that is empty would be a second.
    before = re.sub(rb"^UID:[ \t]*\r?\n", b"", text[:start], count=1, flags=re.MULTILINE)
    return before + f"UID:{uid}".encode() + ending + text[start:]


def _name(text: bytes, line: bytes, number: int) -> str:
    """What a person knows the object by: its title, or which of the file it is."""
    title = _value(text, line).decode("utf-8", "replace").strip()[:_MOST_NAME]
    return title or f"{number}."
