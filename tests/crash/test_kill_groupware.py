"""``kill -9`` while calendars and contacts are written: nothing is lost, and tokens live on."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from types import MappingProxyType

import pytest

from tests.crash.conftest import Say
from tests.crash.database_server import DatabaseServer
from tests.crash.item_hands import HOME, ItemHand
from tests.crash.item_ledger import ADDRESSBOOK, CALENDAR, Book, Home, Place
from tests.crash.killing import Crashes, Victim, on_postgresql, on_sqlite
from tests.crash.replicas import Replica, Watcher
from tests.e2e.dav_client import Client, Member
from tests.e2e.server_process import Office
from tests.item_sync import assert_numbers_are_unique

SHARED = MappingProxyType({"calendar": CALENDAR, "zweiter": CALENDAR, "contacts": ADDRESSBOOK})
_WATCHERS = 2
_RETURNING = 20
"""Devices of one round that come back with their tokens, and that stay away for later rounds."""
_COLOR = "{http://apple.com/ns/ical/}calendar-color"
_HOME_LISTING = (
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:displayname/>'
    b'<I:calendar-color xmlns:I="http://apple.com/ns/ical/"/></D:prop></D:propfind>'
)
_BOOK_LISTING = (
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/><D:getcontentlength/></D:prop></D:propfind>'
)


class ItemCrashes(Crashes[ItemHand]):
    """Hands write to the same collections while devices sync them."""

    work = 300

    def __init__(self, office: Office, database: DatabaseServer | None, random: Random) -> None:
        super().__init__(office, database, random)
        self.books: dict[str, Book] = {}
        self.tags: dict[Place, str] = {}
        self._watchers: list[Watcher] = []
        self._away: list[Replica] = []

    def prepare(self) -> None:
        with self.client() as client:
            assert client("MKCALENDAR", f"{HOME}zweiter/").status == 201

    def hand(self, label: str, random: Random) -> ItemHand:
        return ItemHand(self.office, label, self.device.authorization, random, SHARED)

    def watchers(self) -> Sequence[Watcher]:
        hrefs = [f"{HOME}{name}/" for name in SHARED]
        self._watchers = [
            Watcher(Client(self.office, "", self.device.authorization), hrefs)
            for _ in range(_WATCHERS)
        ]
        return self._watchers

    def check(self, hands: Sequence[ItemHand]) -> int:
        with self.client() as client:
            books, tags = _listed(client)
            done = sum([self._check_hand(hand, books, tags) for hand in hands])
            assert (books, tags) == (self.books, self.tags)
            for place in tags:
                if place.href.startswith(tuple(hand.prefix for hand in hands)):
                    _check_bytes(client, place, tags[place])
            self._check_tokens(client)
        with self.store() as store:
            assert_numbers_are_unique(store)
        assert self.office.command("verify")["faults"] == []
        return done

    def check_all(self) -> None:
        with self.client() as client:
            assert _listed(client) == (self.books, self.tags)
            for place, tag in self.tags.items():
                _check_bytes(client, place, tag)

    def finish(self) -> None:
        """Devices of every round come back."""
        self.check_all()
        assert self._away
        with self.client() as client:
            for replica in self._away:
                self._come_back(client, replica)

    def _check_hand(self, hand: ItemHand, books: dict[str, Book], tags: dict[Place, str]) -> bool:
        """Compare what bears a hand's names with its ledger; whether its last request was done."""
        own_books = {name: each for name, each in books.items() if name.startswith(hand.prefix)}
        own_tags = {
            place: tag for place, tag in tags.items() if place.href.startswith(hand.prefix)
        }
        is_done = hand.pending is not None and _fits(hand.pending.after, own_books, own_tags)
        if not is_done:
            flying = f"in flight: {hand.pending.method if hand.pending else 'nothing'}"
            assert own_books == dict(hand.state.books), flying
            assert own_tags == hand.state.tags, flying
        self.books |= own_books
        self.tags |= own_tags
        return is_done

    def _check_tokens(self, client: Client) -> None:
        """Whoever synced before the crash gets what changed since, and no more is wrong."""
        earlier: list[Replica] = []
        for watcher in self._watchers:
            assert not watcher.faults
            earlier += [*watcher.replicas, *watcher.earlier]
        returning = self.random.sample(earlier, min(_RETURNING, len(earlier)))
        self._away += returning[: _RETURNING // 4]
        latest = [each for watcher in self._watchers for each in watcher.replicas]
        for replica in [*latest, *returning, *self.random.sample(self._away, 1)]:
            self._come_back(client, replica.copy())

    def _come_back(self, client: Client, replica: Replica) -> None:
        replica.catch_up(client, self.random.choice((None, 2, 50)))
        truth = {
            f"{HOME}{place.book}/{place.href}": f'"{tag}"'
            for place, tag in self.tags.items()
            if replica.href == f"{HOME}{place.book}/"
        }
        assert replica.known == truth


def _fits(home: Home, books: dict[str, Book], tags: dict[Place, str]) -> bool:
    return dict(home.books) == books and home.tags == tags


def _listed(client: Client) -> tuple[dict[str, Book], dict[Place, str]]:
    """The collections that hands made, and the objects of all."""
    books: dict[str, Book] = {}
    tags: dict[Place, str] = {}
    for href, member in client("PROPFIND", HOME, _HOME_LISTING, Depth="1").members.items():
        name = href.removeprefix(HOME).rstrip("/")
        if not name:
            continue
        if name not in (*SHARED, "tasks", "inbox", "outbox", "office"):
            books[name] = _book(member)
        listing = client("PROPFIND", href, _BOOK_LISTING, Depth="1").members
        tags |= {
            Place(name, key.removeprefix(href)): str(each.text("getetag")).strip('"')
            for key, each in listing.items()
            if key != href
        }
    return books, tags


def _book(member: Member) -> Book:
    color = member.found.get(_COLOR)
    return Book(str(member.text("displayname")), None if color is None else color.text)


def _check_bytes(client: Client, place: Place, tag: str) -> None:
    """An object is there whole: its bytes are those of its tag, which its hand had sent."""
    heard = client("GET", f"{HOME}{place.book}/{place.href}")
    assert heard.status == 200, place
    assert sha256(heard.body).hexdigest()[:32] == tag, place
    assert heard.headers["etag"] == f'"{tag}"', place
    assert int(heard.headers["content-length"]) == len(heard.body)


class TestKill:
    def test_on_sqlite_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        on_sqlite(ItemCrashes, tmp_path, 2, say)

    def test_on_postgresql_nothing_acknowledged_is_lost(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(ItemCrashes, tmp_path, [Victim.DEEDBOX, Victim.BOTH], say)

    def test_a_server_outlives_its_database(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(ItemCrashes, tmp_path, [Victim.DATABASE], say)

    @pytest.mark.soak
    def test_on_sqlite_twenty_times(self, tmp_path: Path, say: Say) -> None:
        on_sqlite(ItemCrashes, tmp_path, 20, say)

    @pytest.mark.soak
    def test_on_postgresql_twenty_times(self, tmp_path: Path, say: Say) -> None:
        on_postgresql(ItemCrashes, tmp_path, [Victim.DEEDBOX, Victim.BOTH] * 10, say)
