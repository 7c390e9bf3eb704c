"""``/health/live`` and ``/health/ready``: for load balancers, start scripts and people."""

import logging
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.answers import answer
from storage.failures import is_unavailable
from storage.store import Store

log = logging.getLogger("deedbox.server")

Check = Callable[[], str]
"""Returns what is wrong, or ``""``."""

_NO_STORE = [("Cache-Control", "no-store")]


def health(checks: Iterable[Check]) -> WSGIApplication:
    """Make the door: live answers 200 while the process answers at all, ready runs *checks*."""
    checks = tuple(checks)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            allow = [("Allow", "GET, HEAD")]
            return answer(environ, start_response, "405 Method Not Allowed", headers=allow)
        if path == "/health/live":
            return answer(environ, start_response, "200 OK", "live", _NO_STORE)
        if path != "/health/ready":
            return answer(environ, start_response, "404 Not Found", "See /health/ready.")
        if faults := [fault for check in checks if (fault := check())]:
            log.warning("not ready", extra={"fields": {"reason": "; ".join(faults)}})
            text = "\n".join(faults)
            return answer(environ, start_response, "503 Service Unavailable", text, _NO_STORE)
        return answer(environ, start_response, "200 OK", "ready", _NO_STORE)

    return app


def database_answers(store: Store) -> Check:
    """A check that the database answers a query."""

    def check() -> str:
        try:
            with store.read() as unit:
                unit.row("SELECT 1")
        except Exception as error:
            if is_unavailable(error):
                return "the database does not answer"
            raise
        return ""

    return check


def folder_is_writable(folder: Path) -> Check:
    """A check that a file can be written in *folder*; it is gone at once."""

    def check() -> str:
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"x")
                probe.flush()
        except OSError as error:
            return f"documents cannot be stored: {error.strerror}"
        return ""

    return check
