import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from auth import passwords, people
from auth.errors import (
    AuthError,
    EmailTakenError,
    InvalidValueError,
    LastAdministratorError,
    NameTakenError,
    UnknownUserError,
    UserNotActiveError,
    WeakPasswordError,
)
from storage import people as people_rows
from storage import tree
from storage.rights_revision import RightsRevision
from storage.store import Store, WriteUnit
from tests.builders import NOW_US, a_person, with_groups


@pytest.fixture
def office(store: Store) -> Store:
    return with_groups(store)


def _add(office: Store, name: str, email: str, *, password: str | None = None) -> None:
    with office.write() as unit:
        people.add_user(
            unit, name=name, email=email, password=password, home_node_id=1, now_us=NOW_US
        )


class TestAddUser:
    def test_a_new_user_is_active_and_in_mitarbeiter(self, office: Store) -> None:
        _add(office, "anna", " Anna.Berg@Buero.example ")

        with office.read() as unit:
            anna = people.get(unit, "anna")
        assert anna.state == "active"
        assert anna.groups == {"mitarbeiter"}
        assert (anna.email, anna.password_hash) == ("Anna.Berg@Buero.example", None)

    def test_the_password_is_kept_as_argon2id_only(self, office: Store) -> None:
        _add(office, "anna", "anna@buero.example", password="drei graue Eulen")

        with office.read() as unit:
            kept = people.get(unit, "anna").password_hash
        assert kept is not None
        assert kept.startswith("$argon2id$")
        assert passwords.verify("drei graue Eulen", kept).is_right

    @pytest.mark.parametrize("name", ["anna", "administration"])
    def test_users_and_groups_share_one_namespace(self, office: Store, name: str) -> None:
        _add(office, "anna", "anna@buero.example")

        with pytest.raises(NameTakenError, match=name):
            _add(office, name, "other@buero.example")

    def test_an_address_in_other_case_is_the_same(self, office: Store) -> None:
        _add(office, "anna", "strasse@buero.example")

        with pytest.raises(EmailTakenError):
            _add(office, "jonas", "STRASSE@BUERO.example")

    def test_a_refused_user_leaves_nothing(self, office: Store) -> None:
        _add(office, "anna", "anna@buero.example")

        with pytest.raises(EmailTakenError):
            _add(office, "jonas", "anna@buero.example")

        _add(office, "jonas", "jonas@buero.example")  # the name is free

    def test_an_unknown_group_is_refused(self, office: Store) -> None:
        with pytest.raises(InvalidValueError, match="verwaltung"), office.write() as unit:
            a_person(unit, groups=("chefs",))

    def test_a_weak_password_is_refused(self, office: Store) -> None:
        with pytest.raises(WeakPasswordError):
            _add(office, "anna", "anna@buero.example", password="passwort123")

    def test_of_two_who_take_a_name_at_once_one_gets_it(self, office: Store) -> None:
        start = threading.Barrier(2)

        def take(email: str) -> AuthError | None:
            start.wait()
            try:
                _add(office, "anna", email)
            except AuthError as error:
                return error
            return None

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(take, ["a@buero.example", "b@buero.example"]))

        assert [type(each) for each in outcomes if each] == [NameTakenError]


class TestBlock:
    def test_blocking_and_letting_in_again(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit)
            people.block(unit, "anna")
            assert people.get(unit, "anna").state == "blocked"

            people.unblock(unit, "anna")

            assert people.get(unit, "anna").state == "active"

    @pytest.mark.parametrize("state", ["new", "invited"])
    @pytest.mark.parametrize("act", [people.block, people.unblock])
    def test_who_was_never_let_in_is_neither_blocked_nor_let_in(
        self, office: Store, state: str, act: Callable[[WriteUnit, str], object]
    ) -> None:
        with office.write() as unit:
            people_rows.set_state(unit, a_person(unit).id, state)

        with pytest.raises(UserNotActiveError, match="invitation"), office.write() as unit:
            act(unit, "anna")

        with office.read() as unit:
            assert people.get(unit, "anna").state == state

    def test_only_a_block_is_told_to_running_transfers(
        self, office: Store, tmp_path: Path
    ) -> None:
        office.rights = RightsRevision(tmp_path / "rights.revision")
        told = [office.rights_revision()]
        with office.write() as unit:
            a_person(unit)
        for act in (people.block, people.unblock):
            with office.write() as unit:
                act(unit, "anna")
            told.append(office.rights_revision())

        assert told[0] != told[1] == told[2]

    def test_the_last_active_administrator_cannot_be_blocked(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "anna", groups=("administration",))
            a_person(unit, "jonas", groups=("administration",))
            people.block(unit, "jonas")

        with pytest.raises(LastAdministratorError), office.write() as unit:
            people.block(unit, "anna")

    def test_an_administrator_beside_another_can_be_blocked(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "anna", groups=("administration",))
            a_person(unit, "jonas", groups=("administration",))

            people.block(unit, "anna")

            assert people.has_administrator(unit)

    def test_blocking_a_blocked_administrator_again_is_no_error(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "anna", groups=("administration",))
            a_person(unit, "jonas", groups=("administration",))
            people.block(unit, "anna")

            assert people.block(unit, "anna").state == "blocked"

    def test_two_administrators_who_block_each_other_at_once_leave_one(
        self, office: Store
    ) -> None:
        with office.write() as unit:
            a_person(unit, "anna", groups=("administration",))
            a_person(unit, "jonas", groups=("administration",))

        def block(name: str) -> None:
            with office.write() as unit:
                people.block(unit, name)

        with ThreadPoolExecutor(1) as pool:
            with office.write() as unit:
                people.block(unit, "anna")
                other = pool.submit(block, "jonas")
                # Must wait for our commit; one that did not wait would be through by then.
                wait([other], timeout=0.5)
            with pytest.raises(LastAdministratorError):
                other.result()

    def test_somebody_unknown_cannot_be_blocked(self, office: Store) -> None:
        with pytest.raises(UnknownUserError, match="nobody"), office.write() as unit:
            people.block(unit, "nobody")


def test_a_person_of_the_office_has_a_home_of_their_own(office: Store) -> None:
    with office.write() as unit:
        anna, jonas = a_person(unit, "anna"), a_person(unit, "jonas")

        home = tree.find(unit, anna.home_node_id)

    assert home is not None
    assert (home.role, home.parent_id, home.is_collection) == ("home", None, True)
    assert anna.home_node_id != jonas.home_node_id


class TestGroups:
    def test_are_set_as_a_whole(self, office: Store) -> None:
        with office.write() as unit:
            a_person(unit, "anna", groups=("administration",))
            a_person(unit, "jonas")
            people.set_groups(unit, "jonas", ("verwaltung", "kollaboration"))

        with office.read() as unit:
            assert people.get(unit, "jonas").groups == {"verwaltung", "kollaboration"}
            assert people.get(unit, "anna").groups == {"administration"}

    def test_the_last_active_administrator_stays_one(self, office: Store) -> None:
        with office.write() as unit:
            for name in ("anna", "jonas"):
                a_person(unit, name, groups=("administration",))
            people.block(unit, "jonas")

        with pytest.raises(LastAdministratorError), office.write() as unit:
            people.set_groups(unit, "anna", ("mitarbeiter",))
        with office.write() as unit:
            people.unblock(unit, "jonas")
            people.set_groups(unit, "anna", ("mitarbeiter",))

    def test_two_administrators_cannot_demote_each_other_at_once(self, office: Store) -> None:
        with office.write() as unit:
            for name in ("anna", "jonas"):
                a_person(unit, name, groups=("administration",))
        start = threading.Barrier(2)

        def demote(name: str) -> bool:
            start.wait()
            try:
                with office.write() as unit:
                    people.set_groups(unit, name, ())
            except LastAdministratorError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(demote, ("anna", "jonas"))) == [False, True]

    def test_running_transfers_ask_again(self, office: Store, tmp_path: Path) -> None:
        rights = RightsRevision(tmp_path / "rights")
        before = rights.now()
        watching = Store(office.url, rights=rights)
        with watching.write() as unit:
            a_person(unit, "jonas")
            people.set_groups(unit, "jonas", ("kollaboration",))
        watching.close()

        assert rights.now() != before
