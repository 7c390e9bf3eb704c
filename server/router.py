"""Which door a request goes to: by the first segment of its path, on ``/`` also by its method.

A dictionary look-up, since every request pays for it. A path that nobody owns goes to the gate
like a document: 401 comes before 404 (Apple's clients give up on the other order).
"""

from collections.abc import Iterable, Mapping
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.answers import answer

_FOR_BROWSERS = frozenset({"GET", "HEAD"})


class Router:
    """Hands each request to its door."""

    def __init__(
        self,
        areas: Mapping[str, WSGIApplication],
        *,
        root: WSGIApplication,
        landing: WSGIApplication,
        otherwise: WSGIApplication,
    ) -> None:
        """Join the doors.

        Args:
            areas: Door by first segment of the path, such as ``files``.
            root: ``/`` for programs that speak DAV.
            landing: What a browser sees at ``/``.
            otherwise: The door of every other path.
        """
        self._areas = dict(areas)
        self._root = root
        self._landing = landing
        self._otherwise = otherwise

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Find the door and pass the request on, unchanged; 400 for an encoded slash."""
        path = environ["PATH_INFO"]
        # Decoded, the slash inside a name could not be told from one between names.
        if "%2" in (target := environ.get("REQUEST_URI", "")) and _has_hidden_slash(target):
            return answer(environ, start_response, "400 Bad Request", "A name can't hold a slash.")
        if path == "/":
            is_browser = environ["REQUEST_METHOD"] in _FOR_BROWSERS
            return (self._landing if is_browser else self._root)(environ, start_response)
        end = path.find("/", 1)
        first = path[1:end] if end > 0 else path[1:]
        return self._areas.get(first, self._otherwise)(environ, start_response)


def _has_hidden_slash(target: str) -> bool:
    return "%2f" in target.partition("?")[0].lower()


def not_found(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """The door of paths that nobody owns."""
    return answer(environ, start_response, "404 Not Found", "There is nothing at this address.")
