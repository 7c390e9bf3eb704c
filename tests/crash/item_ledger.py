"""What calendars and address books must hold after a crash: states, and what requests make of one.

Hands share collections, but each has names and UIDs of its own. So after a crash what bears a
hand's names is either what its last answer left, or what its request in flight would make of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

CALENDAR = "calendar"
ADDRESSBOOK = "addressbook"


@dataclass(frozen=True, slots=True)
class Book:
    """What a hand says about a collection that it made."""

    shown: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An object; the tag is the first half of its bytes' SHA-256."""

    uid: str
    tag: str


class Place(NamedTuple):
    """Where an object lies: its collection's name and its own."""

    book: str
    href: str


@dataclass(frozen=True, slots=True)
class Home:
    """Collections and objects of one hand; `shared` are collections that are always there."""

    shared: Mapping[str, str]
    books: Mapping[str, Book] = field(default_factory=dict)
    items: Mapping[Place, Item] = field(default_factory=dict)

    def names(self, kind: str) -> list[str]:
        """The collections of one kind; what a hand makes is always a calendar."""
        made = sorted(self.books) if kind == CALENDAR else []
        return [*(name for name, each in self.shared.items() if each == kind), *made]

    def kind(self, book: str) -> str:
        """What kind a collection is."""
        return self.shared.get(book, CALENDAR)

    @property
    def tags(self) -> dict[Place, str]:
        """What a listing tells of the objects."""
        return {place: each.tag for place, each in self.items.items()}


def stored(home: Home, place: Place, item: Item) -> Home:
    """Return *home* with this object saved."""
    return replace(home, items={**home.items, place: item})


def removed(home: Home, place: Place) -> Home:
    """Return *home* without this object."""
    return replace(home, items={key: each for key, each in home.items.items() if key != place})


def copied(home: Home, source: Place, target: Place) -> Home:
    """Return *home* with a copy at *target*, whatever was there."""
    return stored(home, target, home.items[source])


def moved(home: Home, source: Place, target: Place) -> Home:
    """Return *home* with the object of *source* at *target*, whatever was there."""
    return removed(copied(home, source, target), source)


def has_room(home: Home, source: Place, target: Place, *, is_move: bool) -> bool:
    """Whether no object but those that go has the UID already (RFC 4791 section 5.3.2.1)."""
    leaving = {target, source} if is_move else {target}
    uid = home.items[source].uid
    return not any(
        place.book == target.book and each.uid == uid and place not in leaving
        for place, each in home.items.items()
    )


def described(home: Home, name: str, book: Book) -> Home:
    """Return *home* with a collection made, or described anew."""
    return replace(home, books={**home.books, name: book})


def without_book(home: Home, name: str) -> Home:
    """Return *home* without a collection and what is in it."""
    return replace(
        home,
        books={key: each for key, each in home.books.items() if key != name},
        items={place: each for place, each in home.items.items() if place.book != name},
    )
