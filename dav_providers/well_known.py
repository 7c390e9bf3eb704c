"""``/.well-known/caldav`` and ``carddav`` (RFC 6764): where clients begin.

The address is absolute: Apple's clients want that. The gate stands before it: a client that has
no credentials hears 401 here already, and sends them along from its first step on.
"""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_SERVICES = frozenset({"/.well-known/caldav", "/.well-known/carddav"})
_METHODS = ("OPTIONS", "GET", "HEAD", "PROPFIND", "REPORT")


def make_well_known(target: str) -> WSGIApplication:
    """Make the door that sends clients to *target*, a path."""

    def well_known(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].rstrip("/") not in _SERVICES:
            return _short(start_response, "404 Not Found", [])
        if environ["REQUEST_METHOD"] not in _METHODS:
            allow = [("Allow", ", ".join(_METHODS))]
            return _short(start_response, "405 Method Not Allowed", allow)
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        where = f"{environ['wsgi.url_scheme']}://{host}{target}"
        headers = [("Location", where), ("Cache-Control", "no-cache")]
        return _short(start_response, "301 Moved Permanently", headers)

    return well_known


def _short(
    start_response: StartResponse, status: str, headers: list[tuple[str, str]]
) -> Iterable[bytes]:
    start_response(status, [*headers, ("Content-Length", "0")])
    return []
