"""The pages behind the links in letters."""

import pytest

from auth import invitations, people
from auth.tokens import Purpose
from office import inviting
from tests.console import PASSWORD, Console


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
        assert visit.is_in()
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
            issued = invitations.issue(unit, anna.user_id(), Purpose.RESET, now_us=anna.clock.us)
        assert issued
        visit = anna.visit()

        answer = visit.send(
            visit.get(f"/reset/{issued.token}"),
            password="neue graue Eulen",
            repeated="neue graue Eulen",
        )

        assert answer.status == 200
        assert not elsewhere.is_in()
        assert not visit.is_in()
        assert visit.sign_in().status == 422
        visit.sign_in("anna", "neue graue Eulen")
        assert visit.is_in()

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
