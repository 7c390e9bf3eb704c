"""Broken and hostile requests on the real server: a clear 4xx, nothing changed, all alive."""

import contextlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from tests.e2e.dav_client import Client
from tests.e2e.http_client import read_answer, until
from tests.e2e.offices import MakeClient
from tests.e2e.server_process import Device, Office

_OLD = bytes(range(256)) * 400


@pytest.fixture
def curl(make_client: MakeClient, anna: Device) -> Client:
    return make_client("curl/8.14.1", anna)


@pytest.fixture(autouse=True)
def _alive_after(make_client: MakeClient, anna: Device) -> Iterator[None]:
    """Whatever a test sent: the next request of somebody else is served."""
    yield
    assert make_client("curl/8", anna)("PROPFIND", "/files/", b"", Depth="0").status == 207


def _head(device: Device, line: str, *fields: str) -> bytes:
    lines = [f"{line} HTTP/1.1", "Host: x", f"Authorization: {device.authorization}"]
    return "\r\n".join([*lines, "Connection: close", *fields, "", ""]).encode("latin-1")


def _exchange(office: Office, device: Device, line: str, *fields: str, body: bytes = b"") -> bytes:
    """Send a request as it stands, and hear all that comes back."""
    with office.connect() as connection:
        # The answer may come, and the connection end, before all is sent.
        with contextlib.suppress(OSError):
            connection.sendall(_head(device, line, *fields) + body)
        return read_answer(connection)


def _end_early(connection: socket.socket) -> bytes:
    """Send nothing more, and hear what the server says; over TLS just that it ends too."""
    if isinstance(connection, ssl.SSLSocket):
        with contextlib.suppress(OSError):
            connection.unwrap().close()
        return b""
    connection.shutdown(socket.SHUT_WR)
    return read_answer(connection)


def _status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])


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
            connection.sendall(_head(anna, f"PUT {path}", field) + body)
            answer = _end_early(connection)

        assert not answer or _status(answer) == 400

    @pytest.mark.parametrize(
        ("field", "start"),
        [(f"Content-Length: {2 * _MANY}", b""), (_CHUNKED, b"%x\r\n" % (2 * _MANY))],
        ids=["with its length", "in chunks"],
    )
    def test_by_a_client_that_is_gone(
        self, office: Office, anna: Device, path: str, field: str, start: bytes
    ) -> None:
        with office.connect() as connection:
            connection.sendall(_head(anna, f"PUT {path}", field) + start + b"x" * _MANY)
            until(office.temporary_files)

    @pytest.mark.parametrize("size", [b"zz", b"-1", b"0x3", b"f" * 17, b""])
    def test_by_a_bad_chunk_size(
        self, office: Office, anna: Device, path: str, size: bytes
    ) -> None:
        body = b"3\r\nxxx\r\n" + size + b"\r\nxxx\r\n0\r\n\r\n"

        assert _status(_exchange(office, anna, f"PUT {path}", _CHUNKED, body=body)) == 400


class TestForgedHeaders:
    @pytest.mark.parametrize("sign", ["_", "-"])
    def test_they_neither_let_in_nor_move_anybody(
        self, office: Office, make_client: MakeClient, anna: Device, folder: str, sign: str
    ) -> None:
        path = f"{folder}/a.txt"
        names = ["X-Remote-User", "X-Forwarded-User", "Remote-User"]
        forged = [f"{name.replace('-', sign)}: anna" for name in names]
        stranger = Device("nobody", "wrong")
        assert _status(_exchange(office, stranger, f"GET {path}", *forged)) == 401

        forwarded = [
            f"X{sign}Forwarded{sign}For: 9.9.9.9",
            "Forwarded: for=9.9.9.9",
            f"X{sign}Forwarded{sign}Host: evil.example",
        ]
        answer = _exchange(office, anna, f"PUT {path}", *forwarded, "Content-Length: 1", body=b"x")
        assert _status(answer) == 201

        def rows() -> list[dict[str, object]]:
            return list(office.command("journal", "--user", "anna", "--limit", "1")["journal"])

        until(lambda: rows() and str(rows()[0]["path"]).endswith("a.txt"))
        assert rows()[0]["address"] == "127.0.0.1"
        moved = make_client("curl/8", anna, X_Forwarded_Host="evil.example")(
            "MOVE", path, Destination=f"https://evil.example{folder}/b.txt"
        )
        assert moved.status == 502


_DOCTYPE = (
    b'<?xml version="1.0"?><!DOCTYPE D [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<D:propfind xmlns:D="DAV:"><D:prop><D:displayname>&b;</D:displayname></D:prop></D:propfind>'
)
_EXTERNAL = (
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b'<propertyupdate xmlns="DAV:"><set><prop><x>&e;</x></prop></set></propertyupdate>'
)
_DEEP = b'<propfind xmlns="DAV:"><prop>' + b"<a>" * 100 + b"</a>" * 100 + b"</prop></propfind>"
_LARGE = b'<propfind xmlns="DAV:"><prop>' + b"<a/>" * (1 << 19) + b"</prop></propfind>"


class TestXML:
    @pytest.mark.parametrize(
        ("body", "statuses"),
        [
            (_DOCTYPE, {400, 403}),
            (_EXTERNAL, {400, 403}),
            (_DEEP, {400, 413}),
            (_LARGE, {413}),
            (b"<propfind", {400}),
            (b"\xff\xfe\x00", {400}),
            (b'<?xml version="1.0" encoding="utf-7"?><a/>', {400}),
        ],
        ids=["doctype", "external", "deep", "2 MiB", "broken", "no text", "utf-7"],
    )
    def test_it_is_refused_at_once(
        self, curl: Client, folder: str, body: bytes, statuses: set[int]
    ) -> None:
        for method in ("PROPFIND", "PROPPATCH", "LOCK"):
            heard = curl(method, f"{folder}/", body, Depth="0")

            assert heard.status in statuses, method
            assert b"root:" not in heard.body

    def test_an_endless_body_in_chunks_is_cut_off(self, curl: Client, folder: str) -> None:
        heard = curl("PROPFIND", folder, iter([_LARGE[: 1 << 20], _LARGE[1 << 20 :]]), Depth="0")

        assert heard.status == 413

    def test_everything_below_is_not_listed(self, curl: Client, folder: str) -> None:
        for depth in ({}, {"Depth": "infinity"}):
            heard = curl("PROPFIND", folder, b"", **depth)

            assert heard.status == 403
            assert b"propfind-finite-depth" in heard.body


class TestHeader:
    def test_thousands_of_fields_are_refused(
        self, office: Office, anna: Device, folder: str
    ) -> None:
        fields = [f"X-{number}: {'y' * 20}" for number in range(5000)]

        answer = _exchange(office, anna, f"GET {folder}", *fields)

        assert _status(answer) == 431

    @pytest.mark.parametrize(
        "field",
        [
            "Depth: 2",
            "Depth: ☃",
            "If: (<",
            "If: " + "(" * 5000,
            "Timeout: Second-99999999999999999999",
            "Destination: http://[::1/x",
            "Destination: \x7f",
            "Range: bytes=9-1,--",
            "If-Match: \\",
            "If-Modified-Since: Thu, 99 Foo 2026",
            "X-OC-Mtime: nan",
            "X-OC-Mtime: 1e400",
            "X-Expected-Entity-Length: -1",
            "Overwrite: X",
            "Lock-Token: ><",
            "Content-Range: bytes 0-1/2",
            "Authorization: Basic ====",
        ],
        ids=lambda field: field[:40],
    )
    def test_nonsense_is_never_our_fault(
        self, office: Office, anna: Device, folder: str, field: str
    ) -> None:
        raw = field.encode("utf-8").decode("latin-1")

        for method in ("PROPFIND", "PUT", "LOCK", "MOVE", "UNLOCK", "GET"):
            answer = _exchange(office, anna, f"{method} {folder}/x.txt", raw, "Content-Length: 0")

            # 502 is RFC 4918's own word for a Destination on another server.
            assert _status(answer) < 500 or _status(answer) == 502, method
            assert b"Traceback" not in answer


class TestPaths:
    @pytest.mark.parametrize(
        "path",
        [
            "/files/Home/../Objekte",
            "/files/Home/..%2f..%2fetc%2fpasswd",
            "/files/%2e%2e/%2e%2e/etc/passwd",
            "/files/Home/a%00b",
            "/files/Home/%0d%0aX-Evil:1",
            "/files//Home/a",
            "/files/Home//a",
            "//files/Home/a",
            "/files/Home/%ff%fe",
            "/files/Home/.",
            "/files/Home/%C2%85",
            "/files/Home/a#b",
        ],
    )
    def test_a_trick_names_nothing(
        self, office: Office, anna: Device, curl: Client, path: str
    ) -> None:
        before = set(curl("PROPFIND", "/files/Home/", b"", Depth="1").members)

        for method in ("GET", "PUT", "DELETE", "PROPFIND", "MKCOL"):
            answer = _exchange(office, anna, f"{method} {path}", "Content-Length: 0", "Depth: 0")

            assert _status(answer) in {400, 403, 404, 405}, method
            assert b"root:" not in answer
            assert b"\r\nX-Evil" not in answer
        assert set(curl("PROPFIND", "/files/Home/", b"", Depth="1").members) == before

    @pytest.mark.parametrize(
        "target", ["/files/Home/../x", "/files/Home/a%2fb", "/files/Home/a%00", "/files/%2e%2e/x"]
    )
    def test_nor_does_a_destination(self, curl: Client, folder: str, target: str) -> None:
        curl("PUT", f"{folder}/a.txt", b"a")

        assert curl("MOVE", f"{folder}/a.txt", Destination=target).status in {400, 403, 409, 502}
        assert curl("GET", f"{folder}/a.txt").body == b"a"

    @pytest.mark.parametrize(
        "name",
        [
            "CON", "nul.txt", "COM1", "a%3Ab", "a%3Cb", "a%7Cb", "a%22b", "a%3F", "a%2A", "a%5Cb",
            "ends.", "ends%20", "x" * 256, "%C3%A4" * 128, "%20",
        ],
    )  # fmt: skip
    def test_a_name_windows_cannot_hold_is_refused(
        self, curl: Client, folder: str, name: str
    ) -> None:
        curl("PUT", f"{folder}/a.txt", b"a")

        for heard in (
            curl("PUT", f"{folder}/{name}", b"x"),
            curl("MKCOL", f"{folder}/{name}"),
            curl("MOVE", f"{folder}/a.txt", Destination=f"{folder}/{name}"),
            curl("LOCK", f"{folder}/{name}", _LOCK),
        ):
            assert heard.status == 403, heard
            assert heard.body
        assert set(curl("PROPFIND", folder, b"", Depth="1").members) == {
            f"{folder}/",
            f"{folder}/a.txt",
        }


_LOCK = (
    b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype>'
    b"</lockinfo>"
)


class TestMethods:
    def test_one_that_is_not_known_is_refused(
        self, office: Office, anna: Device, folder: str
    ) -> None:
        for method in ("TRACE", "CONNECT", "FOO", "PATCH", "REPORT", "ACL"):
            answer = _exchange(office, anna, f"{method} {folder}", "Content-Length: 0")

            assert _status(answer) in {400, 405, 501}, method
