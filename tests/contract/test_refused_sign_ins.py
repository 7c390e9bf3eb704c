"""What a wrong device credential leads to: through the gate, on both databases."""

import base64
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from auth import audit, credentials, devices, people
from auth.audit import Act
from auth.identity import identify
from auth.throttle import DEVICE_SELECTOR, Throttle
from server.gate import Gate
from server.refused_sign_ins import RefusedSignIns
from server.trust import ADDRESS
from storage import audit as rows
from storage.audit import AuditRow
from storage.meters import Meters
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person, with_groups
from tests.wsgi import Answered, Door, an_environ, call

OFFICE = "192.0.2.1"


class Sender:
    """A gate before a door, and the password of anna's laptop."""

    def __init__(self, store: Store, throttle: Throttle, password: str) -> None:
        def who(username: str, password: str) -> object:
            with store.read() as unit:
                return identify(unit, username, password, secret_key=KEY)

        self.store = store
        self.password = password
        self.gate = Gate(
            Door(),
            identify=who,  # type: ignore[arg-type]
            rights_revision=lambda: b"",
            is_open=lambda: True,
            refused=RefusedSignIns(store, throttle),
        )

    @property
    def wrong(self) -> str:
        """Of a device that is there, with a secret that nobody has."""
        return self.password[:7] + credentials.new_credential().password()[7:]

    def __call__(self, password: str, *, name: str = "anna", address: str = OFFICE) -> Answered:
        sent = base64.b64encode(f"{name}:{password}".encode()).decode()
        environ = an_environ("GET", "/files/", headers={"Authorization": f"Basic {sent}"})
        environ[ADDRESS] = address
        return call(self.gate, environ)

    def audited(self) -> list[AuditRow]:
        with self.store.read() as unit:
            assert audit.check(unit).faults == ()
            found = rows.page(unit, after_id=0, limit=1000)
        return [each for each in found if each.act == Act.SIGN_INS_SLOWED]


@pytest.fixture
def send(store: Store, tmp_path: Path) -> Iterator[Sender]:
    with_groups(store)
    with store.write() as unit:
        a_person(unit, "anna")
        a_person(unit, "jonas")
        password = a_device(unit, "anna").password
    meters = Meters(tmp_path / "meters")
    yield Sender(store, Throttle(meters, KEY), password)
    meters.close()


def test_wrong_ones_beyond_the_measure_are_told_to_come_later(send: Sender) -> None:
    answers = [send(send.wrong) for _ in range(DEVICE_SELECTOR.at_once + 1)]

    assert {each.status for each in answers[:-1]} == {401}
    assert answers[-1].status == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= DEVICE_SELECTOR.each_seconds
    assert "www-authenticate" not in answers[-1].headers


def test_a_right_one_comes_in_from_an_address_under_suspicion(send: Sender) -> None:
    for _ in range(100):
        send(send.wrong)

    assert send(send.wrong).status == 429
    assert send(send.password).status == 200


@pytest.mark.parametrize("end", ["retire", "block"])
def test_what_was_right_once_hears_401_each_time(send: Sender, end: str) -> None:
    with send.store.write() as unit:
        if end == "retire":
            devices.retire(unit, user_name="anna", label="Laptop", now_us=NOW_US)
        else:
            people.block(unit, "anna")

    assert {send(send.password).status for _ in range(100)} == {401}
    assert {send(send.password, name="jonas").status for _ in range(100)} == {401}
    assert send.audited() == []


def test_the_log_says_it_once_and_the_audit_log_names_nobody(
    send: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(50):
            send(send.wrong)

    slowed = [each for each in caplog.records if each.getMessage() == "wrong passwords are slowed"]
    assert len(slowed) == 1
    assert len(caplog.records) == DEVICE_SELECTOR.at_once + 1
    [row] = send.audited()
    with send.store.read() as unit:
        [laptop] = devices.listed(unit)
    assert (row.user_id, row.device_id, row.by_user_id) == (laptop.user_id, laptop.id, None)
    assert '"sources":["device"]' in row.details
    assert OFFICE not in row.details
    assert "anna" not in row.details
