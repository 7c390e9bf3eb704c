"""Broken and hostile requests on the real server: a clear 4xx, nothing changed, all alive."""

from collections.abc import Iterator

import pytest

from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.offices import MakeClient
from tests.e2e.raw_requests import exchange, status_of
from tests.e2e.server_process import Device, Office


@pytest.fixture
def curl(make_client: MakeClient, anna: Device) -> Client:
    return make_client("curl/8.14.1", anna)


@pytest.fixture(autouse=True)
def _alive_after(make_client: MakeClient, anna: Device) -> Iterator[None]:
    """Whatever a test sent: the next request of somebody else is served."""
    yield
    assert make_client("curl/8", anna)("PROPFIND", "/files/", b"", Depth="0").status == 207


class TestForgedHeaders:
    @pytest.mark.parametrize("sign", ["_", "-"])
    def test_they_neither_let_in_nor_move_anybody(
        self, office: Office, make_client: MakeClient, anna: Device, folder: str, sign: str
    ) -> None:
        path = f"{folder}/a.txt"
        names = ["X-Remote-User", "X-Forwarded-User", "Remote-User"]
        forged = [f"{name.replace('-', sign)}: anna" for name in names]
        stranger = Device("nobody", "wrong")
        assert status_of(exchange(office, stranger, f"GET {path}", *forged)) == 401

        forwarded = [
            f"X{sign}Forwarded{sign}For: 9.9.9.9",
            "Forwarded: for=9.9.9.9",
            f"X{sign}Forwarded{sign}Host: evil.example",
        ]
        answer = exchange(office, anna, f"PUT {path}", *forwarded, "Content-Length: 1", body=b"x")
        assert status_of(answer) == 201

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

        answer = exchange(office, anna, f"GET {folder}", *fields)

        assert status_of(answer) == 431

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
            answer = exchange(office, anna, f"{method} {folder}/x.txt", raw, "Content-Length: 0")

            # 502 is RFC 4918's own word for a Destination on another server.
            assert status_of(answer) < 500 or status_of(answer) == 502, method
            assert b"Traceback" not in answer

    def test_a_length_beyond_any_disk_is_413(
        self, office: Office, anna: Device, folder: str
    ) -> None:
        fields = ("Content-Length: 1000000000000000000", "Expect: 100-continue")

        answer = exchange(office, anna, f"PUT {folder}/x.txt", *fields)

        assert status_of(answer) == 413
        assert b"not a number" not in answer
        assert answer.lower().count(b"\r\nconnection:") == 1

    def test_what_is_no_request_is_logged_with_its_address(self, office: Office) -> None:
        with office.connect() as connection:
            connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            connection.recv(1000)

        assert "Invalid HTTP request received" not in office.log.read_text()
        if office.variant.kind == "uvicorn":
            until(
                lambda: 'event="not a request of HTTP" address=127.0.0.1' in office.log.read_text()
            )


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
            answer = exchange(office, anna, f"{method} {path}", "Content-Length: 0", "Depth: 0")

            assert status_of(answer) in {400, 403, 404, 405}, method
            assert b"root:" not in answer
            assert b"\r\nX-Evil" not in answer
        assert set(curl("PROPFIND", "/files/Home/", b"", Depth="1").members) == before

    def test_an_encoded_slash_is_none_between_names(
        self, office: Office, anna: Device, folder: str, curl: Client
    ) -> None:
        curl("PUT", f"{folder}/a.txt", b"a")

        for method in ("GET", "PUT", "DELETE"):
            answer = exchange(office, anna, f"{method} {folder}%2Fa.txt", "Content-Length: 0")
            assert status_of(answer) == 400, method
        assert curl("GET", f"{folder}/a.txt").body == b"a"

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
            answer = exchange(office, anna, f"{method} {folder}", "Content-Length: 0")

            assert status_of(answer) in {400, 405, 501}, method
