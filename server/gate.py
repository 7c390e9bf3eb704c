"""The gate: nobody reaches a DAV door or the API whose person and device are not known.

Basic authentication with a device's credential (RFC 7617). Three families of Microsoft clients
ask before they sign in, and give up on a wrong answer; what they hear says nothing about what
is here, and is the same for every path:

* MiniRedir (Explorer) sends OPTIONS without credentials, on the host's root and every parent.
* Office sends OPTIONS and HEAD, with nothing or an empty ``Authorization: Bearer``.
* DavClnt asks whether the WebClient service is worth starting, and wants a 401.

Apple's clients test that OPTIONS wants credentials: the User-Agent decides, but only about this.
"""

from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from auth import basic
from auth.errors import CredentialsError
from auth.identity import Identity
from dav_providers.documents.options import ALLOW
from dav_providers.root import DAV_HEADERS
from office.tracking import Note
from server.answers import answer
from server.refused_sign_ins import log_refusal
from wire.clients import classify

IDENTITY = "deedbox.identity"
FAMILY = "deedbox.family"
NOTE = "deedbox.note"
RIGHTS_REVISION = "deedbox.rights_revision"

RETRY_SECONDS = 60

_CHALLENGE = [("WWW-Authenticate", 'Basic realm="deedbox", charset="UTF-8"')]
_UNAUTHORISED = (
    "Sign in with your user name and the password of this device; the password of the console "
    "does not open folders."
)
_ANYBODY = [*DAV_HEADERS, ("Allow", ALLOW)]


class Gate:
    """Middleware before the DAV doors and the API."""

    def __init__(
        self,
        door: WSGIApplication,
        *,
        identify: Callable[[str, str], Identity],
        rights_revision: Callable[[], bytes],
        is_open: Callable[[], bool],
        refused: Callable[[WSGIEnvironment, str, CredentialsError], int] = log_refusal,
    ) -> None:
        """Guard *door*.

        Args:
            door: What lies behind.
            identify: User name and password to identity; raises CredentialsError.
            rights_revision: What differs after every change of rights.
            is_open: Whether the office's set-up is done (asked until it is).
            refused: Told of wrong credentials (request, user name, why); the seconds after
                which to come again, 0 where it was not too often.
        """
        self._door = door
        self._identify = identify
        self._rights_revision = rights_revision
        self._is_open = is_open
        self._refused = refused
        self._was_open = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the request in with its identity, or answer 401, 503 or what anybody may hear."""
        agent = environ.get("HTTP_USER_AGENT", "")
        environ[FAMILY] = classify(agent)
        if not (self._was_open or self._opens()):
            return _not_yet(environ, start_response)
        credentials = basic.parse(environ.get("HTTP_AUTHORIZATION", ""))
        if credentials is None:
            if may_ask(environ["REQUEST_METHOD"], agent):
                return answer(environ, start_response, "200 OK", headers=_ANYBODY)
            return _refuse(environ, start_response)
        # First: a block between these two lines is then noticed as one that came later.
        environ[RIGHTS_REVISION] = self._rights_revision()
        try:
            environ[IDENTITY] = self._identify(*credentials)
        except CredentialsError as error:
            wait = self._refused(environ, credentials.username, error)
            if wait:
                return _slow_down(environ, start_response, wait)
            return _refuse(environ, start_response)
        environ[NOTE] = Note()
        return self._door(environ, start_response)

    def _opens(self) -> bool:
        self._was_open = self._is_open()
        return self._was_open


def may_ask(method: str, agent: str) -> bool:
    """Say whether this client hears what anybody may hear, without credentials."""
    if method == "OPTIONS":
        return agent.startswith(("Microsoft-WebDAV-MiniRedir", "Microsoft Office"))
    return method == "HEAD" and agent.startswith("Microsoft Office")


def _refuse(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return answer(environ, start_response, "401 Unauthorized", _UNAUTHORISED, _CHALLENGE)


def _slow_down(
    environ: WSGIEnvironment, start_response: StartResponse, wait_seconds: int
) -> Iterable[bytes]:
    """Wrong, and too often (RFC 6585 section 4); right credentials still come in meanwhile."""
    retry = [("Retry-After", str(wait_seconds))]
    text = "Too many wrong passwords; check the one that this device has."
    return answer(environ, start_response, "429 Too Many Requests", text, retry)


def _not_yet(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    retry = [("Retry-After", str(RETRY_SECONDS))]
    text = "This office is still being set up."
    return answer(environ, start_response, "503 Service Unavailable", text, retry)
