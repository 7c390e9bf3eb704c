"""The set-up, step by step: left, gone on with, sent twice, and by two at once."""

import pytest

from auth import consent, devices, people, visibility
from auth.rights import ADMINISTRATION
from config.settings import Devices, Server
from office import house_rules, layout, opening, wizard
from office.wizard import Step
from storage.store import Store
from tests.console import Console
from tests.set_up import ACCESS, YOU, SetUp, link_of


@pytest.fixture
def link(console: Console) -> str:
    return link_of(console.store)


@pytest.fixture
def set_up(console: Console, link: str) -> SetUp:
    return SetUp(console, link)


def is_open(store: Store) -> bool:
    with store.read() as unit:
        return opening.is_open(unit)


class TestTheOffice:
    def test_leads_on_to_the_first_administrator_and_back(
        self, console: Console, set_up: SetUp
    ) -> None:
        page = set_up.office(public_url="dav.buero.example")

        assert "The first administrator" in page.title
        with console.store.read() as unit:
            assert opening.office_name(unit) == "Musterbüro"
            assert "Properties" in layout.load(unit).shared
            assert house_rules.public_url(unit, console.settings) == "https://dav.buero.example"
        back = set_up.visit.get(f"{set_up.link}/office")
        assert back.form("lang=en").fields["office_name"] == "Musterbüro"
        assert back.form("lang=en").fields["public_url"] == "https://dav.buero.example"
        assert "this one came by http://dav.example.org." in back.text

    def test_is_asked_for_the_address_by_which_the_browser_came(self, set_up: SetUp) -> None:
        page = set_up.visit.get(set_up.link)

        assert page.form("lang=en").fields["public_url"] == "http://dav.example.org"

    def test_left_empty_the_address_stays_so(self, set_up: SetUp) -> None:
        set_up.office()

        back = set_up.visit.get(f"{set_up.link}/office")
        assert back.form("lang=en").fields["public_url"] == ""

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ({"office_name": "x" * 201}, "At most 200 characters"),
            ({"office_language": "fr"}, "Choose German or English"),
            ({"public_url": "https://dav.buero.example/dav"}, "with nothing behind"),
            ({"public_url": "ftp://dav.buero.example"}, "with nothing behind"),
            ({"public_url": "https://dav büro"}, "with nothing behind"),
            ({"public_url": "https://dav.buero.example:99999"}, "with nothing behind"),
            ({"public_url": "http://127.0.0.1:8080"}, "this computer's own"),
            ({"public_url": "localhost"}, "this computer's own"),
        ],
    )
    def test_says_what_is_wrong_and_changes_nothing(
        self, console: Console, set_up: SetUp, typed: dict[str, str], fault: str
    ) -> None:
        page = set_up.office(**typed)

        assert page.status == 422
        assert fault in page.text
        with console.store.read() as unit:
            assert wizard.reached(unit) is Step.OFFICE

    def test_an_address_of_the_settings_is_shown_and_not_asked(
        self, store: Store, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        server = Server(public_url="https://set.example")
        console = Console(store, tmp_path_factory.mktemp("set"), server=server)
        set_up = SetUp(console, link_of(store))

        page = set_up.visit.get(set_up.link)
        set_up.visit.send(page, "lang=en", office_language="de", public_url="https://x.example")

        assert "https://set.example" in page.text
        assert "public_url" not in page.form("lang=en").fields
        with store.read() as unit:
            assert not unit.rows("SELECT value FROM instance WHERE key = 'server.public_url'")
        console.meters.close()

    def test_the_administrator_is_not_asked_before_it_is_done(self, set_up: SetUp) -> None:
        assert "Set up your office" in set_up.visit.get(f"{set_up.link}/you").title


class TestTheFirstAdministrator:
    def test_is_signed_in_and_the_link_is_spent(self, console: Console, set_up: SetUp) -> None:
        page = set_up.you()

        assert "Who else works here?" in page.title
        assert set_up.visit.is_in()
        ended = console.visit().get(set_up.link)
        assert ended.status == 410
        assert "Sign in" in ended.text
        with console.store.read() as unit:
            assert people.get(unit, "anna").groups == {ADMINISTRATION.name}
        assert not is_open(console.store)

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ({"user_name": "Anna Berg"}, "Lower-case letters"),
            ({"user_name": "administration"}, "This name is in use"),
            ({"email": "anna"}, "looks like name@example.org"),
            ({"password": "short", "repeated": "other"}, "The two passwords differ"),
            ({"password": "short", "repeated": "short"}, "At least 8 characters"),
            ({"password": "12345678", "repeated": "12345678"}, "most common"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_made(
        self, console: Console, set_up: SetUp, typed: dict[str, str], fault: str
    ) -> None:
        page = set_up.you(**typed)

        assert page.status == 422
        assert fault in page.text
        assert "Eulen" not in page.html
        with console.store.read() as unit:
            assert people.listed(unit) == []

    def test_hears_once_that_the_password_is_weak(self, set_up: SetUp) -> None:
        page = set_up.you(password="93751846", repeated="93751846")

        assert "digits only" in page.text
        assert "Who else works here?" in set_up.visit.get("/console/set-up").title

    def test_who_sends_the_form_twice_is_told_to_sign_in(
        self, console: Console, set_up: SetUp
    ) -> None:
        page = set_up.office()
        set_up.visit.send(page, "lang=en", **YOU)
        second = set_up.visit.send(page, "lang=en", **YOU)

        assert second.status == 410
        with console.store.read() as unit:
            assert len(people.listed(unit)) == 1

    def test_another_with_the_same_link_is_too_late(self, console: Console, set_up: SetUp) -> None:
        other = SetUp(console, set_up.link)
        form = other.office()
        set_up.you()

        late = other.visit.send(form, "lang=en", **YOU | {"user_name": "jonas"})

        assert late.status == 410
        assert not other.visit.is_in()

    def test_keeps_the_language_that_was_chosen(self, console: Console, link: str) -> None:
        visit = console.visit(language="en")
        form = visit.send(visit.get(f"{link}?lang=de"), "lang=de", office_language="de")
        visit.send(form, "lang=de", **YOU)

        assert "Wer arbeitet hier noch?" in visit.get("/console/set-up").title

    def test_forms_of_other_sites_are_refused(self, console: Console, set_up: SetUp) -> None:
        stranger = SetUp(console, set_up.link)
        form = stranger.visit.get(set_up.link)
        set_up.visit.get(set_up.link)

        assert set_up.visit.send(form, "lang=en", office_language="de").status == 403
        assert console.visit().post(f"{set_up.link}/you", **YOU).status == 403


class TestUsers:
    def test_are_invited_one_after_the_other(self, console: Console, set_up: SetUp) -> None:
        page = set_up.you()
        for name in ("jonas", "berta"):
            page = set_up.visit.send(
                page, "/users", name=name, email=f"{name}@buero.example", groups="verwaltung"
            )
            assert f"on its way to {name}@buero.example" in page.text

        again = set_up.visit.send(
            page, "/users", name="berta", email="b@buero.example", groups="verwaltung"
        )

        assert again.status == 422
        assert "This name is in use" in again.text
        with console.store.read() as unit:
            states = {each.name: each.state for each in people.listed(unit)}
        assert states == {"anna": "active", "berta": "invited", "jonas": "invited"}
        assert not is_open(console.store)

    def test_get_a_link_to_hand_over_where_no_letters_are_sent(
        self, store: Store, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        console = Console(store, tmp_path_factory.mktemp("no-mail"))
        set_up = SetUp(console, link_of(store))
        page = set_up.office(public_url="https://dav.buero.example")
        page = set_up.visit.send(page, "lang=en", **YOU)

        page = set_up.visit.send(page, "/users", name="jonas", email="jonas@buero.example")

        [address] = page.codes()
        assert address.startswith("https://dav.buero.example/invite/")
        joining = console.visit().get(address.removeprefix("https://dav.buero.example"))
        assert "Welcome to Musterbüro" in joining.text
        console.meters.close()


class TestAccess:
    def test_says_what_groups_may_and_what_is_agreed_to(
        self, console: Console, set_up: SetUp
    ) -> None:
        page = set_up.access()

        for words in ("everything", "invite and manage users", "change documents", "only read"):
            assert words in page.text
        with console.store.read() as unit:
            assert " ".join(consent.current(unit)["en"].text.split())[:200] in page.text

    def test_choices_hold_for_new_users(self, console: Console, set_up: SetUp) -> None:
        set_up.fill(visibility="none", devices_per_user="3")
        console.person("jonas")

        with console.store.read() as unit:
            assert people.get(unit, "jonas").visibility == "none"
            assert people.get(unit, "anna").visibility == "all"
            assert house_rules.device_limit(unit, console.settings) == 3
        page = console.signed_in("jonas").get("/console/devices")
        assert "0 of 3 places" in page.text

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ({"visibility": "some"}, "Choose one of the three"),
            ({"devices_per_user": "0"}, "1 to 100"),
            ({"devices_per_user": "²"}, "1 to 100"),
            ({"devices_per_user": ""}, "1 to 100"),
            ({"device_label": "x" * 65}, "1 to 64 visible characters"),
            ({"device_label": "Lap\x07top"}, "1 to 64 visible characters"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_changed(
        self, console: Console, set_up: SetUp, typed: dict[str, str], fault: str
    ) -> None:
        page = set_up.visit.send(
            set_up.access(), "/access", **ACCESS | {"visibility": "all"} | typed
        )

        assert page.status == 422
        assert fault in page.text
        with console.store.read() as unit:
            assert visibility.of_new_users(unit) == "own"
            assert wizard.reached(unit) is Step.ACCESS

    def test_a_first_device_is_shown_once_and_sent_twice_not_made_twice(
        self, console: Console, set_up: SetUp
    ) -> None:
        form = set_up.access()
        made = set_up.visit.send(form, "/access", **ACCESS | {"device_label": "Laptop"})
        again = set_up.visit.send(form, "/access", **ACCESS | {"device_label": "Laptop"})

        assert made.status == 201
        assert "curl" not in made.text
        assert "shown only now" in made.text
        assert again.status == 200
        assert "shown once" in again.text
        with console.store.read() as unit:
            assert [each.label for each in devices.listed(unit)] == ["Laptop"]

    def test_a_device_whose_password_is_lost_is_made_anew_once(
        self, console: Console, set_up: SetUp
    ) -> None:
        typed = ACCESS | {"device_label": "Laptop", "devices_per_user": "1"}
        form = set_up.access()
        set_up.visit.send(form, "/access", **typed)
        again = set_up.visit.send(form, "/access", **typed)

        made = set_up.visit.send(again, "/access")
        reloaded = set_up.visit.send(again, "/access")

        assert "shown only now" in made.text
        assert "shown only now" not in reloaded.text
        with console.store.read() as unit:
            found = [(each.label, each.retired_us is None) for each in devices.listed(unit)]
        assert found == [("Laptop", False), ("Laptop", True)]

    def test_the_first_administrator_agrees_too(self, console: Console, set_up: SetUp) -> None:
        page = set_up.access()
        refused = set_up.visit.send(page, "/access", **ACCESS | {"agreed": None})
        assert refused.status == 422
        assert "please agree" in refused.text

        set_up.visit.send(page, "/access", **ACCESS)

        with console.store.read() as unit:
            [(row, _text)] = consent.given_by(unit, console.user_id())
        assert (row.version, row.language) == (1, "en")
        assert "agreed" not in set_up.visit.get("/console/set-up/access").form("/access").fields

    def test_a_text_that_changed_meanwhile_is_read_again(
        self, console: Console, set_up: SetUp
    ) -> None:
        page = set_up.access()
        with console.store.write() as unit:
            consent.set_text(unit, {"de": "Neu.", "en": "New."}, now_us=console.clock.us)

        late = set_up.visit.send(page, "/access", **ACCESS | {"device_label": "Laptop"})

        assert late.status == 422
        assert "please read it again" in late.text
        with console.store.read() as unit:
            assert devices.listed(unit) == []

    def test_the_number_of_the_settings_is_shown_and_not_asked(
        self,
        store: Store,
        tmp_path_factory: pytest.TempPathFactory,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        console = Console(store, tmp_path_factory.mktemp("set"), devices=Devices(per_user=5))
        monkeypatch.setitem(console.settings._sources, "devices.per_user", "deedbox.toml")
        set_up = SetUp(console, link_of(store))

        page = set_up.access()
        set_up.visit.send(page, "/access", **ACCESS)

        assert "Devices of each user: 5." in page.text
        assert "devices_per_user" not in page.form("/access").fields
        with store.read() as unit:
            assert house_rules.device_limit(unit, console.settings) == 5
        console.meters.close()


class TestLeaving:
    @pytest.mark.parametrize(
        ("step", "heading"),
        [
            ("you", "Who else works here?"),
            ("access", "Who may what?"),
            ("fill", "Fill your office"),
        ],
    )
    def test_who_comes_back_signs_in_and_is_where_it_was_left(
        self, console: Console, set_up: SetUp, step: str, heading: str
    ) -> None:
        getattr(set_up, step)()
        visit = console.visit()

        page = visit.sign_in()

        assert heading in page.title
        assert heading in visit.get("/console/").title

    def test_a_step_that_is_not_open_leads_to_the_one_that_is(self, set_up: SetUp) -> None:
        set_up.you()

        assert "Who else works here?" in set_up.visit.get("/console/set-up/fill").title

    def test_going_back_is_free_and_loses_nothing(self, console: Console, set_up: SetUp) -> None:
        set_up.fill()

        page = set_up.visit.get("/console/set-up/office")
        assert "office_language" not in page.form().fields
        set_up.visit.send(page, office_name="Berg & Keil", public_url="https://neu.example")

        with console.store.read() as unit:
            assert opening.office_name(unit) == "Berg & Keil"
            assert layout.language(unit) == "en"
        assert "Fill your office" in set_up.visit.get("/console/set-up").title

    def test_the_pages_are_for_administrators(self, console: Console, set_up: SetUp) -> None:
        set_up.fill()
        console.person("jonas", "verwaltung")
        jonas = console.signed_in("jonas")

        assert jonas.get("/console/set-up").status == 404
        assert jonas.get("/console/set-up/fill").status == 404
        page = jonas.get("/console/")
        assert "My devices" in page.title
        assert "The office is being set up" in page.text
        assert "Go on with the set-up" not in page.text

    def test_other_pages_of_the_console_lead_back(self, set_up: SetUp) -> None:
        set_up.fill()

        page = set_up.visit.get("/console/devices")

        assert page.root.xpath("//main//a[@href='/console/set-up']")

    def test_asks_for_the_password_when_it_was_given_long_ago(
        self, console: Console, set_up: SetUp
    ) -> None:
        form = set_up.you()
        console.clock.pass_seconds(660)

        page = set_up.visit.send(form, "/users", name="jonas", email="jonas@buero.example")

        page = set_up.visit.confirm(page)
        assert "Who else works here?" in page.title
        assert "jonas@buero.example" in page.text


class TestTheEnd:
    def test_opens_the_office_and_closes_the_set_up(self, console: Console, set_up: SetUp) -> None:
        form = set_up.fill()
        page = set_up.visit.send(form, "/fill/done")
        again = set_up.visit.send(form, "/fill/done")

        assert "Your office is open" in page.title
        assert "Your office is open" in again.title
        assert is_open(console.store)
        for step in ("office", "users", "access", "fill"):
            assert "Your office is open" in set_up.visit.get(f"/console/set-up/{step}").title
        assert "My devices" in set_up.visit.get("/console/").title
        assert "being set up" not in set_up.visit.get("/console/devices").text

    def test_does_not_come_before_its_step(self, console: Console, set_up: SetUp) -> None:
        token = set_up.you().token

        set_up.visit.post("/console/set-up/fill/done", form_token=token)

        assert not is_open(console.store)

    def test_an_office_that_was_made_by_command_has_no_set_up(self, anna: Console) -> None:
        anna.person("berta", "administration")

        assert is_open(anna.store)
        assert "My devices" in anna.signed_in("berta").get("/console/").title
