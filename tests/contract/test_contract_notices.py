"""Partner contacts are told of contracts by mail, each alarm once: through the outbox."""

from datetime import timedelta

import pytest

from config.settings import Mail
from jobs import contracts as job
from jobs.letters import send_one
from office import layout, sync_profiles
from office.command import at_the_machine
from office.contacts import desk as contact_desk
from office.contacts import keeping
from office.contracts import desk
from office.contracts.terms import Terms
from office.days import day_of
from office.letters import Letter
from office.sync_settings import Notices
from office.work import GroupwareWork
from storage import contacts, outbox, people, preferences
from storage.store import Store, Unit, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.records import a_contact

DAY_US = 24 * 3600 * 1_000_000
TODAY = day_of(NOW_US)
SOON = Terms(TODAY - timedelta(days=340))


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        layout.prepare(unit, "de", now_us=NOW_US)
        for name in ("anna", "jonas"):
            people.set_visibility(unit, a_person(unit, name).id, "own")
        a_contact(unit, partner_id=_id(unit, "anna"))
        a_contact(unit, "10002", name="Jonas Keil", partner_id=_id(unit, "anna"))
    return store


def _id(unit: Unit, name: str) -> int:
    found = people.find_principal(unit, name)
    assert found is not None
    return found


def _work(unit: WriteUnit) -> GroupwareWork:
    return GroupwareWork(unit, at_the_machine(), NOW_US)


def _sign(office: Store, product: str, terms: Terms = SOON, *, at: str = "10001") -> str:
    with office.write() as unit:
        return desk.add(_work(unit), at, product, terms).row.number


def _cancel(office: Store, number: str) -> None:
    with office.write() as unit:
        found = desk.get(unit, at_the_machine(), number, now_us=NOW_US)
        desk.cancel(_work(unit), found, TODAY)


def _wish(office: Store, how: Notices, *, days: int = 60) -> None:
    with office.write() as unit:
        wish = sync_profiles.SyncProfile(contract_notices=how, contract_alarm_days=days)
        sync_profiles.set_of_user(unit, _id(unit, "anna"), wish)


def _letters(office: Store, *, days: int = 0, tells: bool = True) -> list[Letter]:
    """What leaves when the job ran on that day."""
    now_us = NOW_US + days * DAY_US
    job.move_on(office, now_us=now_us)
    if tells:
        job.tell(office, sends_mail=True, now_us=now_us)
    sent: list[Letter] = []
    mail = Mail()
    while send_one(office, sent.append, mail, origin=lambda _: "", now_us=now_us):
        pass
    return sent


def test_a_digest_a_day_of_all_that_is_new(office: Store) -> None:
    first = _sign(office, "Haftpflicht")
    _sign(office, "Hausrat", at="10002")
    _sign(office, "Später", Terms(TODAY - timedelta(days=100)))

    [letter] = _letters(office)
    assert (letter.to, letter.subject) == (
        "anna@buero.example",
        "Verträge Ihrer Kunden: 2 Hinweise",
    )
    end = SOON.end(TODAY)
    assert end is not None
    assert f"Kunde 10001: Anna Berg\n  Vertrag V10001. Die Periode endet am {end:%d.%m.%Y}." in (
        letter.text
    )
    assert "Kunde 10002: Jonas Keil" in letter.text
    assert "Später" not in letter.text

    _cancel(office, first)
    assert _letters(office) == []
    [letter] = _letters(office, days=1)
    assert letter.subject == f"Vertrag gekündigt am {TODAY:%d.%m.%Y}: Haftpflicht, Anna Berg"
    assert _letters(office, days=2) == []


def test_each_at_once_once_in_a_period_and_kind(office: Store) -> None:
    _wish(office, Notices.SINGLE, days=30)
    _sign(office, "Haftpflicht")
    _sign(office, "Hausrat", at="10002")

    assert sorted(each.subject.rpartition(": ")[2] for each in _letters(office)) == [
        "Haftpflicht, Anna Berg",
        "Hausrat, Jonas Keil",
    ]
    number = _sign(office, "Abo", Terms(TODAY, 1))
    assert len(_letters(office)) == 1
    assert _letters(office, days=20) == []
    # A new period of the one of a month.
    [letter] = _letters(office, days=34)
    assert "Abo" in letter.subject
    _cancel(office, number)
    # Before its first period was over: so it ended with it.
    assert sorted(each.subject.split()[1] for each in _letters(office, days=34)) == [
        "beendet",
        "gekündigt",
    ]


def test_in_the_users_language(office: Store) -> None:
    with office.write() as unit:
        preferences.set_language(unit, _id(unit, "anna"), "en")
    _sign(office, "Haftpflicht")
    _sign(office, "Hausrat")
    [letter] = _letters(office)
    assert letter.subject == "Contracts of your customers: 2 notices"
    assert "The period ends on" in letter.text


@pytest.mark.parametrize("what", ["blocked", "sees none", "wants none", "another's", "no mail"])
def test_nobody_else_hears_of_it(office: Store, what: str) -> None:
    _sign(office, "Haftpflicht")

    def let(*, is_so: bool) -> None:
        with office.write() as unit:
            anna = _id(unit, "anna")
            if what == "blocked":
                people.set_state(unit, anna, "blocked" if is_so else "active")
            elif what == "sees none":
                people.set_visibility(unit, anna, "none" if is_so else "own")
            elif what == "another's":
                row = contacts.find_by_number(unit, "10001")
                assert row is not None
                partner = _id(unit, "jonas") if is_so else anna
                held = keeping.held(_work(unit), row)
                contact_desk.change(_work(unit), held, partner_id=partner)
        if what == "wants none":
            _wish(office, Notices.OFF if is_so else Notices.DIGEST)

    let(is_so=True)
    if what == "no mail":
        assert job.tell(office, sends_mail=False, now_us=NOW_US) == 0
    assert [each.to for each in _letters(office, tells=what != "no mail")] == (
        ["jonas@buero.example"] if what == "another's" else []
    )
    let(is_so=False)
    # Whoever may hear of it again does, unless somebody else was told.
    assert len(_letters(office)) == (0 if what == "another's" else 1)


@pytest.mark.parametrize("what", ["blocked", "sees none", "removed"])
def test_a_letter_that_waits_is_written_by_what_holds_then(office: Store, what: str) -> None:
    number = _sign(office, "Haftpflicht")
    assert job.tell(office, sends_mail=True, now_us=NOW_US) == 1
    with office.write() as unit:
        if what == "removed":
            found = desk.get(unit, at_the_machine(), number, now_us=NOW_US)
            desk.remove(_work(unit), found)
        elif what == "blocked":
            people.set_state(unit, _id(unit, "anna"), "blocked")
        else:
            people.set_visibility(unit, _id(unit, "anna"), "none")
        # It is no letter with a link that somebody could hand over.
        assert outbox.waiting(unit) == []
        assert outbox.has_due(unit, NOW_US)
    assert _letters(office) == []
    with office.read() as unit:
        assert not outbox.has_due(unit, NOW_US)


def test_a_job_with_nothing_to_tell_writes_nothing(
    office: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign(office, "Haftpflicht")
    assert job.tell(office, sends_mail=True, now_us=NOW_US) == 1
    monkeypatch.setattr(WriteUnit, "execute", None)
    assert job.tell(office, sends_mail=True, now_us=NOW_US) == 0
