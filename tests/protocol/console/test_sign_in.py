"""Signing in: what is answered, where it leads, how it is slowed."""

import pytest

from auth import passwords, people
from tests.console import PASSWORD, Console, Visit


class TestSignIn:
    @pytest.mark.parametrize("login", ["anna", "Anna@Buero.example"])
    def test_opens_the_console(self, anna: Console, login: str) -> None:
        visit = anna.visit()

        visit.sign_in(login)

        assert visit.is_in()

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
            {"login": "anna", "password": PASSWORD, "form_token": page.token},
            {},
        )

        assert (answer.status, answer.headers["location"]) == (303, "/console/")

    def test_is_slowed(self, anna: Console) -> None:
        visit = anna.visit()
        answers = [visit.sign_in("anna", "falsch geraten") for _ in range(6)]

        assert [each.status for each in answers] == [422] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0
        assert visit.sign_in().status == 429

    def test_from_another_site_is_refused(self, anna: Console) -> None:
        visit, stranger = anna.visit(), anna.visit()
        visit.get("/console/sign-in")
        token = stranger.get("/console/sign-in").token

        answer = visit.post("/console/sign-in", login="anna", password=PASSWORD, form_token=token)

        assert answer.status == 403

    def test_gives_a_cookie_that_scripts_and_other_sites_do_not_see(self, anna: Console) -> None:
        visit = anna.visit()
        page = visit.get("/console/sign-in")

        answer = visit.client.post(
            "/console/sign-in",
            base_url="https://dav.example.org",
            data={"login": "anna", "password": PASSWORD, "form_token": page.token},
            headers={"Cookie": "; ".join(_cookies(visit))},
        )

        session = next(
            each for each in answer.headers.getlist("Set-Cookie") if "__Host-deedbox" in each
        )
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"} <= set(session.split("; "))
        assert "Max-Age" not in session


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


def _cookies(visit: Visit) -> list[str]:
    found = visit.client.get_cookie("deedbox_form", "dav.example.org")
    return [f"deedbox_form={found.value}"] if found else []
