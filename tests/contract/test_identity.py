from dataclasses import replace

import pytest

from auth import blocks, devices, people
from auth.errors import CredentialsError
from auth.identity import Identity, identify, renew
from auth.rights import FunctionRight
from storage import devices as rows
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        a_person(unit, "anna", groups=("administration", "mitarbeiter"))
        a_person(unit, "jonas", groups=("administration",))
    return store


@pytest.fixture
def password(office: Store) -> str:
    with office.write() as unit:
        return a_device(unit, "anna", "Laptop").password


def _identify(office: Store, username: str, password: str, key: bytes = KEY) -> Identity:
    with office.read() as unit:
        return identify(unit, username, password, secret_key=key)


def _refusal(office: Store, username: str, password: str, key: bytes = KEY) -> str:
    with pytest.raises(CredentialsError) as refused:
        _identify(office, username, password, key)
    return refused.value.reason


class TestWhoIsLetIn:
    def test_an_identity_says_who_and_on_which_device(self, office: Store, password: str) -> None:
        who = _identify(office, "anna", password)

        with office.read() as unit:
            anna = people.get(unit, "anna")
            [laptop] = devices.listed(unit)
        assert (who.user_id, who.user_name, who.home_node_id) == (
            anna.id,
            "anna",
            anna.home_node_id,
        )
        assert (who.device_id, who.device_label) == (laptop.id, "Laptop")
        assert who.groups == {"administration", "mitarbeiter"}
        assert who.blocked_nodes == frozenset()

    def test_rights_are_the_union_of_the_groups(self, office: Store, password: str) -> None:
        who = _identify(office, "anna", password)

        assert who.is_administrator
        assert who.function_rights == frozenset(FunctionRight)
        assert who.may(FunctionRight.EDIT_DOCUMENTS)

    @pytest.mark.parametrize(
        "username",
        [
            "Anna",
            "BUERO\\anna",
            "dav.example.org\\ANNA",
            "anna@buero.example",
            "ANNA@Buero.Example",
        ],
    )
    def test_the_user_name_as_clients_spell_it(
        self, office: Store, password: str, username: str
    ) -> None:
        assert _identify(office, username, password).user_name == "anna"

    def test_the_password_as_people_type_it(self, office: Store, password: str) -> None:
        typed = password.upper().replace("-", " ").replace("0", "O").replace("1", "l")

        assert _identify(office, "anna", typed).user_name == "anna"

    def test_a_user_without_a_group_may_nothing(self, office: Store, password: str) -> None:
        with office.write() as unit:
            unit.execute("DELETE FROM membership")

        who = _identify(office, "anna", password)

        assert (who.groups, who.function_rights) == (frozenset(), frozenset())


class TestWhoIsRefused:
    @pytest.mark.parametrize("username", ["jonas", "", "anna\\jonas", "anna@other.example"])
    def test_another_user_name(self, office: Store, password: str, username: str) -> None:
        assert _refusal(office, username, password) == "another user's device"

    def test_a_wrong_secret(self, office: Store, password: str) -> None:
        last = "2" if password[-1] != "2" else "3"

        assert _refusal(office, "anna", password[:-1] + last) == "wrong secret"

    def test_a_secret_under_another_key(self, office: Store, password: str) -> None:
        assert _refusal(office, "anna", password, key=b"x" * 32) == "wrong secret"

    @pytest.mark.parametrize("password_sent", ["", "geheim", "u" * 36, "0" * 36, "ä" * 36])
    def test_what_is_no_devices_password(self, office: Store, password_sent: str) -> None:
        assert _refusal(office, "anna", password_sent) == "unknown device"

    def test_the_accounts_password_never_opens_dav(self, office: Store) -> None:
        with office.write() as unit:
            people.add_user(
                unit,
                name="mia",
                email="mia@buero.example",
                password="drei graue Eulen",
                home_node_id=1,
                now_us=NOW_US,
            )

        assert _refusal(office, "mia", "drei graue Eulen") == "unknown device"

    def test_what_a_person_is_told_does_not_tell_why(self, office: Store, password: str) -> None:
        sentences = set()
        for username, sent in [("jonas", password), ("anna", "geheim")]:
            with pytest.raises(CredentialsError) as refused:
                _identify(office, username, sent)
            sentences.add(str(refused.value))

        assert len(sentences) == 1


class TestFromTheNextRequest:
    def test_a_retired_device_is_refused(self, office: Store, password: str) -> None:
        with office.write() as unit:
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US)

        assert _refusal(office, "anna", password) == "retired device"

    def test_a_blocked_user_is_refused_and_an_unblocked_one_let_in(
        self, office: Store, password: str
    ) -> None:
        with office.write() as unit:
            people.block(unit, "anna")
        assert _refusal(office, "anna", password) == "blocked user"

        with office.write() as unit:
            people.unblock(unit, "anna")

        assert _identify(office, "anna", password).user_name == "anna"

    def test_a_request_that_runs_for_long_can_ask_again(
        self, office: Store, password: str
    ) -> None:
        who = _identify(office, "anna", password)
        with office.write() as unit:
            blocks.block_on(unit, user_name="anna", node_id=who.home_node_id, now_us=NOW_US)
            assert renew(unit, who) == replace(who, blocked_nodes=frozenset({who.home_node_id}))

            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US)

            with pytest.raises(CredentialsError):
                renew(unit, who)

    def test_blocks_are_known(self, office: Store, password: str) -> None:
        with office.write() as unit:
            homes = [people.get(unit, name).home_node_id for name in ("anna", "jonas")]
            for node_id in (*homes, homes[0]):  # twice the same is one block
                blocks.block_on(unit, user_name="anna", node_id=node_id, now_us=NOW_US)
        assert _identify(office, "anna", password).blocked_nodes == set(homes)

        with office.write() as unit:
            assert blocks.unblock_on(unit, user_name="anna", node_id=homes[0])
            assert not blocks.unblock_on(unit, user_name="anna", node_id=homes[0])

        assert _identify(office, "anna", password).blocked_nodes == {homes[1]}


def test_an_identity_is_one_statement_that_scans_no_table(office: Store) -> None:
    with office.read() as unit:
        if not unit.is_sqlite:
            unit.cursor.execute("SET LOCAL enable_seqscan = off")  # tables are tiny here
        explain = "EXPLAIN QUERY PLAN" if unit.is_sqlite else "EXPLAIN"
        plan = unit.rows(
            f"{explain} {rows._bearer_sql(unit)} WHERE d.selector = :selector", {"selector": "x"}
        )

    lines = "\n".join(str(line) for line in plan)
    assert "device" in lines
    assert "SCAN " not in lines
    assert "Seq Scan" not in lines
