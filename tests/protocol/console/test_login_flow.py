"""Nextcloud's Login Flow v2, as a program goes through it that follows its documentation."""

import json

import pytest

from auth import devices, people
from auth.errors import CredentialsError
from auth.identity import identify
from tests.builders import KEY
from tests.console import Console, Page, Visit

DAVX5 = "DAVx5/4.5.17-ose (at.bitfire.davdroid) Android/16"


class Program:
    """A program that knows the server's address only."""

    def __init__(self, console: Console) -> None:
        self.visit = console.visit()
        self.visit._headers["User-Agent"] = DAVX5
        begun = json.loads(self.visit.post("/index.php/login/v2").body)
        self.login: str = begun["login"]
        self.poll_at: str = begun["poll"]["endpoint"]
        self.token: str = begun["poll"]["token"]

    def poll(self) -> tuple[int, dict[str, str]]:
        answer = self.visit.post(self.poll_at, token=self.token)
        return answer.status, json.loads(answer.body) or {}


@pytest.fixture
def anna(console: Console) -> Visit:
    console.person("anna")
    return console.signed_in()


def let_in(visit: Visit, program: Program, label: str = "Handy") -> Page:
    return visit.send(visit.get(program.login), label=label)


def test_gives_a_device_of_its_own_once(console: Console, anna: Visit) -> None:
    program = Program(console)
    assert program.poll() == (404, {})
    asked = anna.get(program.login)
    assert "DAVx5/4.5.17" in asked.text

    anna.send(asked, label="Handy")
    status, given = program.poll()

    assert status == 200
    assert (given["server"], given["loginName"]) == ("http://dav.example.org", "anna")
    with console.store.read() as unit:
        who = identify(unit, given["loginName"], given["appPassword"], secret_key=KEY)
    assert who.device_label == "Handy"
    assert program.poll() == (404, {})


@pytest.mark.usefixtures("anna")
def test_wants_somebody_signed_in(console: Console) -> None:
    program = Program(console)
    stranger = console.visit()

    asked = stranger.get(program.login)
    form = stranger.send(asked, login="anna", password="drei graue Eulen")

    assert "Sign in" in asked.title
    assert "Let a program in?" in form.title


def test_asks_for_the_password_again(console: Console, anna: Visit) -> None:
    console.clock.pass_seconds(600)

    assert "Your password, please" in anna.get(Program(console).login).title


def test_one_that_was_not_begun_here_lets_nobody_in(console: Console, anna: Visit) -> None:
    program = Program(console)
    start, _, proof = program.login.rpartition(".")

    for changed in (f"{start}.{proof[::-1]}", f"{start}A.{proof}", f"{start}.", start, "x.y"):
        address = changed if "/" in changed else program.login.rpartition("/")[0] + "/" + changed
        assert anna.get(address).status == 410


def test_takes_twenty_minutes(console: Console, anna: Visit) -> None:
    program, late = Program(console), Program(console)
    let_in(anna, program)
    console.clock.pass_seconds(20 * 60)

    assert program.poll()[0] == 404
    assert anna.get(late.login).status == 410


def test_a_third_device_is_refused_and_the_two_are_named(console: Console, anna: Visit) -> None:
    with console.store.write() as unit:
        for label in ("Laptop", "iPhone"):
            devices.enrol(
                unit,
                user_name="anna",
                label=label,
                limit=2,
                secret_key=KEY,
                now_us=console.clock.us,
            )
    program = Program(console)

    page = anna.get(program.login)

    assert page.status == 409
    assert "Laptop" in page.text
    assert "iPhone" in page.text
    assert "cancel there" in page.text
    assert "cancel there" not in anna.get("/console/devices/new").text
    assert program.poll()[0] == 404
    back = anna.send(page, act="end")
    assert back.url.endswith("/console/devices")
    with console.store.write() as unit:
        devices.retire(unit, user_name="anna", label="Laptop", now_us=console.clock.us)
    assert anna.get(program.login).status == 410
    assert program.poll()[0] == 404


def test_one_that_is_turned_away_stays_outside(console: Console, anna: Visit) -> None:
    program = Program(console)
    asked = anna.get(program.login)
    anna.send(asked, label="Handy")

    anna.send(asked, act="end")

    assert program.poll()[0] == 404
    assert anna.send(asked, label="Handy").status == 410
    assert "Waiting for the program" not in anna.get("/console/devices").text


def test_names_are_told_apart_without_capitals(console: Console, anna: Visit) -> None:
    let_in(anna, program := Program(console), "Handy")
    program.poll()

    page = let_in(anna, Program(console), "handy")

    assert page.status == 422
    assert "You have a device of this name" in page.text


def test_two_programs_for_one_place_make_one_device(console: Console, anna: Visit) -> None:
    with console.store.write() as unit:
        people.set_device_limit(unit, "anna", 1)
    programs = [Program(console), Program(console)]
    for number, program in enumerate(programs):
        let_in(anna, program, f"Handy {number}")

    assert sorted(each.poll()[0] for each in programs) == [200, 404]
    with console.store.read() as unit:
        assert len(devices.listed(unit)) == 1


def test_a_block_in_between_holds(console: Console, anna: Visit) -> None:
    program = Program(console)
    let_in(anna, program)
    with console.store.write() as unit:
        people.block(unit, "anna")
        people.unblock(unit, "anna")

    assert program.poll()[0] == 404


def test_beginning_stores_nothing(console: Console) -> None:
    for _ in range(3):
        Program(console).poll()

    with console.store.read() as unit:
        assert unit.rows("SELECT 1 FROM login_grant") == []


def test_its_password_is_stored_nowhere(console: Console, anna: Visit) -> None:
    program = Program(console)
    let_in(anna, program)

    with console.store.read() as unit:
        assert program.token not in repr(unit.rows("SELECT * FROM login_grant"))
        with pytest.raises(CredentialsError):
            identify(unit, "anna", program.token, secret_key=KEY)
