"""Between cheroot's request and the WSGI application (PEP 3333)."""

import errno
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from wsgiref.types import StartResponse

from cheroot.wsgi import Gateway_10

from server.http_servers.environ import header_key, is_bodiless, path_info, static_environ
from wire.bodies import BodyCutError
from wire.streams import AnswerEndedError

if TYPE_CHECKING:
    from _typeshed import OptExcInfo

_log = logging.getLogger("deedbox.http")


class StrictGateway(Gateway_10):
    """Calls the application for one request and sends its answer.

    cheroot's own sends a head for an application that broke, does not count what it sends, and
    decodes the path in its own way.
    """

    req: Any
    env: dict[str, Any]
    remaining_bytes_out: int | None
    _written = 0

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # cheroot's stub: None
        """Return the WSGI environ, but for ``wsgi.input``."""
        request = self.req
        host, port = request.server.bind_addr
        uri: bytes = request.uri
        environ = static_environ()
        environ.update(
            {
                "REQUEST_METHOD": request.method.decode("latin-1"),
                "PATH_INFO": path_info(_path(uri)),
                "QUERY_STRING": request.qs.decode("latin-1"),
                "REQUEST_URI": uri.decode("latin-1"),
                "SERVER_NAME": host,
                "SERVER_PORT": str(port),
                "SERVER_PROTOCOL": request.request_protocol.decode("latin-1"),
                "REMOTE_ADDR": request.conn.remote_addr or "",
                "REMOTE_PORT": str(request.conn.remote_port or ""),
                "wsgi.url_scheme": request.scheme.decode("latin-1"),
                "wsgi.input": request.rfile,
            }
        )
        for name, value in request.inheaders.items():
            environ[header_key(name)] = value.decode("latin-1")
        if request.is_awaited:
            environ["HTTP_EXPECT"] = "100-continue"
        return environ

    def respond(self) -> None:
        """Run the application to its end.

        Raises:
            ConnectionAbortedError: The request or its answer broke off; the connection ends.
            Exception: What the application raised; cheroot answers 500 while it can.
        """
        app: Callable[[dict[str, Any], StartResponse], Iterable[bytes]] = self.req.server.wsgi_app
        try:
            result = app(self.env, self.start_response)
            try:
                self._send(result)
            finally:
                close: Callable[[], None] | None = getattr(result, "close", None)
                if close is not None:
                    close()
        except BodyCutError as error:
            if not self.req.sent_headers:
                self.req.simple_response("400 Bad Request")
            raise self._aborted(str(error)) from error
        except AnswerEndedError as error:
            raise self._aborted(str(error)) from error
        if not self.started_response:
            raise RuntimeError("the application ended without start_response")
        self.req.ensure_headers_sent()
        if not self._is_bodiless() and self.remaining_bytes_out not in {None, self._written}:
            raise self._aborted("the answer is shorter than its Content-Length")

    def _send(self, result: Iterable[bytes]) -> None:
        if isinstance(result, list | tuple) and self.started_response:
            self._set_length(sum(map(len, result)))
        for block in result:
            if self.started_response and self._is_bodiless():
                return
            if block:
                self.write(block)

    def _set_length(self, length: int) -> None:
        if self.remaining_bytes_out is None and not self._is_bodiless():
            self.remaining_bytes_out = length
            self.req.outheaders.append((b"Content-Length", b"%d" % length))

    def start_response(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: "OptExcInfo | None" = None,
    ) -> Callable[[bytes], None]:
        """Take the answer's head; see PEP 3333."""
        if exc_info is not None and not self.req.sent_headers:
            self.req.outheaders, self.remaining_bytes_out = [], None
        if is_bodiless("", status):
            # RFC 9110 section 8.6: not with 204; a 304 may leave it out.
            headers = [(n, v) for n, v in headers if n.lower() != "content-length"]
        super().start_response(status, headers, exc_info)
        return self.write

    def write(self, chunk: bytes) -> None:
        """Send one block."""
        if not self.started_response:
            raise RuntimeError("a block before start_response")
        self._written += len(chunk)
        if self.remaining_bytes_out is not None and self._written > self.remaining_bytes_out:
            raise ValueError("the answer is longer than its Content-Length")
        self.req.ensure_headers_sent()
        self.req.write(chunk)

    def _is_bodiless(self) -> bool:
        return is_bodiless(self.env["REQUEST_METHOD"], self.req.status.decode("latin-1"))

    def _aborted(self, reason: str) -> ConnectionAbortedError:
        """Return the error that makes cheroot end the connection without a word."""
        _log.info("%(REQUEST_METHOD)s %(REQUEST_URI)s: %(reason)s", {**self.env, "reason": reason})
        return ConnectionAbortedError(errno.ECONNABORTED, reason)


def _path(uri: bytes) -> bytes:
    """Return the path of a request target in origin form or ``*``."""
    return uri.partition(b"?")[0]
