"""Two HTTP servers behind one small interface.

* ``uvicorn`` (the default): an event loop holds the connections, so a slow or silent client costs
  a little memory and no thread; a small bridge of ours runs the WSGI application in threads.
* ``cheroot``: a thread per active connection; best behind a proxy that holds the slow clients.

Both give an application the same things: ``wsgi.input`` raises `wire.bodies.BodyCutError` when a
body ends before its announced end, ``wsgi.input_terminated`` is set, header names with an
underscore never arrive, and the answer's ``close()`` is always called.
"""

from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Literal, Protocol
from wsgiref.types import WSGIApplication

ServerKind = Literal["cheroot", "uvicorn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """What a server needs to know; the settings' section fills it.

    Attributes:
        listening: Bound and listening. Each process has its own descriptor of the one socket and
            its server closes that when it stops: the last one to close refuses new clients.
        certificate: PEM file with the chain, or None for plain HTTP.
        private_key: PEM file; may be None when the certificate's file holds the key too.
        threads: Most requests of one process inside the application at once.
        header_timeout_seconds: From a request's first byte (or the connection's start, TLS
            handshake included) to the end of its header.
        idle_timeout_seconds: Longest stillness while a body is due or an answer is not taken.
        least_bytes_per_second: Average below which a client is cut that a body is due from or
            that does not take an answer; 0 for none.
        slow_grace_seconds: So long a request's client may be slower than that.
        keep_alive_timeout_seconds: Longest stillness between two requests.
        max_header_bytes: Request line and header fields together; more is answered 431.
        buffer_bytes: Most bytes of one request, each way, between the client and the application.
        shutdown_grace_seconds: How long requests in flight may go on after `HTTPServer.stop`.
    """

    listening: socket
    certificate: Path | None = None
    private_key: Path | None = None
    threads: int = 48
    header_timeout_seconds: float = 10.0
    idle_timeout_seconds: float = 60.0
    least_bytes_per_second: int = 1024
    slow_grace_seconds: float = 30.0
    keep_alive_timeout_seconds: float = 60.0
    max_header_bytes: int = 65_536
    buffer_bytes: int = 524_288
    shutdown_grace_seconds: float = 20.0


class HTTPServer(Protocol):
    """One process's server."""

    def run(self) -> None:
        """Serve until `stop`; requests in flight are then finished within the grace."""

    def stop(self) -> None:
        """Ask `run` to end. Returns at once; callable from any thread, more than once."""

    def reload_certificate(self) -> None:
        """Serve the certificate files' present content from the next handshake on.

        Files that do not fit together are logged and the old certificate stays.
        """


def make(kind: ServerKind, app: WSGIApplication, options: ServerOptions) -> HTTPServer:
    """Make the server of *kind* for *app*; nothing is accepted before ``run()``.

    Raises:
        OSError: The certificate or key can not be read, or they do not fit (`ssl.SSLError`).
    """
    # Each server's package is imported only where it is served.
    if kind == "cheroot":
        from server.http_servers.cheroot_server import CherootServer  # noqa: PLC0415 - as above

        return CherootServer(app, options)
    from server.http_servers.uvicorn_server import UvicornServer  # noqa: PLC0415 - as above

    return UvicornServer(app, options)
