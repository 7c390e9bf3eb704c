"""What both HTTP servers must do with clients good and bad, through real sockets."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from typing import TypeVar

import pytest

from tests.e2e.http_app import BLOCK
from tests.e2e.http_client import Served, head, read_answer, served, tls_settings, until

Case = TypeVar("Case")
KINDS = ["uvicorn", "cheroot"]
# Short time-outs and grace, so that a test can wait for them.
OPTIONS = {"header_timeout_seconds": 3, "idle_timeout_seconds": 4, "shutdown_grace_seconds": 5}


@pytest.fixture(scope="module", params=[(k, t) for k in KINDS for t in ("plain", "tls")])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    kind, transport = request.param
    folder = tmp_path_factory.mktemp("http")
    tls = tls_settings(folder) if transport == "tls" else {}
    with served(folder, kind, options=OPTIONS, **tls) as running:
        yield running


def answers_at_once(server: Served, requests: Mapping[Case, bytes]) -> dict[Case, bytes]:
    """All that comes back on a connection each; they wait side by side for its end.

    Over TLS a refused client is given seconds to read its answer before the connection ends.
    """
    with contextlib.ExitStack() as stack:
        connections = {case: stack.enter_context(server.connect()) for case in requests}
        for case, connection in connections.items():
            connection.sendall(requests[case])
        return {case: read_answer(connection) for case, connection in connections.items()}


def until_cut(server: Served, path: str) -> None:
    """Wait until the application heard that the body sent there broke off."""
    until(lambda: [each for each in server.events("body cut") if each["path"] == path])


class TestBody:
    @pytest.mark.parametrize(
        ("name", "fields", "body"),
        [
            ("short", ["Content-Length: 100000"], b"x" * 1000),
            ("short-and-large", ["Content-Length: 1000000"], b"x" * 300_000),
            ("no-last-chunk", ["Transfer-Encoding: chunked"], b"5\r\nhello\r\n"),
            ("half-a-chunk", ["Transfer-Encoding: chunked"], b"fffff\r\nhello"),
            ("nothing-after-last-size", ["Transfer-Encoding: chunked"], b"5\r\nhello\r\n0\r\n"),
        ],
    )
    def test_a_body_cut_by_a_hang_up_is_never_whole(
        self, server: Served, name: str, fields: list[str], body: bytes
    ) -> None:
        with server.connect() as connection:
            connection.sendall(head("PUT", f"/put/{name}", *fields) + body)

        cut = until(lambda: [e for e in server.events("body cut") if name in e["path"]])

        assert len(cut) == 1
        assert cut[0]["length"] <= len(body)
        assert not [e for e in server.events("body whole") if e["path"] == f"/put/{name}"]

    def test_a_bad_chunk_size_cuts_the_body(self, server: Served) -> None:
        sizes = ["zz", "-5", "0x5", "1_0", "", "5 5", "+5", "f" * 17]
        names = {size: f"bad-{size.encode().hex()}" for size in sizes}
        answers = answers_at_once(
            server,
            {
                size: head("PUT", f"/put/{name}", "Transfer-Encoding: chunked")
                + b"5\r\nhello\r\n"
                + size.encode()
                + b"\r\nhello\r\n0\r\n\r\n"
                for size, name in names.items()
            },
        )

        for size, name in names.items():
            path = f"/put/{name}"
            until_cut(server, path)
            assert not [e for e in server.events("body whole") if e["path"] == path]
            assert answers[size].startswith(b"HTTP/1.1 400 "), size

    def test_a_body_that_stands_still_is_cut(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("PUT", "/put/still", "Content-Length: 9") + b"x")
            read_answer(connection)

        until_cut(server, "/put/still")

    @pytest.mark.parametrize("length", [0, 1, 65_535, 65_536, 65_537, 3_000_000])
    @pytest.mark.parametrize("chunked", [False, True])
    def test_a_whole_body_arrives_unchanged(
        self, server: Served, length: int, *, chunked: bool
    ) -> None:
        body = os.urandom(length)
        connection = server.http()
        parts = iter([body[:10], body[10:]]) if chunked else body
        connection.request("PUT", "/put/whole", parts, encode_chunked=chunked)
        answer = json.loads(connection.getresponse().read())
        connection.close()

        assert answer == {"length": length, "sha256": hashlib.sha256(body).hexdigest()}

    def test_a_client_is_asked_for_its_body_when_the_application_reads(
        self, server: Served
    ) -> None:
        with server.connect() as connection:
            fields = ["Content-Length: 5", "Expect: 100-continue", "Connection: close"]
            connection.sendall(head("PUT", "/put/asked", *fields))
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"hello")

            assert read_answer(connection).startswith(b"HTTP/1.1 201 ")

    def test_a_client_that_did_not_wait_is_not_asked(self, server: Served) -> None:
        with server.connect() as connection:
            fields = ["Content-Length: 5", "Connection: close"]
            connection.sendall(head("PUT", "/put/unasked", *fields) + b"hello")

            assert read_answer(connection).startswith(b"HTTP/1.1 201 ")

    def test_a_client_refused_is_not_asked_and_the_connection_ends(self, server: Served) -> None:
        with server.connect() as connection:
            fields = ["Content-Length: 5", "Expect: 100-continue"]
            connection.sendall(head("PUT", "/refuse", *fields))
            answer = read_answer(connection).lower()

        assert answer.startswith(b"http/1.1 401 ")
        assert b"\r\nconnection: close\r\n" in answer

    def test_a_body_nobody_read_is_not_taken_for_the_next_request(self, server: Served) -> None:
        smuggled = head("GET", "/put/smuggled", "Connection: close")
        with server.connect() as connection:
            fields = [f"Content-Length: {len(smuggled)}"]
            connection.sendall(head("PUT", "/refuse", *fields) + smuggled)
            connection.sendall(head("GET", "/pid", "Connection: close"))
            answer = read_answer(connection)

        assert answer.count(b"HTTP/1.1 ") == 2
        assert not [e for e in server.events("body whole") if "smuggled" in e["path"]]

    def test_a_large_refused_body_does_not_take_the_answer_away(self, server: Served) -> None:
        connection = server.http()
        connection.request("PUT", "/refuse", b"x" * 5_000_000)
        assert connection.getresponse().read() == b"no"
        connection.request("GET", "/pid")
        assert connection.getresponse().status == 200
        connection.close()


AMBIGUOUS = (
    ("Content-Length: 5", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Content-Length: 5"),
    ("Content-Length: 5", "Content-Length: 5"),
    ("Content-Length: 5", "Content-Length: 6"),
    ("Content-Length: 5, 5",),
    ("Content-Length: -5",),
    ("Content-Length: +5",),
    ("Content-Length: 1_0",),
    ("Content-Length: 0x5",),
    ("Content-Length : 5",),
    ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding : chunked",),
    ("Host: y",),
    ("X: a", " folded: b"),
    ("X: a\x00b",),
    ("no colon",),
)


class TestHeader:
    def test_what_two_servers_could_read_differently_is_refused(self, server: Served) -> None:
        smuggled = b"0\r\n\r\n" + head("GET", "/put/smuggled")
        answers = answers_at_once(
            server,
            {fields: head("PUT", "/put/ambiguous", *fields) + smuggled for fields in AMBIGUOUS},
        )

        for fields, answer in answers.items():
            assert answer.startswith(b"HTTP/1.1 400 "), fields
            assert answer.count(b"HTTP/1.1 ") == 1, fields
        assert not [e for e in server.events("body whole") if "smuggled" in e["path"]]

    def test_another_transfer_coding_is_refused(self, server: Served) -> None:
        codings = ["gzip, chunked", "identity", "chunked, gzip", "xchunked"]
        answers = answers_at_once(
            server,
            {
                coding: head("PUT", "/put/coded", f"Transfer-Encoding: {coding}") + b"0\r\n\r\n"
                for coding in codings
            },
        )

        for coding, answer in answers.items():
            assert answer[9:12] in {b"400", b"501"}, coding
        assert not [e for e in server.events("body whole") if "coded" in e["path"]]

    def test_chunks_are_not_for_the_old_protocol(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(
                b"PUT /put/old HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            )
            read_answer(connection)

        assert not [e for e in server.events("body whole") if e["path"] == "/put/old"]

    def test_a_request_without_host_is_refused(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")

            assert read_answer(connection).startswith(b"HTTP/1.1 400 ")

    @pytest.mark.parametrize("line", ["X: " + "x" * 400_000, "X: y\r\n" * 40_000 + "Z: z"])
    def test_a_header_without_measure_is_refused(self, server: Served, line: str) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(line.encode() + b"\r\n\r\n")
            answer = read_answer(connection)

        assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""

    def test_a_header_of_ordinary_size_passes(self, server: Served) -> None:
        status, _ = server.get("/environ", If="(<urn:uuid:1>) " * 3000)

        assert status == 200

    def test_names_with_underscores_never_arrive(self, server: Served) -> None:
        _, body = server.get(
            "/environ", X_Forwarded_For="9.9.9.9", X_Remote_User="admin", **{"X-Real": "yes"}
        )
        environ = json.loads(body)

        assert "HTTP_X_FORWARDED_FOR" not in environ
        assert "HTTP_X_REMOTE_USER" not in environ
        assert "REMOTE_USER" not in environ
        assert environ["HTTP_X_REAL"] == "yes"

    def test_the_environ_says_what_was_asked(self, server: Served) -> None:
        target = "/environ/a%20%C3%A4%2Fb//c;d?x=%41&y"
        with server.connect() as connection:
            fields = ["Cookie: a=1", "Cookie: b=2", "Accept: c", "Accept: d", "Connection: close"]
            connection.sendall(head("GET", target, *fields))
            answer = read_answer(connection)
        environ = json.loads(answer.partition(b"\r\n\r\n")[2])

        assert environ["PATH_INFO"] == "/environ/a ä/b//c;d".encode().decode("latin-1")
        assert environ["QUERY_STRING"] == "x=%41&y"
        assert environ["REQUEST_URI"] == target
        assert environ["SCRIPT_NAME"] == ""
        assert environ["SERVER_PROTOCOL"] == "HTTP/1.1"
        assert environ["SERVER_PORT"] == str(server.port)
        assert environ["REMOTE_ADDR"] == "127.0.0.1"
        assert environ["REMOTE_PORT"].isdigit()
        assert environ["wsgi.url_scheme"] == ("https" if server.is_tls else "http")
        assert environ["HTTP_COOKIE"] == "a=1; b=2"
        assert environ["HTTP_ACCEPT"] == "c, d"
        assert "CONTENT_LENGTH" not in environ

    def test_raw_bytes_in_the_target_are_refused(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall("GET /environ/ä HTTP/1.1\r\nHost: x\r\n\r\n".encode())

            assert read_answer(connection).startswith(b"HTTP/1.1 400 ")

    def test_options_of_the_server_as_a_whole_is_asked_of_its_root(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("OPTIONS", "*", "Connection: close"))

            assert read_answer(connection).startswith(b"HTTP/1.1 200 ")

    def test_no_version_is_told(self, server: Served) -> None:
        connection = server.http()
        connection.request("GET", "/")
        answer = connection.getresponse()
        connection.close()

        assert answer.headers.get("Server", "deedbox") == "deedbox"


class TestAnswer:
    def test_pipelined_requests_are_answered_in_order(self, server: Served) -> None:
        put = head("PUT", "/put/p", "Content-Length: 5") + b"hello"
        last = head("GET", "/get/1", "Connection: close")
        with server.connect() as connection:
            connection.sendall(head("GET", "/") + put + put + last)
            answer = read_answer(connection)

        assert [a[:3] for a in answer.split(b"HTTP/1.1 ")[1:]] == [b"200", b"201", b"201", b"200"]
        assert answer.endswith(BLOCK)

    def test_a_connection_serves_many_requests(self, server: Served) -> None:
        connection = server.http()
        for _ in range(20):
            connection.request("GET", "/pid")
            assert connection.getresponse().read().isdigit()
        opened = connection.sock
        connection.request("PUT", "/put/kept", b"x" * 100_000)
        assert connection.getresponse().read()
        assert connection.sock is opened
        connection.close()

    def test_an_offer_of_another_protocol_does_not_swallow_what_follows(
        self, server: Served
    ) -> None:
        """The event loop's parser drops it, so the connection ends after the first answer."""
        offer = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: "]
        with server.connect() as connection:
            connection.sendall(head("GET", "/pid", *offer) + head("GET", "/", "Connection: close"))
            answer = read_answer(connection).lower()

        assert answer.startswith(b"http/1.1 200 ")
        assert b"\r\nconnection: close\r\n" in answer

    def test_close_is_honoured_whatever_its_case(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("GET", "/", "Connection: TE, Close"))

            assert b"200" in read_answer(connection)

    def test_head_has_the_length_and_no_body(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("HEAD", "/get/9000"))
            connection.sendall(head("HEAD", "/get/3?chunked"))
            connection.sendall(head("GET", "/", "Connection: close"))
            answer = read_answer(connection).lower()

        assert answer.count(b"http/1.1 200") == 3
        assert b"content-length: %d\r\n" % (9000 * len(BLOCK)) in answer
        assert len(answer) < 1000

    def test_an_answer_without_length_is_whole(self, server: Served) -> None:
        assert server.get("/get/7?chunked")[1] == BLOCK * 7

    def test_the_old_protocol_gets_no_chunks(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(b"GET /get/3?chunked HTTP/1.0\r\n\r\n")
            header, _, body = read_answer(connection).partition(b"\r\n\r\n")

        assert b"chunked" not in header.lower()
        assert body == BLOCK * 3

    @pytest.mark.parametrize("when", ["early", "before-the-first-block"])
    def test_a_broken_application_is_answered_500(self, server: Served, when: str) -> None:
        assert server.get(f"/fail?{when}")[0] == 500

    def test_an_answer_that_breaks_is_not_whole(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("GET", "/fail?late"))
            body = read_answer(connection).partition(b"\r\n\r\n")[2]

        assert len(body) < 2 * len(BLOCK)

    def test_close_is_called_when_the_client_hangs_up(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("GET", "/get/100000"))
            connection.recv(1000)

        closed = until(
            lambda: [e for e in server.events("answer closed") if "100000" in e["path"]]
        )
        assert closed[0]["given"] < 1000

    def test_close_is_called_when_a_client_takes_nothing(self, server: Served) -> None:
        with server.connect(receive_buffer=4096) as connection:
            connection.sendall(head("GET", "/get/100001"))
            closed = until(
                lambda: [e for e in server.events("answer closed") if "100001" in e["path"]], 20
            )

        assert closed[0]["given"] < 1000

    def test_a_slow_reader_gets_everything(self, server: Served) -> None:
        digest, length = hashlib.sha256(), 0
        with server.connect(receive_buffer=65536) as connection:
            connection.sendall(head("GET", "/get/40", "Connection: close"))
            while part := connection.recv(40_000):
                digest.update(part)
                length += len(part)
                # The pace of the slow client, not a wait for something.
                time.sleep(0.001)

        assert length > 40 * len(BLOCK)


def _memory(server: Served) -> dict[str, int]:
    return dict(json.loads(server.get("/memory")[1]))


class TestMemory:
    @pytest.mark.parametrize(
        "megabytes", [200, pytest.param(1000, marks=pytest.mark.soak)], ids="{}MB".format
    )
    def test_it_does_not_grow_with_the_body(self, server: Served, megabytes: int) -> None:
        count = megabytes * 4
        _transfer(server, 40)
        before = _memory(server)["VmHWM"]

        _transfer(server, count)

        assert _memory(server)["VmHWM"] - before < 8_000

    def test_it_does_not_grow_with_slow_readers(self, server: Served) -> None:
        before = _memory(server)["VmRSS"]
        slow = [server.connect(receive_buffer=4096) for _ in range(16)]
        for connection in slow:
            connection.sendall(head("GET", "/get/800"))
            connection.recv(1)
        after = _memory(server)["VmRSS"]
        for connection in slow:
            connection.close()

        assert after - before < 16 * 3_000


def _transfer(server: Served, count: int) -> None:
    """Send *count* blocks, with a length and in chunks, and fetch as many."""
    connection = server.http(60)
    for headers in ({"Content-Length": str(count * len(BLOCK))}, {}):
        body = (BLOCK for _ in range(count))
        connection.request("PUT", "/put/big", body, headers, encode_chunked=not headers)
        assert json.loads(connection.getresponse().read())["length"] == count * len(BLOCK)
    connection.request("GET", f"/get/{count}")
    answer = connection.getresponse()
    while answer.read(1 << 20):
        pass
    connection.close()
