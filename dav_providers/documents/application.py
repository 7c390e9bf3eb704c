"""The documents door: a WSGI application for everything below ``/files/``."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from config.settings import Settings
from dav_providers.documents import failures, get, kept, sink
from dav_providers.documents.options import ALLOW, METHODS
from dav_providers.documents.provider import REQUEST, Environ
from dav_providers.documents.request import DocumentRequest, Services, system_clock
from dav_providers.documents.server import DocumentServer
from dav_providers.multistatus.answers import (
    Answer,
    ConditionFailedError,
    RefusedError,
    bodiless,
    send,
)
from dav_providers.multistatus.disk_space import disk_space
from office import past
from office.errors import Blocked
from office.layout import Layout
from storage.blobs import BlobStore
from storage.store import Store

StartResponse = Callable[..., Any]
WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

_SAFE = frozenset({"GET", "HEAD", "PROPFIND", "REPORT"})
_WSGIDAV = {"wsgidav.verbose": 1, "wsgidav.config": {}}


def make_documents(
    store: Store,
    blobs: BlobStore,
    settings: Settings,
    layout: Layout,
    *,
    clock: Callable[[], int] = system_clock,
) -> WSGIApplication:
    """Build the door. The gate in front of it has said who asks (``deedbox.identity``)."""
    return _DocumentsDoor(Services(store, blobs, settings, layout, disk_space(settings), clock))


class _DocumentsDoor:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._server = DocumentServer()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        request: DocumentRequest | None = None
        try:
            request = DocumentRequest(environ, self._services)
            return self._handled(request, environ, start_response)
        except Exception as error:
            blocked: Blocked | None = getattr(error, "blocked", None)
            if request is not None and blocked is not None:
                request.refused(blocked)
            answer = _current(error, request) or failures.answer(error, request)
            if answer is None:
                raise
            if request is not None:
                answer.headers.extend(request.preference_headers)
            return send(_bodiless(answer, environ), start_response)

    def _handled(
        self, request: DocumentRequest, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        if request.method not in METHODS:
            raise RefusedError(
                405, f"{request.method} is not possible here.", headers=(("Allow", ALLOW),)
            )
        if request.names and sink.swallows(request.names[-1]):
            return send(_bodiless(sink.answer(request), environ), start_response)
        if request.method not in kept.METHODS and past.speaks_of(request.names):
            kept.refuse(request)
        inner = {
            **environ,
            **_WSGIDAV,
            "wsgidav.provider": self._server.provider,
            "wsgidav.auth.user_name": request.who.user_name,
            "PATH_INFO": f"/{'/'.join(request.names)}",
            REQUEST: request,
        }
        return _Begun(self._server(inner, start_response))


class _Begun:
    """wsgidav answers in a generator: its first step is taken here, where errors have answers."""

    def __init__(self, answer: Iterator[bytes]) -> None:
        first = next(answer, None)
        self._answer = answer
        self._blocks = chain((first,), answer) if first is not None else answer

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Close the generator, and with it the document's file."""
        close = getattr(self._answer, "close", None)
        if close is not None:
            close()


def _current(error: Exception, request: DocumentRequest | None) -> Answer | None:
    """What is there instead of what a change expected, if the client would rather have that."""
    is_failed = isinstance(error, ConditionFailedError) and error.blocked is None
    if not is_failed or request is None or request.method in _SAFE:
        return None
    return get.current(request) if request.wants_representation else None


def _bodiless(answer: Answer, environ: Environ) -> Answer:
    return bodiless(answer) if environ["REQUEST_METHOD"] == "HEAD" else answer
