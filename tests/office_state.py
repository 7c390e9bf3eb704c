"""An office and beside it the rules: whether it has what they say, and so each program."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

from auth import identity
from office.contacts import keeping
from office.contacts.keeping import Record
from office.work import GroupwareWork
from storage import people as person_rows
from storage.store import Unit
from tests.builders import a_device
from tests.groupware_door import CS, DAV, GroupwareOffice
from tests.office_clients import BIRTHDAYS, BOOK, HABITS, Client, Journal, marks
from tests.office_rules import Card, Contact, Rules, User, read

STAFF = {"anna": "mitarbeiter", "jonas": "mitarbeiter", "berta": "administration"}
DESK = "clara"
"""Sees all, has all rights, and has nothing on devices."""

NOBODY = "curl/8.5"
"""A program that keeps nothing."""


class Seen(NamedTuple):
    """A contact as the office has it."""

    id: int
    kind: str
    partner: str | None
    broker: str | None
    maker: str
    edited_us: int
    text: str
    birthday: str | None


@dataclass(slots=True)
class Polled:
    """What a user's book was, and said of itself, when somebody last asked."""

    marks: tuple[str, str]
    members: dict[str, tuple[bytes, int]]
    position: int


class State:
    """The office, the rules, and nine programs; ``touches`` are what changed in a user's book."""

    def __init__(self, office: GroupwareOffice) -> None:
        self.office = office
        self.journal = Journal(office)
        self.rules = Rules({name: User(name, name == "berta") for name in STAFF})
        self.rules.users[DESK] = User(DESK, is_admin=True, visibility="all")
        self.count = 0
        self.clients: list[Client] = []
        self.calendars: list[Client] = []
        self.ids: dict[str, int] = {}
        self.birthdays: dict[str, bytes] = {}
        self.touches: dict[str, list[str]] = {name: [] for name in STAFF}
        self.members: dict[str, dict[str, tuple[bytes, int]]] = {name: {} for name in STAFF}
        self.polled: dict[str, Polled] = {}
        self.bases: dict[str, bytes] = {}
        for name, group in {**STAFF, DESK: "administration"}.items():
            self._hire(name, group)

    def _hire(self, name: str, group: str) -> None:
        laptop = self.office.person(name, group)
        with self.office.store.write() as unit:
            visibility = self.rules.users[name].visibility
            person_rows.set_visibility(unit, self.user_id(unit, name), visibility)
            if name == DESK:
                return
            phone = replace(laptop, password=a_device(unit, name, "Telefon").password)
        for habit in HABITS:
            device = (laptop, phone)[habit.device].on(habit.agent)
            self.clients.append(Client(device, habit))
        self.calendars.append(Client(laptop, HABITS[0], BIRTHDAYS))

    @property
    def now_us(self) -> int:
        """The time."""
        return self.office.clock()

    def user_id(self, unit: Unit, name: str) -> int:
        found = person_rows.find_principal(unit, name)
        assert found is not None
        return found

    @contextmanager
    def desk(self, name: str = DESK) -> Iterator[GroupwareWork]:
        with self.office.store.write() as unit:
            who = identity.of_user(unit, self.user_id(unit, name))
            yield GroupwareWork(unit, who, self.now_us)

    def record(self, work: GroupwareWork, one: Contact) -> Record:
        return keeping.get(work.unit, work.who, one.number)

    def look(self) -> dict[str, Seen]:
        """All contacts, by number."""
        with self.office.store.read() as unit:
            rows = unit.rows(
                "SELECT c.number, c.id, c.kind, p.name, b.number, m.name, c.edited_us, i.text,"
                " e.text FROM contact c JOIN item i ON i.id = c.item_id"
                " LEFT JOIN item e ON e.id = c.birthday_item_id"
                " LEFT JOIN principal p ON p.id = c.partner_id"
                " LEFT JOIN principal m ON m.id = c.maker_id"
                " LEFT JOIN contact b ON b.id = c.broker_id ORDER BY c.id",
                {},
            )
            return {row[0]: Seen._make(row[1:]) for row in rows}

    def private(self, role: str) -> dict[str, dict[str, bytes]]:
        """The cards that lie in everybody's collections themselves."""
        found: dict[str, dict[str, bytes]] = {name: {} for name in self.rules.users}
        with self.office.store.read() as unit:
            for name, href, text in unit.rows(
                "SELECT p.name, i.href, i.text FROM item i JOIN collection c"
                " ON c.id = i.collection_id JOIN principal p ON p.id = c.owner_id"
                " WHERE c.role = :role",
                {"role": role},
            ):
                found[name][href] = text.encode()
        return found

    def compare(self) -> None:
        """The office has what the rules have, no more and no less, and who hid what they hid."""
        seen = self.look()
        assert seen.keys() == self.rules.contacts.keys()
        for number, one in self.rules.contacts.items():
            have, text = seen[number], seen[number].text.encode()
            assert read(text) == one.card, f"{number}: {read(text)} is not {one}"
            told = (have.kind, have.partner, have.broker, have.maker, have.edited_us)
            wanted = (one.kind, one.partner, one.broker, one.maker, one.edited_us)
            assert told == wanted, number
            if text != one.text:
                one.text, one.written_us = text, self.now_us
                one.texts.add(text)
            self.ids[number] = have.id
            _check_birthday(one, have.birthday)
            self.birthdays[number] = (have.birthday or "").encode()
        private = self.private("office")
        for name, user in self.rules.users.items():
            _same(user.private, private[name], (name, user.visibility, user.wish))
            self.touch(user)

    def touch(self, user: User) -> None:
        if user.name not in STAFF:
            return
        self._follow_names(user)
        before, now = self.members[user.name], self._members(user)
        changed = [
            each for each in before.keys() | now.keys() if before.get(each) != now.get(each)
        ]
        self.touches[user.name] += sorted(changed)
        self.members[user.name] = now

    def _follow_names(self, user: User) -> None:
        """What left comes again under the name that it had at first; let the book know at once.

        Where its user has given that name to another card, it has one that was never there (A4).
        """
        for one in self.rules.contacts.values():
            is_there = self.rules.has(user, one, self.now_us)
            if not is_there and user.name in one.names:
                del one.names[user.name]
                self._poll(user)
            elif is_there and one.name_for(user.name, self.ids[one.number]) in user.private:
                one.names[user.name] = self._name_in_book(user, one)

    def _poll(self, user: User) -> None:
        device = self.office.people[user.name].on(NOBODY)
        assert device.propfind(device.own(BOOK), f"{CS}getctag").status == 207

    def _name_in_book(self, user: User, one: Contact) -> str:
        """The name that a contact got of the server, which nothing in the book ever had."""
        self._poll(user)
        with self.office.store.read() as unit:
            [(href,)] = unit.rows(
                "SELECT m.href FROM view_member m JOIN collection v ON v.id = m.view_id"
                " JOIN contact c ON c.item_id = m.item_id"
                " WHERE v.role = 'office' AND v.owner_id = :owner AND c.id = :id",
                {"owner": self.user_id(unit, user.name), "id": self.ids[one.number]},
            )
        assert href not in self.touches[user.name]
        return str(href)

    def at(self, user: User) -> dict[str, Contact]:
        """The office's contacts in a user's book, by their names there."""
        return {
            one.name_for(user.name, self.ids[one.number]): one
            for one in self.rules.held_by(user, self.now_us)
        }

    def _members(self, user: User) -> dict[str, tuple[bytes, int]]:
        office = {
            name: (one.text, user.resent.get(name, 0)) for name, one in self.at(user).items()
        }
        assert office.keys().isdisjoint(user.private)
        return office | {name: (text, 0) for name, text in user.private.items()}

    # What programs hold

    def sync(self, client: Client) -> None:
        """Let a program sync; then it holds what the rules say, and was told nothing else."""
        user = self.rules.users[client.user]
        if client.path == BIRTHDAYS:
            self._sync_birthdays(client, user)
            return
        self.touch(user)
        self._check_marks(client)
        touches = self.touches[user.name]
        is_first = not client.token
        client.sync(lambda name: self.touch_of(user.name, name))
        holds = {name: each.body for name, each in client.held.items()}
        wanted = {name: text for name, (text, _) in self.members[user.name].items()}
        _same(wanted, holds, (user.name, client.habit.agent, user.visibility, user.wish))
        if not is_first:
            assert client.told <= {*touches[client.position :]}, client
        client.position = len(touches)
        for each in client.held.values():
            assert each.etag is not None
            base = re.sub(r'\.r\d+"$', '"', each.etag)
            assert self.bases.setdefault(base, each.body) == each.body

    def _sync_birthdays(self, client: Client, user: User) -> None:
        if not user.wish.birthdays:
            name = f"{DAV}displayname"
            assert client.device.propfind(client.device.own(BIRTHDAYS), name).status == 404
            client.forget()
            return
        assert client.device.own(BIRTHDAYS) in client.device.names("")
        client.sync(lambda _: 0)
        theirs = self.rules.birthdays(user, self.now_us)
        wanted = {self.birthdays[one.number].decode(): b"" for one in theirs}
        held = {each.body.decode(): b"" for each in client.held.values()}
        _same(wanted, held, (user.name, user.visibility, user.wish))

    def _check_marks(self, client: Client) -> None:
        """Token and ctag move when content or membership does, and only then."""
        name = client.user
        now, members = marks(client), self.members[name]
        before = self.polled.get(name)
        if before is not None:
            if before.members != members:
                assert now[0] != before.marks[0]
                assert now[1] != before.marks[1]
            elif before.position == len(self.touches[name]):
                assert now == before.marks
        self.polled[name] = Polled(now, members, len(self.touches[name]))

    def chosen(self, which: int, *kinds: str) -> Contact | None:
        found = [each for each in self.rules.contacts.values() if not kinds or each.kind in kinds]
        return found[which % len(found)] if found else None

    def touch_of(self, user: str, name: str) -> int:
        """Which change of a user's book was the last one of *name*; 0: there was none."""
        touches = self.touches[user]
        return next((i + 1 for i in reversed(range(len(touches))) if touches[i] == name), 0)

    def said(self, one: Contact, *, is_card: bool = True) -> None:
        """Somebody at the console said something else of a contact."""
        one.edited_us = self.now_us
        one.writer = "" if is_card else one.writer

    def taken(self, one: Contact, card: Card, writer: str) -> None:
        """A device's card of a contact was taken."""
        if card != one.card:
            one.card, one.edited_us, one.writer = card, self.now_us, writer


def _same(wanted: dict[str, bytes], found: dict[str, bytes], of: object) -> None:
    """Say in what they differ, and only that."""
    missing = {name: text for name, text in wanted.items() if found.get(name) != text}
    other = {name: text for name, text in found.items() if wanted.get(name) != text}
    assert not missing | other, f"{of}: wanted {missing}, found {other}"


def _check_birthday(one: Contact, event: str | None) -> None:
    assert bool(event) == bool(one.card.born), one
    if event:
        assert f"DTSTART;VALUE=DATE:{one.card.born.replace('-', '')}" in event, one
        assert one.card.name in event, one
