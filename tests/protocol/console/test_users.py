"""Administration: who may manage whom, and what it does."""

import re

import pytest

from auth import devices, people, rights
from auth.rights import GROUPS
from storage import outbox
from storage.people import PersonRow
from tests.builders import KEY
from tests.console import Console, Visit

MANAGERS = {"administration", "verwaltung"}
PAGES = ("/console/users", "/console/users/new", "/console/users/anna", "/console/audit")
ACTS = ("block", "unblock", "withdraw", "no-second-factor", "groups", "limit", "link")


@pytest.fixture
def berta(console: Console) -> Visit:
    """The administrator, with two users in the office."""
    console.person("berta", "administration")
    console.person("anna")
    console.person("vera", "verwaltung")
    return console.signed_in("berta")


def person(console: Console, name: str) -> PersonRow:
    with console.store.read() as unit:
        return people.get(unit, name)


@pytest.mark.parametrize("group", [each.name for each in GROUPS])
def test_every_page_and_act_is_there_for_the_right_only(console: Console, group: str) -> None:
    console.person("anna")
    console.person("walter", group)
    visit = console.signed_in("walter")
    token = visit.get("/console/account").token
    may = group in MANAGERS

    seen = [visit.get(page).status for page in PAGES]
    done = [
        visit.post(f"/console/users/anna/{act}", form_token=token).status
        for act in ACTS
        if may or act
    ]

    assert set(seen) == ({200} if may else {404})
    assert (set(done) == {404}) is not may
    assert ("Users" in visit.get("/console/devices").html) is may


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_them_without_signing_in(console: Console, page: str) -> None:
    assert "Sign in" in console.visit().get(page).title


class TestActs:
    def test_a_block_ends_sessions_and_devices_and_is_lifted(
        self, console: Console, berta: Visit
    ) -> None:
        anna = console.signed_in("anna")

        berta.send(berta.get("/console/users/anna"), "anna/block")

        assert person(console, "anna").state == "blocked"
        assert "Sign in" in anna.get("/console/devices").title
        berta.send(berta.get("/console/users/anna"), "anna/unblock")
        assert person(console, "anna").state == "active"

    def test_the_last_administrator_stays(self, console: Console, berta: Visit) -> None:
        page = berta.get("/console/users/berta")

        blocked = berta.send(page, "berta/block")
        demoted = berta.send(page, "berta/groups", groups="mitarbeiter")

        for answer in (blocked, demoted):
            assert answer.status == 409
            assert "last active administrator" in answer.text
        assert person(console, "berta").groups == {"administration"}

    def test_groups_and_number_of_devices_are_set(self, console: Console, berta: Visit) -> None:
        berta.send(
            berta.get("/console/users/anna"), "groups", groups=["verwaltung", "kollaboration"]
        )
        berta.send(berta.get("/console/users/anna"), "limit", limit="4")

        assert person(console, "anna").groups == {"verwaltung", "kollaboration"}
        assert person(console, "anna").device_limit == 4
        berta.send(berta.get("/console/users/anna"), "limit", limit="")
        assert person(console, "anna").device_limit is None

    @pytest.mark.parametrize(
        ("act", "fields"),
        [
            ("limit", {"limit": "101"}),
            ("limit", {"limit": "-1"}),
            ("limit", {"limit": "²"}),
            ("groups", {"groups": None}),
            ("groups", {"groups": "unheard"}),
        ],
    )
    def test_what_cannot_be_taken_is_said(
        self, console: Console, berta: Visit, act: str, fields: dict[str, str]
    ) -> None:
        before = person(console, "anna")

        answer = berta.send(berta.get("/console/users/anna"), act, **fields)

        assert answer.status == 409
        assert person(console, "anna") == before

    def test_wants_the_password_after_ten_minutes(self, console: Console, berta: Visit) -> None:
        page = berta.get("/console/users/anna")
        console.clock.pass_seconds(600)

        asked = berta.send(page, "anna/block")

        assert person(console, "anna").state == "active"
        assert "The user is blocked." in berta.confirm(asked).text
        assert person(console, "anna").state == "blocked"


class TestManagersWhoAreNoAdministrators:
    @pytest.fixture
    def vera(self, console: Console, berta: Visit) -> Visit:  # noqa: ARG002 - makes the people
        return console.signed_in("vera")

    @pytest.mark.parametrize("act", ACTS)
    def test_do_nothing_to_administrators(self, console: Console, vera: Visit, act: str) -> None:
        before = person(console, "berta")
        page = vera.get("/console/users/berta")
        assert "anna" not in page.text

        answer = vera.post(
            f"/console/users/berta/{act}", form_token=page.token, groups="mitarbeiter"
        )

        assert answer.status == 409
        assert person(console, "berta") == before

    def test_make_no_administrators(self, console: Console, vera: Visit) -> None:
        token = vera.get("/console/users/vera").token

        promoted = vera.post(
            "/console/users/vera/groups", form_token=token, groups="administration"
        )
        invited = vera.post(
            "/console/users/new",
            form_token=token,
            name="emil",
            email="emil@buero.example",
            groups="administration",
        )

        assert (promoted.status, invited.status) == (409, 422)
        assert person(console, "vera").groups == {"verwaltung"}
        assert "emil" not in vera.get("/console/users").text

    def test_give_themselves_no_group_with_rights_that_they_lack(
        self, console: Console, vera: Visit
    ) -> None:
        page = vera.get("/console/users/vera")
        offered = page.root.xpath("//input[@name='groups'][not(@disabled)]/@value")

        promoted = vera.post(
            "/console/users/vera/groups",
            form_token=page.token,
            was="verwaltung",
            groups="mitarbeiter",
        )

        assert offered == ["verwaltung", "kollaboration"]
        assert promoted.status == 409
        assert "more rights than you have" in promoted.text
        assert person(console, "vera").groups == {"verwaltung"}

    def test_give_others_what_their_work_takes(self, console: Console, vera: Visit) -> None:
        vera.send(
            vera.get("/console/users/new"),
            name="emil",
            email="emil@buero.example",
            groups="mitarbeiter",
        )
        vera.send(vera.get("/console/users/anna"), "anna/groups", groups="kollaboration")

        assert person(console, "emil").groups == {"mitarbeiter"}
        assert person(console, "anna").groups == {"kollaboration"}

    def test_give_no_right_that_they_lack(self, console: Console, vera: Visit) -> None:
        token = vera.get("/console/users/anna").token

        forged = vera.post(
            "/console/users/anna/rights", form_token=token, was="", rights="send-offers"
        )

        assert forged.status == 409
        assert "somebody else gives" in forged.text
        with console.store.read() as unit:
            assert rights.given_to(unit, "anna") == set()

    def test_give_a_group_whose_rights_they_have(self, console: Console, vera: Visit) -> None:
        with console.store.write() as unit:
            rights.give(unit, "verwaltung", GROUPS[2].rights)

        vera.send(vera.get("/console/users/vera"), "groups", groups=["verwaltung", "mitarbeiter"])

        assert person(console, "vera").groups == {"verwaltung", "mitarbeiter"}

    def test_manage_everybody_else(self, console: Console, vera: Visit) -> None:
        vera.send(vera.get("/console/users/anna"), "anna/block")

        assert person(console, "anna").state == "blocked"


class TestInviting:
    def test_sends_a_letter(self, console: Console, berta: Visit) -> None:
        page = berta.send(berta.get("/console/users/new"), name="Emil", email="emil@buero.example")

        assert "emil@buero.example" in page.text
        assert "/invite/" not in page.html
        assert person(console, "emil").state == "invited"
        assert person(console, "emil").groups == {"mitarbeiter"}
        with console.store.read() as unit:
            assert unit.rows("SELECT kind FROM outbox") == [("invitation",)]

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"name": "Emil Berg"}, "Lower-case letters"),
            ({"name": "anna"}, "This name is in use"),
            ({"email": "emil"}, "looks like"),
            ({"email": "Anna@buero.example"}, "Another user has this address"),
            ({"groups": None}, "at least one group"),
        ],
    )
    def test_says_what_is_wrong(self, berta: Visit, fields: dict[str, str], fault: str) -> None:
        good = {"name": "emil", "email": "emil@buero.example"}

        page = berta.send(berta.get("/console/users/new"), **good | fields)

        assert page.status == 422
        assert fault in page.text

    def test_shows_the_link_where_no_mail_is_sent(self, console: Console, berta: Visit) -> None:
        object.__setattr__(console.settings, "mail", type(console.settings.mail)())

        page = berta.send(berta.get("/console/users/new"), name="emil", email="emil@buero.example")

        address = next(each for each in page.codes() if "/invite/" in each)
        assert re.fullmatch(r"http://dav\.example\.org/invite/\S{32}", address)
        assert console.visit().get(address).status == 200


class TestAnothersDevice:
    def test_is_let_go_after_a_question_only(self, console: Console, berta: Visit) -> None:
        with console.store.write() as unit:
            devices.enrol(
                unit,
                user_name="anna",
                label="Laptop",
                limit=2,
                secret_key=KEY,
                now_us=console.clock.us,
            )
        page = berta.get("/console/users/anna")

        [link] = page.root.xpath("//a[contains(., 'Let it go')]/@href")
        question = berta.get(link)

        assert "Let Laptop go? (anna)" in question.text
        assert "Last contact" in question.text
        assert "not synced yet" in question.text
        assert berta.post("/console/users/anna/retire", form_token=page.token).status == 404
        assert "1 of 2" in berta.get("/console/users/anna").text
        done = berta.send(question, "/confirm")
        assert "no access any more" in done.text
        assert "0 of 2" in done.text

    def test_on_more_than_one_machine_is_told(self, console: Console, berta: Visit) -> None:
        with console.store.write() as unit:
            made = devices.enrol(
                unit,
                user_name="anna",
                label="Laptop",
                limit=2,
                secret_key=KEY,
                now_us=console.clock.us,
            )
            unit.execute(
                "UPDATE device SET families = 'ios,windows' WHERE id = :id",
                {"id": made.device_id},
            )

        assert "more than one machine" in berta.get("/console/users/anna").text


class TestNumberRanges:
    @pytest.mark.parametrize(
        ("first", "last", "fault"),
        [
            ("200", "100", "smaller than the first"),
            ("1o0", "200", "digits 0 to 9"),
            ("", "200", "digits 0 to 9"),
            ("0", "5", "Numbers go from 1"),
            ("150", "250", "100 to 199 are given already"),
        ],
    )
    def test_that_cannot_be_given_stay_in_the_form(
        self, berta: Visit, first: str, last: str, fault: str
    ) -> None:
        page = berta.send(
            berta.get("/console/users/vera"), "range#ranges", first="100", last="199"
        )
        assert "The numbers are given." in page.text

        refused = berta.send(
            berta.get("/console/users/anna"), "range#ranges", first=first, last=last
        )

        assert refused.status == 409
        form = refused.form("range#ranges")
        assert fault in form.text_content()
        assert (form.fields["first"], form.fields["last"]) == (first, last)


class TestALetterThatDidNotLeave:
    @pytest.fixture
    def emil(self, berta: Visit) -> str:
        berta.send(berta.get("/console/users/new"), name="emil", email="emil@buero.example")
        return "/console/users/emil"

    @staticmethod
    def put_off(console: Console, failure: str, due_us: int | None) -> None:
        with console.store.write() as unit:
            [(number,)] = unit.rows("SELECT id FROM outbox")
            outbox.put_off(unit, number, failure=failure, due_us=due_us)

    def test_waits_in_list_and_page(self, console: Console, berta: Visit, emil: str) -> None:
        assert "Invitation: waits" in berta.get("/console/users").text
        assert "It leaves within seconds." in berta.get(emil).text

        self.put_off(console, "451 try later", console.clock.us)

        assert "Invitation: waits: 451 try later" in berta.get("/console/users").text
        assert "since it did not leave: 451 try later" in berta.get(emil).text
        assert "It is tried again" in berta.get(emil).text

    def test_of_nobody_in_particular_is_counted_and_names_nobody(
        self, console: Console, berta: Visit
    ) -> None:
        quiet = berta.get("/console/users").text
        with console.store.write() as unit:
            outbox.put(unit, kind="reset", claimed="anna", now_us=console.clock.us)
        self.put_off(console, outbox.NO_ANSWER, console.clock.us)

        page = berta.get("/console/users")

        told = "1 letter waits: the mail server does not answer."
        assert told in page.text
        assert page.text.replace(told + " ", "") == quiet
        assert "does not answer" not in berta.get("/console/users/anna").text

    def test_was_given_up_and_the_link_is_handed_over(
        self, console: Console, berta: Visit, emil: str
    ) -> None:
        self.put_off(console, "550 <nobody> here", None)
        assert "Invitation: given up: 550 <nobody> here" in berta.get("/console/users").text
        page = berta.get(emil)
        console.clock.pass_seconds(600)

        [form] = page.root.xpath("//form[.//input[@name='by_hand']]")
        asked = berta.post(form.get("action"), **dict(form.form_values()))
        shown = berta.confirm(asked)

        [address] = [each for each in shown.codes() if "/invite/" in each]
        assert console.visit().get(address).status == 200
        assert "given up" not in berta.get("/console/users").text

    def test_of_an_administrator_is_no_link_for_others(self, console: Console, emil: str) -> None:
        with console.store.write() as unit:
            people.set_groups(unit, "emil", ["administration"])
        self.put_off(console, "550 nobody here", None)
        vera = console.signed_in("vera")

        page = vera.get(emil)
        answer = vera.post(f"{emil}/link", form_token=page.token, by_hand="yes")

        assert "given up" in page.text
        assert "by_hand" not in page.html
        assert (answer.status, answer.codes()) == (409, [])


class TestTheList:
    def test_finds_by_name_and_address(self, berta: Visit) -> None:
        assert "vera" in berta.get("/console/users").text

        found = berta.get("/console/users?q=ANNA@").text

        assert "anna@buero.example" in found
        assert "vera@" not in found


class TestTheRecord:
    def test_says_who_did_what_to_whom(self, berta: Visit) -> None:
        berta.send(berta.get("/console/users/anna"), "anna/block")

        row = berta.get("/console/audit").root.xpath("//tbody/tr")[0].text_content()

        assert "berta" in row
        assert "user blocked" in row
        assert "anna" in row

    def test_goes_back_page_by_page(self, console: Console, berta: Visit) -> None:
        with console.store.write() as unit:
            for number in range(60):
                people.set_device_limit(unit, "anna", number)

        page = berta.get("/console/audit")
        link = page.root.xpath("//a[contains(@href, 'before')]/@href")[0]
        older = berta.get(link)

        assert len(page.root.xpath("//tbody/tr")) == 50
        times = [len(older.root.xpath("//tbody/tr"))]
        assert times[0] >= 13
        assert "number of devices set" in older.text

    @pytest.mark.parametrize("before", ["x", "-1", "9" * 30, "²", ""])
    def test_takes_no_nonsense(self, berta: Visit, before: str) -> None:
        assert berta.get(f"/console/audit?before={before}").status == 200
