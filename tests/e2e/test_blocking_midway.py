"""Somebody loses a folder while their bytes are on the way: theirs stop, nobody else's do."""

import contextlib
import hashlib
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pytest

from tests.e2e.dav_client import Client
from tests.e2e.http_client import read_answer, until
from tests.e2e.offices import MakeClient
from tests.e2e.server_process import CommandError, Device, Office
from tests.groupware_door import event

_BYTES = 40 * 1024 * 1024
_IN_BUFFERS = 16 * 1024 * 1024
"""More than the server's and the kernel's buffers on both sides together hold."""


@pytest.fixture(scope="session")
def second_devices(office: Office, anna: Device, jonas: Device) -> dict[str, Device]:
    """With the first ones, all that anna and jonas may have."""
    return {
        anna.user_name: office.add_device("anna", "iPad"),
        jonas.user_name: office.add_device("jonas", "iPhone"),
    }


@dataclass(frozen=True)
class Block:
    """How jonas loses a folder: the command, and what he hears afterwards."""

    office: Office
    words: list[str]
    status: int

    def begin(self) -> None:
        self.office.command(*self.words)


@pytest.fixture(params=["as a whole", "on the folder", "granted no more"])
def block(request: pytest.FixtureRequest, office: Office, folder: str) -> Iterator[Block]:
    """Jonas is let in again at the end."""
    # A credential that is dead asks to sign in; what one folder hides is not there.
    if request.param == "granted no more":
        yield Block(office, ["grant", "revoke", "@everybody", "/files/Objekte"], 404)
        office.command("grant", "set", "@everybody", "write", "/files/Objekte")
        return
    path = [] if request.param == "as a whole" else ["--path", unquote(folder)]
    words = ["jonas", *path]
    yield Block(office, ["user", "block", *words], 404 if path else 401)
    office.command("user", "unblock", *words)


@dataclass
class Download:
    """A slow reader of one document."""

    connection: socket.socket
    received: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    @classmethod
    def begin(cls, office: Office, device: Device, path: str) -> "Download":
        connection = office.connect(receive_buffer=65_536)
        head = _head(device, f"GET {path} HTTP/1.1", "Connection: close")
        connection.sendall(head)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(4096)
        status, _, body = answer.partition(b"\r\n\r\n")
        assert status.startswith(b"HTTP/1.1 200 ")
        download = cls(connection)
        download._take(body)
        return download

    def _take(self, data: bytes) -> None:
        self.received += len(data)
        self.digest.update(data)

    def read_to(self, count: int) -> None:
        """Read until *count* bytes of the document have come, or no more do."""
        with contextlib.suppress(OSError):
            while self.received < count and (data := self.connection.recv(65_536)):
                self._take(data)


def _head(device: Device, line: str, *fields: str) -> bytes:
    lines = [line, "Host: x", f"Authorization: {device.authorization}", *fields, "", ""]
    return "\r\n".join(lines).encode()


@pytest.fixture
def film(make_client: MakeClient, anna: Device, folder: str) -> tuple[str, str]:
    """The path and the sha256 of a large document."""
    content = os.urandom(1 << 20) * (_BYTES >> 20)
    path = f"{folder}/Film.mp4"
    assert make_client("curl/8", anna)("PUT", path, content).status == 201
    return path, hashlib.sha256(content).hexdigest()


def _rows(office: Office, user: str, path: str) -> list[dict[str, Any]]:
    made = office.command("journal", "--user", user, "--path", unquote(path))
    return list(made["journal"])


class TestDownload:
    def test_his_ends_and_hers_goes_on(
        self,
        office: Office,
        anna: Device,
        jonas: Device,
        film: tuple[str, str],
        block: Block,
    ) -> None:
        path, sha256 = film
        his, hers = (Download.begin(office, device, path) for device in (jonas, anna))
        his.read_to(1 << 20)
        hers.read_to(1 << 20)

        block.begin()
        his.read_to(_BYTES)
        hers.read_to(_BYTES)

        assert his.received < (1 << 20) + _IN_BUFFERS
        assert hers.received == _BYTES
        assert hers.digest.hexdigest() == sha256
        for download in (his, hers):
            download.connection.close()
        _assert_written_down(office, path, his.received)

    def test_other_devices_of_his_are_out_too(
        self,
        make_client: MakeClient,
        second_devices: dict[str, Device],
        jonas: Device,
        folder: str,
        block: Block,
    ) -> None:
        path = f"{folder}/Plan.pdf"
        hers = make_client("curl/8", second_devices["anna"])
        hers("PUT", path, b"plan")
        clients = [make_client("curl/8", d) for d in (jonas, second_devices["jonas"])]
        assert [client("HEAD", path).status for client in clients] == [200, 200]

        block.begin()

        assert [client("HEAD", path).status for client in clients] == [block.status] * 2
        assert hers("GET", path).body == b"plan"


def _assert_written_down(office: Office, path: str, received: int) -> None:
    """One row for each reader: his of a part, hers of the whole."""
    until(lambda: _rows(office, "jonas", path) and _rows(office, "anna", path))
    [his] = [row for row in _rows(office, "jonas", path) if row["bytes"]]
    assert (his["whole"], his["device"], his["action"]) == (False, "MacBook", "downloaded")
    assert received <= his["bytes"] < received + _IN_BUFFERS
    hers = {row["action"]: row for row in _rows(office, "anna", path)}
    assert hers["downloaded"]["whole"] is True
    assert hers["downloaded"]["bytes"] == _BYTES


class TestUpload:
    @pytest.mark.parametrize("framing", ["with its length", "in chunks"])
    def test_it_is_refused_and_the_old_document_stays(
        self,
        office: Office,
        make_client: MakeClient,
        anna: Device,
        jonas: Device,
        folder: str,
        block: Block,
        framing: str,
    ) -> None:
        path, part = f"{folder}/Plan.pdf", os.urandom(1 << 20)
        hers = make_client("curl/8", anna)
        etag = hers("PUT", path, b"old").headers["etag"]
        kept = office.blob_files()
        field, body, rest = _framed(part, is_chunked=framing == "in chunks")
        with office.connect() as connection:
            connection.sendall(_head(jonas, f"PUT {path} HTTP/1.1", field, "Connection: close"))
            connection.sendall(body)
            until(office.temporary_files)

            block.begin()
            # The server may have closed before all was sent; TLS has its own error for that.
            with contextlib.suppress(OSError):
                connection.sendall(rest)
            answer = read_answer(connection)

        status = int(answer.split(b" ")[1])
        # A place in a folder that is hidden with the one above it is no place at all.
        assert status in {block.status, 409 if block.status == 404 else 401}
        heard = hers("GET", path)
        assert (heard.body, heard.headers["etag"]) == (b"old", etag)
        until(lambda: office.blob_files() == kept)
        assert hers("PUT", path, b"new").status == 204


def _framed(part: bytes, *, is_chunked: bool) -> tuple[str, bytes, bytes]:
    """The header that announces two parts, the first and the second of them."""
    if not is_chunked:
        return f"Content-Length: {2 * len(part)}", part, part
    chunk = b"%x\r\n%s\r\n" % (len(part), part)
    return "Transfer-Encoding: chunked", chunk, chunk + b"0\r\n\r\n"


class TestSharedCalendar:
    def test_it_comes_with_the_grant_and_goes_with_it(
        self, office: Office, make_client: MakeClient, anna: Device, jonas: Device
    ) -> None:
        hers, his = make_client("DAVx5/4.5", anna), make_client("DAVx5/4.5", jonas)
        path = "/dav/anna/calendar"
        put = ("PUT", f"{path}/geteilt.ics", event("geteilt"))
        assert hers(*put, Content_Type="text/calendar").status in {201, 204}
        office.command("grant", "set", "jonas", "read", path)
        try:
            heard = his("PROPFIND", "/dav/jonas/", b"", Depth="1")
            [shared] = [each for each in heard.members if "/shared-" in each]
            assert his("GET", f"{shared}geteilt.ics").body == event("geteilt")
            assert his("PUT", f"{shared}neu.ics", event("neu")).status == 403
        finally:
            office.command("grant", "revoke", "jonas", path)

        assert his("GET", f"{shared}geteilt.ics").status == 404
        assert his("PROPFIND", "/dav/jonas/", b"", Depth="1").members.keys().isdisjoint([shared])


class TestJournal:
    def test_what_a_block_refused_is_written_down(
        self, office: Office, make_client: MakeClient, anna: Device, jonas: Device, folder: str
    ) -> None:
        path = f"{folder}/Vertrag.pdf"
        make_client("curl/8", anna)("PUT", path, b"x")
        words = ["jonas", "--path", unquote(folder)]
        office.command("user", "block", *words)
        try:
            assert make_client("curl/8", jonas)("GET", path).status == 404
        finally:
            office.command("user", "unblock", *words)

        def refused() -> list[dict[str, Any]]:
            return [r for r in _rows(office, "jonas", folder) if r["action"] == "refused"]

        [row] = until(refused)
        assert row["path"] == unquote(path)
        assert row["device"] == "MacBook"


class TestThirdDevice:
    def test_it_is_refused_naming_the_two(
        self, office: Office, second_devices: dict[str, Device], make_client: MakeClient
    ) -> None:
        for user, labels in {
            "anna": ["Dienst-PC", "iPad"],
            "jonas": ["MacBook", "iPhone"],
        }.items():
            with pytest.raises(CommandError) as refused:
                office.command("device", "add", user, "Tablet")

            assert all(label in str(refused.value) for label in labels)
            listed = office.command("device", "list", user)["devices"]
            assert sorted(each["label"] for each in listed) == sorted(labels)
        still: Client = make_client("curl/8", second_devices["jonas"])
        assert still("PROPFIND", "/files/", b"", Depth="0").status == 207
