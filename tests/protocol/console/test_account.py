"""One's own account: password, second factor, language, sessions."""

import pytest

from auth import second_factor, totp
from auth.second_factor import RECOVERY_CODES
from storage import people
from tests.builders import KEY
from tests.console import PASSWORD, Console, Visit

NEW = "neue graue Eulen"


@pytest.fixture
def anna(console: Console) -> Visit:
    console.person("anna")
    return console.signed_in()


def is_in(visit: Visit) -> bool:
    return "My account" in visit.get("/console/account").title


class TestPassword:
    def test_a_new_one_ends_all_other_sessions(self, console: Console, anna: Visit) -> None:
        elsewhere = console.signed_in()

        page = anna.send(
            anna.get("/console/account/password"), current=PASSWORD, password=NEW, repeated=NEW
        )

        assert page.status == 200
        assert is_in(anna)
        assert not is_in(elsewhere)
        assert console.visit().sign_in().status == 422
        assert console.visit().sign_in("anna", NEW).status == 200

    @pytest.mark.parametrize(
        ("typed", "fault"),
        [
            ({"current": "falsch geraten"}, "The password is wrong"),
            ({"repeated": "x"}, "differ"),
            ({"password": "kurz", "repeated": "kurz"}, "At least 8"),
            ({"password": "anna@buero.example", "repeated": "anna@buero.example"}, "most common"),
        ],
    )
    def test_what_cannot_be_taken_changes_nothing(
        self, console: Console, anna: Visit, typed: dict[str, str], fault: str
    ) -> None:
        good = {"current": PASSWORD, "password": NEW, "repeated": NEW}

        page = anna.send(anna.get("/console/account/password"), **good | typed)

        assert page.status == 422
        assert fault in page.text
        assert is_in(console.signed_in())


class TestSecondFactor:
    def test_is_turned_on_by_the_code_of_the_shown_secret(
        self, console: Console, anna: Visit
    ) -> None:
        page = anna.get("/console/account/second-factor")
        secret = begun(console)
        assert totp.typed_form(secret) in page.codes()

        wrong = anna.send(page, code="000000")
        done = anna.send(page, code=totp.code_of(secret, totp.step_at(console.clock.us)))

        assert wrong.status == 422
        assert len(done.codes()) == RECOVERY_CODES
        assert "Your code" in console.visit().sign_in().title
        assert is_in(anna)

    def test_is_turned_off_after_the_password(self, console: Console, anna: Visit) -> None:
        page = anna.get("/console/account/second-factor")
        secret = begun(console)
        anna.send(page, code=totp.code_of(secret, totp.step_at(console.clock.us)))
        console.clock.pass_seconds(600)

        asked = anna.send(anna.get("/console/account"), "second-factor/off")
        anna.confirm(asked)

        assert is_in(console.signed_in())

    def test_new_recovery_codes_end_the_old(self, console: Console, anna: Visit) -> None:
        page = anna.get("/console/account/second-factor")
        secret = begun(console)
        first = anna.send(page, code=totp.code_of(secret, totp.step_at(console.clock.us))).codes()
        second = anna.send(anna.get("/console/account"), "recovery-codes").codes()

        assert not set(first) & set(second)
        visit = console.visit()
        assert visit.send(visit.sign_in(), code=first[0]).status == 422
        visit.send(visit.sign_in(), code=second[0])
        assert is_in(visit)


def test_the_chosen_language_goes_before_the_browsers(console: Console, anna: Visit) -> None:
    anna.send(anna.get("/console/account"), "language", language="de")

    assert "Mein Konto" in anna.get("/console/account").title
    assert "Meine Geräte" in console.signed_in().get("/console/devices").title


def test_a_session_elsewhere_is_ended(console: Console, anna: Visit) -> None:
    elsewhere = console.signed_in()

    anna.send(anna.get("/console/account"), "/end")

    assert is_in(anna)
    assert not is_in(elsewhere)


def test_a_session_of_somebody_else_is_not(console: Console, anna: Visit) -> None:
    console.person("jonas")
    jonas = console.signed_in("jonas")
    page = anna.get("/console/account")
    token = dict(page.form("language").form_values())["form_token"]

    for number in range(1, 5):
        anna.post(f"/console/account/sessions/{number}/end", form_token=token)

    assert is_in(jonas)


def begun(console: Console) -> bytes:
    with console.store.read() as unit:
        anna = people.find(unit, "anna")
        assert anna
        secret = second_factor.begun_secret(unit, anna.id, secret_key=KEY)
    assert secret
    return secret
