"""The event-driven server: uvicorn on uvloop and httptools, driving the app through `bridge`."""

import asyncio
import contextlib
import errno
import logging
import socket
import ssl
from collections.abc import Iterator
from typing import Final, cast
from wsgiref.types import WSGIApplication

import uvicorn
from uvicorn._types import ASGIApplication

from server.http_servers import ServerOptions
from server.http_servers.bridge import Bridge
from server.http_servers.threads import Threads
from server.http_servers.tls import load, make_context
from server.http_servers.uvicorn_protocol import BoundedProtocol

_log = logging.getLogger("deedbox.http")

# `uvicorn.Server.on_tick` runs ten times a second.
_TICKS_PER_SWEEP: Final = 10
# When the process has no file descriptor left, new clients wait in the listening socket's queue.
_NO_DESCRIPTORS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_SCARCITY_SECONDS: Final = 1.0
_YIELD_SECONDS: Final = 0.001


_TOLD_BETTER: Final = frozenset(
    {
        # The exchange has told why the answer broke off.
        "ASGI callable returned without completing response.",
        # The protocol tells from where.
        "Invalid HTTP request received.",
    }
)


def _is_news(record: logging.LogRecord) -> bool:
    """Drop what uvicorn says about something that we have a better line for."""
    return record.msg not in _TOLD_BETTER


logging.getLogger("uvicorn.error").addFilter(_is_news)


class UvicornServer:
    """`HTTPServer` on an event loop."""

    def __init__(self, app: WSGIApplication, options: ServerOptions) -> None:
        bridge = Bridge(app, Threads(options.threads), options.buffer_bytes)
        config = uvicorn.Config(
            cast("ASGIApplication", bridge),
            loop="uvloop",
            lifespan="off",
            interface="asgi3",
            ws="none",
            log_config=None,
            access_log=False,
            # Forwarded headers are the gate's business, with its list of trusted proxies.
            proxy_headers=False,
            server_header=False,
        )
        self._serving = _Serving(config, options)

    def run(self) -> None:
        """See `HTTPServer.run`."""
        self._serving.run()

    def stop(self) -> None:
        """See `HTTPServer.stop`; the loop looks ten times a second."""
        self._serving.should_exit = True

    def reload_certificate(self) -> None:
        """See `HTTPServer.reload_certificate`."""
        self._serving.wants_reload = True


class _Serving(uvicorn.Server):
    """uvicorn's server on an inherited socket, with our protocol, sweep and stop.

    It accepts one connection per turn of the loop: with the listening socket shared, a loop that
    took the whole queue at once would leave the other processes idle.
    """

    def __init__(self, config: uvicorn.Config, options: ServerOptions) -> None:
        super().__init__(config)
        self._options = options
        self._context = make_context(options)
        self._listening = options.listening
        self._handshakes: set[asyncio.Task[None]] = set()
        self.wants_reload = False

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone; `server.processes` handles them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Begin to accept on the inherited socket."""
        self._listening.setblocking(False)
        asyncio.get_running_loop().add_reader(self._listening, self._accept)
        self.started = True

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError as error:
            if error.errno in _NO_DESCRIPTORS:
                _log.error("cannot accept a connection: %s", error)
                self._pause_accepting(_SCARCITY_SECONDS)
            # Otherwise another process was faster, or the client has gone again.
            return
        connection.setblocking(False)
        if self.server_state.connections:
            # A moment for the other processes: connections stay, so a burst taken by one would
            # leave the others idle for as long as its clients keep them.
            self._pause_accepting(_YIELD_SECONDS)
        task = asyncio.get_running_loop().create_task(self._connect(connection))
        self._handshakes.add(task)
        task.add_done_callback(self._handshakes.discard)

    def _pause_accepting(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listening)
        loop.call_later(seconds, self._resume_accepting)

    def _resume_accepting(self) -> None:
        if self._listening.fileno() >= 0:
            asyncio.get_running_loop().add_reader(self._listening, self._accept)

    async def _connect(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        timeout = self._options.header_timeout_seconds if self._context else None
        try:
            await loop.connect_accepted_socket(
                lambda: BoundedProtocol(
                    self.config, self.server_state, self._options, loop, connection
                ),
                connection,
                ssl=self._context,
                ssl_handshake_timeout=timeout,
            )
        except OSError as error:
            _log.info("no connection: %s", error)

    async def on_tick(self, counter: int) -> bool:
        """Sweep about once a second and reload the certificate when asked to."""
        if self.wants_reload:
            self.wants_reload = False
            self._reload()
        if counter % _TICKS_PER_SWEEP == 0:
            self._sweep()
        return await super().on_tick(counter)

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        for connection in list(self.server_state.connections):
            cast("BoundedProtocol", connection).sweep(now)

    def _reload(self) -> None:
        # On the loop, where the handshakes are made: none sees a new chain with an old key.
        certificate = self._options.certificate
        if self._context is None or certificate is None:
            return
        try:
            make_context(self._options)
            load(self._context, certificate, self._options.private_key)
        except (OSError, ssl.SSLError) as error:
            _log.error("the certificate is not reloaded: %s: %s", certificate, error)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Close what is idle, give requests in flight their grace, end the rest."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listening)
        self._listening.close()
        await self._end_handshakes()
        deadline = loop.time() + self._options.shutdown_grace_seconds
        for connection in list(self.server_state.connections):
            connection.shutdown()
        while self._is_busy() and loop.time() < deadline:
            await asyncio.sleep(0.02)
            self._sweep()
        for task in list(self.server_state.tasks):
            task.cancel()

    async def _end_handshakes(self) -> None:
        """Wait for what was just accepted; break off what waits for a client's TLS.

        Without TLS a connection is made within this turn of the loop, and one cancelled meanwhile
        would never be told that it is lost: the stop would wait for it until the grace is over.
        """
        handshakes = list(self._handshakes)
        if self._context is not None:
            for handshake in handshakes:
                handshake.cancel()
        await asyncio.gather(*handshakes, return_exceptions=True)

    def _is_busy(self) -> bool:
        return bool(self.server_state.connections or self.server_state.tasks)
