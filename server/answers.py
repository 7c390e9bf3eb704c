"""The short answers that the server gives by itself, before any door is asked."""

import json
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

Headers = list[tuple[str, str]]


def answer(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: str,
    text: str = "",
    headers: Iterable[tuple[str, str]] = (),
) -> list[bytes]:
    """Answer with one sentence, for the API as a problem (RFC 9457); HEAD gets its headers alone.

    Args:
        environ: The request.
        start_response: The server's.
        status: Code and phrase, such as ``"404 Not Found"``.
        text: What a person reads, without a line end.
        headers: Further headers.
    """
    kind, body = _told(environ, status, text) if text else ("", b"")
    sent: Headers = [*headers, ("Content-Length", str(len(body)))]
    if body:
        sent += [("Content-Type", kind), ("X-Content-Type-Options", "nosniff")]
    start_response(status, sent)
    return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []


def _told(environ: WSGIEnvironment, status: str, text: str) -> tuple[str, bytes]:
    """Media type and body of a sentence."""
    if not environ["PATH_INFO"].startswith("/api/"):
        return "text/plain; charset=utf-8", f"{text}\n".encode()
    code, _, phrase = status.partition(" ")
    told = {"title": phrase, "status": int(code), "detail": text}
    return "application/problem+json", json.dumps(told).encode()
