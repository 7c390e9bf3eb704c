"""The office's rules for contacts, said a second time and by themselves: rows C1 to C6, C8, U7.

Nothing here knows how deedbox keeps a view. A simulation tells it what was done, and asks it whom
somebody's devices have to hold.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

COVERED = frozenset({"customer", "prospect"})
"""The kinds that visibility is about."""
KINDS = ("customer", "prospect", "company", "broker", "other")
WORDS = {
    "Kunde": "customer",
    "Interessent": "prospect",
    "Gesellschaft": "company",
    "Vermittler": "broker",
}
JOINING = ("Kunde", "Interessent")
DAY_US = 24 * 3600 * 1_000_000
MINUTE_US = 60 * 1_000_000

ANDROID, EVOLUTION, IOS = "DAVx5/4.5", "Evolution/3.56", "iOS/18.1 (22B83) dataaccessd/1.0"
WRITES = {
    ANDROID: frozenset({"TEL", "BDAY", "ROLE"}),
    EVOLUTION: frozenset({"TEL", "BDAY", "ROLE", "CATEGORIES"}),
    IOS: frozenset({"TEL", "BDAY"}),
}
"""The lines by which each program says that somebody emptied the field."""


class Card(NamedTuple):
    """What a card says, of all that the simulation writes into one.

    ``kept`` is what no program knows, ``tie`` what the office wrote; ``words`` are all categories.
    """

    uid: str
    name: str
    phone: str = ""
    born: str = ""
    role: str = ""
    words: frozenset[str] = frozenset()
    kept: str = ""
    tie: str = ""

    @property
    def tags(self) -> frozenset[str]:
        """The categories that say no kind."""
        return self.words - WORDS.keys()

    @property
    def kind(self) -> str | None:
        """What its categories say; of several the first one of the kinds."""
        said = {WORDS[each] for each in self.words & WORDS.keys()}
        return next((each for each in KINDS if each in said), None)

    @property
    def joins(self) -> bool:
        """Whether a private card becomes the office's (C3)."""
        return not self.words.isdisjoint(JOINING)


_LINES = {
    "uid": "UID",
    "name": "FN",
    "phone": "TEL",
    "born": "BDAY",
    "role": "ROLE",
    "kept": "X-KEEP",
    "tie": "X-DEEDBOX-TIE",
}


def written(card: Card) -> bytes:
    """A card's bytes, as a program of the simulation writes them."""
    lines = [f"{line}:{getattr(card, name)}" for name, line in _LINES.items()]
    lines = [each for each in lines if not each.endswith(":")]
    words = [f"CATEGORIES:{','.join(sorted(card.words))}"] if card.words else []
    whole = ["BEGIN:VCARD", "VERSION:3.0", f"N:{card.name};;;;", *lines, *words, "END:VCARD", ""]
    return "\r\n".join(whole).encode()


def read(text: bytes) -> Card:
    """What bytes say."""
    found: dict[str, str] = {}
    for line in text.decode().replace("\r\n ", "").splitlines():
        name, _, value = line.partition(":")
        name = name.partition(";")[0]
        assert name not in found, f"{name} came twice: {text!r}"
        found[name] = value
    words = frozenset(filter(None, found.get("CATEGORIES", "").split(",")))
    return Card(words=words, **{each: found.get(line, "") for each, line in _LINES.items()})


def merged(old: Card, sent: Card, agent: str) -> Card:
    """What the office has of a card that a program sent in place of *old* (C5)."""
    writes = WRITES[agent]
    fields = {"phone": "TEL", "born": "BDAY", "role": "ROLE"}
    kept = {
        name: getattr(old, name)
        for name, line in fields.items()
        if not getattr(sent, name) and line not in writes
    }
    words = old.words
    if sent.words or "CATEGORIES" in writes:
        words = sent.tags | (old.words - old.tags)
    return sent._replace(**kept, words=words, kept=sent.kept or old.kept, tie=old.tie)


@dataclass(slots=True)
class Contact:
    """A contact of the office; ``writer`` is the program that wrote its card.

    ``edited_us`` is when somebody last said anything else of it.
    """

    number: str
    card: Card
    kind: str
    partner: str | None
    maker: str
    edited_us: int
    broker: str | None = None
    writer: str = ""
    text: bytes = b""
    written_us: int = 0
    """When the card's bytes became what they are."""
    texts: set[bytes] = field(default_factory=set)
    """What they ever were."""
    maker_name: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """How users called it who moved it out and back, as long as it is there."""

    def name_for(self, user: str, record_id: int) -> str:
        """How it is called in a user's book (A4)."""
        own = self.maker_name if user == self.maker else ""
        return self.names.get(user) or own or f"{record_id}.vcf"


@dataclass(slots=True)
class Wish:
    """A profile, as far as contacts go."""

    is_off: bool = False
    kinds: frozenset[str] = frozenset(KINDS)
    tags: frozenset[str] = frozenset()
    is_own_only: bool = False
    brokers: frozenset[str] = frozenset()
    days: int | None = None
    birthdays: bool = False
    deletes: str = "hide"
    conflicts: str = "server-wins"


class Deleted(NamedTuple):
    """A DELETE by a program, and whether the contact is to go in the office too."""

    at_us: int
    is_to_go: bool


@dataclass(slots=True)
class User:
    """Somebody with devices; ``private`` are the cards in the book that no colleague has."""

    name: str
    is_admin: bool = False
    visibility: str = "own"
    wish: Wish = field(default_factory=Wish)
    hidden: set[str] = field(default_factory=set)
    hidden_us: dict[str, int] = field(default_factory=dict)
    private: dict[str, bytes] = field(default_factory=dict)
    personal: dict[str, bytes] = field(default_factory=dict)
    written_us: dict[str, int] = field(default_factory=dict)
    """When the bytes of a private or personal card were written, by its name."""
    deleted: dict[str, Deleted] = field(default_factory=dict)
    """What a program deleted, by number, as long as it is not known to be half a move."""
    resent: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Rules:
    """The office as the rules have it."""

    users: dict[str, User]
    contacts: dict[str, Contact] = field(default_factory=dict)
    released: set[tuple[str, str]] = field(default_factory=set)
    """Brokers' numbers and the users who see their customers."""

    def sees(self, user: User, one: Contact) -> bool:
        """U7: whether the user may know of the contact."""
        if one.kind not in COVERED or user.visibility == "all":
            return True
        return user.visibility == "own" and (
            one.partner == user.name or (one.broker or "", user.name) in self.released
        )

    def wants(self, user: User, one: Contact, now_us: int) -> bool:
        """C1: whether it passes the profile's filters; one's own making always does (C3)."""
        wish = user.wish
        if one.maker == user.name:
            return True
        if one.kind not in wish.kinds or (wish.tags and wish.tags.isdisjoint(one.card.tags)):
            return False
        if wish.days is not None and now_us - one.edited_us >= wish.days * DAY_US:
            return False
        if one.kind not in COVERED:
            return True
        return (not wish.is_own_only or one.partner == user.name) and (
            not wish.brokers or one.broker in wish.brokers
        )

    def has(self, user: User, one: Contact, now_us: int) -> bool:
        """Whether the user's office book holds it."""
        return not user.wish.is_off and self._is_theirs(user, one, now_us)

    def _is_theirs(self, user: User, one: Contact, now_us: int) -> bool:
        twins = [each for each in self.of_uid(one.card.uid) if self._is_for(user, each, now_us)]
        # One's own, or else the elder: of one UID a book has one.
        return one in twins and one is min(
            twins, key=lambda each: (each.maker != user.name, int(each.number))
        )

    def _is_for(self, user: User, one: Contact, now_us: int) -> bool:
        is_there = one.number not in user.hidden and self.sees(user, one)
        return is_there and self.wants(user, one, now_us)

    def held_by(self, user: User, now_us: int) -> list[Contact]:
        """The contacts in the user's office book."""
        return [each for each in self.contacts.values() if self.has(user, each, now_us)]

    def birthdays(self, user: User, now_us: int) -> list[Contact]:
        """C8: those of the same contacts; whoever has no book on devices may have them."""
        return [
            each
            for each in self.contacts.values()
            if each.card.born and self._is_theirs(user, each, now_us)
        ]

    def of_uid(self, uid: str) -> list[Contact]:
        """The contacts whose cards have this UID."""
        return [each for each in self.contacts.values() if each.card.uid == uid]

    def set_kind(self, one: Contact, kind: str) -> None:
        """Only customers and prospects came by a broker; who is none any more brought nobody."""
        if one.kind == "broker" and kind != "broker":
            self.end_broker(one)
        if kind not in COVERED:
            one.broker = None
        words = {word for word, said in WORDS.items() if said == kind}
        one.card = one.card._replace(words=one.card.tags | words)
        one.kind = kind

    def end_broker(self, one: Contact) -> None:
        """Whoever came by this broker came by nobody."""
        self.released = {each for each in self.released if each[0] != one.number}
        for each in self.contacts.values():
            each.broker = None if each.broker == one.number else each.broker

    def remove(self, one: Contact) -> None:
        """It is gone from the office."""
        if one.kind == "broker":
            self.end_broker(one)
        del self.contacts[one.number]
        for user in self.users.values():
            self.show(user, one.number)

    def hide(self, user: User, one: Contact, now_us: int) -> None:
        """C4: it is not on the user's devices any more."""
        user.hidden_us[one.number] = now_us
        user.hidden.add(one.number)
        user.deleted.pop(one.number, None)

    def show(self, user: User, number: str) -> None:
        """It may be there again."""
        user.hidden.discard(number)
        user.deleted.pop(number, None)

    def has_moved(self, user: User, uid: str, now_us: int) -> bool:
        """Whether a card of this UID came into a book of the user's own within a minute."""
        return any(
            read(text).uid == uid and now_us - user.written_us[name] <= MINUTE_US
            for name, text in user.personal.items()
        )

    def moved(self, user: User, uid: str, now_us: int) -> None:
        """A card of this UID was PUT into a book of the user's own, and deleted before."""
        halves = [
            (deleted.at_us, number)
            for number, deleted in user.deleted.items()
            if self.contacts[number].card.uid == uid and now_us - deleted.at_us <= MINUTE_US
        ]
        if halves:
            self.hide(user, self.contacts[max(halves)[1]], now_us)

    def settle(self, now_us: int) -> None:
        """What was deleted more than a minute ago was no move."""
        overdue = sorted(
            (deleted.at_us, number, user.name)
            for user in self.users.values()
            for number, deleted in user.deleted.items()
            if now_us - deleted.at_us > MINUTE_US
        )
        for _, number, name in overdue:
            user = self.users[name]
            deleted = user.deleted.pop(number, None)
            if deleted and deleted.is_to_go and self.sees(user, self.contacts[number]):
                self.remove(self.contacts[number])
