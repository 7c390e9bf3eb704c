"""The office's contracts as it makes, changes and ends them, and what hangs on each change."""

from datetime import date, timedelta

import pytest

from auth.errors import InvalidValueError
from auth.identity import of_user
from jobs import contracts as job
from office import layout
from office.command import at_the_machine
from office.contacts import desk as contact_desk
from office.contacts import keeping
from office.contacts.kinds import Kind
from office.contracts import alarms, desk, following
from office.contracts.alarms import Reason
from office.contracts.desk import Contract
from office.contracts.terms import Terms
from office.days import day_of
from office.errors import ForbiddenError, NotFoundError, NumberTakenError, UnfitNameError
from office.work import GroupwareWork
from storage import contacts, contracts, people, records
from storage.contracts import Filter
from storage.items import ItemRow
from storage.store import Store, Unit, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.records import a_contact
from tests.statements import count

DAY_US = 24 * 3600 * 1_000_000
TODAY = day_of(NOW_US)
YEARLY = Terms(TODAY - timedelta(days=300), 12, notice_months=3)


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        layout.prepare(unit, "de", now_us=NOW_US)
        for name in ("anna", "jonas", "keiner"):
            people.set_visibility(unit, a_person(unit, name).id, "own")
        people.set_visibility(unit, _id(unit, "keiner"), "none")
        a_contact(unit, partner_id=_id(unit, "anna"))
    return store


def _id(unit: Unit, name: str) -> int:
    found = people.find_principal(unit, name)
    assert found is not None
    return found


def _work(unit: WriteUnit, name: str = "", *, days: int = 0) -> GroupwareWork:
    who = of_user(unit, _id(unit, name)) if name else at_the_machine()
    return GroupwareWork(unit, who, NOW_US + days * DAY_US)


def _added(unit: WriteUnit, terms: Terms = YEARLY, product: str = "Haftpflicht") -> Contract:
    return desk.add(_work(unit), "10001", product, terms)


def _get(unit: Unit, number: str = "V10001", *, days: int = 0) -> Contract:
    return desk.get(unit, at_the_machine(), number, now_us=NOW_US + days * DAY_US)


def _event(unit: Unit, contract: Contract) -> ItemRow:
    assert contract.row.item_id is not None
    found = records.find_item(unit, contract.row.item_id)
    assert found is not None
    return found


def _seq(unit: Unit) -> int:
    found = records.find(unit)
    assert found is not None
    return found.seq


class TestAdd:
    def test_makes_an_event_of_the_end(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            text = _event(unit, made).text.replace("\r\n ", "")
            assert made.row.seq == _seq(unit) == _event(unit, made).modseq

        end = YEARLY.end(TODAY)
        assert end is not None
        assert (made.row.number, made.row.ends_on, made.row.goes_on) == ("V10001", end, True)
        assert f"DTSTART;VALUE=DATE:{end:%Y%m%d}\r\n" in text
        assert "SUMMARY:Vertragsperiode endet: Haftpflicht (Anna Berg)\r\n" in text
        assert "CONTACT:Anna Berg (10001)\r\nX-DEEDBOX-CONTACT:10001\r\n" in text
        assert "X-DEEDBOX-CONTRACT:V10001\r\n" in text
        assert f"kündbar bis {YEARLY.cancel_by(end):%d.%m.%Y}" in text
        assert [
            line.partition(":")[2] for line in text.splitlines() if line.startswith("TRIGGER")
        ] == ["-P119DT15H", "-P89DT15H", "-P59DT15H", "-P29DT15H"]

    def test_without_an_end_there_is_no_event(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit, Terms(TODAY, 0, notice_months=1))
            assert (made.row.item_id, made.row.ends_on) == (None, None)

            cancelled = desk.cancel(_work(unit), made, TODAY)
            assert "Gekündigter Vertrag endet" in _event(unit, cancelled).text
            gone = _event(unit, cancelled).id
            again = desk.cancel(_work(unit), cancelled, None)
            assert again.row.item_id is None
            assert unit.rows("SELECT item_id, seq FROM record_tombstone") == [
                (gone, again.row.seq)
            ]

    def test_only_customers_and_prospects_have_one(self, office: Store) -> None:
        with office.write() as unit:
            a_contact(unit, "7", kind="company")
            with pytest.raises(NotFoundError, match="neither"):
                desk.add(_work(unit), "7", "Haftpflicht", YEARLY)
            with pytest.raises(NotFoundError):
                desk.add(_work(unit), "8", "Haftpflicht", YEARLY)

    def test_numbers(self, office: Store) -> None:
        with office.write() as unit:
            desk.add(_work(unit), "10001", "A", YEARLY, number="V10001")
            assert _added(unit).row.number == "V10002"
            with pytest.raises(NumberTakenError):
                desk.add(_work(unit), "10001", "A", YEARLY, number="V10002")
            with pytest.raises(UnfitNameError):
                desk.add(_work(unit), "10001", "A", YEARLY, number="a b")

    def test_what_cannot_be_is_refused(self, office: Store) -> None:
        wrong = (
            {"starts_on": date(1899, 12, 31)},
            {"ended_on": date(2201, 1, 1)},
            {"period_months": -1},
            {"period_months": 1201},
            {"notice_months": 121},
            {"cancelled_on": TODAY + timedelta(days=1)},
            {"ended_on": YEARLY.starts_on - timedelta(days=1)},
        )
        with office.write() as unit:
            for each in wrong:
                with pytest.raises(InvalidValueError):
                    _added(unit, YEARLY._replace(**each))
            for product in ("", " ", "x" * 201, "a\x07b"):
                with pytest.raises(InvalidValueError):
                    _added(unit, product=product)
            assert contracts.page(unit, most=1) == []


class TestChange:
    def test_the_event_keeps_its_uid_and_the_end_is_new(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            before = _event(unit, made)
            changed = desk.change(
                _work(unit, "anna"), made, product="Hausrat", period_months=24, renews=False
            )
            after = _event(unit, changed)
            assert (after.id, after.uid) == (before.id, before.uid)
            assert "Vertrag läuft aus: Hausrat" in after.text
            assert changed.row.ends_on == Terms(YEARLY.starts_on, 24).end(TODAY)
            assert changed.row.seq == after.modseq > before.modseq

    def test_what_changes_nothing_takes_no_number(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            before = _seq(unit)
            assert desk.change(_work(unit), made, product=" Haftpflicht ") == made
            assert _seq(unit) == before

    def test_what_somebody_ends_has_no_reminders(self, office: Store) -> None:
        with office.write() as unit:
            ended = desk.end(_work(unit), _added(unit), TODAY)
            assert ended.row.ends_on == TODAY
            assert not ended.row.goes_on
            assert "VALARM" not in _event(unit, ended).text
            assert "VALARM" in _event(unit, desk.end(_work(unit), ended, None)).text

    def test_it_is_for_who_sees_the_customer(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            for name in ("jonas", "keiner"):
                with pytest.raises(NotFoundError):
                    desk.get(unit, of_user(unit, _id(unit, name)), "V10001", now_us=NOW_US)
                with pytest.raises(NotFoundError):
                    desk.cancel(_work(unit, name), made, TODAY)
            with pytest.raises(ForbiddenError):
                desk.add(_work(unit, "keiner"), "10001", "A", YEARLY)
            with pytest.raises(NotFoundError):
                desk.add(_work(unit, "jonas"), "10001", "A", YEARLY)

    def test_removed_with_the_right_to_assign(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            with pytest.raises(ForbiddenError):
                desk.remove(_work(unit, "anna"), made)
            desk.remove(_work(unit), made)
            assert unit.rows("SELECT item_id FROM record_tombstone") == [(made.row.item_id,)]
            with pytest.raises(NotFoundError):
                _get(unit)


class TestTheCustomer:
    def test_a_new_name_stands_in_the_events(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            row = contacts.find_by_number(unit, "10001")
            assert row is not None
            held = keeping.held(_work(unit), row)
            fields = held.fields._replace(last_name="Keil")
            changed = contact_desk.change_fields(_work(unit), held, fields)
            now = _get(unit)
            assert "(Anna Keil)" in _event(unit, now).text
            assert now.row.seq == _event(unit, now).modseq > made.row.seq
            before = _seq(unit)
            contact_desk.change(_work(unit), changed, location="Nord")
            assert _get(unit).row.seq == now.row.seq
            assert _seq(unit) == before + 1

    def test_a_customer_takes_the_contracts_along(self, office: Store) -> None:
        with office.write() as unit:
            made = _added(unit)
            row = contacts.find_by_number(unit, "10001")
            assert row is not None
            contact_desk.remove(_work(unit), keeping.held(_work(unit), row))
            assert contracts.find_by_number(unit, "V10001") is None
            gone = {item for (item,) in unit.rows("SELECT item_id FROM record_tombstone")}
            assert gone == {made.row.item_id, row.item_id}


class TestTime:
    def test_periods_move_on_in_portions(
        self, office: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(following, "PORTION", 2)
        with office.write() as unit:
            numbers = [_added(unit).row.number for _ in range(5)]
            still = _added(unit, YEARLY._replace(cancelled_on=TODAY))
        later = NOW_US + 500 * DAY_US

        assert job.move_on(office, now_us=later) == 5
        assert job.move_on(office, now_us=later) == 0
        with office.read() as unit:
            for number in numbers:
                row = contracts.find_by_number(unit, number)
                assert row is not None
                assert row.row.ends_on == YEARLY.end(day_of(later))
                text = _event(unit, _get(unit, number, days=500)).text
                assert f"DTSTART;VALUE=DATE:{row.row.ends_on:%Y%m%d}" in text
            assert _get(unit, still.row.number, days=500).row == still.row

    def test_nobody_sees_a_stale_end_without_the_job(self, office: Store) -> None:
        with office.write() as unit:
            _added(unit)
        with office.read() as unit:
            end = YEARLY.end(TODAY)
            for days in (0, 64, 65, 66, 67, 500):
                today = TODAY + timedelta(days=days)
                found = _get(unit, days=days).row.ends_on
                assert found == YEARLY.end(today) >= today  # type: ignore[operator]
                alarm = alarms.listed(unit, Filter(), today=today, days=120)
                assert [each.reasons for each in alarm] == (
                    [{Reason.ENDING: found}] if found <= today + timedelta(days=120) else []  # type: ignore[operator]
                )
            assert found != end

    def test_moving_on_costs_the_same_for_each(
        self, office: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def moved(most: int) -> int:
            with office.write() as unit:
                now_us = NOW_US + 100 * DAY_US
                return count(
                    lambda: following.move_on(unit, now_us=now_us, most=most), monkeypatch
                )

        with office.write() as unit:
            for _ in range(3):
                _added(unit)
        few = moved(1)
        assert moved(2) - few <= 8
        assert moved(9) == 1


class TestAlarms:
    CASES: tuple[tuple[str, Terms, set[Reason]], ...] = (
        ("soon", Terms(TODAY - timedelta(days=330)), {Reason.ENDING}),
        ("not yet", Terms(TODAY - timedelta(days=200)), set()),
        ("over", Terms(TODAY - timedelta(days=400), renews=False), {Reason.ENDED}),
        ("long over", Terms(TODAY - timedelta(days=430), renews=False), set()),
        ("ended today", YEARLY._replace(ended_on=TODAY), {Reason.ENDED}),
        ("ends tomorrow", YEARLY._replace(ended_on=TODAY + timedelta(days=1)), {Reason.ENDING}),
        (
            "cancelled, ends late",
            Terms(TODAY - timedelta(days=90), cancelled_on=TODAY - timedelta(days=60)),
            {Reason.CANCELLED},
        ),
        (
            "cancelled long ago, ends soon",
            Terms(TODAY - timedelta(days=330), cancelled_on=TODAY - timedelta(days=61)),
            {Reason.ENDING},
        ),
        (
            "cancelled and ended",
            YEARLY._replace(cancelled_on=TODAY, ended_on=TODAY),
            {Reason.CANCELLED, Reason.ENDED},
        ),
    )

    def test_what_fits_and_why(self, office: Store) -> None:
        with office.write() as unit:
            for product, terms, _why in self.CASES:
                _added(unit, terms, product)
        with office.read() as unit:
            found = alarms.listed(unit, Filter(), today=TODAY, days=60)
            told = {each.contract.row.product: set(each.reasons) for each in found}
            assert told == {product: why for product, _, why in self.CASES if why}
            ends = [each.contract.row.ends_on for each in found]
            assert ends == sorted(ends)  # type: ignore[type-var]
            for name, how_many in (("anna", len(told)), ("jonas", 0), ("keiner", 0)):
                chosen = Filter(viewer_id=_id(unit, name))
                assert len(alarms.listed(unit, chosen, today=TODAY, days=60)) == how_many

    def test_the_last_day_is_one_of_ending(self) -> None:
        terms = Terms(date(2025, 3, 1), 12, renews=False)
        on, after = date(2026, 3, 1), date(2026, 3, 2)
        assert set(alarms.reasons(terms, today=on, days=30)) == {Reason.ENDING}
        assert set(alarms.reasons(terms, today=after, days=30)) == {Reason.ENDED}


def test_a_contact_that_becomes_a_company_shows_its_contracts(office: Store) -> None:
    with office.write() as unit:
        _added(unit)
        row = contacts.find_by_number(unit, "10001")
        assert row is not None
        contact_desk.change(_work(unit), keeping.held(_work(unit), row), kind=Kind.COMPANY)
        found = desk.get(unit, of_user(unit, _id(unit, "jonas")), "V10001", now_us=NOW_US)
        assert found.row.number == "V10001"
