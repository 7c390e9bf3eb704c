"""What one worker process does between its fork and its end."""

import logging
import os
import select
import signal
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import socket
from types import FrameType
from typing import Final, Protocol, Self
from wsgiref.types import WSGIApplication

from server import memory
from server.http_servers import HTTPServer, ServerOptions

_log = logging.getLogger("deedbox.processes")

_PID: Final = struct.Struct("=i")


class StopEvent(Protocol):
    """What background work is given to know its end by; a `threading.Event` is one."""

    def is_set(self) -> bool:
        """Whether the work shall end."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to *timeout* seconds for the end; return whether it has come."""


BackgroundWork = Callable[[StopEvent], None]


@dataclass(frozen=True, slots=True)
class Lifeline:
    """Pipes between the parent and all its workers.

    The parent holds the one writing end of ``alive``; when it dies, however, every worker reads
    the end of it.
    """

    alive: tuple[int, int]
    ready: tuple[int, int]
    signals: tuple[int, int]

    @classmethod
    def make(cls) -> Self:
        """Make the pipes, in the parent."""
        lifeline = cls(os.pipe(), os.pipe(), os.pipe())
        os.set_blocking(lifeline.ready[0], False)
        return lifeline

    def close(self) -> None:
        """Close the parent's ends."""
        for descriptor in {*self.alive, *self.ready, *self.signals}:
            os.close(descriptor)

    def enter(self) -> Self:
        """Return the lifeline of a worker just forked; from now on signals are remembered."""
        for descriptor in (self.alive[1], self.ready[0], *self.signals):
            os.close(descriptor)
        mine = type(self)(self.alive, self.ready, os.pipe())

        def remember(number: int, _frame: FrameType | None) -> None:
            os.write(mine.signals[1], bytes([number]))

        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, remember)
        # Ctrl-C reaches the whole group of the terminal; the parent decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return mine

    def watch(self, on_stop: Callable[[], None], on_reload: Callable[[], None]) -> None:
        """Act, from a thread of its own, on the parent's signals and on its death."""
        thread = threading.Thread(
            target=self._watch, args=(on_stop, on_reload), name="lifeline", daemon=True
        )
        thread.start()

    def tell_ready(self) -> None:
        """Tell the parent that this worker can answer."""
        # It may have died while the worker was made: then the watch ends it.
        with suppress(BrokenPipeError):
            os.write(self.ready[1], _PID.pack(os.getpid()))

    def ready_pids(self) -> list[int]:
        """Return the workers that told, since the last call, in the parent."""
        try:
            told = os.read(self.ready[0], 4096)
        except BlockingIOError:
            return []
        return [pid for (pid,) in _PID.iter_unpack(told)]

    def _watch(self, on_stop: Callable[[], None], on_reload: Callable[[], None]) -> None:
        while True:
            readable, _, _ = select.select([self.alive[0], self.signals[0]], [], [])
            numbers = os.read(self.signals[0], 64) if self.signals[0] in readable else b""
            if signal.SIGHUP in numbers:
                on_reload()
            if self.alive[0] in readable:
                _log.warning("the parent process is gone; stopping")
            elif signal.SIGTERM not in numbers:
                continue
            on_stop()
            return


def run_web(
    build_app: Callable[[], WSGIApplication],
    make_server: Callable[[WSGIApplication, ServerOptions], HTTPServer],
    options: ServerOptions,
    lifeline: Lifeline,
) -> None:
    """Serve until told to stop; then close the application if it has a ``close()``."""
    memory.keep_small()
    app = build_app()
    try:
        server = make_server(app, options)
        lifeline.watch(server.stop, server.reload_certificate)
        lifeline.tell_ready()
        server.run()
    finally:
        close: Callable[[], None] | None = getattr(app, "close", None)
        if close is not None:
            close()


def run_background(work: BackgroundWork, listening: socket, lifeline: Lifeline) -> None:
    """Run *work*, which ends when its event is set."""
    # Clients would wait in its queue when the servers have gone and this one still works.
    listening.close()
    stopping = threading.Event()
    lifeline.watch(stopping.set, lambda: None)
    lifeline.tell_ready()
    work(stopping)
