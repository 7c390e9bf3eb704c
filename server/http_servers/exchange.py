"""One request between the thread that runs the WSGI application and the loop that sends."""

import asyncio
import logging
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final
from wsgiref.types import WSGIApplication

from server.http_servers.environ import is_bodiless
from wire.bodies import BodyCutError
from wire.streams import AnswerEndedError

_log = logging.getLogger("deedbox.http")

# Blocks are handed over together until they are worth a crossing of their own.
_HAND_OVER_BYTES: Final = 65_536

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class ClientGoneError(ConnectionError):
    """The client hung up while the application was answering."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application gave to ``start_response``."""

    status: str
    headers: list[tuple[str, str]]
    is_bodiless: bool

    @property
    def status_code(self) -> int:
        """The number before the reason phrase."""
        return int(self.status[:3])

    @property
    def is_empty_status(self) -> bool:
        """Whether the status itself, not the method, forbids a body."""
        return self.status_code in {204, 304} or self.status_code < 200  # noqa: PLR2004 - 1xx


class Exchange:
    """A request's answer on its way from the application's thread to the loop.

    The thread calls `run`; everything else is the loop's. At most *buffer_bytes* (and one block
    of the application's) wait in between; then the thread waits.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        app: WSGIApplication,
        environ: dict[str, Any],
        buffer_bytes: int,
        changed: threading.Condition,
    ) -> None:
        self._loop = loop
        self._app = app
        self._environ = environ
        self._buffer_bytes = buffer_bytes
        self._changed = changed
        # The thread's own, until handed over.
        self._held: list[bytes] = []
        self._held_bytes = 0
        # Shared, under the lock of `_changed`.
        self._ready: list[bytes] = []
        self._ready_bytes = 0
        self._finished = False
        self._waiter: asyncio.Future[None] | None = None
        self._is_calling = False
        self._has_handed_over = False
        self.answer: Answer | None = None
        self.failed = False
        self.is_lost = False

    # The loop's side

    async def news(self) -> tuple[list[bytes], bool]:
        """Wait for blocks or the end; return the blocks, and whether they are the last."""
        while True:
            with self._changed:
                if self._ready or self._finished or self.is_lost:
                    blocks, self._ready = self._ready, []
                    return blocks, self._finished
                waiter = self._waiter = self._loop.create_future()
            await waiter

    def took(self, length: int) -> None:
        """Make room: *length* bytes have gone to the client's socket."""
        with self._changed:
            self._ready_bytes -= length
            if self._ready_bytes <= self._buffer_bytes:
                self._changed.notify()

    def lose(self) -> None:
        """Tell both sides that nobody takes the answer any more."""
        with self._changed:
            self.is_lost = True
            self._changed.notify()
        self._wake()

    def _wake(self) -> None:
        with self._changed:
            waiter, self._waiter = self._waiter, None
            self._is_calling = False
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    # The thread's side

    def run(self) -> None:
        """Run the application to its end. Never raises."""
        try:
            self._respond()
        except (ClientGoneError, BodyCutError, AnswerEndedError) as error:
            _log.info("%s: %s", self._name(), error)
            self._fail()
        except Exception:  # noqa: BLE001 - the last to see it; it ends one request only
            _log.exception("%s: failed", self._name())
            self._fail()
        self._hand_over(finished=True)

    def _name(self) -> str:
        return f"{self._environ['REQUEST_METHOD']} {self._environ['REQUEST_URI']}"

    def _fail(self) -> None:
        self.failed = True
        self._held.clear()
        self._held_bytes = 0
        if not self._has_handed_over:
            # Nothing has left yet: the client gets a 500 in place of half an answer.
            self.answer = None

    def _respond(self) -> None:
        result = self._app(self._environ, self._start_response)
        try:
            for block in self._blocks(result):
                if self.answer is not None and self.answer.is_bodiless:
                    break
                if block:
                    self._put(block)
        finally:
            close: Callable[[], None] | None = getattr(result, "close", None)
            if close is not None:
                close()
        if self.answer is None:
            raise RuntimeError("the application ended without start_response")

    def _blocks(self, result: Iterable[bytes]) -> Iterable[bytes]:
        is_old = self._environ["SERVER_PROTOCOL"] == "HTTP/1.0"
        return self._measured(iter(result)) if is_old else result

    def _measured(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """Give the answer a length first: HTTP/1.0 has no chunks (RFC 9112 section 6.1)."""
        first = next(blocks, b"")
        answer = self.answer
        if answer is None or any(n.lower() == "content-length" for n, _ in answer.headers):
            yield first
            yield from blocks
            return
        with tempfile.TemporaryFile() as spool:
            spool.write(first)
            spool.writelines(blocks)
            answer.headers.append(("Content-Length", str(spool.tell())))
            spool.seek(0)
            yield from iter(lambda: spool.read(_HAND_OVER_BYTES), b"")

    def _start_response(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: _ExcInfo | None = None,
        /,
    ) -> Callable[[bytes], object]:
        if exc_info is not None and exc_info[1] is not None and self._has_handed_over:
            raise exc_info[1]
        if exc_info is None and self.answer is not None:
            raise RuntimeError("start_response called twice without exc_info")
        is_empty = is_bodiless(self._environ["REQUEST_METHOD"], status)
        self.answer = Answer(status, list(headers), is_empty)
        return self._put

    def _put(self, block: bytes) -> None:
        if self.answer is None:
            raise RuntimeError("a block before start_response")
        self._held.append(block)
        self._held_bytes += len(block)
        if self._held_bytes >= _HAND_OVER_BYTES:
            self._hand_over(finished=False)
            self._wait_for_room()

    def _hand_over(self, *, finished: bool) -> None:
        self._has_handed_over = True
        with self._changed:
            self._ready += self._held
            self._ready_bytes += self._held_bytes
            self._finished = finished
            must_call, self._is_calling = not self._is_calling, True
        self._held.clear()
        self._held_bytes = 0
        if must_call:
            # The loop is closed when the grace of a stopping server is over.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._wake)

    def _wait_for_room(self) -> None:
        with self._changed:
            while self._ready_bytes > self._buffer_bytes and not self.is_lost:
                self._changed.wait()
            if self.is_lost:
                raise ClientGoneError("the client hung up")
