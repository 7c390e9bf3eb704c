"""The calendar of contracts' alarms holds what the filter says, told by deltas: against values."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.visibility import Visibility
from office import layout, sync_profiles, views
from office.command import at_the_machine
from office.contacts import desk as contact_desk
from office.contacts import keeping
from office.contracts import desk
from office.contracts.alarms import reasons
from office.contracts.desk import Contract
from office.contracts.terms import Terms
from office.days import day_of
from office.sync_profiles import DEFAULTS
from office.sync_settings import ALARM_DAYS
from office.work import GroupwareWork
from storage import collections, contacts, contracts, people
from storage import views as view_rows
from storage.store import Store, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.records import a_contact

NAMES = ("anna", "vera")
DAY_US = 24 * 3600 * 1_000_000
TODAY = day_of(NOW_US)


class Seen(NamedTuple):
    """What a device that follows has: the bytes' tags by name, and how far it is."""

    members: dict[str, str]
    modseq: int


@dataclass
class Office:
    """An office whose alarms are looked at."""

    store: Store
    ids: dict[str, int]
    now_us: int = NOW_US
    partners: dict[int, str] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    visibility: dict[str, Visibility] = field(default_factory=dict)
    terms: dict[str, Terms] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    """For whom contracts were edited since they looked: perhaps to and fro."""

    def wanted(self, name: str) -> set[str]:
        """The contracts in somebody's calendar, said once more."""
        today = day_of(self.now_us)
        return {
            number
            for number, terms in self.terms.items()
            if reasons(terms, today=today, days=self.days[name])
            and (
                self.visibility[name] is Visibility.ALL
                or (
                    self.visibility[name] is Visibility.OWN
                    and self.partners[self.contacts[number]] == name
                )
            )
        }


def _work(office: Office, unit: WriteUnit) -> GroupwareWork:
    return GroupwareWork(unit, at_the_machine(), office.now_us)


def _got(office: Office, unit: WriteUnit, number: str) -> Contract:
    return desk.get(unit, at_the_machine(), number, now_us=office.now_us)


def _profile(office: Office, unit: WriteUnit, name: str, days: int) -> None:
    wish = sync_profiles.SyncProfile(contract_alarms=True, contract_alarm_days=days)
    sync_profiles.set_of_user(unit, office.ids[name], wish)
    office.days[name] = days


def _step(office: Office, unit: WriteUnit, what: int, first: int, second: int) -> None:
    numbers = sorted(office.terms)
    number = numbers[first % len(numbers)] if numbers else ""
    today = day_of(office.now_us)
    name = NAMES[first % 2]
    if what == 0 or not number:
        start = today - timedelta(days=first % 500)
        terms = Terms(start, second % 14, bool(second % 3), second % 4)
        contact = sorted(office.partners)[second % 3]
        made = desk.add(_work(office, unit), str(contact), f"Nr. {second}", terms)
        office.terms[made.row.number] = terms
        office.contacts[made.row.number] = contact
    elif what == 1:
        on = None if second % 3 == 0 else today - timedelta(days=second % 100)
        desk.cancel(_work(office, unit), _got(office, unit, number), on)
        office.terms[number] = office.terms[number]._replace(cancelled_on=on)
    elif what == 2:
        terms = office.terms[number]
        ended = terms.starts_on + timedelta(days=second % 700)
        on = None if second % 3 == 0 else ended
        desk.end(_work(office, unit), _got(office, unit, number), on)
        office.terms[number] = terms._replace(ended_on=on)
    elif what == 3:
        desk.remove(_work(office, unit), _got(office, unit, number))
        del office.terms[number]
    elif what == 4:
        _profile(office, unit, name, ALARM_DAYS[second % 4])
    elif what == 5:
        office.visibility[name] = list(Visibility)[second % 3]
        people.set_visibility(unit, office.ids[name], office.visibility[name])
    elif what == 6:
        contact = sorted(office.partners)[second % 3]
        row = contacts.find_by_number(unit, str(contact))
        assert row is not None
        held = keeping.held(_work(office, unit), row)
        contact_desk.change(_work(office, unit), held, partner_id=office.ids[name])
        office.partners[contact] = name


def _look(office: Office, name: str) -> None:
    """Sync as a device does; what is told by names and numbers is all there is."""
    with office.store.read() as unit:
        view_id = view_rows.of_owner(unit, office.ids[name])["alarms"]
        before = collections.find_by_id(unit, view_id, viewer_id=office.ids[name])
    assert before is not None
    try:
        views.demand_current([before], office.now_us)
    except views.BehindError as behind:
        views.bring_up(office.store, behind.collection_ids, now_us=office.now_us)
    with office.store.read() as unit:
        now = collections.find_by_id(unit, view_id, viewer_id=office.ids[name])
        assert now is not None
        views.demand_current([now], office.now_us)
        rows = unit.rows(
            "SELECT m.href, i.etag, m.modseq, k.number FROM view_member m"
            " JOIN item i ON i.id = m.item_id JOIN contract k ON k.item_id = i.id"
            " WHERE m.view_id = :view",
            {"view": view_id},
        )
        gone = unit.rows(
            "SELECT href, modseq FROM item_tombstone WHERE collection_id = :view",
            {"view": view_id},
        )
        for _, _, _, number in rows:
            found = contracts.find_by_number(unit, number)
            assert found is not None
            assert found.row.ends_on == office.terms[number].end(day_of(office.now_us))
    assert {number for *_, number in rows} == office.wanted(name)
    members = {href: etag for href, etag, _, _ in rows}
    old = office.seen.get(name, Seen({}, -1))
    followed = {
        h: e for h, e in old.members.items() if h not in {g for g, m in gone if m > old.modseq}
    }
    followed |= {href: etag for href, etag, modseq, _ in rows if modseq > old.modseq}
    assert followed == members
    # The token moved if, and only if, what it stands for did.
    if old.modseq >= 0 and members == old.members and name not in office.edited:
        assert now.modseq == old.modseq
    office.edited.discard(name)
    office.seen[name] = Seen(members, now.modseq)


@pytest.fixture
def begun(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        layout.prepare(unit, "de", now_us=NOW_US)
        for name in NAMES:
            a_person(unit, name)
    return store


_LAST_EDIT = 3
STEPS = st.lists(
    st.tuples(
        st.sampled_from((0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 8)),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
    ),
    min_size=4,
    max_size=24,
)


def _office(store: Store) -> Office:
    with store.write() as unit:
        ids = {name: people.find_principal(unit, name) or 0 for name in NAMES}
        office = Office(store, ids)
        for name in NAMES:
            sync_profiles.set_of_user(unit, ids[name], DEFAULTS)
        unit.execute("DELETE FROM contact")
        unit.execute("DELETE FROM item")
        unit.execute("DELETE FROM record_tombstone")
        for name in NAMES:
            office.visibility[name] = Visibility.OWN
            people.set_visibility(unit, ids[name], Visibility.OWN)
        for number in (1, 2, 3):
            a_contact(unit, str(number), partner_id=ids["anna"])
            office.partners[number] = "anna"
    with store.read() as unit:
        there = [view_rows.of_owner(unit, each)["office"] for each in ids.values()]
    views.bring_up(store, there, now_us=NOW_US)
    with store.write() as unit:
        for name in NAMES:
            _profile(office, unit, name, 60)
    views.bring_up(store, there, now_us=NOW_US)
    return office


def _run(store: Store, steps: list[tuple[int, int, int]]) -> None:
    office = _office(store)
    for what, first, second in steps:
        if what == 7:
            office.now_us += (first % 70) * DAY_US
        elif what == 8:
            office.now_us += DAY_US
        else:
            with store.write() as unit:
                _step(office, unit, what, first, second)
            if what <= _LAST_EDIT:
                office.edited.update(NAMES)
        if second % 4:
            for name in NAMES:
                _look(office, name)
    for name in NAMES:
        _look(office, name)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_it_holds_what_the_filter_says(begun: Store, steps: list[tuple[int, int, int]]) -> None:
    _run(begun, steps)


@pytest.mark.soak
@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_it_holds_it_at_length(begun: Store, steps: list[tuple[int, int, int]]) -> None:
    _run(begun, steps)
