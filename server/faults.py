"""What happens when a door fails: one log line with the traceback, one sentence for the client.

The request id in both joins them; no stack trace ever leaves the server.
"""

import logging
import secrets
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.answers import answer
from storage.failures import is_unavailable
from wire.bodies import BodyCutError, BodyTooLargeError

log = logging.getLogger("deedbox.server")

RETRY_SECONDS = 30
"""When to come again after the database was out of reach: clients keep what they have."""


class Faults:
    """The outermost middleware: whatever a door raises before it answers ends here."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer 400 for a cut body, 413 for one too large, 503 without a database, else 500."""
        try:
            return self._app(environ, start_response)
        except BodyCutError:
            status, text = "400 Bad Request", "The body of this request broke off."
            return answer(environ, start_response, status, text, [("Connection", "close")])
        except BodyTooLargeError as error:
            status, text = "413 Content Too Large", str(error)
            return answer(environ, start_response, status, text, [("Connection", "close")])
        except Exception as error:  # noqa: BLE001 (the one place where a door's bug is answered)
            return _answer_fault(environ, start_response, error)


def _answer_fault(
    environ: WSGIEnvironment, start_response: StartResponse, error: Exception
) -> Iterable[bytes]:
    request_id = secrets.token_hex(6)
    fields = {
        "request_id": request_id,
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
    }
    if is_unavailable(error):
        fields["reason"] = str(error)
        log.error("database out of reach", extra={"fields": fields})
        status, retry = "503 Service Unavailable", [("Retry-After", str(RETRY_SECONDS))]
        text = f"The database is out of reach; try again soon (request {request_id})."
        return answer(environ, start_response, status, text, retry)
    log.error("request failed", exc_info=error, extra={"fields": fields})
    text = f"Something went wrong here; the log knows more (request {request_id})."
    return answer(environ, start_response, "500 Internal Server Error", text)
