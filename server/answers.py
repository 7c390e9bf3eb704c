"""The short answers that the server gives by itself, before any door is asked."""

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
    """Answer with one sentence as plain text; HEAD gets its headers alone.

    Args:
        environ: The request.
        start_response: The server's.
        status: Code and phrase, such as ``"404 Not Found"``.
        text: What a person reads, without a line end.
        headers: Further headers.
    """
    body = f"{text}\n".encode() if text else b""
    sent: Headers = [*headers, ("Content-Length", str(len(body)))]
    if body:
        sent += [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
        ]
    start_response(status, sent)
    return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []
