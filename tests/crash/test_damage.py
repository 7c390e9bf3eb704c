"""Damage from outside: a document's bytes are gone, short or altered below the server."""

from collections.abc import Iterator
from hashlib import sha256
from http.client import IncompleteRead
from pathlib import Path

import pytest

from tests.crash.processes import kill_group
from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.server_process import CommandError, Office, Variant

CONTENT = b"Energieausweis " * 100_000
_PATHS = {
    "gone": "/files/Home/fort.pdf",
    "short": "/files/Home/kurz.pdf",
    "altered": "/files/Home/anders.pdf",
    "whole": "/files/Home/heil.pdf",
}


@pytest.fixture(scope="module", params=["uvicorn", "cheroot"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp(request.param), Variant(request.param))


@pytest.fixture(scope="module")
def client(office: Office) -> Iterator[Client]:
    """The server runs, and each document but one is damaged in its own way."""
    office.add_user("anna", "--admin")
    device = office.add_device("anna", "Dienst-PC")
    process = office.start()
    client = Client(office, "", device.authorization)
    try:
        until(office.is_ready, 20)
        for word, path in _PATHS.items():
            assert client("PUT", path, word.encode() + CONTENT).status == 201
        _blob(office, "gone").unlink()
        with _blob(office, "short").open("r+b") as file:
            file.truncate(len(CONTENT) // 2)
        with _blob(office, "altered").open("r+b") as file:
            file.seek(1000)
            file.write(b"!")
        yield client
    finally:
        client.close()
        kill_group(process)


def _blob(office: Office, word: str) -> Path:
    name = sha256(word.encode() + CONTENT).hexdigest()
    [path] = (each for each in office.blob_files() if each.name == name)
    return path


class TestReading:
    def test_bytes_that_are_gone_answer_503(self, client: Client) -> None:
        heard = client("GET", _PATHS["gone"])

        assert heard.status == 503
        assert "retry-after" in heard.headers

    def test_bytes_that_are_short_are_cut_off_and_never_a_whole_answer(
        self, client: Client
    ) -> None:
        with pytest.raises((IncompleteRead, ConnectionError)):
            client("GET", _PATHS["short"])
        client.close()

    def test_the_others_are_served(self, client: Client) -> None:
        assert client("GET", _PATHS["whole"]).body == b"whole" + CONTENT

    def test_a_listing_does_not_mind(self, client: Client) -> None:
        members = client("PROPFIND", "/files/Home/", b"", Depth="1").members

        assert {path for path in _PATHS.values() if path in members} == set(_PATHS.values())


class TestVerify:
    @pytest.mark.usefixtures("client")
    def test_it_names_each_damaged_document_and_exits_1(self, office: Office) -> None:
        with pytest.raises(CommandError) as error:
            office.command("verify")

        said = str(error.value)
        for word in ("gone", "short", "altered"):
            assert _PATHS[word].rpartition("/")[2] in said
        assert _PATHS["whole"].rpartition("/")[2] not in said

    def test_saving_the_same_bytes_again_mends_it(self, office: Office, client: Client) -> None:
        for word, path in _PATHS.items():
            assert client("PUT", path, word.encode() + CONTENT).status == 204

        assert office.command("verify")["faults"] == []
        assert client("GET", _PATHS["gone"]).body == b"gone" + CONTENT
