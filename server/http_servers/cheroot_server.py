"""cheroot, hardened: a thread per active request, for machines behind a proxy.

A connection takes a thread when its first bytes have come, so silent clients cost none; a
half-sent request holds its thread until the header's time-out, which is why the event-driven
server is the default where strangers can connect.
"""

import logging
import socket
import ssl
import threading
import time
from typing import Any, Final
from wsgiref.types import WSGIApplication

from cheroot import wsgi
from cheroot.connections import ConnectionManager
from cheroot.makefile import MakeFile
from cheroot.ssl import Adapter

from server.http_servers import ServerOptions
from server.http_servers.cheroot_gateway import StrictGateway
from server.http_servers.cheroot_requests import BoundedConnection
from server.http_servers.environ import SOFTWARE
from server.http_servers.tls import make_context

_log = logging.getLogger("deedbox.http")

_SWEEP_SECONDS: Final = 1.0
_ACCEPT_QUEUE: Final = 1024
_MAX_WAITING: Final = 4096


class CherootServer:
    """`HTTPServer` on threads."""

    def __init__(self, app: WSGIApplication, options: ServerOptions) -> None:
        self._serving = _Serving(app, options)
        self._stopping = threading.Event()
        self._stopper = threading.Thread(target=self._stop, name="stop", daemon=True)

    def run(self) -> None:
        """See `HTTPServer.run`."""
        self._serving.prepare()
        self._stopper.start()
        threading.Thread(target=self._sweep, name="sweep", daemon=True).start()
        self._serving.serve()
        # cheroot waits without an end for a thread that is still at work after the grace.
        self._stopper.join(self._serving.options.shutdown_grace_seconds + _SWEEP_SECONDS)

    def stop(self) -> None:
        """See `HTTPServer.stop`."""
        self._stopping.set()

    def reload_certificate(self) -> None:
        """See `HTTPServer.reload_certificate`."""
        options = self._serving.options
        try:
            context = make_context(options)
        except (OSError, ssl.SSLError) as error:
            _log.error("the certificate is not reloaded: %s: %s", options.certificate, error)
            return
        if context is not None:
            # One assignment: a handshake sees the old chain and key or the new ones.
            self._serving.ssl_adapter.context = context

    def _stop(self) -> None:
        # cheroot's stop() waits for the thread that accepts, so it needs a thread of its own.
        self._stopping.wait()
        self._serving.stop()

    def _sweep(self) -> None:
        while not self._stopping.wait(_SWEEP_SECONDS):
            now = time.monotonic()
            for connection in list(self._serving.connections_at_work):
                connection.sweep(now)


class _Serving(wsgi.Server):
    """cheroot's server on an inherited socket."""

    ConnectionClass = BoundedConnection
    _connections: ConnectionManager

    def __init__(self, app: WSGIApplication, options: ServerOptions) -> None:
        # cheroot's stubs want whole seconds; its code does not.
        seconds: dict[str, Any] = {
            "timeout": options.keep_alive_timeout_seconds,
            "shutdown_timeout": options.shutdown_grace_seconds,
            "accepted_queue_timeout": 0.05,
        }
        super().__init__(
            options.listening.getsockname()[:2],
            app,
            numthreads=options.threads,
            max=options.threads,
            server_name=SOFTWARE,
            request_queue_size=_ACCEPT_QUEUE,
            accepted_queue_size=_ACCEPT_QUEUE,
            **seconds,
        )
        self.options = options
        self.gateway = StrictGateway
        self.software = SOFTWARE
        self.max_request_header_size = options.max_header_bytes
        self.keep_alive_conn_limit = _MAX_WAITING
        self.connections_at_work: set[BoundedConnection] = set()
        context = make_context(options)
        if context is not None:
            self.ssl_adapter = _LazyTLS(context)

    def bind(self, *_family_and_type: int) -> socket.socket:
        """Take the inherited socket in place of a new one."""
        listening = self.socket = self.options.listening
        return listening

    def prepare(self) -> None:
        """Get ready to accept, without waiting where another process was faster."""
        super().prepare()
        self.socket.setblocking(False)

    def process_conn(self, conn: BoundedConnection) -> None:
        """Hand a connection to a thread; a new one only when it has sent something."""
        if conn.last_used is None:
            self._connections.put(conn)
        else:
            super().process_conn(conn)

    def put_conn(self, conn: BoundedConnection) -> None:
        """Wait for a connection's next request, unless it is here already.

        OpenSSL may hold it decrypted, where no selector sees it.
        """
        conn.last_used = time.time()
        if self.ready and isinstance(conn.socket, ssl.SSLSocket) and conn.socket.pending():
            self.process_conn(conn)
        else:
            super().put_conn(conn)

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002 - cheroot's
        """Write to the log what cheroot would write to the terminal."""
        _log.log(level, "%s", msg, exc_info=traceback)


class _LazyTLS(Adapter):
    """Wraps sockets without the handshake, which then happens in a worker's first read.

    cheroot's own adapter makes it in the thread that accepts: one silent client would stop all.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context

    def bind(self, sock: socket.socket) -> socket.socket:
        """Return *sock* as it is."""
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, Any]]:
        """Return the TLS socket of an accepted connection, and nothing for its environ."""
        wrapped = self.context.wrap_socket(
            sock, server_side=True, do_handshake_on_connect=False, suppress_ragged_eofs=True
        )
        return wrapped, {}

    def get_environ(self) -> dict[str, Any]:
        """Return nothing: the environ is made by the gateway."""
        return {}

    makefile = staticmethod(MakeFile)
