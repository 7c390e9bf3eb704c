"""``/remote.php/dav``: where programs look for DAV that signed in by Nextcloud's login flow."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.answers import answer

_DAV = "/remote.php/dav"


def make_nextcloud_paths(target: str) -> WSGIApplication:
    """Make the door that sends programs on to *target*, a path; it stands behind the gate."""

    def paths(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].rstrip("/") != _DAV:
            text = "There is nothing at this address."
            return answer(environ, start_response, "404 Not Found", text)
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        where = f"{environ['wsgi.url_scheme']}://{host}{target}"
        headers = [("Location", where), ("Cache-Control", "no-cache")]
        return answer(environ, start_response, "301 Moved Permanently", "", headers)

    return paths
