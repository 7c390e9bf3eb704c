import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from auth import people, rights
from auth.audit import Act, Actor
from auth.rights import MITARBEITER, FunctionRight
from auth.visibility import Visibility
from office import granting, sync_profiles
from office.contacts.kinds import Kind
from office.sync_profiles import DEFAULTS, ProfileError, SyncProfile
from office.sync_settings import Conflicts, Deletes, Notices, Where
from storage import audit as audit_rows
from storage import contacts, epochs
from storage import people as people_rows
from storage import sync_profiles as rows
from storage.store import Store, WriteUnit
from tests.builders import NOW_US, a_person, with_groups
from tests.contact_rows import a_contact, rules_of
from tests.statements import count

DEPARTMENT = FunctionRight.SEE_DEPARTMENT_APPOINTMENTS


@pytest.fixture
def office(store: Store) -> Store:
    with_groups(store)
    with store.write() as unit:
        for name in ("anna", "jonas"):
            a_person(unit, name)
        a_person(unit, "vera", groups=("verwaltung",))
    return store


def user_id(office: Store, name: str = "anna") -> int:
    with office.read() as unit:
        return people.get(unit, name).id


def group_id(office: Store, name: str = MITARBEITER.name) -> int:
    with office.read() as unit:
        found = people_rows.find_principal(unit, name)
    assert found is not None
    return found


def of_user(office: Store, name: str = "anna") -> SyncProfile:
    with office.read() as unit:
        return sync_profiles.of_user(unit, people.get(unit, name).id)


def set_of(office: Store, profile: SyncProfile, name: str = "anna") -> None:
    with office.write() as unit:
        sync_profiles.set_of_user(unit, people.get(unit, name).id, profile)


def set_of_group(office: Store, profile: SyncProfile, name: str = MITARBEITER.name) -> None:
    with office.write() as unit:
        sync_profiles.set_of_group(unit, group_id(office, name), profile)


def rules(office: Store, name: str = "anna") -> int:
    with office.write() as unit:
        return rules_of(unit, people.get(unit, name).id)


def acts(office: Store) -> list[tuple[str, int | None, int | None, object]]:
    with office.read() as unit:
        return [
            (each.act, each.by_user_id, each.user_id, json.loads(each.details))
            for each in audit_rows.page(unit, after_id=0, limit=1000)
            if each.act.startswith(("sync-profile", "hidden"))
        ]


def everything(office: Store) -> SyncProfile:
    """A profile that differs from the defaults in everything."""
    with office.write() as unit:
        rights.give(unit, "anna", [DEPARTMENT])
        broker, _item = a_contact(unit, "Makler Mohn", kind="broker")
        return SyncProfile(
            office_book=Where.REMOTE,
            book_name="Büro Berg",
            kinds=frozenset({Kind.CUSTOMER, Kind.BROKER}),
            tags=frozenset({"Penthouse", "Käufer"}),
            own_customers_only=True,
            brokers=frozenset({broker}),
            edited_days=90,
            birthdays=True,
            contract_alarms=True,
            contract_alarm_days=30,
            contract_notices=Notices.SINGLE,
            appointments=False,
            appointment_days=365,
            colleagues=frozenset({people.get(unit, "jonas").id}),
            contact_deletes=Deletes.REFUSE,
            appointment_deletes=Deletes.DELETE,
            contact_conflicts=Conflicts.DEVICE,
            appointment_conflicts=Conflicts.BOTH,
        )


class TestAProfile:
    def test_is_that_of_the_defaults_until_somebody_says_something(self, office: Store) -> None:
        assert of_user(office) == DEFAULTS == SyncProfile()

    def test_is_read_as_it_was_stored(self, office: Store) -> None:
        chosen = everything(office)
        assert all(
            getattr(chosen, each.name) != getattr(DEFAULTS, each.name) for each in fields(chosen)
        )

        set_of(office, chosen)

        assert of_user(office) == chosen
        assert of_user(office, "jonas") == DEFAULTS

    def test_of_the_user_stands_over_the_groups_each_setting_by_itself(
        self, office: Store
    ) -> None:
        set_of(office, replace(DEFAULTS, edited_days=30))
        set_of_group(office, replace(DEFAULTS, edited_days=90, birthdays=True))

        assert of_user(office) == replace(DEFAULTS, edited_days=30, birthdays=True)
        assert of_user(office, "jonas") == replace(DEFAULTS, edited_days=90, birthdays=True)
        assert of_user(office, "vera") == DEFAULTS

    def test_keeps_only_what_differs_so_that_the_rest_follows_the_group(
        self, office: Store
    ) -> None:
        set_of_group(office, replace(DEFAULTS, birthdays=True))
        set_of(office, replace(of_user(office), edited_days=30))

        set_of_group(office, replace(DEFAULTS, birthdays=False, book_name="Adressen"))

        assert of_user(office) == replace(DEFAULTS, edited_days=30, book_name="Adressen")
        with office.read() as unit:
            own = sync_profiles.own_settings(unit, user_id(office))
        assert own == {"edited_days"}

    def test_may_say_against_the_group_what_the_defaults_are(self, office: Store) -> None:
        set_of_group(office, replace(DEFAULTS, birthdays=True, edited_days=30))

        set_of(office, DEFAULTS)

        assert of_user(office) == DEFAULTS
        with office.read() as unit:
            below = sync_profiles.of_groups_of(unit, user_id(office))
        assert below == replace(DEFAULTS, birthdays=True, edited_days=30)

    def test_the_group_made_last_is_heard_first(self, office: Store) -> None:
        with office.write() as unit:
            rights.add_group(unit, "aussendienst", now_us=NOW_US)
            people.set_groups(unit, "anna", ["aussendienst", MITARBEITER.name])
        set_of_group(office, replace(DEFAULTS, edited_days=7), "aussendienst")
        set_of_group(office, replace(DEFAULTS, edited_days=90, birthdays=True))

        assert of_user(office) == replace(DEFAULTS, edited_days=7, birthdays=True)

    def test_forgets_what_this_version_does_not_know_or_take(self, office: Store) -> None:
        kept = {
            "edited_days": 30,
            "moon": True,
            "kinds": [],
            "contact_deletes": "burn",
            "birthdays": 1,
        }
        with office.write() as unit:
            rows.put(unit, user_id(office), json.dumps(kept))

        assert of_user(office) == replace(DEFAULTS, edited_days=30)

    def test_is_found_with_one_query(self, office: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        set_of_group(office, replace(DEFAULTS, birthdays=True))
        set_of(office, replace(DEFAULTS, edited_days=3))
        anna = user_id(office)

        with office.read() as unit:
            assert count(lambda: sync_profiles.of_user(unit, anna), monkeypatch) == 1


class TestColleagues:
    def test_come_only_with_the_right_to_see_their_appointments(self, office: Store) -> None:
        jonas = user_id(office, "jonas")
        chosen = replace(DEFAULTS, colleagues=frozenset({jonas, user_id(office)}))
        with pytest.raises(ProfileError) as refused:
            set_of(office, chosen)
        assert set(refused.value.faults) == {"colleagues"}
        with office.write() as unit:
            rights.give(unit, "anna", [DEPARTMENT])

        set_of(office, chosen)

        assert of_user(office).colleagues == {jonas}  # not oneself
        before = rules(office)
        with office.write() as unit:
            granting.take_rights(unit, "anna", [DEPARTMENT])
        assert of_user(office).colleagues == frozenset()
        assert rules(office) > before

    def test_wait_for_who_gets_the_right_back(self, office: Store) -> None:
        jonas = frozenset({user_id(office, "jonas")})
        with office.write() as unit:
            rights.give(unit, "anna", [DEPARTMENT])
        set_of(office, replace(DEFAULTS, colleagues=jonas))
        with office.write() as unit:
            granting.take_rights(unit, "anna", [DEPARTMENT])

        set_of(office, replace(of_user(office), birthdays=True))

        with office.write() as unit:
            rights.give(unit, "anna", [DEPARTMENT])
        assert of_user(office) == replace(DEFAULTS, birthdays=True, colleagues=jonas)

    def test_of_a_group_come_to_those_who_may(self, office: Store) -> None:
        set_of_group(office, replace(DEFAULTS, colleagues=frozenset({user_id(office, "vera")})))
        assert of_user(office).colleagues == frozenset()

        with office.write() as unit:
            rights.give(unit, MITARBEITER.name, [DEPARTMENT])

        assert of_user(office).colleagues == {user_id(office, "vera")}

    def test_are_users_who_are_active(self, office: Store) -> None:
        with office.write() as unit:
            rights.give(unit, "anna", [DEPARTMENT])
            people.block(unit, "jonas")

        for nobody in (user_id(office, "jonas"), group_id(office), 999_999):
            with pytest.raises(ProfileError, match="colleagues"):
                set_of(office, replace(DEFAULTS, colleagues=frozenset({nobody})))


class TestWhatCannotBeTaken:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"book_name": "x" * 65},
            {"book_name": "zwei\nZeilen"},
            {"book_name": " Büro"},
            {"book_name": "B\u202eüro"},
            {"kinds": frozenset()},
            {"kinds": frozenset({"customer", "enemy"})},
            {"tags": frozenset({""})},
            {"tags": frozenset({"a\x00b"})},
            {"tags": frozenset(map(str, range(1001)))},
            {"edited_days": 0},
            {"edited_days": 3651},
            {"appointment_days": -1},
            {"contract_alarm_days": 45},
            {"office_book": "moon"},
            {"contact_deletes": "burn"},
            {"appointment_conflicts": "coin"},
            {"birthdays": 1},
            {"brokers": frozenset({999_999})},
            {"brokers": frozenset({0})},
        ],
    )
    @pytest.mark.parametrize("set_it", [set_of, set_of_group])
    def test_is_refused_by_name(
        self,
        office: Store,
        wrong: dict[str, Any],
        set_it: Callable[[Store, SyncProfile], None],
    ) -> None:
        before = rules(office)

        with pytest.raises(ProfileError) as refused:
            set_it(office, replace(DEFAULTS, **({"own_customers_only": True} | wrong)))

        assert set(refused.value.faults) == set(wrong)
        assert of_user(office) == DEFAULTS
        assert rules(office) == before

    def test_is_told_all_at_once(self, office: Store) -> None:
        with pytest.raises(
            ProfileError, match=r"edited-days: .* contract-alarm-days: "
        ) as refused:
            set_of(office, replace(DEFAULTS, edited_days=0, contract_alarm_days=1))

        assert set(refused.value.faults) == {"edited_days", "contract_alarm_days"}

    def test_only_brokers_are_brokers(self, office: Store) -> None:
        with office.write() as unit:
            customer, _item = a_contact(unit, "Jonas Keil")

        with pytest.raises(ProfileError, match="brokers"):
            set_of(office, replace(DEFAULTS, brokers=frozenset({customer})))

    def test_a_broker_who_is_gone_stays_until_another_is_chosen(self, office: Store) -> None:
        chosen = everything(office)
        set_of(office, chosen)
        with office.write() as unit:
            unit.execute("DELETE FROM contact")

        set_of(office, replace(chosen, birthdays=False))

        assert of_user(office).brokers == chosen.brokers


class TestWhatFollows:
    def test_a_change_raises_the_rules_of_that_user_and_is_recorded(self, office: Store) -> None:
        before = {name: rules(office, name) for name in ("anna", "jonas")}
        anna, vera = user_id(office), user_id(office, "vera")

        with office.write() as unit:
            chosen = replace(DEFAULTS, birthdays=True, tags=frozenset({"geheim"}))
            sync_profiles.set_of_user(unit, anna, chosen, by=Actor(vera))

        assert rules(office) == before["anna"] + 1
        assert rules(office, "jonas") == before["jonas"]
        told = {"settings": ["tags", "birthdays"]}  # never a text that a person typed
        assert acts(office) == [(Act.SYNC_PROFILE_SET, vera, anna, told)]

    def test_nothing_follows_where_nothing_changed(self, office: Store) -> None:
        set_of(office, replace(DEFAULTS, birthdays=True))
        set_of_group(office, replace(DEFAULTS, edited_days=5))
        before = rules(office), acts(office)

        set_of(office, of_user(office))
        set_of_group(office, replace(DEFAULTS, edited_days=5))

        assert (rules(office), acts(office)) == before

    def test_a_change_of_a_group_raises_the_rules_of_all_in_it(self, office: Store) -> None:
        before = {name: rules(office, name) for name in ("anna", "jonas", "vera")}

        set_of_group(office, replace(DEFAULTS, birthdays=True))

        after = {name: rules(office, name) - was for name, was in before.items()}
        assert after == {"anna": 1, "jonas": 1, "vera": 0}
        assert acts(office)[0][2] == group_id(office)

    @pytest.mark.parametrize(
        "change",
        [
            lambda unit: people.set_visibility(unit, "anna", Visibility.NONE),
            lambda unit: people.set_groups(unit, "anna", ["kollaboration"]),
            lambda unit: rights.give(unit, "anna", [DEPARTMENT]),
            lambda unit: rights.give(unit, MITARBEITER.name, [DEPARTMENT]),
            lambda unit: rights.take(unit, MITARBEITER.name, [DEPARTMENT]),
        ],
        ids=["visibility", "groups", "own right", "group's right", "right taken"],
    )
    def test_what_else_decides_raises_the_rules_too(
        self, office: Store, change: Callable[[WriteUnit], object]
    ) -> None:
        before = rules(office), rules(office, "vera")

        with office.write() as unit:
            change(unit)

        assert rules(office) == before[0] + 1
        assert rules(office, "vera") == before[1]

    def test_other_rights_change_no_view(self, office: Store) -> None:
        before = rules(office)

        with office.write() as unit:
            rights.give(unit, "anna", [FunctionRight.SEND_OFFERS])

        assert rules(office) == before


class TestReset:
    def test_gives_the_groups_profile_and_ends_the_tokens_of_views_alone(
        self, office: Store
    ) -> None:
        set_of_group(office, replace(DEFAULTS, birthdays=True))
        set_of(office, everything(office))
        anna, vera = user_id(office), user_id(office, "vera")
        before, was = _epochs(office), rules(office)

        with office.write() as unit:
            sync_profiles.reset_of_user(unit, anna, by=Actor(vera))

        assert of_user(office) == replace(DEFAULTS, birthdays=True)
        risen = {each for each, epoch in _epochs(office).items() if epoch != before[each]}
        assert risen == {(anna, "office")}
        assert _epochs(office)[anna, "office"] == before[anna, "office"] + 1
        assert rules(office) == was + 1
        assert acts(office)[-1] == (Act.SYNC_PROFILE_RESET, vera, anna, {})

    def test_can_be_had_as_often_as_one_likes(self, office: Store) -> None:
        with office.write() as unit:
            for _ in range(3):
                epochs.renew_views(unit, user_id(office))
                sync_profiles.reset_of_user(unit, user_id(office))

        assert of_user(office) == DEFAULTS


def _epochs(office: Store) -> dict[tuple[int, str], int]:
    with office.read() as unit:
        found = unit.rows("SELECT owner_id, name, epoch FROM collection")
    return {(owner, name): epoch for owner, name, epoch in found}


class TestChoices:
    def test_tags_are_those_of_contacts_that_one_sees(self, office: Store) -> None:
        anna, jonas = user_id(office), user_id(office, "jonas")
        with office.write() as unit:
            broker, _item = a_contact(unit, "Makler", kind="broker", tags=("Partner",))
            a_contact(unit, "Eins", partner=jonas, tags=("Käufer", "Villa"))
            a_contact(unit, "Zwei", partner=anna, broker=broker, tags=("villa", "Ost"))
            contacts.release(unit, broker, jonas)
            a_contact(unit, "Drei", kind="prospect", tags=("Scheidung",))
            a_contact(unit, "Vier", broker=broker, tags=("Altbau",))

        seen = {}
        for name, visibility in (("anna", "own"), ("jonas", "own"), ("vera", "none")):
            with office.write() as unit:
                people.set_visibility(unit, name, Visibility(visibility))
                found = rows.tags_seen(unit, people.get(unit, name).id)
                seen[name] = [each.key for each in found]

        assert seen == {
            "anna": ["ost", "partner", "villa"],
            "jonas": ["altbau", "käufer", "ost", "partner", "villa"],
            "vera": ["partner"],
        }
        with office.write() as unit:
            people.set_visibility(unit, "anna", Visibility.ALL)
            assert "scheidung" in {each.key for each in rows.tags_seen(unit, anna)}

    def test_brokers_and_colleagues_are_named(self, office: Store) -> None:
        anna = user_id(office)
        with office.write() as unit:
            for name in ("Makler Zorn", "Makler Ahn"):
                a_contact(unit, name, kind="broker")
            a_contact(unit, "Jonas Keil")
            people.block(unit, "jonas")

        with office.read() as unit:
            named = [name for _id, _number, name in contacts.brokers(unit)]
            assert named == ["Makler Ahn", "Makler Zorn"]
            assert [each.name for each in rows.colleagues(unit, besides=anna)] == ["vera"]
