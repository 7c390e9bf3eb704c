"""Signing in, sessions and their ends, the password once more, the second factor."""

import pytest

from auth import invitations, passwords, people, second_factor, totp
from auth.audit import Actor
from auth.tokens import Purpose
from office import inviting
from storage import people as people_rows
from tests.builders import KEY
from tests.console import PASSWORD, Console, Page, Visit


def user_id(console: Console, name: str = "anna") -> int:
    with console.store.read() as unit:
        return people.get(unit, name).id


def is_in(visit: Visit) -> bool:
    return "Sign in" not in visit.get("/console/confirm").title


@pytest.fixture
def anna(console: Console) -> Console:
    console.person("anna")
    return console


class TestSignIn:
    @pytest.mark.parametrize("login", ["anna", "Anna@Buero.example"])
    def test_opens_the_console(self, anna: Console, login: str) -> None:
        visit = anna.visit()

        visit.sign_in(login)

        assert is_in(visit)

    def test_answers_alike_for_whoever_does_not_fit(self, anna: Console) -> None:
        anna.person("jonas", password=None)
        anna.person("vera")
        with anna.store.write() as unit:
            people.block(unit, "vera")

        said = {
            name: anna.visit().sign_in(name, "falsch geraten" if name != "vera" else PASSWORD)
            for name in ("anna", "jonas", "vera", "nobody")
        }

        assert {each.status for each in said.values()} == {422}
        assert len({each.text.replace(name, "X") for name, each in said.items()}) == 1

    def test_goes_on_to_the_page_that_was_asked_for(self, anna: Console) -> None:
        visit = anna.visit()
        asked = visit.get("/console/confirm")

        page = visit.send(asked, login="anna", password=PASSWORD)

        assert "next=/console/confirm" in asked.url.replace("%2F", "/")
        assert "Your password, please" in page.title

    @pytest.mark.parametrize(
        "target",
        ["//evil.example", "https://evil.example", "/console//evil\\", "javascript:x", "/files/"],
    )
    def test_goes_on_to_no_page_of_others(self, anna: Console, target: str) -> None:
        visit = anna.visit()
        page = visit.get("/console/sign-in?next=" + target)

        answer = visit._ask(
            "POST",
            page.url,
            {"login": "anna", "password": PASSWORD, "form_token": _token(page)},
            {},
        )

        assert (answer.status, answer.headers["location"]) == (303, "/console/devices")

    def test_is_slowed(self, anna: Console) -> None:
        visit = anna.visit()
        answers = [visit.sign_in("anna", "falsch geraten") for _ in range(6)]

        assert [each.status for each in answers] == [422] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert visit.sign_in().status == 429

    def test_from_another_site_is_refused(self, anna: Console) -> None:
        visit, stranger = anna.visit(), anna.visit()
        visit.get("/console/sign-in")
        token = _token(stranger.get("/console/sign-in"))

        answer = visit.post("/console/sign-in", login="anna", password=PASSWORD, form_token=token)

        assert answer.status == 403

    def test_gives_a_cookie_that_scripts_and_other_sites_do_not_see(self, anna: Console) -> None:
        visit = anna.visit()
        page = visit.get("/console/sign-in")

        answer = visit.client.post(
            "/console/sign-in",
            base_url="https://dav.example.org",
            data={"login": "anna", "password": PASSWORD, "form_token": _token(page)},
            headers={"Cookie": "; ".join(_cookies(visit))},
        )

        session = next(
            each for each in answer.headers.getlist("Set-Cookie") if "__Host-deedbox" in each
        )
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
        assert "Max-Age" not in session


class TestASession:
    def test_ends_with_signing_out_also_for_who_copied_the_cookie(self, anna: Console) -> None:
        visit, thief = anna.signed_in(), anna.visit()
        copied = visit.client.get_cookie("deedbox_session", "dav.example.org")
        assert copied is not None
        thief.client.set_cookie("deedbox_session", copied.value, domain="dav.example.org")
        assert is_in(thief)

        visit.send(visit.get("/console/confirm"), "sign-out")

        assert not is_in(visit)
        assert not is_in(thief)

    def test_ends_when_nobody_is_there_for_an_hour(self, anna: Console) -> None:
        visit = anna.signed_in()
        for _ in range(3):
            anna.clock.pass_seconds(3500)
            assert is_in(visit)

        anna.clock.pass_seconds(3600)

        assert not is_in(visit)

    def test_is_not_kept_alive_by_what_the_page_fetches(self, anna: Console) -> None:
        visit = anna.signed_in()
        anna.clock.pass_seconds(3500)
        visit.get("/console/confirm", **{"HX-Request": "true"})
        anna.clock.pass_seconds(101)

        answer = visit.get("/console/confirm", **{"HX-Request": "true"})

        assert answer.headers["hx-redirect"].startswith("/console/sign-in")
        assert not is_in(visit)

    def test_ends_after_half_a_day_whatever_happens(self, anna: Console) -> None:
        visit = anna.signed_in()
        for _ in range(23):
            anna.clock.pass_seconds(1800)
            assert is_in(visit)

        anna.clock.pass_seconds(1800)

        assert not is_in(visit)

    def test_has_another_token_after_each_sign_in(self, anna: Console) -> None:
        visit = anna.signed_in()
        before = _session(visit)
        page = visit.get("/console/confirm")
        fixed = anna.visit()
        fixed.client.set_cookie("deedbox_session", before, domain="dav.example.org")

        visit.post("/console/sign-in", login="anna", password=PASSWORD, form_token=_token(page))

        assert _session(visit) != before
        assert is_in(visit)
        assert not is_in(fixed)

    def test_ends_when_its_user_is_blocked_and_stays_ended(self, anna: Console) -> None:
        visit = anna.signed_in()
        with anna.store.write() as unit:
            people.block(unit, "anna")

        assert not is_in(visit)

        with anna.store.write() as unit:
            people.unblock(unit, "anna")
        assert not is_in(visit)

    def test_opens_nothing_for_somebody_who_is_not_active(self, anna: Console) -> None:
        visit = anna.signed_in()
        with anna.store.write() as unit:
            people_rows.set_state(unit, user_id(anna), "blocked")

        assert not is_in(visit)

    def test_is_nowhere_readable(self, anna: Console) -> None:
        visit = anna.signed_in()

        with anna.store.read() as unit:
            rows = unit.rows("SELECT * FROM console_session")

        assert len(rows) == 1
        assert _session(visit) not in repr(rows)

    def test_that_is_made_up_opens_nothing(self, anna: Console) -> None:
        visit = anna.visit()
        for value in ("x", "\x00", "ä" * 40):
            visit.client.set_cookie("deedbox_session", value, domain="dav.example.org")

            assert not is_in(visit)


class TestSecondFactor:
    @pytest.fixture
    def secret(self, anna: Console) -> bytes:
        return turn_on(anna)[0]

    def test_is_asked_for_after_the_password(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        visit = anna.visit()
        asked = visit.sign_in()
        assert "Your code" in asked.title
        assert not is_in(visit)

        visit.send(asked, code=code(anna, secret))

        assert is_in(visit)

    def test_a_code_works_once(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        first, second = anna.visit(), anna.visit()
        pages = [first.sign_in(), second.sign_in()]
        first.send(pages[0], code=code(anna, secret))

        answer = second.send(pages[1], code=code(anna, secret))

        assert answer.status == 422
        assert is_in(first)
        assert not is_in(second)

    def test_a_code_from_before_a_used_one_is_refused(self, anna: Console, secret: bytes) -> None:
        anna.clock.pass_seconds(60)
        earlier = code(anna, secret)
        anna.clock.pass_seconds(30)
        first, second = anna.visit(), anna.visit()
        first.send(first.sign_in(), code=code(anna, secret))

        assert second.send(second.sign_in(), code=earlier).status == 422

    def test_guessing_is_slowed_although_the_password_is_right(
        self, anna: Console, secret: bytes
    ) -> None:
        anna.clock.pass_seconds(60)
        visit = anna.visit()
        statuses = []
        for _ in range(8):
            page = visit.sign_in()
            statuses.append(visit.send(page, code="000000").status)

        assert statuses == [422] * 5 + [429] * 3
        assert visit.send(visit.sign_in(), code=code(anna, secret)).status == 429

    def test_a_password_waits_for_it_five_minutes(self, anna: Console, secret: bytes) -> None:
        visit = anna.visit()
        page = visit.sign_in()
        anna.clock.pass_seconds(300)

        answer = visit.send(page, code=code(anna, secret))

        assert "Sign in" in answer.title
        assert not is_in(visit)

    def test_a_recovery_code_works_once_in_any_case(self, anna: Console) -> None:
        _, recovery = turn_on(anna)
        first, second = anna.visit(), anna.visit()

        first.send(first.sign_in(), code=recovery[0].upper().replace("-", " "))
        answer = second.send(second.sign_in(), code=recovery[0])

        assert is_in(first)
        assert answer.status == 422

    def test_lies_sealed_and_hashed(self, anna: Console) -> None:
        secret, recovery = turn_on(anna)

        with anna.store.read() as unit:
            rows = unit.rows("SELECT secret FROM second_factor")
            codes = unit.rows("SELECT code_hash FROM recovery_code")

        assert secret not in bytes(rows[0][0])
        assert len(codes) == 10
        assert recovery[0] not in repr(codes)

    def test_is_not_asked_for_before_a_code_proved_it(self, anna: Console) -> None:
        with anna.store.write() as unit:
            second_factor.begin(unit, user_id(anna), secret_key=KEY, now_us=anna.clock.us)
        visit = anna.visit()

        visit.sign_in()

        assert is_in(visit)

    def test_that_is_off_is_gone_with_its_recovery_codes(
        self, anna: Console, secret: bytes
    ) -> None:
        with anna.store.write() as unit:
            second_factor.turn_off(unit, user_id(anna), by=Actor(user_id(anna)))
        with anna.store.read() as unit:
            assert unit.rows("SELECT 1 FROM second_factor UNION SELECT 1 FROM recovery_code") == []

        assert secret
        assert is_in(anna.signed_in())


class TestLinks:
    def test_an_invitation_needs_consent_and_password_and_signs_in(self, console: Console) -> None:
        token = invited(console)
        visit = console.visit()
        page = visit.get(f"/invite/{token}")
        assert "onto my devices" in page.text

        refused = visit.send(page, password=PASSWORD, repeated=PASSWORD)
        joined = visit.send(page, password=PASSWORD, repeated=PASSWORD, agreed="yes")

        assert refused.status == 422
        assert "Without your consent" in refused.text
        assert joined.status == 200
        assert is_in(visit)
        with console.store.read() as unit:
            assert people.get(unit, "jonas").state == "active"

    def test_the_text_is_the_one_of_the_pages_language(self, console: Console) -> None:
        page = console.visit(language="de").get(f"/invite/{invited(console)}")

        assert "auf meine Geräte" in page.text
        assert dict(page.form().form_values())["language"] == "de"

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ({"password": "kurz", "repeated": "kurz"}, "At least 8 characters"),
            ({"password": "password1", "repeated": "password1"}, "most common"),
            ({"repeated": "etwas anderes"}, "The two passwords differ"),
            ({"version": "7"}, "The text has changed meanwhile"),
            ({"version": "x" * 30}, "The text has changed meanwhile"),
            ({"language": "fr"}, "The text has changed meanwhile"),
        ],
    )
    def test_what_cannot_be_taken_is_said(
        self, console: Console, typed: dict[str, str], fault: str
    ) -> None:
        visit = console.visit()
        page = visit.get(f"/invite/{invited(console)}")
        good = {"password": PASSWORD, "repeated": PASSWORD, "agreed": "yes"}

        answer = visit.send(page, **good | typed)

        assert answer.status == 422
        assert fault in answer.text
        assert PASSWORD not in answer.html

    def test_a_weak_password_is_taken_and_explained(self, console: Console) -> None:
        visit = console.visit()
        page = visit.get(f"/invite/{invited(console)}")

        answer = visit.send(page, password="93751846", repeated="93751846", agreed="yes")

        assert answer.status == 200
        assert "rather short" in answer.text
        assert "digits only" in answer.text

    @pytest.mark.parametrize("area", ["invite", "reset"])
    def test_one_that_does_not_work_tells_nothing(self, console: Console, area: str) -> None:
        token = invited(console)
        visit = console.visit()
        visit.send(
            visit.get(f"/invite/{token}"), password=PASSWORD, repeated=PASSWORD, agreed="yes"
        )

        used, made_up = (console.visit().get(f"/{area}/{each}") for each in (token, "x"))

        assert (used.status, made_up.status) == (410, 410)
        assert used.text == made_up.text

    def test_looking_at_it_uses_nothing_up(self, console: Console) -> None:
        token = invited(console)
        for _ in range(3):
            assert console.visit().get(f"/invite/{token}").status == 200

    def test_a_new_password_ends_every_session(self, anna: Console) -> None:
        elsewhere = anna.signed_in()
        with anna.store.write() as unit:
            issued = invitations.issue(unit, user_id(anna), Purpose.RESET, now_us=anna.clock.us)
        assert issued
        visit = anna.visit()

        answer = visit.send(
            visit.get(f"/reset/{issued.token}"),
            password="neue graue Eulen",
            repeated="neue graue Eulen",
        )

        assert answer.status == 200
        assert not is_in(elsewhere)
        assert not is_in(visit)
        assert visit.sign_in().status == 422
        visit.sign_in("anna", "neue graue Eulen")
        assert is_in(visit)

    def test_asking_for_a_new_password_is_answered_alike_for_everybody(
        self, anna: Console
    ) -> None:
        answers = [
            (visit := anna.visit()).send(visit.get("/console/forgot"), login=login)
            for login in ("anna", "anna@buero.example", "nobody", "nobody@buero.example", "")
        ]

        assert {each.status for each in answers} == {200}
        assert len({each.text for each in answers}) == 1

    def test_asking_too_often_is_slowed(self, anna: Console) -> None:
        visit = anna.visit()
        page = visit.get("/console/forgot")

        statuses = [visit.send(page, login="anna").status for _ in range(4)]

        assert statuses == [200, 200, 200, 429]


def invited(console: Console) -> str:
    """The token of a new user's invitation."""
    with console.store.write() as unit:
        person = inviting.invite_new(unit, "jonas", "jonas@buero.example", now_us=console.clock.us)
        return inviting.hand_over(unit, person, Purpose.INVITATION, now_us=console.clock.us).token


def turn_on(console: Console) -> tuple[bytes, list[str]]:
    """Give anna a second factor; its secret and recovery codes."""
    with console.store.write() as unit:
        anna = people_rows.find(unit, "anna")
        assert anna
        now_us = console.clock.us
        secret = second_factor.begin(unit, anna.id, secret_key=KEY, now_us=now_us)
        codes = second_factor.turn_on(
            unit, anna.id, code(console, secret), secret_key=KEY, now_us=now_us
        )
    return secret, codes


def code(console: Console, secret: bytes) -> str:
    return totp.code_of(secret, totp.step_at(console.clock.us))


def _token(page: Page) -> str:
    return str(page.root.xpath("//input[@name='form_token']/@value")[0])


def _session(visit: Visit) -> str:
    found = visit.client.get_cookie("deedbox_session", "dav.example.org")
    return found.value if found else ""


def _cookies(visit: Visit) -> list[str]:
    found = visit.client.get_cookie("deedbox_form", "dav.example.org")
    return [f"deedbox_form={found.value}"] if found else []


def test_a_wrong_password_costs_the_same_work_for_nobody(
    anna: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[bool] = []

    def verify(_password: str, stored: str | None) -> passwords.Verification:
        compared.append(stored is None)
        return passwords.Verification(is_right=False, new_hash=None)

    monkeypatch.setattr(passwords, "verify", verify)
    for name in ("anna", "nobody"):
        anna.visit().sign_in(name, "falsch geraten")

    assert compared == [False, True]
