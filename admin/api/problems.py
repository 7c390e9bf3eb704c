"""What the API says when it does not do what it was asked: problem details (RFC 9457)."""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from auth.errors import (
    AuthError,
    CredentialsError,
    NoNumberError,
    RightMissingError,
    UnknownLeaseError,
)

MEDIA_TYPE = "application/problem+json"

_CHALLENGE = ("WWW-Authenticate", 'Basic realm="deedbox", charset="UTF-8"')
_ANSWERS: tuple[tuple[type[AuthError], HTTPStatus], ...] = (
    (RightMissingError, HTTPStatus.FORBIDDEN),
    (UnknownLeaseError, HTTPStatus.NOT_FOUND),
    (NoNumberError, HTTPStatus.CONFLICT),
)
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know that method.",
}


def problem(status: HTTPStatus, detail: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """An answer of that status, whose *detail* is a sentence for a person."""
    body = {"title": status.phrase, "status": status.value, "detail": detail}
    answer = Response(json.dumps(body, ensure_ascii=False), status.value)
    answer.headers.extend(headers)
    answer.headers["Content-Type"] = MEDIA_TYPE
    return answer


def add_problems(app: Flask) -> None:
    """Have *app* answer refusals and mistakes as problems; a bug goes on to the server."""
    for kind, status in _ANSWERS:
        app.register_error_handler(kind, _teller(status))
    app.register_error_handler(CredentialsError, _ended)
    app.register_error_handler(HTTPException, _mistaken)


def _teller(status: HTTPStatus) -> Callable[[Exception], Response]:
    return lambda error: problem(status, str(error))


def _ended(_error: Exception) -> Response:
    """The user was blocked or the device retired since the gate looked."""
    text = "This device or its user may not come in any more."
    return problem(HTTPStatus.UNAUTHORIZED, text, [_CHALLENGE])


def _mistaken(error: HTTPException) -> Response | AnyResponse:
    if error.response is not None or error.code is None:
        return error.get_response()
    status = HTTPStatus(error.code)
    text = _SENTENCES.get(status) or error.description or status.description
    kept = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    return problem(status, text, kept)
