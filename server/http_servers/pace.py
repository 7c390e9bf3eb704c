"""The least pace of a client that a request waits for, as the kernel counts its bytes.

A silence is bounded by `ServerOptions.idle_timeout_seconds`; one byte now and then is no
silence, but would hold a thread for ever.
"""

import socket
import struct
import time
from typing import Final

from server.http_servers import ServerOptions

# Linux' struct tcp_info: tcpi_bytes_acked and tcpi_bytes_received (RFC 4898), both for good.
_COUNTERS: Final = struct.Struct("=120xQQ")


def moved_bytes(connection: socket.socket) -> int | None:
    """Bytes sent and acknowledged plus bytes received so far; None where nobody counts them."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None:
        return None
    try:
        info = connection.getsockopt(socket.IPPROTO_TCP, option, _COUNTERS.size)
    except OSError:
        return None
    return sum(_COUNTERS.unpack(info)) if len(info) == _COUNTERS.size else None


class Pace:
    """What one client may still be slow, in bytes; below 0 it is too slow.

    It begins with the grace's worth, grows by what moves and shrinks while the client is waited
    for. What a client was faster before counts for as long as it may be silent, not longer.
    """

    __slots__ = ("_connection", "_credit", "_least", "_looked", "_moved", "_options")

    def __init__(self, connection: socket.socket, options: ServerOptions) -> None:
        self._connection = connection
        self._options = options
        self._least = options.least_bytes_per_second
        self.begin(time.monotonic())

    def begin(self, now: float) -> None:
        """A request begins at *now*, in seconds of a clock of the caller's."""
        self._credit = self._least * self._options.slow_grace_seconds
        self._looked = now
        self._moved = moved_bytes(self._connection) if self._least else None

    def is_too_slow(self, now: float, *, is_waiting: bool) -> bool:
        """Look at the client, about once a second; *is_waiting*: for it, not for us."""
        elapsed, self._looked = now - self._looked, now
        before = self._moved
        moved = None if before is None else moved_bytes(self._connection)
        if before is None or moved is None:
            return False
        self._moved, gained = moved, moved - before
        owed = self._least * elapsed if is_waiting else 0
        most = self._least * max(
            self._options.idle_timeout_seconds, self._options.slow_grace_seconds
        )
        self._credit = min(self._credit + gained - owed, most)
        return is_waiting and self._credit < 0
