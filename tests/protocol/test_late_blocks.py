"""Somebody is shut out after the gate let their request in: no method goes on with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from auth import devices
from auth.grants import EVERYBODY
from auth.identity import Identity
from auth.rights import DataRight
from office import granting
from storage import locks
from storage.rights_revision import RightsRevision
from tests.documents_door import Client, Reply, SampleOffice, url

FOLDER = "/Objekte/4711 Lindenallee 3/Fotos/Garten"
DOCUMENT = f"{FOLDER}/Apfelbaum.jpg"
PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)


class LateClient(Client):
    """Something happens between the gate and the door."""

    meanwhile: Callable[[], None]

    def identity(self) -> Identity:
        who = super().identity()
        self.meanwhile()
        return who


@pytest.fixture(autouse=True)
def folder(office: SampleOffice, anna: Client, tmp_path: Path) -> None:
    anna.request("MKCOL", FOLDER)
    anna.put(DOCUMENT, b"bytes of Apfelbaum")
    # As in a real installation: the processes of a machine tell each other of blocks.
    office.store.rights = RightsRevision(tmp_path / "rights.revision")


@pytest.fixture(params=["retired", "blocked", "blocked there", "granted no more"])
def late(request: pytest.FixtureRequest, office: SampleOffice, jonas: Client) -> LateClient:
    def retire() -> None:
        with office.store.write() as unit:
            devices.retire(unit, user_name="jonas", label="Laptop", now_us=office.clock())

    def revoke() -> None:
        with office.store.write() as unit:
            granting.grant(unit, "anna", DataRight.WRITE, "/Objekte")
            granting.revoke(unit, EVERYBODY, "/Objekte")

    client = LateClient(office, jonas.name, jonas.device, jonas.password)
    client.meanwhile = {
        "retired": retire,
        "blocked": lambda: office.block("jonas"),
        "blocked there": lambda: office.block("jonas", FOLDER),
        "granted no more": revoke,
    }[request.param]
    return client


def send(client: Client, method: str) -> Reply:
    match method:
        case "COPY" | "MOVE":
            return client.request(method, DOCUMENT, Destination=url("/Home/Neu.jpg"))
        case "LOCK":
            return client.lock(DOCUMENT)
        case "UNLOCK":
            return client.unlock(DOCUMENT, "opaquelocktoken:0")
        case "PROPPATCH":
            return client.request(method, DOCUMENT, PROPPATCH)
        case "PROPFIND":
            return client.propfind(FOLDER, "{DAV:}getetag", Depth="1")
        case "MKCOL":
            return client.request(method, f"{FOLDER}/Neu")
        case "PUT":
            return client.put(DOCUMENT, b"new bytes")
        case _:
            return client.request(method, DOCUMENT)


METHODS = (
    "GET", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK",
)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
def test_no_method_goes_on(
    request: pytest.FixtureRequest,
    office: SampleOffice,
    anna: Client,
    late: LateClient,
    method: str,
) -> None:
    reply = send(late, method)

    is_path = any(each in request.node.name for each in ("blocked there", "granted no more"))
    # A new member of a folder that is hidden: its folder is as good as missing.
    gone = 409 if method in {"MKCOL", "LOCK"} else 404
    assert reply.status == (gone if is_path else 401)
    assert "Apfelbaum" not in reply.text
    assert anna.get(DOCUMENT).body == b"bytes of Apfelbaum"
    assert anna.names(FOLDER) == [f"/files{DOCUMENT}".replace(" ", "%20")]
    with office.store.read() as unit:
        assert locks.everything(unit) == []
