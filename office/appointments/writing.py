"""Ties that the office makes, written once into the object itself (A1).

CONTACT and URL are what programs show; ``X-DEEDBOX-CONTACT`` and ``-ESTATE`` are what says it
again when the object comes back; one marked last line of the text is for programs that show
neither. Lines of the same kind that are not the office's stay as they are.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from office.appointments.evidence import CONTACT_LINE, ESTATE_LINE, MARK, without_mark
from office.items.card_lines import escaped
from office.items.content_lines import unescape
from office.meetings.parts import Line, Part, read, write

_COMPONENTS = frozenset({"VEVENT", "VTODO"})
_OWN = "X-DEEDBOX"
"""A parameter of the lines CONTACT and URL that the office wrote."""


class Tied(NamedTuple):
    """Something that an object is tied to, as it is told in the object."""

    number: str
    name: str
    is_estate: bool


def with_ties(text: str, ties: Sequence[Tied], *, base_url: str, is_meeting: bool) -> str:
    """The object telling of these *ties* and no others.

    Args:
        text: The object, which was read before.
        ties: What it is tied to by people of the office, in the order they are told.
        base_url: Where the console is, ending in a slash; empty: nobody knows.
        is_meeting: Others have copies of it: only lines that nobody is shown are written.
    """
    top = read(text)
    for part in top.parts:
        if part.name in _COMPONENTS:
            _write_ties(part, ties, base_url=base_url, is_meeting=is_meeting)
    return write(top)


def _write_ties(part: Part, ties: Sequence[Tied], *, base_url: str, is_meeting: bool) -> None:
    part.drop(CONTACT_LINE, ESTATE_LINE)
    part.lines = [each for each in part.lines if not _is_ours(each)]
    part.lines += [
        Line(ESTATE_LINE if each.is_estate else CONTACT_LINE, "", each.number) for each in ties
    ]
    if is_meeting:
        return
    part.lines += [
        Line("CONTACT", f";{_OWN}=1", escaped(_told(each))) for each in ties if not each.is_estate
    ]
    if ties and base_url and not part.first("URL"):
        part.lines.append(Line("URL", f";{_OWN}=1", page_of(ties[0], base_url)))
    _write_mark(part, ties, base_url)


def _is_ours(line: Line) -> bool:
    return line.name.upper() in {"CONTACT", "URL"} and bool(line.parameter(_OWN))


def _write_mark(part: Part, ties: Sequence[Tied], base_url: str) -> None:
    old = part.first("DESCRIPTION")
    said = unescape(old.value) if old else ""
    bare = without_mark(said)
    if not ties and bare == said:
        return
    mark = MARK + "; ".join(_shown(each, base_url) for each in ties) if ties else ""
    new = f"{bare.rstrip()}\n{mark}".strip("\n") if ties else bare
    if not new:
        part.drop("DESCRIPTION")
        return
    value = escaped(new)
    if old is None:
        part.lines.append(Line("DESCRIPTION", "", value))
        return
    # Another form of the text (RFC 7986's STYLED-DESCRIPTION, ALTREP) says the old one: it goes.
    line = old.with_parameter("ALTREP", None).with_value(value)
    part.lines = [line if each is old else each for each in part.lines]


def page_of(tied: Tied, base_url: str) -> str:
    """The page of the console that a tie leads to."""
    kind = "estates" if tied.is_estate else "contacts"
    return f"{base_url}console/{kind}/{quote(tied.number, safe='')}"


def _told(tied: Tied) -> str:
    return f"{tied.name} ({tied.number})" if tied.name else tied.number


def _shown(tied: Tied, base_url: str) -> str:
    return f"{_told(tied)} {page_of(tied, base_url)}" if base_url else _told(tied)
