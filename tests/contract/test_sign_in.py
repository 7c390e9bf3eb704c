from collections.abc import Iterator
from pathlib import Path

import pytest

from auth import passwords, people, sign_in
from auth.errors import CredentialsError, SlowDownError
from auth.sign_in import SignedIn
from auth.throttle import Throttle
from office.people import add_person
from storage import people as people_rows
from storage.meters import Meters
from storage.store import Store
from tests.builders import KEY, NOW_US, a_person, with_groups

PASSWORD = "drei graue Eulen"
OFFICE = "192.0.2.1"


class Console:
    def __init__(self, store: Store, throttle: Throttle) -> None:
        self.store, self.throttle = store, throttle

    def __call__(
        self,
        login: str = "anna",
        password: str = PASSWORD,
        *,
        address: str = OFFICE,
        cookie: str = "",
    ) -> SignedIn:
        return sign_in.sign_in(
            self.store,
            self.throttle,
            login=login,
            password=password,
            address=address,
            browser_cookie=cookie,
            secret_key=KEY,
        )


@pytest.fixture
def console(store: Store, tmp_path: Path) -> Iterator[Console]:
    with_groups(store)
    with store.write() as unit:
        add_person(unit, "anna", "anna@buero.example", password=PASSWORD, now_us=NOW_US)
        a_person(unit, "jonas")  # has devices only
    meters = Meters(tmp_path / "meters")
    yield Console(store, Throttle(meters, KEY))
    meters.close()


@pytest.fixture
def without_argon2(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Every password is wrong at once; the hashes it was compared with."""
    compared: list[str | None] = []

    def verify(_password: str, stored: str | None) -> passwords.Verification:
        compared.append(stored)
        return passwords.Verification(is_right=False, new_hash=None)

    monkeypatch.setattr(passwords, "verify", verify)
    return compared


@pytest.mark.parametrize("login", ["anna", " ANNA ", "BUERO\\anna", "Anna@Buero.example"])
def test_name_and_address_open_the_account(console: Console, login: str) -> None:
    assert console(login).person.name == "anna"


def test_what_does_not_fit_is_all_the_same(
    console: Console, without_argon2: list[str | None]
) -> None:
    told = set()
    for login in ("anna", "jonas", "nobody", "nobody@buero.example"):
        with pytest.raises(CredentialsError) as refused:
            console(login, "wrong")
        told.add(str(refused.value))

    assert len(told) == 1
    assert [bool(each) for each in without_argon2] == [True, False, False, False]


def test_a_blocked_user_with_the_right_password_hears_the_same(console: Console) -> None:
    with console.store.write() as unit:
        people.block(unit, "anna")

    with pytest.raises(CredentialsError, match="Wrong user name"):
        console()


def test_guessing_is_slowed_before_the_password_is_looked_at(
    console: Console, without_argon2: list[str | None]
) -> None:
    for _ in range(5):
        with pytest.raises(CredentialsError):
            console(password="wrong")

    with pytest.raises(SlowDownError):
        console(password="wrong")
    assert len(without_argon2) == 5


@pytest.mark.usefixtures("without_argon2")
def test_accounts_that_nobody_has_are_slowed_alike(console: Console) -> None:
    def outcomes(login: str) -> list[type]:
        found: list[type] = []
        for _ in range(7):
            with pytest.raises((CredentialsError, SlowDownError)) as refused:
                console(login, "wrong")
            found.append(refused.type)
        return found

    assert outcomes("anna") == outcomes("nobody")


def test_a_browser_that_was_here_signs_in_while_its_account_is_attacked(console: Console) -> None:
    cookie = console().browser_cookie
    for number in range(100):
        console.throttle.device_failed("anna", None, OFFICE)
        try:
            console.throttle.begin_sign_in("anna", f"198.51.100.{number}")
            console.throttle.begin_sign_in("anna", OFFICE)
        except SlowDownError:
            continue

    with pytest.raises(SlowDownError):
        console()
    assert console(cookie=cookie).person.name == "anna"


def test_the_cookie_is_for_one_account_and_its_present_password(console: Console) -> None:
    signed_in = console()
    for _ in range(5):
        console.throttle.begin_sign_in("anna", OFFICE)

    with console.store.write() as unit:
        people_rows.set_password_hash(unit, signed_in.person.id, passwords.hashed("vier Eulen!"))

    for cookie in (signed_in.browser_cookie, "x" * 64, "ab.cd", "é.ü", "."):
        with pytest.raises(SlowDownError):
            console(password="vier Eulen!", cookie=cookie)


def test_more_checks_than_a_process_takes_on_come_again_in_a_second(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in._checking, "acquire", lambda *, blocking: blocking)

    for _ in range(20):
        with pytest.raises(SlowDownError) as slowed:
            console()
        assert slowed.value.retry_seconds == 1
    monkeypatch.undo()
    assert console().person.name == "anna"
