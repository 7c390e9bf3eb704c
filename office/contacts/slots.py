"""A contact's card as its lines, each with what it is for: which field, which telephone.

Programs say the same in many ways: ``TEL;TYPE=CELL``, ``item1.TEL`` with a label beside it,
``X-GENDER`` for ``GENDER``. Whoever reads or changes a card asks here what a line is.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from office.items.card_lines import CardLine, read_card, written
from office.items.card_quotes import decoded
from office.items.content_lines import newline, unescape


class Slot(StrEnum):
    """What a line is for; any other line is for what its name says."""

    FRAME = "frame"
    TIE = "tie"
    """What the office wrote into the card to tie it to itself."""
    SHOWN = "shown-name"
    NAME = "name"
    ORGANISATION = "organisation"
    BUSINESS = "business"
    """Whether it is a person or a business."""
    ADDRESS_HOME = "address-home"
    ADDRESS_WORK = "address-work"
    ADDRESS_PLAIN = "address"
    PHONE_HOME = "phone-home"
    PHONE_WORK = "phone-work"
    PHONE_PLAIN = "phone"
    PHONE_OTHER = "phone-other"
    """Pagers, modems and the like."""
    MOBILE = "mobile"
    FAX = "fax"
    EMAIL = "email"
    WEB = "web"
    ROLE = "role"
    TITLE = "title"
    SEX = "sex"
    BIRTHDAY = "birthday"
    CATEGORIES = "categories"


TIE_PREFIX, TIE_GROUP = "X-DEEDBOX-", "deedbox"
"""How the office names what it ties a card with, and the group of other lines that do."""

_BY_NAME = {
    **dict.fromkeys(("BEGIN", "END", "VERSION", "UID", "PRODID", "REV"), Slot.FRAME),
    "FN": Slot.SHOWN,
    "N": Slot.NAME,
    "ORG": Slot.ORGANISATION,
    **dict.fromkeys(("KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND"), Slot.BUSINESS),
    "EMAIL": Slot.EMAIL,
    "URL": Slot.WEB,
    **dict.fromkeys(("ROLE", "X-PROFESSION"), Slot.ROLE),
    "TITLE": Slot.TITLE,
    **dict.fromkeys(("GENDER", "X-GENDER", "X-WAB-GENDER"), Slot.SEX),
    "BDAY": Slot.BIRTHDAY,
    "CATEGORIES": Slot.CATEGORIES,
}
_COMPANIONS = frozenset({"X-ABLABEL", "X-ABADR"})
"""Lines that only say more of another one of their group."""
_MOST_CATEGORIES = 50_000  # characters, of all lines together
_STRUCTURED = frozenset({"N", "ADR", "ORG"})
_STOPS = re.compile(r"\\.|[,;]", re.DOTALL)
_MOBILE = frozenset({"cell", "mobile", "iphone", "mobil", "handy"})
_WORK = frozenset({"work", "arbeit", "geschäftlich", "büro", "dienstlich"})
_HOME = frozenset({"home", "privat", "zuhause"})
_OTHER = frozenset({"pager", "modem", "isdn", "video", "bbs", "car", "textphone", "x-pager"})
_APPLES = "_$!<"


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a card.

    Attributes:
        line: As it stands in the text.
        raw: The text that it is, its ending included.
        slot: What it is for: a :class:`Slot` or its name.
    """

    line: CardLine
    raw: str
    slot: str

    @property
    def plain(self) -> CardLine:
        """The line with what old programs encoded in it decoded."""
        return decoded(self.line.with_types_apart())

    @property
    def text(self) -> str:
        """The value as a person reads it."""
        return unescape(self.plain.value).strip()

    @property
    def has_value(self) -> bool:
        """Whether it says anything; one made of parts may have nothing in any of them."""
        return bool(self.text.strip("; ") if self.line.name in _STRUCTURED else self.text)


class Card:
    """A card that can be changed line by line; what is not touched keeps its bytes."""

    def __init__(self, text: str) -> None:
        self._ending = newline(text)
        read = read_card(text)
        labels = _labels(line for line, _ in read)
        slots = _within_bounds(read, [_slot(line, labels) for line, _ in read])
        of_group = {
            line.group: slot
            for (line, _), slot in zip(read, slots, strict=True)
            if line.group and line.name not in _COMPANIONS
        }
        self.pieces = [
            Piece(line, raw, _companion_slot(line, slot, of_group))
            for (line, raw), slot in zip(read, slots, strict=True)
        ]

    @property
    def text(self) -> str:
        """The whole card."""
        return "".join([each.raw for each in self.pieces])

    def all(self, *slots: str) -> list[Piece]:
        """The lines for any of *slots*, without those that only say more of them; as ordered."""
        return [
            each
            for slot in slots
            for each in self.pieces
            if each.slot == slot and each.line.name not in _COMPANIONS
        ]

    def best(self, *slots: str) -> Piece | None:
        """The preferred or first line of the first of *slots* that has one with a value."""
        for slot in slots:
            if found := [each for each in self.all(slot) if each.has_value]:
                return min(found, key=_preference)
        return None

    def replace(self, piece: Piece, line: CardLine) -> None:
        """Write *line* where *piece* stands."""
        self.replace_all({id(piece): line})

    def replace_all(self, lines: Mapping[int, CardLine]) -> None:
        """Write lines where others stand, which are told by their ``id()``."""
        self.pieces = [
            Piece(line, self._written(line), each.slot) if (line := lines.get(id(each))) else each
            for each in self.pieces
        ]

    def add(self, line: CardLine, slot: str) -> None:
        """Write *line* as the last one."""
        self.pieces.insert(self._end, Piece(line, self._written(line), slot))

    def keep(self, pieces: Sequence[Piece]) -> None:
        """Write lines of another card as the last ones; groups that are taken are called anew."""
        taken = {each.line.group.lower() for each in self.pieces if each.line.group}
        free = (name for name in map("item{}".format, count(1)) if name not in taken)
        names: dict[str, str] = {}
        for each in pieces:
            group = each.line.group
            if group and group not in names:
                names[group] = next(free) if group.lower() in taken else group
                taken.add(names[group].lower())
            line = each.line._replace(group=names.get(group, group))
            raw = self._ended(each.raw) if line.group == group else self._written(line)
            self.pieces.insert(self._end, Piece(line, raw, each.slot))

    def drop(self, pieces: Iterable[Piece]) -> None:
        """Take lines out, with those that only say more of them."""
        gone = {id(each) for each in pieces}
        left = [each for each in self.pieces if id(each) not in gone]
        groups = {each.line.group for each in self.pieces if id(each) in gone} - {""}
        groups -= {each.line.group for each in left if each.line.name not in _COMPANIONS}
        self.pieces = [each for each in left if each.line.group not in groups]

    @property
    def _end(self) -> int:
        """Where ``END:VCARD`` stands, the last line of every card."""
        return len(self.pieces) - 1

    def _written(self, line: CardLine) -> str:
        return self._ended(written(line))

    def _ended(self, raw: str) -> str:
        return raw.replace("\r\n", "\n").replace("\n", self._ending)


def categories_of(line: CardLine) -> list[str]:
    """The categories of a line, as a person reads them."""
    return [each for each in map(str.strip, map(unescape, parts(line.value, ","))) if each]


def parts(value: str, separator: str) -> list[str]:
    """A value cut at its separators, which no backslash stands before; escapes stay."""
    if "\\" not in value:
        return value.split(separator)
    found, begin = [], 0
    for each in _STOPS.finditer(value):
        if each[0] == separator:
            found.append(value[begin : each.start()])
            begin = each.end()
    return [*found, value[begin:]]


def _labels(lines: Iterable[CardLine]) -> dict[str, str]:
    """What the groups are called, in small letters, Apple's brackets off."""
    return {
        line.group: unescape(line.value).strip().lower().removeprefix(_APPLES).removesuffix(">!$_")
        for line in lines
        if line.group and line.name == "X-ABLABEL"
    }


def _slot(line: CardLine, labels: dict[str, str]) -> str:
    if line.name.startswith(TIE_PREFIX) or line.group.lower() == TIE_GROUP:
        return Slot.TIE
    if line.name in {"TEL", "ADR"}:
        label = labels.get(line.group, "")
        told = frozenset(line.with_types_apart().types) | ({label} if label else frozenset())
        return _telephone(told) if line.name == "TEL" else _address(told)
    return _BY_NAME.get(line.name, line.name)


def _within_bounds(read: Iterable[tuple[CardLine, str]], slots: Iterable[str]) -> list[str]:
    """The slots; categories beyond what people write are for nothing that anybody reads."""
    bounded, length = [], 0
    for (line, _), slot in zip(read, slots, strict=True):
        length += len(line.value) if slot == Slot.CATEGORIES else 0
        is_beyond = slot == Slot.CATEGORIES and length > _MOST_CATEGORIES
        bounded.append(line.name if is_beyond else slot)
    return bounded


def _companion_slot(line: CardLine, slot: str, of_group: dict[str, str]) -> str:
    return of_group.get(line.group, slot) if line.name in _COMPANIONS else slot


def _telephone(told: frozenset[str]) -> Slot:
    if any("fax" in each for each in told):
        return Slot.FAX
    ways = (
        (_MOBILE, Slot.MOBILE),
        (_OTHER, Slot.PHONE_OTHER),
        (_HOME, Slot.PHONE_HOME),
        (_WORK, Slot.PHONE_WORK),
    )
    return next((slot for words, slot in ways if words & told), Slot.PHONE_PLAIN)


def _address(told: frozenset[str]) -> Slot:
    if told & _HOME:
        return Slot.ADDRESS_HOME
    return Slot.ADDRESS_WORK if told & _WORK else Slot.ADDRESS_PLAIN


def _preference(piece: Piece) -> int:
    told = piece.plain.first("PREF")
    if told.isdecimal() and len(told) <= 3:  # noqa: PLR2004 - 1 to 100 (RFC 6350 section 5.3)
        return int(told)
    return 1 if "pref" in piece.plain.types else 101
