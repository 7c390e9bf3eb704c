import base64
import logging
from typing import Any

import pytest

from auth.errors import CredentialsError
from auth.identity import Identity
from office.tracking import Note
from server.gate import Gate
from tests.wsgi import Answered, Door, an_environ, call
from wire.clients import Family

ANNA = Identity(
    user_id=1,
    user_name="anna",
    device_id=2,
    device_label="Laptop",
    function_rights=frozenset(),
    blocked_nodes=frozenset(),
    home_node_id=3,
    groups=frozenset(),
)
MINIREDIR = "Microsoft-WebDAV-MiniRedir/10.0.19045"
OFFICE = "Microsoft Office Existence Discovery"
APPLE = "iOS/18.5 (22F76) accountsd/1.0"
FINDER = "WebDAVFS/3.0.0 (03008000) Darwin/23.4.0 (arm64)"


def identify(username: str, password: str) -> Identity:
    if (username, password) != ("anna", "secret"):
        raise CredentialsError("wrong secret")
    return ANNA


def revision() -> bytes:
    return b"7"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def gate(door: Door) -> Gate:
    return Gate(door, identify=identify, rights_revision=revision, is_open=lambda: True)


def asked(
    gate: Gate,
    method: str = "GET",
    path: str = "/files/",
    agent: str = "",
    authorization: str = "",
) -> Answered:
    headers = {"User-Agent": agent}
    if authorization:
        headers["Authorization"] = authorization
    environ = an_environ(method, path, headers=headers)
    environ["deedbox.address"] = "192.0.2.1"
    return call(gate, environ)


class TestAKnownDevice:
    def test_comes_in_with_its_identity(self, gate: Gate, door: Door) -> None:
        answer = asked(gate, authorization=basic("anna", "secret"), agent=FINDER)

        assert answer.status == 200
        seen = door.seen[0]
        assert seen["deedbox.identity"] is ANNA
        assert seen["deedbox.rights_revision"] == b"7"
        assert seen["deedbox.family"] is Family.MAC_FINDER
        assert isinstance(seen["deedbox.note"], Note)

    def test_has_a_note_of_its_own_for_each_request(self, gate: Gate, door: Door) -> None:
        asked(gate, authorization=basic("anna", "secret"))
        asked(gate, authorization=basic("anna", "secret"))

        assert door.seen[0]["deedbox.note"] is not door.seen[1]["deedbox.note"]

    def test_goes_through_to_options_of_its_own(self, gate: Gate) -> None:
        answer = asked(gate, "OPTIONS", agent=MINIREDIR, authorization=basic("anna", "secret"))

        assert answer.text == "door"


class TestAStranger:
    @pytest.mark.parametrize("authorization", ["", "Bearer", "Basic !!!", "Digest x=y"])
    def test_is_asked_for_credentials(self, gate: Gate, door: Door, authorization: str) -> None:
        answer = asked(gate, authorization=authorization)

        assert answer.status == 401
        assert answer.headers["www-authenticate"] == 'Basic realm="deedbox", charset="UTF-8"'
        assert door.seen == []

    def test_with_a_wrong_password_is_asked_again_and_logged(
        self, gate: Gate, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING):
            answer = asked(gate, authorization=basic("anna", "guess"))

        assert answer.status == 401
        fields: dict[str, Any] = vars(caplog.records[0])["fields"]
        assert (fields["user"], fields["address"]) == ("anna", "192.0.2.1")
        assert "guess" not in str(fields)

    def test_with_a_wrong_password_hears_no_reason(self, gate: Gate) -> None:
        wrong = asked(gate, authorization=basic("anna", "guess"))

        assert wrong.body == asked(gate).body

    @pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND", "HEAD", "PUT"])
    @pytest.mark.parametrize("agent", [APPLE, FINDER, "DavClnt", "curl/8.0", ""])
    def test_of_no_exempt_family_gets_401_whatever_it_asks(
        self, gate: Gate, method: str, agent: str
    ) -> None:
        assert asked(gate, method, "/", agent).status == 401

    def test_hears_nothing_of_the_body_in_a_head(self, gate: Gate) -> None:
        assert asked(gate, "HEAD").body == b""


class TestWhatComesTooOften:
    def test_is_told_when_to_come_again(self, door: Door) -> None:
        told: list[tuple[str, str]] = []

        def refused(_environ: Any, username: str, error: CredentialsError) -> int:
            told.append((username, error.reason))
            return 30

        gate = Gate(
            door,
            identify=identify,
            rights_revision=revision,
            is_open=lambda: True,
            refused=refused,
        )

        answer = asked(gate, authorization=basic("anna", "guess"))

        assert (answer.status, answer.headers["retry-after"]) == (429, "30")
        assert told == [("anna", "wrong secret")]
        assert asked(gate).status == 401
        assert asked(gate, authorization=basic("anna", "secret")).status == 200


class TestMicrosoftsFirstQuestion:
    @pytest.mark.parametrize("path", ["/", "/files/", "/files/Objekte/1/", "/not/there"])
    @pytest.mark.parametrize("agent", [MINIREDIR, OFFICE])
    def test_options_is_answered_on_every_parent(self, gate: Gate, path: str, agent: str) -> None:
        answer = asked(gate, "OPTIONS", path, agent)

        assert answer.status == 200
        assert answer.headers["dav"].startswith("1, 2")
        assert answer.headers["ms-author-via"] == "DAV"
        assert "LOCK" in answer.headers["allow"]

    def test_office_may_ask_head_with_an_empty_bearer(self, gate: Gate, door: Door) -> None:
        answer = asked(gate, "HEAD", agent=OFFICE, authorization="Bearer")

        assert (answer.status, answer.body, door.seen) == (200, b"", [])

    @pytest.mark.parametrize("method", ["GET", "PROPFIND", "LOCK", "PUT"])
    @pytest.mark.parametrize("agent", [MINIREDIR, OFFICE])
    def test_everything_else_needs_credentials(self, gate: Gate, method: str, agent: str) -> None:
        assert asked(gate, method, agent=agent).status == 401

    def test_miniredir_may_not_ask_head(self, gate: Gate) -> None:
        assert asked(gate, "HEAD", agent=MINIREDIR).status == 401

    def test_a_dead_credential_is_never_answered_as_nobody(self, gate: Gate) -> None:
        wrong = basic("anna", "guess")

        assert asked(gate, "OPTIONS", agent=MINIREDIR, authorization=wrong).status == 401


class TestAnOfficeThatIsBeingSetUp:
    def test_answers_503_with_a_time_to_come_again(self, door: Door) -> None:
        gate = Gate(door, identify=identify, rights_revision=revision, is_open=lambda: False)

        answer = asked(gate, authorization=basic("anna", "secret"))

        assert answer.status == 503
        assert int(answer.headers["retry-after"]) > 0
        assert door.seen == []

    def test_is_asked_until_it_is_open_and_then_no_more(self, door: Door) -> None:
        answers = iter([False, True])
        gate = Gate(
            door, identify=identify, rights_revision=revision, is_open=lambda: next(answers)
        )

        statuses = [asked(gate, authorization=basic("anna", "secret")).status for _ in range(4)]

        assert statuses == [503, 200, 200, 200]
