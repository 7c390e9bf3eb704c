"""What is stored when a device sends a card of the office back (C5).

The sent card is taken as it is, and what it may not take away is put back: ties of the office,
the category that says the kind, fields that its program never writes, and whatever is no field.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from office.contacts.kinds import folded, said_by, tags_of
from office.contacts.slots import Card, Piece, Slot, categories_of
from office.items.card_lines import CardLine, escaped
from office.items.card_versions import in_version, version_of
from wire.clients import Family

_ANY = frozenset(
    {
        Slot.SHOWN,
        Slot.NAME,
        Slot.ADDRESS_HOME,
        Slot.ADDRESS_WORK,
        Slot.ADDRESS_PLAIN,
        Slot.PHONE_HOME,
        Slot.PHONE_WORK,
        Slot.PHONE_PLAIN,
        Slot.MOBILE,
        Slot.FAX,
        Slot.EMAIL,
    }
)
"""What whoever keeps contacts at all has a place for."""
_MOST = _ANY | {Slot.ORGANISATION, Slot.TITLE, Slot.WEB, Slot.BIRTHDAY}
WRITTEN: Mapping[Family, frozenset[Slot]] = MappingProxyType(
    {
        Family.IOS: _MOST | {Slot.BUSINESS},
        Family.MAC: _MOST | {Slot.BUSINESS},
        # Categories are left out of a card where its groups are cards of their own.
        Family.ANDROID: _MOST | {Slot.ROLE},
        # A sex in a form that it can't read is not in what it sends.
        Family.OUTLOOK: _MOST | {Slot.CATEGORIES},
        Family.THUNDERBIRD: _MOST | {Slot.ROLE},
        Family.EVOLUTION: _MOST | {Slot.ROLE, Slot.CATEGORIES},
    }
)
"""What each family of programs writes: if it is missing in what they send, somebody emptied it."""


class Merged(NamedTuple):
    """What is to be stored; without *is_as_sent* the client has to fetch it."""

    text: str
    is_as_sent: bool


def merged(stored: str, sent: str, family: Family) -> Merged:
    """What becomes of a *stored* card when a program of *family* has *sent* its own of it.

    Both are vCards that were read and found good. The version is that of the sent one.
    """
    version = version_of(sent)
    old, new = Card(in_version(stored, version)), Card(sent)
    _keep_ties(old, new)
    written = WRITTEN.get(family, _ANY)
    there = {each.slot for each in new.pieces}
    kept = [each for each in old.pieces if _is_kept(each, there, written)]
    if Slot.CATEGORIES in there | written:
        _set_kind(new, [each for each in _categories(old) if said_by(each)])
    new.keep(kept)
    return Merged(new.text, new.text == sent)


def with_kind_category(text: str, category: str | None) -> str:
    """A stored card whose categories say a kind by *category*, or no kind."""
    card = Card(text)
    _set_kind(card, [category] if category else [])
    return card.text


def with_tags(text: str, tags: Iterable[str]) -> str:
    """A stored card with these tags and no others; what says its kind stays."""
    card = Card(text)
    now = _categories(card)
    chosen = tags_of(tags)
    if tags_of(now).keys() == chosen.keys():
        return text
    wanted = [*(each for each in now if said_by(each)), *chosen.values()]
    lines = card.all(Slot.CATEGORIES)
    _write_categories(card, [(each, wanted if each is lines[0] else []) for each in lines])
    if not lines:
        card.add(CardLine("", "CATEGORIES", (), _joined(wanted)), Slot.CATEGORIES)
    return card.text


def categories(text: str) -> list[str]:
    """All categories of a stored card, in their order."""
    return _categories(Card(text))


def _is_kept(piece: Piece, there: Iterable[str], written: frozenset[Slot]) -> bool:
    if piece.slot in {Slot.FRAME, Slot.TIE} or piece.slot in there:
        return False
    return piece.slot not in written


def _keep_ties(old: Card, new: Card) -> None:
    """Put the office's ties as they were, wherever the device has put or lost or changed them."""
    ties = [each for each in old.pieces if each.slot == Slot.TIE]
    values = Counter(map(_told, ties))
    # Programs call groups as they like: a tie is known by what it says.
    sent = [each for each in new.pieces if each.slot == Slot.TIE or _told(each) in values]
    if Counter(map(_told, sent)) == values:
        return
    new.drop(sent)
    new.keep(ties)


def _told(piece: Piece) -> tuple[str, str]:
    return piece.line.name, piece.line.value


def _set_kind(card: Card, wanted: list[str]) -> None:
    """See to it that of the categories that say a kind just the *wanted* ones are there."""
    told = [each for each in _categories(card) if said_by(each)]
    if sorted(map(folded, told)) == sorted(map(folded, wanted)):
        return
    lines = card.all(Slot.CATEGORIES)
    chosen = []
    for each in lines:
        tags = [one for one in categories_of(each.plain) if not said_by(one)]
        chosen.append((each, [*wanted, *tags] if each is lines[0] else tags))
    _write_categories(card, chosen)
    if wanted and not lines:
        card.add(CardLine("", "CATEGORIES", (), _joined(wanted)), Slot.CATEGORIES)


def _write_categories(card: Card, chosen: Iterable[tuple[Piece, list[str]]]) -> None:
    """Give lines other categories; one without any goes."""
    chosen = list(chosen)
    card.replace_all(
        {id(each): each.plain._replace(value=_joined(said)) for each, said in chosen if said}
    )
    card.drop([each for each, said in chosen if not said])


def _joined(chosen: Iterable[str]) -> str:
    return ",".join(map(escaped, chosen))


def _categories(card: Card) -> list[str]:
    return [one for each in card.all(Slot.CATEGORIES) for one in categories_of(each.plain)]
