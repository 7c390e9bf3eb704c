from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from auth import people, setup_link
from auth.audit import COMMAND_LINE
from auth.errors import AuthError, SetupEndedError
from office import founding, house_rules, layout, opening, wizard
from office.founding import Founder, OfficeData, describe
from office.wizard import Step
from storage import tree
from storage.store import Store, Unit
from tests.builders import NOW_US, a_person

OFFICE = OfficeData("Musterbüro", "en", "https://dav.buero.example")
ANNA = Founder("anna", "anna@buero.example", "drei graue Eulen")


@pytest.fixture
def token(store: Store) -> str:
    opening.prepare_office(store, "de", now_us=NOW_US)
    with store.write() as unit:
        return setup_link.issue(unit)


@pytest.fixture
def founded(store: Store, token: str) -> Store:
    with store.write() as unit:
        describe(unit, token, OFFICE)
        founding.found(unit, token, ANNA, now_us=NOW_US)
    return store


def acts(unit: Unit) -> list[str]:
    return [act for (act,) in unit.rows("SELECT act FROM audit ORDER BY id")]


class TestTheOfficesData:
    def test_are_kept_and_name_the_folders(self, store: Store, token: str) -> None:
        with store.write() as unit:
            describe(unit, token, OFFICE)

        with store.read() as unit:
            assert opening.office_name(unit) == "Musterbüro"
            assert set(layout.load(unit).shared) == {"Properties", "Contacts", "Resources"}
            assert unit.row("SELECT value FROM instance WHERE key = 'server.public_url'") == (
                OFFICE.public_url,
            )
            assert wizard.reached(unit) is Step.USERS
            assert setup_link.is_valid(unit, token)

    def test_can_be_changed_as_long_as_nobody_is_in(self, store: Store, token: str) -> None:
        with store.write() as unit:
            describe(unit, token, OFFICE)
            describe(unit, token, replace(OFFICE, name="", language="de", public_url=None))

        with store.read() as unit:
            assert opening.office_name(unit) == ""
            assert "Objekte" in layout.load(unit).shared

    def test_are_taken_from_nobody_else(self, store: Store, token: str) -> None:
        with pytest.raises(SetupEndedError), store.write() as unit:
            describe(unit, token + "x", OFFICE)

    def test_are_not_taken_once_somebody_is_in(self, founded: Store, token: str) -> None:
        with pytest.raises(SetupEndedError), founded.write() as unit:
            describe(unit, token, replace(OFFICE, language="de"))


class TestTheFirstAdministrator:
    def test_ends_the_link_and_opens_nothing(self, founded: Store, token: str) -> None:
        with founded.read() as unit:
            assert people.has_administrator(unit)
            assert setup_link.is_ended(unit)
            assert not setup_link.is_valid(unit, token)
            assert not opening.is_open(unit)
            assert opening.is_being_set_up(unit)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": "Anna Berg"},
            {"name": "administration"},
            {"email": "anna"},
            {"password": "12345678"},
        ],
    )
    def test_who_cannot_be_taken_leaves_nothing_and_the_link_works_on(
        self, store: Store, token: str, wrong: dict[str, str]
    ) -> None:
        with pytest.raises(AuthError), store.write() as unit:
            founding.found(unit, token, replace(ANNA, **wrong), now_us=NOW_US)

        with store.read() as unit:
            assert setup_link.is_valid(unit, token)
            assert not opening.is_being_set_up(unit)
            assert unit.row("SELECT count(*) FROM person") == (0,)

    def test_comes_by_no_other_token(self, store: Store, token: str) -> None:
        with pytest.raises(SetupEndedError), store.write() as unit:
            founding.found(unit, token + "x", ANNA, now_us=NOW_US)

    def test_is_one_of_two_who_use_the_link_at_once(self, store: Store, token: str) -> None:
        start = Barrier(2)

        def use(name: str) -> bool:
            founder = Founder(name, f"{name}@buero.example", "drei graue Eulen")
            start.wait()
            try:
                with store.write() as unit:
                    founding.found(unit, token, founder, now_us=NOW_US)
            except SetupEndedError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(use, ["anna", "jonas"]))

        assert sorted(outcomes) == [False, True]
        with store.read() as after:
            assert after.row("SELECT count(*) FROM person") == (1,)

    def test_keeps_the_language_whoever_changes_it_at_the_same_moment(
        self, store: Store, token: str
    ) -> None:
        start = Barrier(2)

        def describe_again() -> None:
            start.wait()
            with store.write() as unit:
                try:
                    describe(unit, token, OFFICE)
                except SetupEndedError:
                    return

        def found() -> None:
            start.wait()
            with store.write() as unit:
                founding.found(unit, token, ANNA, now_us=NOW_US)

        with ThreadPoolExecutor(2) as pool:
            for each in (pool.submit(describe_again), pool.submit(found)):
                each.result()

        with store.read() as unit:
            row = unit.row("SELECT display_name FROM collection WHERE name = 'calendar'")
            names = {"de": "Kalender", "en": "Calendar"}
            assert row == (names[layout.language(unit)],)
            root = tree.find_root(unit, "estates")
            assert root is not None
            assert root.name == layout.NAMES[layout.language(unit)].estates


class TestTheEnd:
    def test_opens_once_and_is_on_record(self, founded: Store) -> None:
        with founded.write() as unit:
            assert wizard.finish(unit, by=COMMAND_LINE, now_us=NOW_US)
        with founded.write() as unit:
            assert not wizard.finish(unit, by=COMMAND_LINE, now_us=NOW_US)

        with founded.read() as unit:
            assert opening.is_open(unit)
            assert not opening.is_being_set_up(unit)
            assert acts(unit).count("office.opened") == 1

    def test_is_not_brought_about_by_further_users(self, founded: Store) -> None:
        with founded.write() as unit:
            a_person(unit, "jonas")

        with founded.read() as unit:
            assert not opening.is_open(unit)

    def test_is_remembered_by_a_process(self, founded: Store) -> None:
        office = opening.Opening(founded)
        assert not office.is_done()
        with founded.write() as unit:
            opening.open_office(unit, now_us=NOW_US)
        assert office.is_done()

        founded.close()
        assert office._was_open
        assert office.is_done()


class TestSteps:
    def test_are_open_one_after_the_other(self, store: Store) -> None:
        with store.write() as unit:
            for step, following in zip(wizard.STEPS, [*wizard.STEPS[1:], Step.FILL], strict=True):
                assert wizard.is_open(unit, step)
                assert step is Step.FILL or not wizard.is_open(unit, following)
                assert wizard.done(unit, step) is following

    def test_going_back_closes_nothing(self, store: Store) -> None:
        with store.write() as unit:
            for step in wizard.STEPS:
                wizard.done(unit, step)

            assert wizard.done(unit, Step.OFFICE) is Step.USERS
            assert wizard.reached(unit) is Step.FILL


def test_an_address_that_stays_is_not_on_record_again(founded: Store) -> None:
    with founded.write() as unit:
        for _ in range(2):
            house_rules.set_public_url(unit, "https://other.example", by=COMMAND_LINE)

    with founded.read() as unit:
        assert acts(unit).count("setting.changed") == 2
