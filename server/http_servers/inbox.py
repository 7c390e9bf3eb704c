"""A request's body on its way from the loop to the thread that reads it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any, Final

from server.http_servers.bodies import RequestBody
from wire.bodies import BodyCutError

# A body up to this size is whole before a thread is taken: a slow small upload costs no thread.
_PREREAD_BYTES: Final = 65_536


class Inbox(RequestBody):
    """``wsgi.input`` of a request that an event loop receives.

    The reading methods are the thread's; everything named below is the loop's. At most
    *buffer_bytes* (and what one ``receive`` returns) wait in between; then the loop stops
    reading from the client's socket.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        buffer_bytes: int,
        environ: dict[str, Any],
        changed: threading.Condition,
    ) -> None:
        super().__init__()
        self._loop = loop
        self._receive = receive
        self._buffer_bytes = buffer_bytes
        self._changed = changed
        self._pieces: list[bytes] = []
        self._bytes = 0
        has_length = environ.get("CONTENT_LENGTH", "0") != "0"
        self._is_whole = not has_length and "HTTP_TRANSFER_ENCODING" not in environ
        self._is_cut = False
        self._room: asyncio.Event | None = None
        self._pump: asyncio.Task[None] | None = None
        self._on_hang_up: Callable[[], None] | None = None
        expectation = environ.get("HTTP_EXPECT", "").lower()
        # Until the application first reads, the client waits (RFC 9110 section 10.1.1).
        self.is_awaited = expectation == "100-continue" and not self._is_whole

    async def preread(self) -> None:
        """Take the body's beginning, unless the client waits to be asked for it."""
        if self.is_awaited:
            return
        while not self._is_whole and not self._is_cut and self._bytes < _PREREAD_BYTES:
            self._accept(await self._receive())
        if not self._is_whole and not self._is_cut:
            self._start()

    def watch(self, on_hang_up: Callable[[], None]) -> None:
        """Call *on_hang_up* when the client goes before its answer has ended."""
        self._on_hang_up = on_hang_up
        if self._is_cut:
            on_hang_up()
        else:
            self._start()

    def close(self) -> None:
        """End what `watch` and reading began; a thread still reading gets BodyCutError."""
        if self._pump is not None:
            self._pump.cancel()
        with self._changed:
            self._is_cut = self._is_cut or not self._is_whole
            self._changed.notify()

    def _start(self) -> None:
        if self._pump is None and not self._is_cut:
            self._pump = self._loop.create_task(self._receive_all())

    async def _receive_all(self) -> None:
        room = self._room = asyncio.Event()
        while not self._is_cut:
            if self._bytes >= self._buffer_bytes:
                room.clear()
                await room.wait()
            # Once the body is whole this waits for the client's hang-up.
            self._accept(await self._receive())
        if self._on_hang_up is not None:
            self._on_hang_up()

    def _accept(self, message: MutableMapping[str, Any]) -> None:
        with self._changed:
            if message["type"] == "http.disconnect":
                self._is_cut = True
            else:
                piece: bytes = message["body"]
                if piece:
                    self._pieces.append(piece)
                    self._bytes += len(piece)
                self._is_whole = not message["more_body"]
            self._changed.notify()

    # The thread's side

    def _next_piece(self) -> bytes:
        if self.is_awaited:
            self.is_awaited = False
            self._call(self._start)
        with self._changed:
            while not self._pieces and not self._is_whole:
                if self._is_cut:
                    raise BodyCutError("the request's body broke off")
                self._changed.wait()
            pieces, self._pieces = self._pieces, []
            must_call = self._bytes >= self._buffer_bytes
            self._bytes = 0
        if must_call and self._room is not None:
            self._call(self._room.set)
        return b"".join(pieces)

    def _call(self, callback: Callable[[], None]) -> None:
        # The loop is closed when the grace of a stopping server is over.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback)
