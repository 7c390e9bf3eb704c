"""Clients that send half a request, or nothing, must not keep others waiting."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.http_client import Served, head, read_answer, served, tls_settings, until

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
