from dataclasses import replace

import pytest

from auth import people, setup_link
from auth.errors import AuthError, SetupEndedError
from auth.identity import identify
from office import opening
from office.founding import Founding, found
from storage.store import Store
from tests.builders import KEY, NOW_US

ANNA = Founding(
    user_name="anna",
    email="anna@buero.example",
    password="drei graue Eulen",
    office_name="Musterbüro",
    language="de",
    device_label="Laptop",
)


@pytest.fixture
def token(store: Store) -> str:
    opening.prepare_office(store, "de", now_us=NOW_US)
    with store.write() as unit:
        return setup_link.issue(unit)


def test_the_first_person_is_administrator_and_comes_in_with_the_device(
    store: Store, token: str
) -> None:
    with store.write() as unit:
        made = found(unit, token, ANNA, device_limit=2, secret_key=KEY, now_us=NOW_US)

    with store.read() as unit:
        who = identify(unit, "anna", made.password, secret_key=KEY)
        assert who.is_administrator
        assert people.has_administrator(unit)
        assert opening.is_open(unit)
        assert opening.office_name(unit) == "Musterbüro"


@pytest.mark.parametrize(
    "wrong",
    [
        {"user_name": "Anna Berg"},
        {"user_name": "administration"},
        {"email": "anna"},
        {"password": "12345678"},
        {"device_label": ""},
    ],
)
def test_what_cannot_be_taken_leaves_nothing_and_the_link_works_on(
    store: Store, token: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(AuthError), store.write() as unit:
        found(unit, token, replace(ANNA, **wrong), device_limit=2, secret_key=KEY, now_us=NOW_US)

    with store.read() as unit:
        assert setup_link.is_valid(unit, token)
        assert not opening.is_open(unit)
        assert unit.row("SELECT count(*) FROM person") == (0,)


def test_another_token_opens_nothing(store: Store, token: str) -> None:
    with pytest.raises(SetupEndedError), store.write() as unit:
        found(unit, token + "x", ANNA, device_limit=2, secret_key=KEY, now_us=NOW_US)
