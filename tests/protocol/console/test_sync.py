"""Synchronisation: who may see and say what reaches whose devices, and what is hidden there."""

from dataclasses import replace
from typing import Any

import pytest

from auth import people, rights, sessions
from auth.rights import FunctionRight
from auth.visibility import Visibility
from office import sync_profiles
from office.contacts.kinds import Kind
from office.sync_profiles import DEFAULTS, SyncProfile
from office.sync_settings import Conflicts, Deletes, Notices, Where
from storage import hidden as hidden_rows
from storage import people as people_rows
from tests.builders import NOW_US
from tests.console import PASSWORD, Console, Visit
from tests.contact_rows import a_contact

OWN, ANNAS, OF_GROUP = (
    "/console/sync",
    "/console/users/anna/sync",
    "/console/groups/mitarbeiter/sync",
)
CONFIGURE = FunctionRight.CONFIGURE_SYNC


@pytest.fixture
def office(console: Console) -> Console:
    """Berta is an administrator, Vera manages users, Anna is staff and may configure herself."""
    for name, group in (
        ("berta", "administration"),
        ("vera", "verwaltung"),
        ("anna", "mitarbeiter"),
        ("jonas", "mitarbeiter"),
    ):
        console.person(name, group, password=None)
    give(console, "anna", CONFIGURE)
    return console


def at_console(console: Console, name: str) -> Visit:
    """That user's browser, which was let in just now."""
    with console.store.write() as unit:
        token = sessions.begin(
            unit,
            people.get(unit, name).id,
            is_complete=True,
            address="192.0.2.1",
            agent="Firefox",
            now_us=console.clock.us,
        )
    visit = console.visit()
    visit.client.set_cookie("deedbox_session", token, domain="dav.example.org")
    return visit


def give(console: Console, name: str, *chosen: FunctionRight) -> None:
    with console.store.write() as unit:
        rights.give(unit, name, chosen)


def profile(console: Console, name: str = "anna") -> SyncProfile:
    with console.store.read() as unit:
        return sync_profiles.of_user(unit, people.get(unit, name).id)


def group_profile(console: Console) -> SyncProfile:
    with console.store.read() as unit:
        group_id = people_rows.find_principal(unit, "mitarbeiter")
        assert group_id is not None
        return sync_profiles.of_group(unit, group_id)


def contact(console: Console, name: str, **facts: Any) -> int:
    with console.store.write() as unit:
        found, _item = a_contact(unit, name, **facts)
    return found


def hidden(console: Console, *names: str, user: str = "anna", **facts: Any) -> None:
    """Contacts that somebody took off their devices, the first one longest ago."""
    with console.store.write() as unit:
        for at, name in enumerate(names):
            _contact, item = a_contact(unit, name, **({"kind": "company"} | facts))
            hidden_rows.hide(unit, people.get(unit, user).id, item, now_us=NOW_US + at)


class TestOnesOwn:
    def test_is_there_for_who_may_configure_it(self, office: Console) -> None:
        anna, jonas = at_console(office, "anna"), at_console(office, "jonas")

        assert anna.get(OWN).status == 200
        assert jonas.get(OWN).status == 404
        for page, leads in (
            (anna.get("/console/devices"), OWN),
            (jonas.get("/console/devices"), f"{OWN}/hidden"),
        ):
            assert leads in page.root.xpath("//nav[@class='places']//a/@href")

    def test_takes_all_that_is_chosen(self, office: Console) -> None:
        broker = contact(office, "Makler Mohn", kind="broker", tags=("Partner",))
        contact(office, "Firma", kind="company", tags=("Käufer",))
        give(office, "anna", FunctionRight.SEE_DEPARTMENT_APPOINTMENTS)
        jonas = office.user_id("jonas")
        visit = at_console(office, "anna")

        done = visit.send(
            visit.get(OWN),
            OWN,
            office_book="remote-account",
            book_name="  Büro Berg ",
            kinds=["customer", "broker"],
            tags=["Käufer"],
            own_customers_only="yes",
            brokers=[str(broker)],
            edited_days="90",
            birthdays="yes",
            contract_alarms="yes",
            contract_alarm_days="30",
            contract_notices="single",
            appointments=None,
            appointment_days="365",
            colleagues=[str(jonas)],
            contact_deletes="refuse",
            appointment_deletes="delete",
            contact_conflicts="device-wins",
            appointment_conflicts="both",
        )

        chosen = SyncProfile(
            office_book=Where.REMOTE,
            book_name="Büro Berg",
            kinds=frozenset({Kind.CUSTOMER, Kind.BROKER}),
            tags=frozenset({"Käufer"}),
            own_customers_only=True,
            brokers=frozenset({broker}),
            edited_days=90,
            birthdays=True,
            contract_alarms=True,
            contract_alarm_days=30,
            contract_notices=Notices.SINGLE,
            appointments=False,
            appointment_days=365,
            colleagues=frozenset({jonas}),
            contact_deletes=Deletes.REFUSE,
            appointment_deletes=Deletes.DELETE,
            contact_conflicts=Conflicts.DEVICE,
            appointment_conflicts=Conflicts.BOTH,
        )
        assert "Saved" in done.text
        assert profile(office) == chosen
        assert visit.send(visit.get(OWN), OWN).status == 200  # the page shows what is stored
        assert profile(office) == chosen

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("edited_days", "0"),
            ("edited_days", "3651"),
            ("appointment_days", "bald"),
            ("kinds", None),
            ("book_name", "x" * 65),
            ("brokers", "999"),
            ("tags", ["x" * 201]),
        ],
    )
    def test_says_what_cannot_be_taken_and_keeps_what_was_typed(
        self, office: Console, field: str, typed: Any
    ) -> None:
        visit = at_console(office, "anna")

        answer = visit.send(visit.get(OWN), OWN, **{"birthdays": "yes", field: typed})

        assert answer.status == 422
        assert answer.root.xpath(f"//*[@id='{field}-fault']")
        assert answer.form(OWN).fields["birthdays"] == "yes"
        if isinstance(typed, str) and field != "brokers":
            assert answer.form(OWN).fields[field] == typed
        assert profile(office) == DEFAULTS

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("office_book", "moon"),
            ("contact_deletes", "burn"),
            ("contract_alarm_days", "45"),
            ("contract_alarm_days", "x"),
            ("brokers", "x"),
            ("colleagues", "²"),
        ],
    )
    def test_takes_nothing_that_no_form_holds(
        self, office: Console, field: str, typed: str
    ) -> None:
        visit = at_console(office, "anna")

        assert visit.send(visit.get(OWN), OWN, **{field: typed}).status == 400
        assert profile(office) == DEFAULTS

    def test_colleagues_are_for_who_may_see_their_appointments(self, office: Console) -> None:
        visit = at_console(office, "anna")
        page = visit.get(OWN)

        answer = visit.send(page, OWN, colleagues=str(office.user_id("jonas")))

        assert "colleagues" not in page.form(OWN).fields
        assert "right to see the department" in page.text
        assert answer.status == 422
        assert profile(office).colleagues == frozenset()

    def test_offers_no_tag_of_a_customer_whom_one_does_not_see(self, office: Console) -> None:
        contact(office, "Fremde Kundin", tags=("Scheidung",))
        contact(office, "Firma", kind="company", tags=("Ost",))
        with office.store.write() as unit:
            people.set_visibility(unit, "anna", Visibility.OWN)

        page = at_console(office, "anna").get(OWN)

        assert "Ost" in page.text
        assert "Scheidung" not in page.html

    def test_the_second_of_two_who_save_hears_what_stands(self, office: Console) -> None:
        visit = at_console(office, "anna")
        page = visit.get(OWN)
        visit.send(page, OWN, birthdays="yes")

        late = visit.send(page, OWN, edited_days="5")

        assert late.status == 409
        assert "Somebody changed this meanwhile" in late.text
        assert late.form(OWN).fields["birthdays"] == "yes"
        assert profile(office) == replace(DEFAULTS, birthdays=True)


class TestReset:
    @pytest.fixture
    def karl(self, office: Console) -> Visit:
        """Somebody who has a password."""
        office.person("karl", "verwaltung")
        return office.signed_in("karl")

    def test_wants_the_password_and_gives_the_groups_profile(
        self, office: Console, karl: Visit
    ) -> None:
        karl.send(karl.get(OWN), OWN, birthdays="yes")
        office.clock.pass_seconds(600)

        asked = karl.get(f"{OWN}/reset")
        assert "Your password, please" in asked.title
        shown = karl.send(asked, password_again=PASSWORD)
        assert profile(office, "karl").birthdays
        done = karl.send(shown)

        assert "Reset." in done.text
        assert profile(office, "karl") == DEFAULTS

    def test_is_not_done_by_a_form_that_was_shown_long_ago(
        self, office: Console, karl: Visit
    ) -> None:
        karl.send(karl.get(OWN), OWN, birthdays="yes")
        shown = karl.get(f"{OWN}/reset")
        office.clock.pass_seconds(600)

        answer = karl.send(shown)

        assert "Your password, please" in answer.title
        assert profile(office, "karl").birthdays


class TestOfOthers:
    def test_is_there_for_who_manages_them_and_configures(self, office: Console) -> None:
        give(office, "jonas", FunctionRight.MANAGE_USERS)

        seen = {
            name: (visit.get(ANNAS).status, "/anna/sync" in visit.get("/console/users/anna").html)
            for name in ("berta", "vera", "anna", "jonas")
            for visit in [at_console(office, name)]
        }

        assert seen == {
            "berta": (200, True),
            "vera": (200, True),
            "anna": (404, False),  # her own is elsewhere; others' she does not manage
            "jonas": (404, False),
        }

    def test_administrators_are_for_administrators(self, office: Console) -> None:
        for name, status in (("vera", 404), ("berta", 200)):
            visit = at_console(office, name)
            for page in ("sync", "sync/reset", "sync/hidden"):
                assert visit.get(f"/console/users/berta/{page}").status == status
            assert visit.get("/console/groups/administration/sync").status == status

    def test_is_set_and_reset(self, office: Console) -> None:
        visit = at_console(office, "vera")

        visit.send(visit.get(ANNAS), ANNAS, edited_days="30")
        assert profile(office) == replace(DEFAULTS, edited_days=30)
        visit.send(visit.get(f"{ANNAS}/reset"))

        assert profile(office) == DEFAULTS
        record = at_console(office, "berta").get("/console/audit").text
        assert "Synchronisation set" in record
        assert "Synchronisation reset" in record

    def test_wants_the_password_after_ten_minutes(self, office: Console) -> None:
        visit = at_console(office, "vera")
        page = visit.get(ANNAS)
        office.clock.pass_seconds(600)

        asked = visit.send(page, ANNAS, edited_days="30")

        assert "Your password, please" in asked.title
        assert profile(office) == DEFAULTS


class TestOfGroups:
    def test_is_what_its_members_begin_with(self, office: Console) -> None:
        visit = at_console(office, "vera")
        listed = visit.get("/console/groups")
        assert OF_GROUP in listed.html
        assert "/administration/sync" not in listed.html

        done = visit.send(visit.get(OF_GROUP), OF_GROUP, birthdays="yes")

        assert done.status == 200
        assert group_profile(office) == replace(DEFAULTS, birthdays=True)
        assert profile(office) == profile(office, "jonas") == replace(DEFAULTS, birthdays=True)
        assert profile(office, "vera") == DEFAULTS

    def test_there_is_none_of_a_user_by_that_way(self, office: Console) -> None:
        visit = at_console(office, "berta")

        assert visit.get("/console/groups/anna/sync").status == 404
        assert visit.get("/console/users/mitarbeiter/sync").status == 404
        assert visit.get(f"{OF_GROUP}/reset").status == 404


class TestHidden:
    def test_is_listed_and_brought_back_also_without_the_right(self, office: Console) -> None:
        hidden(office, "Baugesellschaft Ost", "Hausverwaltung West", user="jonas")
        visit = at_console(office, "jonas")
        page = visit.get(f"{OWN}/hidden")
        assert page.text.index("West") < page.text.index("Ost")

        after = visit.send(page, f"{OWN}/hidden")

        assert "Ost" in after.text
        assert "West" not in after.text
        assert "Nothing is hidden" in visit.send(after, f"{OWN}/hidden").text

    def test_all_at_once(self, office: Console) -> None:
        hidden(office, "Eins", "Zwei", "Drei")
        visit = at_console(office, "anna")
        page = visit.get(f"{OWN}/hidden")
        assert "Bring all 3 back" in page.text

        visit.post(f"{OWN}/hidden", form_token=page.token, item="all")

        assert "Nothing is hidden" in visit.get(f"{OWN}/hidden").text

    def test_is_shown_in_parts(self, office: Console) -> None:
        hidden(office, *(f"Firma {number:02}" for number in range(53)))
        visit = at_console(office, "anna")

        first = visit.get(f"{OWN}/hidden")
        second = visit.get(first.root.xpath("//a[contains(@href, 'after=')]/@href")[0])

        assert "(53)" in visit.get(OWN).text
        assert "Firma 03" in first.text
        assert "Firma 02" not in first.text
        assert "Firma 02" in second.text
        assert "Firma 03" not in second.text
        assert visit.get(f"{OWN}/hidden?after=x").status == 400

    def test_of_another_tells_no_name_that_the_visitor_may_not_see(self, office: Console) -> None:
        hidden(office, "Geheime Kundin", kind="customer", partner=office.user_id("anna"))
        with office.store.write() as unit:
            people.set_visibility(unit, "vera", Visibility.NONE)
        visit = at_console(office, "vera")

        page = visit.get(f"{ANNAS}/hidden")
        visit.send(page, f"{ANNAS}/hidden")

        assert "Geheime" not in page.html
        assert "Nothing is hidden" in visit.get(f"{ANNAS}/hidden").text
        assert "brought back" in at_console(office, "berta").get("/console/audit").text

    def test_is_nobody_elses_to_bring_back(self, office: Console) -> None:
        hidden(office, "Eins")
        visit = at_console(office, "jonas")
        token = visit.get("/console/account").token

        visit.post(f"{OWN}/hidden", form_token=token, item="all")
        refused = visit.post(f"{ANNAS}/hidden", form_token=token, item="all")

        assert refused.status == 404
        assert "Eins" in at_console(office, "anna").get(f"{OWN}/hidden").text
