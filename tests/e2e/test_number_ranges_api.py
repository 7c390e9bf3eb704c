"""Leasing numbers through sockets: both servers, both databases, two workers."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

from auth.throttle import DEVICE_SELECTOR
from office import number_ranges
from storage.store import Store, sqlite_url
from tests.builders import NOW_US
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, basic

LEASES = "/api/v1/number-ranges/leases/"
_HUNDREDS = count(1000, 1000)


def _ask(
    office: Office, device: Device | str | None, method: str, path: str
) -> tuple[int, dict[str, str], Any]:
    header = device.authorization if isinstance(device, Device) else device
    connection = office.http()
    try:
        connection.request(method, path, headers={"Authorization": header} if header else {})
        answer = connection.getresponse()
        body = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, json.loads(body) if body else None
    finally:
        connection.close()


def _give_range(office: Office, name: str) -> int:
    first = next(_HUNDREDS)
    url = office.variant.database_url
    store = Store(url or sqlite_url(office.data / "deedbox.sqlite3"))
    try:
        with store.write() as unit:
            return number_ranges.give_range(unit, name, first, first + 999, now_us=NOW_US).first
    finally:
        store.close()


@pytest.fixture
def till(office: Office) -> Device:
    """A device of somebody who may create invoices, with a range of their own."""
    name = f"kasse-{next(_HUNDREDS)}"
    office.add_user(name, "--admin")
    return office.add_device(name, "Kasse")


def test_no_number_comes_twice_from_two_workers(office: Office, till: Device) -> None:
    first = _give_range(office, till.user_name)
    other = office.add_device(till.user_name, "Tablet")

    def lease(number: int) -> int:
        who = (till, other)[number % 2]
        status, _, told = _ask(office, who, "PUT", f"{LEASES}r{number}")
        assert status == 201, told
        return int(told["number"])

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lease, range(40)))

    assert sorted(numbers) == list(range(first, first + 40))


def test_eight_that_ask_under_one_reference_get_one_number(office: Office, till: Device) -> None:
    first = _give_range(office, till.user_name)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _ask(office, till, "PUT", f"{LEASES}same"), range(8)))

    assert sorted(status for status, _, _ in answers) == [*[200] * 7, 201]
    assert {told["number"] for _, _, told in answers} == {first}


def test_nobody_a_retired_device_and_a_blocked_user_get_a_401(
    office: Office, till: Device
) -> None:
    retired = office.add_device(till.user_name, "Alt")
    office.command("device", "retire", till.user_name, "Alt")
    for who in (None, retired):
        status, headers, told = _ask(office, who, "PUT", f"{LEASES}a")
        assert (status, told["status"]) == (401, 401)
        assert headers["content-type"] == "application/problem+json"
        assert headers["www-authenticate"].startswith("Basic ")

    office.command("user", "block", till.user_name)

    for path in (LEASES, f"{LEASES}a", "/api/v1/openapi.json", "/api/"):
        assert _ask(office, till, "GET", path)[0] == 401


def test_wrong_passwords_are_slowed(office: Office, till: Device) -> None:
    wrong = basic(till.user_name, till.password[:-1] + ("a" if till.password[-1] != "a" else "b"))

    answers = [_ask(office, wrong, "GET", LEASES) for _ in range(3 * DEVICE_SELECTOR.at_once)]

    slowed = [answer for answer in answers if answer[0] == 429]
    assert slowed
    for _, headers, told in slowed:
        assert int(headers["retry-after"]) >= 1
        assert "Too many" in told["detail"]
    assert _ask(office, till, "GET", LEASES)[0] == 200


def test_the_device_was_there(office: Office, till: Device) -> None:
    assert _ask(office, till, "GET", LEASES)[0] == 200

    def seen() -> bool:
        [device] = office.command("device", "list", till.user_name)["devices"]
        return device["last_seen"] is not None

    until(seen)
