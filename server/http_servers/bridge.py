"""An ASGI application that runs a WSGI application in threads (ASGI 3, PEP 3333).

One request is one coroutine on the loop and at most one thread. A small request body is whole
before a thread is taken, and a small answer comes back in one hand-over, so that most requests
cost one crossing each way. Long bodies stream, with a bound on what waits in between.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from wsgiref.types import WSGIApplication

from server.http_servers.environ import header_key, path_info, static_environ
from server.http_servers.exchange import Answer, Exchange
from server.http_servers.inbox import Inbox
from server.http_servers.threads import Threads

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Bridge:
    """The ASGI side of a WSGI application."""

    def __init__(self, app: WSGIApplication, threads: Threads, buffer_bytes: int) -> None:
        self._app = app
        self._threads = threads
        self._buffer_bytes = buffer_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; other scopes ("lifespan", "websocket") never come here."""
        loop = asyncio.get_running_loop()
        environ = make_environ(scope)
        # One for both ways: the thread waits for one thing at a time, the loop for none.
        changed = threading.Condition()
        inbox = Inbox(loop, receive, self._buffer_bytes, environ, changed)
        await inbox.preread()
        environ["wsgi.input"] = inbox
        exchange = Exchange(loop, self._app, environ, self._buffer_bytes, changed)
        try:
            self._threads.submit(exchange.run)
            await _answer(exchange, inbox, send)
        finally:
            # Whatever ends this coroutine: the thread may not wait for a loop that is gone.
            exchange.lose()
            inbox.close()


async def _answer(exchange: Exchange, inbox: Inbox, send: Send) -> None:
    blocks, is_last = await exchange.news()
    answer = exchange.answer
    if answer is None:
        # A broken application was logged in its thread; uvicorn answers 500 for it.
        return
    if is_last and not exchange.failed:
        await send(_start(answer, inbox, sum(map(len, blocks))))
        await send({"type": "http.response.body", "body": b"".join(blocks)})
        return
    await send(_start(answer, inbox, None))
    inbox.watch(exchange.lose)
    await _stream(exchange, blocks, send)


async def _stream(exchange: Exchange, blocks: list[bytes], send: Send) -> None:
    """Send *blocks* and what follows; leave the answer open when the application broke.

    uvicorn then ends the connection, and the client sees that the answer is not whole.
    """
    is_last = exchange.failed
    while not exchange.is_lost:
        for block in blocks:
            await send({"type": "http.response.body", "body": block, "more_body": True})
            exchange.took(len(block))
        if is_last:
            if not exchange.failed:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        blocks, is_last = await exchange.news()


def _start(answer: Answer, inbox: Inbox, length: int | None) -> Message:
    """Return the answer's head; *length* is the whole body's, None while it still comes."""
    headers: list[tuple[bytes, bytes]] = []
    has_length = False
    for name, value in answer.headers:
        key = name.lower().encode("latin-1")
        if key == b"content-length":
            # RFC 9110 section 8.6: not with 204; a 304 may leave it out, and uvicorn would
            # wait for the body it announces.
            if answer.is_empty_status:
                continue
            has_length = True
        elif key == b"date":
            continue  # uvicorn sets one itself
        headers.append((key, value.encode("latin-1")))
    if not has_length and length is not None and not answer.is_bodiless:
        headers.append((b"content-length", b"%d" % length))
    if inbox.is_awaited and (b"connection", b"close") not in headers:
        # The client waits for "100 Continue" and will not send its body now; what comes next
        # on this connection could not be told from that body (RFC 9110 section 10.1.1).
        headers.append((b"connection", b"close"))
    return {"type": "http.response.start", "status": answer.status_code, "headers": headers}


def make_environ(scope: Scope) -> dict[str, Any]:
    """Return the WSGI environ of an ASGI *scope*, but for ``wsgi.input``."""
    environ = static_environ()
    raw_path: bytes = scope["raw_path"]
    query = scope["query_string"].decode("latin-1")
    host, port = scope["server"] or ("", "")
    client = scope["client"] or ("", "")
    environ.update(
        {
            "REQUEST_METHOD": scope["method"],
            "PATH_INFO": path_info(raw_path),
            "QUERY_STRING": query,
            "REQUEST_URI": raw_path.decode("latin-1") + (f"?{query}" if query else ""),
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
            "REMOTE_ADDR": client[0],
            "REMOTE_PORT": str(client[1]),
            "wsgi.url_scheme": scope["scheme"],
        }
    )
    for name, value in scope["headers"]:
        key = header_key(name)
        text = value.decode("latin-1")
        if key in environ:
            text = environ[key] + ("; " if key == "HTTP_COOKIE" else ", ") + text
        environ[key] = text
    return environ
