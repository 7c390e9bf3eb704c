"""Function rights as they are stored: groups' and users' rows, and what a device's owner has."""

import pytest

from auth import audit, people, rights
from auth.audit import Act
from auth.errors import InvalidValueError, NameTakenError, UnknownPrincipalError
from auth.identity import Identity, identify
from auth.rights import GROUPS, MITARBEITER, VERWALTUNG, FunctionRight
from auth.visibility import Visibility
from storage import audit as audit_rows
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups

EDIT = FunctionRight.EDIT_DOCUMENTS


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        a_person(unit, "anna", groups=("administration",))
        a_person(unit, "karl", groups=("kollaboration",))
    return store


@pytest.fixture
def password(office: Store) -> str:
    with office.write() as unit:
        return a_device(unit, "karl").password


def _karl(office: Store, password: str) -> Identity:
    with office.read() as unit:
        return identify(unit, "karl", password, secret_key=KEY)


class TestRows:
    def test_groups_begin_with_what_the_office_gives_them(self, office: Store) -> None:
        with office.read() as unit:
            for group in GROUPS:
                assert rights.given_to(unit, group.name) == group.rights

    def test_making_the_groups_again_gives_nothing_back(self, office: Store) -> None:
        with office.write() as unit:
            rights.take(unit, "mitarbeiter", [EDIT])
            rights.ensure_groups(unit, now_us=NOW_US)

            assert rights.given_to(unit, "mitarbeiter") == MITARBEITER.rights - {EDIT}

    def test_administration_keeps_all(self, office: Store) -> None:
        for change in (rights.give, rights.take):
            with pytest.raises(InvalidValueError, match="every right"), office.write() as unit:
                change(unit, "administration", [EDIT])

    def test_nobody_unknown_is_given_any(self, office: Store) -> None:
        with pytest.raises(UnknownPrincipalError, match="chefs"), office.write() as unit:
            rights.give(unit, "chefs", [EDIT])

    def test_changes_are_audited(self, office: Store) -> None:
        with office.write() as unit:
            rights.give(unit, "karl", [EDIT])
            rights.take(unit, "karl", [EDIT])

        with office.read() as unit:
            acts = [each.row.act for each in audit_rows.newest(unit, since_us=0, limit=2)]
            assert audit.check(unit).faults == ()
        assert set(acts) == {Act.RIGHTS_GIVEN, Act.RIGHTS_TAKEN}


class TestOfAUser:
    def test_the_union_of_the_groups_and_the_own(self, office: Store, password: str) -> None:
        assert _karl(office, password).function_rights == frozenset()

        with office.write() as unit:
            people.set_groups(unit, "karl", ("kollaboration", "verwaltung"))
            rights.give(unit, "karl", [EDIT])

        assert _karl(office, password).function_rights == VERWALTUNG.rights | {EDIT}

    def test_what_is_taken_from_the_group_is_gone_at_the_next_request(
        self, office: Store, password: str
    ) -> None:
        with office.write() as unit:
            rights.give(unit, "kollaboration", [EDIT])
        assert _karl(office, password).may(EDIT)

        with office.write() as unit:
            rights.take(unit, "kollaboration", [EDIT])

        assert not _karl(office, password).may(EDIT)


class TestNewGroups:
    def test_begin_with_nothing(self, office: Store, password: str) -> None:
        with office.write() as unit:
            rights.add_group(unit, "partner", title="Partnerfirmen", now_us=NOW_US)
            people.set_groups(unit, "karl", ("partner",))
        assert _karl(office, password).function_rights == frozenset()

        with office.write() as unit:
            rights.give(unit, "partner", [EDIT])

        assert _karl(office, password).groups == {"partner"}
        assert _karl(office, password).may(EDIT)

    def test_share_their_names_with_users(self, office: Store) -> None:
        with pytest.raises(NameTakenError), office.write() as unit:
            rights.add_group(unit, "anna", now_us=NOW_US)
        with pytest.raises(InvalidValueError), office.write() as unit:
            rights.add_group(unit, "@everybody", now_us=NOW_US)


class TestVisibility:
    def test_the_first_user_sees_all_others_their_own(self, office: Store) -> None:
        with office.read() as unit:
            seen = [people.get(unit, name).visibility for name in ("anna", "karl")]

        assert seen == [Visibility.ALL, Visibility.OWN]

    def test_is_set_for_the_next_request_and_audited(self, office: Store, password: str) -> None:
        with office.write() as unit:
            people.set_visibility(unit, "karl", Visibility.NONE)

        assert _karl(office, password).visibility is Visibility.NONE
        with office.read() as unit:
            [entry] = audit_rows.newest(unit, since_us=0, limit=1)
        assert entry.row.act == Act.USER_VISIBILITY_SET
        assert entry.row.details == '{"visibility":"none"}'
