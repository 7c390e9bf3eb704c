"""wsgidav's request server over the document tree: its dispatch, and each method's handler.

DELETE is wsgidav's own, run inside one transaction; the others are this room's modules.
``docs/adr/0003`` says which of wsgidav's methods had to be replaced and why.
"""

from collections.abc import Callable, Iterable
from typing import Any

from wsgidav.dav_error import DAVError
from wsgidav.request_server import RequestServer

from dav_providers.documents import (
    copy_move,
    get,
    lock,
    mkcol,
    options,
    propfind,
    proppatch,
    put,
    report,
)
from dav_providers.documents.provider import REQUEST, WORK, DocumentProvider, Environ
from dav_providers.documents.request import MOUNT, DocumentRequest
from dav_providers.multistatus.answers import Answer, send

StartResponse = Callable[..., Any]


class DocumentServer(RequestServer):  # type: ignore[misc]
    """One for all requests of a process: it keeps nothing about any of them."""

    def __init__(self) -> None:
        self.provider = DocumentProvider()
        self.provider.set_mount_path("")
        self.provider.set_share_path(f"/{MOUNT}")
        super().__init__(self.provider)
        self._possible_methods = list(options.METHODS)

    def do_OPTIONS(self, _environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Say what can be done here."""
        return send(options.answer(), start_response)

    def do_GET(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Give a document out."""
        return _sent(environ, start_response, get.answer)

    do_HEAD = do_GET  # noqa: N815

    def do_PUT(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Save a document."""
        return _sent(environ, start_response, put.answer)

    def do_PROPFIND(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """List properties."""
        return _sent(environ, start_response, propfind.answer)

    def do_PROPPATCH(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Change properties."""
        return _sent(environ, start_response, proppatch.answer)

    def do_COPY(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Copy or move."""
        return _sent(environ, start_response, copy_move.answer)

    do_MOVE = do_COPY  # noqa: N815

    def do_LOCK(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Take or refresh a lock."""
        return _sent(environ, start_response, lock.answer_lock)

    def do_UNLOCK(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Give a lock back."""
        return _sent(environ, start_response, lock.answer_unlock)

    def do_MKCOL(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Make a folder."""
        return _sent(environ, start_response, mkcol.answer)

    def do_REPORT(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Answer a report."""
        return _sent(environ, start_response, report.answer)

    def do_DELETE(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:  # noqa: N802
        """Delete: wsgidav's way, in one transaction."""
        return self._in_transaction(super().do_DELETE, environ, start_response)

    def _in_transaction(
        self,
        method: Callable[[Environ, StartResponse], Iterable[bytes]],
        environ: Environ,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        """Run one of wsgidav's methods; what it answers goes out after the commit."""
        said: list[Any] = []
        with _request(environ).transaction() as work:
            environ[WORK] = work
            b"".join(method(environ, lambda *words: said.append(words)))
        # Its page of HTML saying "Created" is for nobody.
        return send(Answer(int(said[0][0][:3]), [("Content-Length", "0")]), start_response)

    # What wsgidav's methods ask on their way; the office answers inside the act itself.

    def _evaluate_if_headers(self, _res: object, _environ: Environ) -> None:
        """The provider checks the conditions, also for names that nothing has yet."""

    def _check_write_permission(self, _res: object, _depth: str, _environ: Environ) -> None:
        """``office.work.Work.demand`` checks rights and locks."""

    def _send_response(
        self,
        environ: Environ,
        start_response: StartResponse,
        root_res: object,
        success_code: int,
        error_list: list[tuple[str, DAVError]],
    ) -> Iterable[bytes]:
        """Raise what wsgidav collected, so that the transaction is undone."""
        if error_list:
            error = error_list[0][1]
            raise error.src_exception or error
        answer: Iterable[bytes] = super()._send_response(
            environ, start_response, root_res, success_code, error_list
        )
        return answer


def _sent(
    environ: Environ,
    start_response: StartResponse,
    method: Callable[[DocumentRequest], Answer],
) -> Iterable[bytes]:
    request = _request(environ)
    answer = method(request)
    answer.headers.extend(request.preference_headers)
    return send(answer, start_response)


def _request(environ: Environ) -> DocumentRequest:
    request: DocumentRequest = environ[REQUEST]
    return request
