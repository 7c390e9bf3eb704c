"""The least pace: what a client may be slow, and what counts as having been fast."""

import socket
from collections.abc import Iterator

import pytest

from server.http_servers import ServerOptions
from server.http_servers.pace import Pace, moved_bytes


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as client,
        listening.accept()[0] as served,
    ):
        yield served, client


def _pace(connection: socket.socket, least: int = 1000) -> Pace:
    options = ServerOptions(
        listening=connection,
        least_bytes_per_second=least,
        slow_grace_seconds=10,
        idle_timeout_seconds=20,
    )
    pace = Pace(connection, options)
    pace.begin(0)
    return pace


def _seconds_left(pace: Pace, now: int) -> int:
    return next(n for n in range(1000) if pace.is_too_slow(now + n, is_waiting=True))


Pair = tuple[socket.socket, socket.socket]


def test_both_directions_are_counted(pair: Pair) -> None:
    served, client = pair
    client.sendall(b"x" * 300)
    served.recv(300, socket.MSG_WAITALL)
    served.sendall(b"y" * 500)
    client.recv(500, socket.MSG_WAITALL)
    # An answer acknowledges at once.
    client.sendall(b"z")
    served.recv(1)

    assert moved_bytes(served) == 801


def test_a_client_that_moves_nothing_has_the_grace(pair: Pair) -> None:
    assert _seconds_left(_pace(pair[0]), 0) == 11


def test_our_own_slowness_is_not_the_clients(pair: Pair) -> None:
    pace = _pace(pair[0])

    assert not any(pace.is_too_slow(n, is_waiting=False) for n in range(100))
    assert _seconds_left(pace, 99) == 11


def test_having_been_fast_counts_as_long_as_a_silence_may_last(pair: Pair) -> None:
    served, client = pair
    pace = _pace(served)
    client.sendall(b"x" * 50_000)
    served.recv(50_000, socket.MSG_WAITALL)

    assert not pace.is_too_slow(0, is_waiting=True)
    assert _seconds_left(pace, 0) == 21


def test_none_is_asked_for_where_it_is_off(pair: Pair) -> None:
    pace = _pace(pair[0], least=0)

    assert not any(pace.is_too_slow(n, is_waiting=True) for n in range(1000))
