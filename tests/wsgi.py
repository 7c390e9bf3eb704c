"""Calling a WSGI application without a socket, as the HTTP servers do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class Answered:
    """What an application answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    environ: WSGIEnvironment = field(repr=False)

    @property
    def text(self) -> str:
        return self.body.decode()


def an_environ(
    method: str = "GET",
    path: str = "/",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    is_chunked: bool = False,
    stream: Any = None,
    **others: Any,
) -> WSGIEnvironment:
    """A request's environ: *path* is decoded and may have a query, *stream* stands for *body*."""
    path, _, query = path.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "HTTP_HOST": "testserver",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": stream or BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if is_chunked:
        environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    elif body:
        environ["CONTENT_LENGTH"] = str(len(body))
    for name, value in (headers or {}).items():
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    environ.update(others)
    return environ


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Answered:
    """Run *app* to the end of its answer and close it."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc: object = None) -> Any:
        started.append((status, headers))

    blocks = app(environ, start_response)
    try:
        body = b"".join(blocks)
    finally:
        if close := getattr(blocks, "close", None):
            close()
    status, headers = started[-1]
    return Answered(int(status[:3]), {k.lower(): v for k, v in headers}, body, environ)


class Door:
    """A door that answers 200 and remembers what reached it."""

    def __init__(self) -> None:
        self.seen: list[WSGIEnvironment] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.seen.append(environ)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"door"]
