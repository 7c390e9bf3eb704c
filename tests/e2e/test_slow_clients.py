"""Clients that send half a request, or nothing, must not keep others waiting."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.http_client import Served, head, read_answer, served, tls_settings, until
from tests.e2e.server_process import Office, Variant

HEADER_SECONDS = 3
OPTIONS = {"header_timeout_seconds": HEADER_SECONDS, "threads": 32}


@pytest.fixture(params=["plain", "tls"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["uvicorn", "cheroot"])
def server(request: pytest.FixtureRequest, tmp_path: Path, transport: str) -> Iterator[Served]:
    tls = tls_settings(tmp_path) if transport == "tls" else {}
    with served(tmp_path, request.param, options=OPTIONS, **tls) as running:
        running.get("/")
        yield running


def _longest_wait(server: Served, tries: int = 5) -> float:
    """Return the longest of some requests, each on a connection of its own, in seconds."""
    longest = 0.0
    for _ in range(tries):
        began = time.monotonic()
        assert server.get("/pid")[0] == 200
        longest = max(longest, time.monotonic() - began)
    return longest


class TestSlowClients:
    def test_silent_clients_delay_nobody(self, server: Served) -> None:
        with contextlib.ExitStack() as silent:
            for _ in range(20):
                silent.enter_context(server.connect_plain())

            assert _longest_wait(server) < 1

    def test_half_sent_requests_delay_nobody_or_no_longer_than_a_header_may_take(
        self, server: Served, request: pytest.FixtureRequest
    ) -> None:
        """On cheroot each holds a thread until its time is over; the event loop has no such."""
        allowed = 1 if "uvicorn" in request.node.name else 2 * HEADER_SECONDS + 1
        with contextlib.ExitStack() as slow:
            for _ in range(60):
                slow.enter_context(server.connect()).sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")

            assert _longest_wait(server) < allowed

    def test_half_sent_small_uploads_delay_nobody_on_the_event_loop(
        self, server: Served, request: pytest.FixtureRequest
    ) -> None:
        if "cheroot" in request.node.name:
            pytest.skip("cheroot has a thread for each upload, by design")
        with contextlib.ExitStack() as slow:
            for _ in range(60):
                connection = slow.enter_context(server.connect())
                connection.sendall(head("PUT", "/put/slow", "Content-Length: 9") + b"x")

            assert _longest_wait(server) < 1

    def test_a_header_that_never_ends_is_cut_even_when_it_trickles(self, server: Served) -> None:
        began = time.monotonic()
        with server.connect() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")
            with contextlib.suppress(OSError):
                while time.monotonic() - began < 4 * HEADER_SECONDS:
                    connection.sendall(b"a")
                    # The pace of the trickle, not a wait for something.
                    time.sleep(0.2)
                read_answer(connection)

        assert time.monotonic() - began < 3 * HEADER_SECONDS

    def test_a_connection_without_a_request_ends(self, tmp_path: Path, transport: str) -> None:
        tls = tls_settings(tmp_path) if transport == "tls" else {}
        options = OPTIONS | {"keep_alive_timeout_seconds": 1}
        with served(tmp_path, "uvicorn", options=options, **tls) as server:
            with server.connect() as kept:
                kept.sendall(head("GET", "/"))
                began = time.monotonic()
                assert read_answer(kept).startswith(b"HTTP/1.1 200 ")
                assert time.monotonic() - began < 5
            with server.connect_plain() as silent:
                assert until(lambda: [silent.recv(1)], 2 * HEADER_SECONDS) == [b""]


@pytest.fixture(params=["uvicorn", "cheroot"])
def paced(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A client may be slower than 1 kB a second for 1 s, and silent for 60."""
    options = {"slow_grace_seconds": 1, "least_bytes_per_second": 1000, "threads": 4}
    with served(tmp_path, request.param, options=options) as server:
        yield server


class TestPace:
    @pytest.mark.parametrize(
        ("field", "first", "piece"),
        [
            ("Content-Length: 200000", b"x" * 66_000, b"x"),
            ("Transfer-Encoding: chunked", b"", b"1\r\nx\r\n"),
        ],
    )
    def test_an_upload_that_trickles_is_cut(
        self, paced: Served, field: str, first: bytes, piece: bytes
    ) -> None:
        """One byte now and then is no silence; the thread must be free again all the same."""
        began = time.monotonic()
        with paced.connect() as connection, contextlib.suppress(OSError):
            connection.sendall(head("PUT", "/put/slow", field) + first[:3000])
            while time.monotonic() - began < 20:
                connection.sendall(piece)
                # The pace of the trickle, not a wait for something.
                time.sleep(0.2)

        assert time.monotonic() - began < 15
        assert not paced.events("body whole")

    def test_an_upload_that_is_fast_enough_is_not(self, paced: Served) -> None:
        with paced.connect() as connection:
            connection.sendall(head("PUT", "/put/steady", "Content-Length: 20000"))
            for _ in range(20):
                connection.sendall(b"x" * 1000)
                # The pace of the upload, not a wait for something.
                time.sleep(0.25)
            assert connection.recv(12) == b"HTTP/1.1 201"

    def test_a_reader_that_takes_next_to_nothing_is_cut(self, paced: Served) -> None:
        with paced.connect(receive_buffer=4096) as connection:
            connection.sendall(head("GET", "/get/40"))

            def has_ended() -> bool:
                with contextlib.suppress(ConnectionError):
                    connection.recv(1)
                return bool(paced.events("answer closed"))

            until(has_ended, 25)
        assert paced.events("answer closed")[0]["given"] < 40


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """The server as it is by default."""
    office = Office(tmp_path, Variant())
    office.add_user("anna", "--admin")
    with office.serving():
        yield office


class TestRefusedBodies:
    def test_that_come_slowly_hold_nobody_up(self, office: Office) -> None:
        """More of them than there are threads, each larger than what is read ahead."""
        with contextlib.ExitStack() as slow:
            for _ in range(90):
                connection = slow.enter_context(office.connect())
                fields = head("PUT", "/files/x", "Content-Length: 200000")
                connection.sendall(fields + b"x" * 70_000)
            began = time.monotonic()
            for _ in range(5):
                assert office.is_ready()

            assert time.monotonic() - began < 3

    @pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
    @pytest.mark.parametrize("is_tls", [False, True])
    def test_their_answer_reaches_the_client(
        self, tmp_path: Path, kind: str, *, is_tls: bool
    ) -> None:
        settings = {"DEEDBOX_LIMITS__UPLOAD_BYTES": "1000000"}
        office = Office(tmp_path, Variant(kind, is_tls, settings=settings))
        office.add_user("anna", "--admin")
        device = office.add_device("anna", "Laptop")
        somebody = f"{device.user_name}:{device.password}"
        with office.serving():
            for size in (70_000, 200_000, 900_000):
                for coding in ("", "chunked"):
                    assert _curl(office, size, coding) == "401"
            assert _curl(office, 5_000_000, "", "-u", somebody) == "413"
            assert _curl(office, 5_000_000, "chunked", "-u", somebody) == "403"


def _curl(office: Office, size: int, coding: str, *options: str) -> str:
    """The status of an upload whose bytes are on their way before the answer is."""
    body = office.folder / "body"
    body.write_bytes(b"x" * size)
    fields = ["-H", "Expect:", *(["-H", f"Transfer-Encoding: {coding}"] if coding else [])]
    words = ["curl", "-skS", "-T", str(body), *fields, *options, "-o", str(body) + ".answer"]
    done = subprocess.run(
        [*words, "-w", "%{http_code}", office.url("/files/x")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
