"""Uploads that break off on the real server, and what is left of them: nothing."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from tests.e2e.dav_client import Client
from tests.e2e.http_client import read_answer, until
from tests.e2e.offices import MakeClient
from tests.e2e.raw_requests import exchange, signed_head, status_of
from tests.e2e.server_process import Device, Office

_OLD = bytes(range(256)) * 400


@pytest.fixture
def curl(make_client: MakeClient, anna: Device) -> Client:
    return make_client("curl/8.14.1", anna)


def _end_early(connection: socket.socket) -> bytes:
    """Send nothing more, and hear what the server says; over TLS just that it ends too."""
    if isinstance(connection, ssl.SSLSocket):
        with contextlib.suppress(OSError):
            connection.unwrap().close()
        return b""
    connection.shutdown(socket.SHUT_WR)
    return read_answer(connection)


_CHUNKED = "Transfer-Encoding: chunked"
_MANY = 400_000  # more than the server takes in before the first of them is on disk


class TestCutUpload:
    """The old document stays byte for byte, and nothing else lies on the disk afterwards."""

    @pytest.fixture
    def path(self, office: Office, curl: Client, folder: str) -> Iterator[str]:
        path = f"{folder}/a.bin"
        etag = curl("PUT", path, _OLD).headers["etag"]
        kept = office.blob_files()
        yield path
        until(lambda: office.blob_files() == kept)
        heard = curl("GET", path)
        assert (heard.body, heard.headers["etag"]) == (_OLD, etag)
        assert curl("PUT", f"{folder}/b.bin", b"b").status == 201

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            ("Content-Length: 100000", b"x" * 1000),
            (_CHUNKED, b"3e8\r\n" + b"x" * 1000 + b"\r\n"),
            (_CHUNKED, b"ffff\r\n" + b"x" * 1000),
            (_CHUNKED, b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n"),
        ],
        ids=["1000 of 100000", "no last chunk", "half a chunk", "half an end"],
    )
    def test_by_a_client_that_ends_early(
        self, office: Office, anna: Device, path: str, field: str, body: bytes
    ) -> None:
        with office.connect() as connection:
            connection.sendall(signed_head(anna, f"PUT {path}", field) + body)
            answer = _end_early(connection)

        assert not answer or status_of(answer) == 400

    @pytest.mark.parametrize(
        ("field", "start"),
        [(f"Content-Length: {2 * _MANY}", b""), (_CHUNKED, b"%x\r\n" % (2 * _MANY))],
        ids=["with its length", "in chunks"],
    )
    def test_by_a_client_that_is_gone(
        self, office: Office, anna: Device, path: str, field: str, start: bytes
    ) -> None:
        with office.connect() as connection:
            connection.sendall(signed_head(anna, f"PUT {path}", field) + start + b"x" * _MANY)
            until(office.temporary_files)

    @pytest.mark.parametrize("size", [b"zz", b"-1", b"0x3", b"f" * 17, b""])
    def test_by_a_bad_chunk_size(
        self, office: Office, anna: Device, path: str, size: bytes
    ) -> None:
        body = b"3\r\nxxx\r\n" + size + b"\r\nxxx\r\n0\r\n\r\n"

        assert status_of(exchange(office, anna, f"PUT {path}", _CHUNKED, body=body)) == 400
