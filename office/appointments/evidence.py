"""What in an appointment or task speaks for a tie to a contact or property (T2, A1).

The office's own lines name what they mean. Besides, e-mail addresses of those who take part count,
and every word of title, place and text that may be a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

from office.items.collations import fold
from office.items.content_lines import unescape
from office.meetings.parts import Line, Part, read

CONTACT_LINE, ESTATE_LINE = "X-DEEDBOX-CONTACT", "X-DEEDBOX-ESTATE"
KIND_LINE = "X-DEEDBOX-KIND"
MARK = "deedbox: "
"""How the line begins that the office writes at the end of a text."""

_COMPONENTS = frozenset({"VEVENT", "VTODO"})
_SOME = re.compile(r"^BEGIN:(?:VEVENT|VTODO)\s*$", re.IGNORECASE | re.MULTILINE)
_PRIVATE = frozenset({"PRIVATE", "CONFIDENTIAL"})
_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION")
_PEOPLE = ("ATTENDEE", "ORGANIZER")
_OUR_PAGE = re.compile(r"https?://[^/\s]+(?:/[^/\s]+)*?/console/(contacts|estates)/([^/?#\s]+)")
_MARKED = re.compile(rf"(?:^|\n){re.escape(MARK)}[^\n]*\s*\Z")
_EMAIL = re.compile(r"[^\s<>(),;:\"]+@[^\s<>(),;:\"]+")
_BETWEEN = re.compile(r"[^\w.\-]+")
_EDGES = re.compile(r"\A[\W_]+|[\W_]+\Z")
_SHORTEST, _LONGEST = 3, 64
_MOST_WORDS = 300


class Kind(StrEnum):
    """What an entry of the office's history is, by T4."""

    APPOINTMENT = "TERMIN"
    MEETING = "BESPRECHUNG"
    TASK = "AUFGABE"
    FOLLOW_UP = "WIEDERVORLAGE"
    """As offices had them before: kept, and never made."""


class Origin(StrEnum):
    """How a tie was found."""

    OFFICE = "office"
    """Somebody in the office said so."""
    LINE = "x-property"
    URL = "url"
    CONTACT = "contact"
    EMAIL = "e-mail"
    NUMBER = "number"


@dataclass(slots=True)
class Evidence:
    """What an object says: numbers and folded addresses, each with how it says so.

    Attributes:
        kind: What it is.
        is_private: Its CLASS keeps it from others.
        contacts: Numbers of contacts.
        estates: Numbers of properties.
        emails: Folded e-mail addresses.
    """

    kind: Kind
    is_private: bool = False
    contacts: dict[str, Origin] = field(default_factory=dict)
    estates: dict[str, Origin] = field(default_factory=dict)
    emails: dict[str, Origin] = field(default_factory=dict)

    def add(self, other: "Evidence") -> None:
        """Let it be also what another object says."""
        self.contacts |= other.contacts
        self.estates |= other.estates
        self.emails |= other.emails

    @property
    def is_empty(self) -> bool:
        """There is nothing to look for."""
        return not (self.contacts or self.estates or self.emails)


def evidence_in(text: str) -> Evidence | None:
    """What an object that was read before says; None: neither appointment nor task."""
    if not _SOME.search(text):
        return None
    parts = [each for each in read(text).parts if each.name in _COMPONENTS]
    if not parts:
        return None
    found = Evidence(_kind(parts))
    found.is_private = any(each.value("CLASS").upper() in _PRIVATE for each in parts)
    for part in parts:
        _read_lines(part, found)
    for part in parts:
        _read_people(part, found)
    for word in _words(parts):
        found.contacts.setdefault(word, Origin.NUMBER)
        found.estates.setdefault(word, Origin.NUMBER)
    return found


def without_mark(description: str) -> str:
    """A text, unescaped, without the line that the office wrote at its end."""
    return _MARKED.sub("", description)


def _kind(parts: list[Part]) -> Kind:
    if any(each.value(KIND_LINE).upper() == Kind.FOLLOW_UP for each in parts):
        return Kind.FOLLOW_UP
    if parts[0].name == "VTODO":
        return Kind.TASK
    is_meeting = any(each.first("ATTENDEE") for each in parts)
    return Kind.MEETING if is_meeting else Kind.APPOINTMENT


def _read_lines(part: Part, found: Evidence) -> None:
    """The lines that are there to say what an object is about."""
    for line in part.all(CONTACT_LINE):
        found.contacts.setdefault(line.value.strip(), Origin.LINE)
    for line in part.all(ESTATE_LINE):
        found.estates.setdefault(line.value.strip(), Origin.LINE)
    for line in part.all("URL"):
        _read_pages(line.value, found, Origin.URL)
    for line in part.all("CONTACT"):
        said = unescape(line.value)
        _read_pages(f"{line.parameter('ALTREP')} {said}", found, Origin.CONTACT)
        for address in _EMAIL.findall(said):
            found.emails.setdefault(fold(address), Origin.CONTACT)
        for word in _numbers(said):
            found.contacts.setdefault(word, Origin.CONTACT)


def _read_pages(text: str, found: Evidence, origin: Origin) -> None:
    for kind, number in _OUR_PAGE.findall(text):
        numbers = found.contacts if kind == "contacts" else found.estates
        numbers.setdefault(unquote(number), origin)


def _read_people(part: Part, found: Evidence) -> None:
    for line in part.all(*_PEOPLE):
        for address in _addresses(line):
            found.emails.setdefault(fold(address), Origin.EMAIL)


def _addresses(line: Line) -> Iterator[str]:
    scheme, _, address = line.value.strip().partition(":")
    if scheme.lower() == "mailto":
        yield unquote(address).strip()
    if other := line.parameter("EMAIL").strip():
        yield other


def _words(parts: list[Part]) -> list[str]:
    """Words of title, place and text that may be numbers, each once."""
    found: dict[str, None] = {}
    for part in parts:
        for line in part.all(*_TEXTS):
            said = unescape(line.value)
            for word in _numbers(without_mark(said)):
                found[word] = None
                if len(found) >= _MOST_WORDS:
                    return list(found)
    return list(found)


def _numbers(text: str) -> Iterator[str]:
    """Whole words with a digit in them, long enough not to be an hour or a house's number.

    A word ends at a blank and, looked at once more, at the signs that people put between words.
    """
    for run in text.split():
        for word in {run, *_BETWEEN.split(run)}:
            bare = _EDGES.sub("", word)
            if _SHORTEST <= len(bare) <= _LONGEST and any(map(str.isdecimal, bare)):
                yield bare
