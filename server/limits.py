"""What a request may be: a method we know, a sane address, and a body within its limit.

A body that announces too much is refused before a byte of it is read; one that does not
announce is cut off where it passes its limit. Size of line and headers and broken framing are
the HTTP servers' own work.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.answers import Headers, answer
from server.trust import is_host
from wire.bodies import BodyTooLargeError

_UPLOADS = frozenset({"PUT"})
_METHODS = frozenset(
    {"OPTIONS", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}  # RFC 9110, 5789
    | {"PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK"}  # RFC 4918
    | {"REPORT", "ACL", "SEARCH", "MKCALENDAR"}  # RFC 3253, 3744, 5323, 4791
)
_ALLOWED_ANYWHERE = ", ".join(sorted(_METHODS))
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

URL_BYTES = 16 * 1024
"""Longest path and query together: a name of 255 bytes is up to 765 when escaped."""

DROPPED_BYTES = 256 * 1024
"""So much of a refused body is thrown away, so that the connection lives on."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """Most bytes of a body by what it is for; 0 means no limit.

    Attributes:
        upload_pages: Forms that take many documents at once, and look at the size of each.
    """

    xml_bytes: int
    upload_bytes: int
    upload_pages: frozenset[str] = frozenset()

    def of(self, method: str, path: str) -> int:
        """The limit for a request's body: uploads have their own, all else is XML or a form."""
        if method in _UPLOADS:
            return self.upload_bytes
        return 0 if method == "POST" and path in self.upload_pages else self.xml_bytes


class Limits:
    """Middleware that refuses what no door should have to look at."""

    def __init__(self, app: WSGIApplication, limits: BodyLimits) -> None:
        self._app = app
        self._limits = limits

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 400, 413, 414 or 501, or hand on with a body that knows its limit."""
        length = environ.get("CONTENT_LENGTH") or ""
        has_body = length not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ
        body = None
        if has_body:
            limit = self._limits.of(environ["REQUEST_METHOD"], environ["PATH_INFO"])
            body = LimitedBody(environ, limit)
            environ["wsgi.input"] = body
            start_response = _AnswerAfterBody(environ, start_response, body)
        fault = self._fault(environ, length, body)
        if fault is None:
            return self._app(environ, start_response)
        status, text, headers = fault
        return answer(environ, start_response, status, text, headers)

    @staticmethod
    def _fault(
        environ: WSGIEnvironment, length: str, body: "LimitedBody | None"
    ) -> tuple[str, str, Headers] | None:
        path = environ["PATH_INFO"]
        if len(path) + len(environ.get("QUERY_STRING", "")) > URL_BYTES:
            return "414 URI Too Long", "This address is too long.", []
        if environ["REQUEST_METHOD"] not in _METHODS:
            allow = [("Allow", _ALLOWED_ANYWHERE)]
            return "501 Not Implemented", "This method is not known here.", allow
        if not path.startswith("/") or _CONTROL.search(path):
            return "400 Bad Request", "This address holds characters that no name can have.", []
        host = environ.get("HTTP_HOST")
        if host is None and environ.get("SERVER_PROTOCOL") == "HTTP/1.1":
            return "400 Bad Request", "The Host header is missing (RFC 9112 section 3.2).", []
        if host is not None and not is_host(host):
            return "400 Bad Request", "The Host header is malformed.", []
        if length and not (length.isascii() and length.isdigit()):
            return "400 Bad Request", "Content-Length is not a number.", []
        if length and body is not None and 0 < body.limit < int(length):
            return "413 Content Too Large", str(BodyTooLargeError(body.limit)), []
        return None


class LimitedBody:
    """A request's body that counts what was read and stops at its limit."""

    __slots__ = ("_source", "announced", "is_at_end", "limit", "seen")

    def __init__(self, environ: WSGIEnvironment, limit: int) -> None:
        self._source: Any = environ["wsgi.input"]
        length = environ.get("CONTENT_LENGTH") or ""
        self.announced = int(length) if length.isascii() and length.isdigit() else None
        self.limit = limit
        self.seen = 0
        self.is_at_end = False

    def read(self, size: int = -1) -> bytes:
        """Read like the server's own stream.

        Raises:
            BodyCutError: The client broke off.
            BodyTooLargeError: The body went on past its limit.
        """
        if self.is_at_end:
            return b""
        return self._counted(self._source.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        """Read one line with its end; raises like :meth:`read`."""
        return b"" if self.is_at_end else self._counted(self._source.readline(size), size)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _counted(self, data: bytes, asked: int) -> bytes:
        self.seen += len(data)
        if self.limit and self.seen > self.limit:
            raise BodyTooLargeError(self.limit)
        if (not data and asked != 0) or self.seen == self.announced:
            self.is_at_end = True
        return data

    @property
    def is_little_left(self) -> bool:
        """Whether the rest is known and small enough to be thrown away behind the answer."""
        return self.announced is not None and self.announced - self.seen <= DROPPED_BYTES


class _AnswerAfterBody:
    """A start_response for a request with a body that its door may leave unread.

    What is left of it is never waited for here, in a thread: the HTTP server throws it away when
    the answer has left, and the next request of the connection starts behind it. Where much is
    left, or nobody knows how much, or the client waits for a 100 that will not come (RFC 9110
    section 10.1.1), the connection ends.
    """

    __slots__ = ("_body", "_environ", "_start_response")

    def __init__(
        self, environ: WSGIEnvironment, start_response: StartResponse, body: LimitedBody
    ) -> None:
        self._environ = environ
        self._start_response = start_response
        self._body = body

    def __call__(
        self,
        status: str,
        headers: Headers,
        exc_info: tuple[type[BaseException], BaseException, TracebackType]
        | tuple[None, None, None]
        | None = None,
    ) -> Any:  # noqa: ANN401 (the old write callable; nothing here uses it)
        if not self._body.is_at_end and not self._may_go_on():
            headers = [*headers, ("Connection", "close")]
        return self._start_response(status, headers, exc_info)

    def _may_go_on(self) -> bool:
        is_waiting = "HTTP_EXPECT" in self._environ and not self._body.seen
        return not is_waiting and self._body.is_little_left
