"""uvicorn's HTTP/1.1 protocol with the limits a server on the open network needs.

uvicorn and httptools set no bound on a header's size, on the time a header takes or on a body
that stands still; the server's `sweep` (about once a second) ends what has waited too long, so
that no request arms a timer of its own.
"""

import asyncio
import logging
import socket
from http import HTTPStatus
from typing import Final

from uvicorn._types import ASGI3Application
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from server.http_servers import ServerOptions
from server.http_servers.pace import Pace

_log = logging.getLogger("deedbox.http")

# How long a client whose request could not be read has to learn why.
_LINGER_SECONDS: Final = 2.0
# How long a client may go on with a body nobody wants: many read no answer before they have sent
# all. It costs no thread.
_DISCARD_SECONDS: Final = 10.0


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        options: ServerOptions,
        loop: asyncio.AbstractEventLoop,
        connection: socket.socket,
    ) -> None:
        super().__init__(config, server_state, {}, loop)
        self._options = options
        self._pace = Pace(connection, options)
        # Moments of the loop's clock, in seconds.
        self._last_data = loop.time()
        self._head_since: float | None = self._last_data
        self._idle_since = self._last_data
        self._stalled_since = self._last_data
        self._stalled_bytes = 0
        self._head_bytes = 0
        self._begins_now = False
        self._hosts = 0
        self._has_chunks = False
        self._is_coded = False
        self._is_ending = False
        self._linger_seconds = _LINGER_SECONDS
        self._running: RequestResponseCycle | None = None

    # What the client sends

    def data_received(self, data: bytes) -> None:
        """Feed the parser; refuse a header that has not ended within its bound."""
        if self._is_ending:
            return
        self._last_data = self.loop.time()
        self._begins_now = False
        super().data_received(data)
        if self._head_since is not None and not self._begins_now:
            # A name or value without an end never reaches `on_header`: count what comes in.
            self._head_bytes += len(data)
            if self._head_bytes > self._options.max_header_bytes:
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Start counting a request's header."""
        super().on_message_begin()
        self._begins_now = True
        self._head_bytes = 0
        self._hosts = 0
        self._has_chunks = False
        self._is_coded = False
        if self._head_since is None:
            self._head_since = self._last_data

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header field, but for names that a WSGI key cannot tell from others.

        ``X_Remote_User`` and ``X-Remote-User`` would be the same key; nobody needs the first.
        """
        self._head_bytes += len(name) + len(value) + 4
        if b"_" in name:
            return
        key = name.lower()
        if key == b"host":
            self._hosts += 1
        elif key == b"transfer-encoding":
            self._has_chunks = True
            # The parser takes any list that ends in "chunked", and "identity" for no body.
            self._is_coded = self._is_coded or value.lower() != b"chunked"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Check the whole header and start the request."""
        self._head_since = None
        self._head_bytes += len(self.url)
        if self._head_bytes > self._options.max_header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        if self._is_coded:
            self._refuse(HTTPStatus.NOT_IMPLEMENTED)
            return
        # RFC 9112 section 3.2: one Host field, or 400; HTTP/1.0 may leave it out, but has no
        # chunks (section 6.1).
        is_old = self.parser.get_http_version() == "1.0"
        bad_host = self._hosts > 1 or (self._has_chunks if is_old else not self._hosts)
        # Nor has a target a fragment: uvicorn would cut it off, and DELETE what is left.
        if bad_host or b"#" in self.url:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        if self.url == b"*":
            self.url = b"/"  # uvicorn cannot parse it
        super().on_headers_complete()
        if self.parser.should_upgrade():
            # The parser takes what follows for another protocol; we speak none.
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, unless its request was refused."""
        if not self._is_ending:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End the body, unless its request was refused."""
        if not self._is_ending:
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's text for its log
        """Answer what the parser could not read."""
        address = self.client[0] if self.client else ""
        _log.info("not a request of HTTP", extra={"fields": {"address": address}})
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _refuse(self, status: HTTPStatus) -> None:
        """End the connection with *status*, or at once when another answer is on its way."""
        if self._is_ending:
            return
        self._is_ending = True
        self._idle_since = self.loop.time()
        if self._running is not None and not self._running.response_complete:
            if self._running.response_started:
                self.transport.abort()
                return
            # The application waits for the rest of this body.
            self._running.disconnected = True
            self._running.message_event.set()
        phrase = status.phrase.encode()
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain\r\nconnection: close\r\n"
            b"content-length: %d\r\n\r\n%s" % (status, phrase, len(phrase), phrase)
        )
        self._end()

    def _end(self) -> None:
        """Send nothing more and drop what comes.

        Closing with bytes unread would reset the connection and could take the answer from the
        client; the sweep closes when it has had the time to read it.
        """
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def close_answered(self) -> None:
        """End the connection after an answer; not at once where the client still sends."""
        cycle = self._running
        if cycle is None or not cycle.more_body or cycle.disconnected:
            self.transport.close()
            return
        self._is_ending, self._linger_seconds = True, _DISCARD_SECONDS
        self._idle_since = self.loop.time()
        self._end()

    # What happens to the connection

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        cycle.transport = _AnsweringTransport(cycle.transport, self)
        self._pace.begin(self.loop.time())
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the running request, which with pipelining is not the last one received."""
        running = self._running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the next pipelined request, or begin to wait for one (without a timer)."""
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)

    def sweep(self, now: float) -> None:
        """End the connection when what it waits for is overdue at *now* (the loop's clock)."""
        if self.transport.is_closing() or not self._is_overdue(now):
            return
        self.transport.abort()

    def _is_overdue(self, now: float) -> bool:
        options = self._options
        if self._is_ending:
            return now - self._idle_since > self._linger_seconds
        cycle = self._running
        if cycle is not None and not cycle.response_complete:
            return self._stands_still(cycle, now)
        if self._head_since is not None:
            return now - self._head_since > options.header_timeout_seconds
        if cycle is not None and cycle.more_body:
            # The rest of a body nobody wants any more: a client may finish it, not for ever.
            return now - self._idle_since > options.idle_timeout_seconds
        return now - self._idle_since > options.keep_alive_timeout_seconds

    def _stands_still(self, cycle: RequestResponseCycle, now: float) -> bool:
        """Say whether a running request has waited too long for its client."""
        is_waiting = self.flow.write_paused or (cycle.more_body and not self.flow.read_paused)
        if self._pace.is_too_slow(now, is_waiting=is_waiting):
            return True
        if self.flow.write_paused:
            waiting = self.transport.get_write_buffer_size()
            if waiting != self._stalled_bytes:
                self._stalled_bytes, self._stalled_since = waiting, now
            return now - self._stalled_since > self._options.idle_timeout_seconds
        self._stalled_bytes, self._stalled_since = 0, now
        if cycle.more_body and not self.flow.read_paused:
            return now - self._last_data > self._options.idle_timeout_seconds
        return False


class _AnsweringTransport(asyncio.Transport):
    """The transport as a request's answer sees it: its closing is the protocol's to decide."""

    def __init__(self, transport: asyncio.Transport, protocol: BoundedProtocol) -> None:
        super().__init__()
        self._protocol = protocol
        self.write = transport.write  # type: ignore[method-assign]  # the path of every block
        self.is_closing = transport.is_closing  # type: ignore[method-assign]

    def close(self) -> None:
        """Close when the client has had the time to read the answer."""
        self._protocol.close_answered()
