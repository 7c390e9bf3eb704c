"""Commands about who may come in: invitations, new passwords, groups, places, the audit log."""

import json
import re
import smtplib
from collections.abc import Callable
from typing import Any

import pytest

from auth import people, second_factor, totp
from auth.invitations import Consent
from office import inviting
from server.cli import audit as audit_command
from server.installation import now_us
from storage import audit as rows
from storage import sightings
from storage.sightings import Sighting
from tests.builders import KEY
from tests.e2e.commands import Installation, Told, deedbox, office, run

__all__ = ["deedbox", "office", "run"]

LINK = re.compile(r"http://127\.0\.0\.1:8080/(?:invite|reset)/([\w-]{32})")
MAIL = '[mail]\nhost = "127.0.0.1"\nport = 9\nsender = "post@buero.example"\n'


def _with_mail(office: Installation) -> None:
    (office.data / "deedbox.toml").write_text(MAIL)


def _audited(office: Installation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = office.json("audit")["audit"]
    return found


def _user(office: Installation, name: str) -> dict[str, Any]:
    users: list[dict[str, Any]] = office.json("user", "list")["users"]
    return next(each for each in users if each["username"] == name)


class TestInvite:
    def test_without_mail_prints_a_link_that_lets_them_in(self, office: Installation) -> None:
        made = office.json("user", "add", "mia", "--email", "mia@buero.example", "--invite")

        assert (made["state"], made["mailed"]) == ("invited", False)
        token = LINK.fullmatch(made["link"])
        assert token
        store = office.store()
        inviting.take_up(
            store, token[1], password="drei Eulen!", given=Consent(1, "de"), now_us=now_us()
        )
        store.close()
        assert _user(office, "mia")["state"] == "active"
        office.json("device", "add", "mia", "iPhone")

    def test_once_more_prints_another(self, office: Installation) -> None:
        first = office.json("user", "add", "mia", "--email", "mia@buero.example", "--invite")

        told = office("user", "invite", "mia")

        assert LINK.search(told.out)
        assert first["link"] not in told.out
        assert "for mia, works once" in told.out

    def test_with_mail_has_it_sent(self, office: Installation) -> None:
        _with_mail(office)

        made = office.json("user", "add", "mia", "--email", "mia@buero.example", "--invite")

        assert (made["link"], made["mailed"]) == (None, True)
        assert _user(office, "mia")["letter"] == "invitation waits"
        shown = office.json("user", "invite", "mia", "--show-link")
        assert LINK.fullmatch(shown["link"])

    def test_can_be_withdrawn(self, office: Installation) -> None:
        office.json("user", "add", "mia", "--email", "mia@buero.example", "--invite")

        assert office.json("user", "invite", "mia", "--withdraw")["state"] == "new"
        assert "invite" in office.json("user", "invite", "mia", "--withdraw", code=1)["error"]

    def test_is_not_for_who_is_in_or_nobody(self, office: Installation) -> None:
        assert "reset-password" in office.json("user", "invite", "anna", code=1)["error"]
        assert "no user" in office.json("user", "invite", "nobody", code=1)["error"]

    def test_and_a_password_do_not_go_together(self, office: Installation) -> None:
        told = office(
            "user", "add", "mia", "--email", "mia@buero.example", "--invite", "--password-stdin"
        )

        assert (told.code, "leave --password-stdin out" in told.err) == (2, True)

    def test_the_first_user_may_be_invited(self, deedbox: Installation) -> None:
        made = deedbox.json(
            "user", "add", "anna", "--email", "anna@buero.example", "--admin", "--invite"
        )

        assert LINK.fullmatch(made["link"])


class TestResetPassword:
    def test_prints_a_link_that_works(self, office: Installation) -> None:
        token = LINK.fullmatch(office.json("user", "reset-password", "jonas")["link"])

        assert token
        store = office.store()
        inviting.reset_password(store, token[1], password="drei Eulen!", now_us=now_us())
        store.close()
        assert [each["act"] for each in _audited(office)[-2:]] == [
            "password.reset-issued",
            "password.set",
        ]

    def test_is_not_for_the_blocked(self, office: Installation) -> None:
        office.json("user", "block", "jonas")

        assert "blocked" in office.json("user", "reset-password", "jonas", code=1)["error"]


class TestSecondFactorOff:
    def test_is_for_whoever_lost_phone_and_codes(self, office: Installation) -> None:
        store = office.store()
        with store.write() as unit:
            jonas = people.get(unit, "jonas").id
            secret = second_factor.begin(unit, jonas, secret_key=KEY, now_us=now_us())
            code = totp.code_of(secret, totp.step_at(now_us()))
            second_factor.turn_on(unit, jonas, code, secret_key=KEY, now_us=now_us())

        office.json("user", "second-factor-off", "jonas")

        with store.read() as unit:
            assert not second_factor.is_on(unit, jonas)
        store.close()
        assert _audited(office)[-1]["act"] == "second-factor.off"
        assert "no user" in office.json("user", "second-factor-off", "nobody", code=1)["error"]


class TestGroupsAndPlaces:
    def test_groups_are_set_as_a_whole(self, office: Installation) -> None:
        made = office.json("user", "groups", "jonas", "kollaboration", "verwaltung")

        assert made["groups"] == ["kollaboration", "verwaltung"]
        assert _user(office, "jonas")["groups"] == ["kollaboration", "verwaltung"]

    def test_the_last_administrator_stays_one(self, office: Installation) -> None:
        error = office.json("user", "groups", "anna", "mitarbeiter", code=1)["error"]

        assert "last active administrator" in error
        assert _user(office, "anna")["groups"] == ["administration"]

    def test_a_group_that_is_none(self, office: Installation) -> None:
        assert "no group" in office.json("user", "groups", "jonas", "chefs", code=1)["error"]

    def test_a_user_may_have_places_of_their_own(self, office: Installation) -> None:
        assert office.json("user", "limit", "jonas", "3")["holds"] == 3
        for label in ("a", "b", "c"):
            office.json("device", "add", "jonas", label)
        assert "at most 3" in office.json("device", "add", "jonas", "d", code=1)["error"]

        assert office.json("user", "limit", "jonas", "office")["holds"] == 2
        assert "at most 2" in office.json("device", "add", "jonas", "d", code=1)["error"]

    @pytest.mark.parametrize(("number", "code"), [("many", 2), ("-1", 2), ("101", 1)])
    def test_a_number_that_is_none(self, office: Installation, number: str, code: int) -> None:
        assert office("user", "limit", "jonas", number).code == code


def test_a_credential_seen_on_phone_and_desktop_is_flagged(office: Installation) -> None:
    for label in ("Laptop", "iPhone"):
        office.json("device", "add", "jonas", label)
    store = office.store()
    with store.write() as unit:
        for device_id, families in ((1, {"windows", "ios"}), (2, {"ios"})):
            seen = Sighting(device_id, 1, None, "192.0.2.1", frozenset(families))
            sightings.note(unit, [seen])
    store.close()

    devices = office.json("device", "list")["devices"]

    assert [each["shared"] for each in devices] == ["phone-and-desktop", None]
    assert "phone-and-desktop" in office("device", "list").out


class TestAudit:
    def test_says_who_did_what_to_whom(self, office: Installation) -> None:
        office.json("device", "add", "jonas", "Laptop")
        office.json("user", "block", "jonas", "--path", "/files/Ressourcen")
        office.json("user", "unblock", "jonas", "--path", "/files/Ressourcen")

        found = _audited(office)

        assert [each["act"] for each in found] == [
            "user.added", "user.added", "device.added", "block.set", "block.lifted",
        ]  # fmt: skip
        assert {each["by"]["username"] for each in found} == {"(command line)"}
        assert found[2]["on"]["username"] == "jonas"
        assert found[2]["on"]["label"] == "Laptop"
        assert found[0]["details"] == {"groups": ["administration"], "state": "active"}

    def test_is_a_table_for_people(self, office: Installation) -> None:
        office.json("device", "add", "jonas", "Laptop")

        out = office("audit").out

        assert "groups: administration" in out
        assert "jonas, “Laptop”" in out

    def test_since_and_limit(self, office: Installation) -> None:
        assert len(office.json("audit", "--limit", "1")["audit"]) == 1
        assert office("audit", "--since", "2999-01-01").out == "Nothing is on record.\n"

    def test_follows(self, office: Installation) -> None:
        store = office.store()

        def meanwhile(_seconds: float) -> None:
            office.json("user", "block", "jonas")

        followed = audit_command.followed(store, 0, meanwhile)
        acts = [next(followed).row.act for _ in range(3)]

        assert acts == ["user.added", "user.added", "user.blocked"]
        store.close()

    def test_a_line_of_its_own_for_each_that_follows(self, office: Installation) -> None:
        store = office.store()
        with store.read() as unit:
            first = rows.newest(unit, since_us=0, limit=1)[0]
        store.close()

        assert re.match(
            r"2  20\S+ \S+  \(command line\)  user.added  jonas  ", audit_command.told(first)
        )
        assert json.loads(json.dumps(audit_command.facts(first)))["id"] == 2

    def test_verify_checks_the_chain(self, office: Installation) -> None:
        store = office.store()
        with store.write() as unit:
            if unit.is_sqlite:
                unit.execute("DROP TRIGGER audit_is_append_only_delete")
            else:
                unit.execute("DROP TRIGGER audit_is_append_only ON audit")
            unit.execute("DELETE FROM audit WHERE id = 1")
        store.close()

        told = office("verify")

        assert told.code == 1
        assert "Rows 1 to 1 of the audit log are missing." in told.out
        assert office.json("verify", code=1)["audit"]["faults"]


@pytest.fixture
def no_mail_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a command sends no mail itself")

    monkeypatch.setattr(smtplib, "SMTP", connect)


@pytest.mark.usefixtures("no_mail_is_sent")
def test_commands_leave_letters_to_the_server(
    office: Installation, run: Callable[..., Told]
) -> None:
    _with_mail(office)

    assert office.json("user", "reset-password", "jonas")["mailed"]
    assert _user(office, "jonas")["letter"] == "reset waits"
    assert run("user", "--help").code == 0
