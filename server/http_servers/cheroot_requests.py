"""cheroot's request and connection, read as strictly as RFC 9112 asks of an open network."""

import errno
import logging
import re
import socket
import ssl
import time
from collections.abc import MutableMapping
from contextlib import suppress
from email.utils import formatdate
from typing import Final, Protocol

from cheroot.server import HeaderReader, HTTPConnection, HTTPRequest

from server.http_servers import ServerOptions
from server.http_servers.bodies import RequestBody
from server.http_servers.cheroot_bodies import CherootBody, ChunkedCherootBody, Reader
from server.http_servers.environ import SOFTWARE, is_bodiless
from server.http_servers.pace import Pace
from wire.bodies import BodyCutError

_log = logging.getLogger("deedbox.http")

_TOKEN: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_BAD_VALUE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
# A body nobody wants is read and dropped for so long, so that the client can read the answer.
_DRAIN_SECONDS: Final = 3.0
_LINGER_SECONDS: Final = 1.0


class LineReader(Protocol):
    """What the header is read from; it bounds the header's size."""

    def readline(self) -> bytes:
        """Return the next line with its end."""


class StrictHeaderReader(HeaderReader):
    """Reads header fields; what could be read in two ways is refused.

    Every repeated field is joined, an underscore name is dropped, and the expectation is taken
    out: cheroot would send "100 Continue" before the application had a say.
    """

    def __init__(self) -> None:
        self.expectation = b""

    def __call__(
        self, rfile: LineReader, hdict: MutableMapping[bytes, bytes] | None = None
    ) -> MutableMapping[bytes, bytes]:
        """Read the fields into *hdict*.

        Raises:
            ValueError: The text is for the client.
        """
        fields: MutableMapping[bytes, bytes] = {} if hdict is None else hdict
        while (line := rfile.readline()) != b"\r\n":
            name, value = self._split(line)
            if b"_" in name:
                continue
            if name in fields:
                if name in {b"Content-Length", b"Host", b"Transfer-Encoding"}:
                    raise ValueError("a header field came twice")
                value = fields[name] + (b"; " if name == b"Cookie" else b", ") + value
            fields[name] = value
        if b"Content-Length" in fields and b"Transfer-Encoding" in fields:
            # RFC 9112 section 6.3: the two may disagree about where the request ends.
            raise ValueError("both Content-Length and Transfer-Encoding")
        if not fields.get(b"Content-Length", b"0").isdigit():
            raise ValueError("bad Content-Length")
        self.expectation = fields.pop(b"Expect", b"").lower()
        return fields

    @staticmethod
    def _split(line: bytes) -> tuple[bytes, bytes]:
        name, colon, value = line.partition(b":")
        if not line.endswith(b"\r\n") or not colon or not _TOKEN.match(name):
            raise ValueError("bad header field")
        value = value.strip()
        if _BAD_VALUE.search(value):
            raise ValueError("bad character in a header field")
        return name.title(), value


class StrictRequest(HTTPRequest):
    """One request and its answer."""

    rfile: CherootBody
    status: bytes  # type: ignore[assignment]  # cheroot's stub has the class's empty str
    method: bytes
    _head = b""

    def read_request_headers(self) -> bool:
        """Read the header; answer 400 and return False for what can not be trusted."""
        reader = self.header_reader = StrictHeaderReader()
        if not super().read_request_headers():  # type: ignore[no-untyped-call]  # cheroot
            return False
        is_new = self.response_protocol == "HTTP/1.1"
        has_chunks = b"Transfer-Encoding" in self.inheaders
        if (is_new and b"Host" not in self.inheaders) or (has_chunks and not is_new):
            self.simple_response("400 Bad Request")
            return False
        connection = self.inheaders.get(b"Connection", b"").lower().split(b",")
        if b"close" in [token.strip() for token in connection]:
            self.close_connection = True
        self.is_awaited = is_new and reader.expectation == b"100-continue"
        return True

    def respond(self) -> None:
        """Run the application; then make sure that the next request's first byte is next."""
        ask = self._send_continue if self.is_awaited else None
        reader: Reader = self.conn.rfile
        body: CherootBody
        if self.chunked_read:
            body = ChunkedCherootBody(reader, ask)
        else:
            body = CherootBody(reader, int(self.inheaders.get(b"Content-Length", 0)), ask)
        self.rfile = self.conn.body = body
        self.conn.head_since = None
        self.server.gateway(self).respond()
        self._send(b"0\r\n\r\n" if self.chunked_write else b"")
        if body.ended or body.is_awaited:
            return
        if not _drain(body, self.conn.socket):
            self.close_connection = self.conn.lingers = True

    def send_headers(self) -> None:
        """Make the answer's head, to leave together with its first block."""
        names = {name.lower() for name, _ in self.outheaders}
        is_new = self.response_protocol == "HTTP/1.1"
        if b"content-length" not in names and not self._is_bodiless():
            if is_new:
                self.chunked_write = True
                self.outheaders.append((b"Transfer-Encoding", b"chunked"))
            else:
                self.close_connection = True
        self._decide_close(names, is_new=is_new)
        if b"date" not in names:
            self.outheaders.append((b"Date", formatdate(usegmt=True).encode()))
        if b"server" not in names:
            self.outheaders.append((b"Server", SOFTWARE.encode()))
        fields = b"".join(b"%s: %s\r\n" % field for field in self.outheaders)
        self._head = b"HTTP/1.1 %s\r\n%s\r\n" % (self.status, fields)

    def _decide_close(self, names: set[bytes], *, is_new: bool) -> None:
        if self.rfile.is_awaited or not self.server.can_add_keepalive_connection:
            # What comes next could not be told from the body the client was not asked for.
            self.close_connection = True
        if b"connection" in names:
            asked = [v.lower() for n, v in self.outheaders if n.lower() == b"connection"]
            self.close_connection = self.close_connection or b"close" in asked
        elif self.close_connection:
            self.outheaders.append((b"Connection", b"close"))
        elif not is_new:
            self.outheaders.append((b"Connection", b"Keep-Alive"))

    def _is_bodiless(self) -> bool:
        return is_bodiless(self.method.decode("latin-1"), self.status.decode("latin-1"))

    def write(self, chunk: bytes) -> None:
        """Send one block."""
        if self.chunked_write:
            chunk = b"%x\r\n%s\r\n" % (len(chunk), chunk)
        self._send(chunk)

    def _send(self, data: bytes) -> None:
        head, self._head = self._head, b""
        if not (head or data):
            return
        try:
            self.conn.is_waiting = True
            self.conn.wfile.write(head + data)
        except ssl.SSLEOFError as error:
            # The client is gone; cheroot knows that by the errors of plain sockets only.
            raise BrokenPipeError(errno.EPIPE, str(error)) from error
        finally:
            self.conn.is_waiting = False

    def simple_response(self, status: str, msg: str = "") -> None:
        """Answer without the application, and end the connection."""
        if str(status).startswith(("413", "414")):
            # cheroot's only use of these is the header's size (RFC 6585 section 5).
            status, msg = "431 Request Header Fields Too Large", ""
        self.conn.lingers = True
        super().simple_response(status, msg)

    def _send_continue(self) -> None:
        self.conn.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _drain(body: RequestBody, connection: socket.socket) -> bool:
    """Read what the application left; say whether the body's end was reached in time."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    with suppress(BodyCutError):
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not body.read(1 << 16):
                return True
    return False


class BoundedConnection(HTTPConnection):
    """One connection; a worker thread holds it for one request at a time."""

    RequestHandlerClass = StrictRequest
    lingers = False
    body: CherootBody | None = None
    # Whether the thread waits for the client to take an answer.
    is_waiting = False
    _is_open = False
    # A moment of the monotonic clock, while a request's header is being read.
    head_since: float | None = None
    _pace: Pace | None = None

    def communicate(self) -> bool:
        """Answer one request; return whether the connection stays."""
        options: ServerOptions = self.server.options
        self.socket.settimeout(options.idle_timeout_seconds)
        self.head_since = time.monotonic()
        self._pace = Pace(self.socket, options)
        self.server.connections_at_work.add(self)
        try:
            return self._has_handshake() and bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot
        finally:
            self.head_since = None
            self.server.connections_at_work.discard(self)

    def _has_handshake(self) -> bool:
        """Make the TLS handshake, once; False when the client can not."""
        if self._is_open or not isinstance(self.socket, ssl.SSLSocket):
            return True
        try:
            self.socket.do_handshake()
        except OSError as error:
            _log.info("%s: no TLS: %s", self.remote_addr, error)
            return False
        self._is_open = True
        return True

    def sweep(self, now: float) -> None:
        """Cut the connection whose header, body or reading takes too long at *now*."""
        since, limit = self.head_since, self.server.options.header_timeout_seconds
        pace = self._pace
        body = self.body
        is_waiting = self.is_waiting or (body is not None and body.is_waiting)
        is_slow = pace is not None and pace.is_too_slow(now, is_waiting=is_waiting)
        if is_slow or (since is not None and now - since > limit):
            with suppress(OSError):
                # The thread that reads sees the connection's end and gives up.
                socket.socket.shutdown(self.socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close; after a refusal give the client a moment to read it.

        Closing with bytes unread would reset the connection and could take the answer away.
        """
        if self.lingers:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self.socket.settimeout(_LINGER_SECONDS)
                deadline = time.monotonic() + _LINGER_SECONDS
                while time.monotonic() < deadline and self.socket.recv(1 << 16):
                    pass
        super().close()
