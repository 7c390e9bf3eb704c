"""What the office does to its contacts and its people, in a simulation and in its rules."""

from dataclasses import replace

import pytest

from jobs import office_deletes
from office import hiding, sync_profiles
from office.contacts import brokers, desk
from office.contacts.fields import Birthday, ContactFields
from office.contacts.kinds import Kind
from office.errors import ForbiddenError
from office.sync_settings import Conflicts, Deletes, Where
from storage import people as person_rows
from tests.office_clients import BOOK
from tests.office_rules import (
    COVERED,
    DAY_US,
    EVOLUTION,
    KINDS,
    MINUTE_US,
    Card,
    Contact,
    Wish,
    merged,
    written,
)
from tests.office_state import DESK, State

TAGS = ("kauf", "miete", "vip")
BORN = ("1985-04-12", "1990-12-01", "2000-02-29")
HOUR_US = 3600 * 1_000_000


class DeskActs:
    """Each takes somebody's name, a number that says which contact, and one that says what."""

    def __init__(self, state: State) -> None:
        self.state = state

    def add(self, name: str, which: int, what: int) -> None:
        kind = (*KINDS, "customer", "prospect")[which % 7]
        tags = frozenset(tag for bit, tag in enumerate(TAGS) if what >> bit & 1)
        born = BORN[which % 3] if what % 2 else ""
        card = Card(
            f"uid-{self.state.count}",
            f"Name{self.state.count}",
            "1",
            born,
            "Notar",
            tags,
            "k",
            "7",
        )
        if self.state.rules.users[name].visibility == "none":
            with self.state.desk(name) as work, pytest.raises(ForbiddenError):
                desk.add(work, written(card), kind=Kind(kind))
            return
        with self.state.desk(name) as work:
            made = desk.add(work, written(card), kind=Kind(kind))
        one = Contact(made.row.number, card, "other", name, name, self.state.now_us)
        self.state.rules.set_kind(one, kind)
        self.state.rules.contacts[one.number] = one

    def kind(self, _: str, which: int, what: int) -> None:
        if one := self.state.chosen(which):
            kind = KINDS[what % 5]
            with self.state.desk() as work:
                desk.change(work, self.state.record(work, one), kind=Kind(kind))
            if kind != one.kind:
                self.state.rules.set_kind(one, kind)
                self.state.said(one)

    def partner(self, name: str, which: int, _: int) -> None:
        if one := self.state.chosen(which):
            with self.state.desk() as work:
                user_id = self.state.user_id(work.unit, name)
                desk.change(work, self.state.record(work, one), partner_id=user_id)
            if one.partner != name:
                one.partner = name
                self.state.said(one, is_card=False)

    def broker(self, _: str, which: int, what: int) -> None:
        one, broker = self.state.chosen(which, *COVERED), self.state.chosen(what, "broker")
        if one is None:
            return
        number = broker.number if broker and what % 3 else None
        with self.state.desk() as work:
            broker_id = self.state.ids[number] if number else None
            desk.change(work, self.state.record(work, one), broker_id=broker_id)
        if one.broker != number:
            one.broker = number
            self.state.said(one, is_card=False)

    def fields(self, _: str, which: int, what: int) -> None:
        if one := self.state.chosen(which):
            born = BORN[what % 3] if what % 4 else ""
            name = f"Name{self.state.count}"
            with self.state.desk() as work:
                now = self.state.record(work, one)
                desk.change_fields(work, now, _renamed(now.fields, name, born))
            one.card = one.card._replace(name=name, born=born)
            self.state.said(one)

    def tag(self, _: str, which: int, what: int) -> None:
        """Somebody in the office changes the categories, with a program of their own."""
        one = self.state.chosen(which)
        device = self.state.office.people[DESK].on(EVOLUTION)
        at = self.state.at(self.state.rules.users[DESK])
        href = next((href for href, each in at.items() if each is one), None)
        if one is None or href is None:
            return
        words = one.card.words ^ {TAGS[what % 3]}
        card = merged(one.card, one.card._replace(words=words), EVOLUTION)
        etag = device.get(BOOK + href).headers["etag"]
        reply = device.put(BOOK + href, written(card), If_Match=etag)
        assert reply.status == 204, reply.text
        self.state.taken(one, card, f"{DESK}/0/")

    def remove(self, _: str, which: int, what: int) -> None:
        one = self.state.chosen(which)
        if one is not None and what % 2:
            with self.state.desk() as work:
                desk.remove(work, self.state.record(work, one))
            self.state.rules.remove(one)

    def release(self, name: str, which: int, what: int) -> None:
        broker = self.state.chosen(which, "broker")
        if broker is None:
            return
        said = (broker.number, name)
        with self.state.desk() as work:
            change = brokers.release if what % 3 else brokers.withdraw
            assert change(work, broker.number, name) == (
                (said in self.state.rules.released) ^ bool(what % 3)
            )
        if what % 3:
            self.state.rules.released.add(said)
        else:
            self.state.rules.released.discard(said)

    def see(self, name: str, which: int | str, _: int = 0) -> None:
        chosen = which if isinstance(which, str) else ("all", "own", "own", "none")[which % 4]
        with self.state.office.store.write() as unit:
            person_rows.set_visibility(unit, self.state.user_id(unit, name), chosen)
        self.state.rules.users[name].visibility = chosen

    def filter(self, name: str, which: int, what: int) -> None:
        wish = self.state.rules.users[name].wish
        broker = self.state.chosen(what, "broker")
        match which % 7:
            case 0:
                wish.is_off = what % 4 == 0
            case 1:
                wish.kinds = frozenset(KINDS) - ({KINDS[what % 5]} if what % 2 else set())
            case 2:
                wish.tags = frozenset(tag for bit, tag in enumerate(TAGS) if what >> bit & 1)
            case 3:
                wish.is_own_only = bool(what % 2)
            case 4:
                wish.brokers = frozenset({broker.number} if broker and what % 2 else ())
            case 5:
                wish.days = (None, 1, 3)[what % 3]
            case _:
                self.state.rules.users[name].wish = Wish(
                    birthdays=wish.birthdays, deletes=wish.deletes, conflicts=wish.conflicts
                )
        self._keep(name)

    def policy(self, name: str, which: int, what: int) -> None:
        wish = self.state.rules.users[name].wish
        wish.deletes = [*Deletes][which % 3]
        wish.conflicts = [*Conflicts][what % 3]
        self._keep(name)

    def birthdays(self, name: str, _: int, what: int) -> None:
        self.state.rules.users[name].wish.birthdays = bool(what % 3)
        self._keep(name)

    def _keep(self, name: str) -> None:
        wish = self.state.rules.users[name].wish
        with self.state.office.store.write() as unit:
            user_id = self.state.user_id(unit, name)
            profile = replace(
                sync_profiles.of_user(unit, user_id),
                office_book=Where.NOWHERE if wish.is_off else Where.DEVICES,
                kinds=frozenset(map(Kind, wish.kinds)),
                tags=wish.tags,
                own_customers_only=wish.is_own_only,
                brokers=frozenset(self.state.ids[each] for each in wish.brokers),
                edited_days=wish.days,
                birthdays=wish.birthdays,
                contact_deletes=Deletes(wish.deletes),
                contact_conflicts=Conflicts(wish.conflicts),
            )
            sync_profiles.set_of_user(unit, user_id, profile)

    def show(self, name: str, which: int, what: int) -> None:
        """What somebody hid is brought back, one or all of it."""
        user = self.state.rules.users[name]
        hidden = sorted(user.hidden)
        if not hidden:
            return
        with self.state.office.store.write() as unit:
            user_id = self.state.user_id(unit, name)
            if what % 3 == 0:
                assert hiding.bring_all_back(unit, user_id) == len(hidden)
                user.hidden.clear()
                user.deleted.clear()
                return
            number = hidden[which % len(hidden)]
            row = unit.row("SELECT item_id FROM contact WHERE number = :n", {"n": number})
            assert hiding.bring_back(unit, user_id, row[0])
            self.state.rules.show(user, number)

    def days(self, _: str, which: int, what: int) -> None:
        """Days pass, or a little more than a minute; mostly the housekeeper comes round."""
        passed = (what % 3) * DAY_US + HOUR_US if which % 3 else MINUTE_US + 1
        self.state.office.clock.now_us += passed
        if what % 5:
            office_deletes.carry_out(self.state.office.store, now_us=self.state.now_us)
            self.state.rules.settle(self.state.now_us)


def _renamed(fields: ContactFields, name: str, born: str) -> ContactFields:
    if fields.is_business:
        return fields._replace(name=name)
    day = Birthday(*map(int, born.split("-"))) if born else None
    return fields._replace(first_name="", last_name=name, birthday=day)
