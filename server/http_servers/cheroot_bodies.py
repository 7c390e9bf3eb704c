"""Request bodies as cheroot's worker threads read them from a connection.

cheroot's own readers return a short body silently and read chunk sizes as Python numbers
("0x5", "-5", "1_0"); a proxy in front may read such a size otherwise, and then the two disagree
about where a request ends.
"""

import re
from collections.abc import Callable
from typing import Final, Protocol

from server.http_servers.bodies import RequestBody
from wire.bodies import BodyCutError

_BLOCK_BYTES: Final = 65_536
_MAX_LINE_BYTES: Final = 4_096
_MAX_TRAILER_BYTES: Final = 65_536
# RFC 9112 section 7.1; 16 digits hold any 64-bit size. Extensions are read and left aside.
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;[^\r\n]*)?\r\n\Z")


class RawReader(Protocol):
    """The same connection without the buffer, which is too small for a body."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes as they come, none only at the connection's end."""


class Reader(Protocol):
    """The buffered reader of a connection."""

    @property
    def raw(self) -> RawReader:
        """The connection without the buffer."""

    def has_data(self) -> bool:
        """Whether bytes lie in the buffer."""

    def read(self, size: int, /) -> bytes:
        """Return *size* bytes, fewer only at the connection's end."""

    def read1(self, size: int, /) -> bytes:
        """Return up to *size* bytes as they come, none only at the connection's end."""

    def readline(self, size: int, /) -> bytes:
        """Return a line or its first *size* bytes."""


class CherootBody(RequestBody):
    """A body of known length; the socket's time-out bounds each wait.

    Args:
        reader: The connection's.
        length: Content-Length.
        ask: Sends "100 Continue"; called before the first read, None when nobody waits for it.
    """

    # cheroot drains what its own readers have left, all at once in memory; we do it ourselves.
    remaining = 0

    def __init__(self, reader: Reader, length: int, ask: Callable[[], None] | None) -> None:
        super().__init__()
        self._reader = reader
        self._left = length
        self._ask = ask
        self._ended = length == 0
        self.is_waiting = False

    @property
    def is_awaited(self) -> bool:
        """Whether the client still waits to be asked for the body."""
        return self._ask is not None and not self.ended

    def _next_piece(self) -> bytes:
        ask, self._ask = self._ask, None
        self.is_waiting = True
        try:
            if ask is not None:
                ask()
            return self._receive()
        except BodyCutError:
            raise
        except (OSError, ValueError) as error:
            # A time-out, a reset, or a file object closed by the stopping server.
            raise BodyCutError(f"the request's body broke off: {error}") from error
        finally:
            self.is_waiting = False

    def _receive(self) -> bytes:
        if not self._left:
            return b""
        wanted = min(self._left, _BLOCK_BYTES)
        reader = self._reader
        piece = reader.read1(wanted) if reader.has_data() else reader.raw.read(wanted)
        if not piece:
            raise BodyCutError("the request's body broke off")
        self._left -= len(piece)
        return piece


class ChunkedCherootBody(CherootBody):
    """A chunked body (RFC 9112 section 7.1)."""

    def __init__(self, reader: Reader, ask: Callable[[], None] | None) -> None:
        super().__init__(reader, 0, ask)
        self._ended = False

    def _receive(self) -> bytes:
        if not self._left:
            self._left = self._chunk_size()
            if not self._left:
                self._read_trailer()
                return b""
        piece = super()._receive()
        if not self._left and self._reader.read(2) != b"\r\n":
            raise BodyCutError("a chunk is longer than its size, or broke off")
        return piece

    def _chunk_size(self) -> int:
        line = self._reader.readline(_MAX_LINE_BYTES)
        match = _CHUNK_SIZE.match(line)
        if match is None:
            raise BodyCutError(f"bad chunk size: {line[:40]!r}")
        return int(match[1], 16)

    def _read_trailer(self) -> None:
        length = 0
        while (line := self._reader.readline(_MAX_LINE_BYTES)) != b"\r\n":
            length += len(line)
            if not line.endswith(b"\r\n") or length > _MAX_TRAILER_BYTES:
                raise BodyCutError("the chunked body's trailer broke off")
