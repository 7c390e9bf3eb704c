"""The processes of ``deedbox serve``: a parent that answers nothing and its workers that do.

The parent binds the socket, imports everything and forks; no thread and no database connection
exists before a fork. It restarts a worker that died, and on SIGTERM or SIGINT stops them all in
order; a second such signal ends them at once. SIGHUP loads the TLS certificate anew. Workers
whose parent died stop by themselves.
"""

import errno
import gc
import logging
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn
from wsgiref.types import WSGIApplication

from server.http_servers import ServerKind, ServerOptions, make, tls
from server.worker import BackgroundWork, Lifeline, run_background, run_web

_log = logging.getLogger("deedbox.processes")

_BACKLOG: Final = 1024
# A worker that lived this long died of something new: it is replaced at once.
_STEADY_SECONDS: Final = 10.0
_BACK_OFF_SECONDS: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# What a worker may take beyond the grace, to close its application, before it is killed.
_CLOSING_SECONDS: Final = 5.0
_MAX_DESCRIPTORS: Final = 65_536
_SIGNALS: Final = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})


class ListenError(Exception):
    """The address can't be listened on; the text says why and what to do."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        what, advice = _LISTEN_ADVICE.get(
            error.errno or 0, (error.strerror or str(error), "check --host and --port")
        )
        super().__init__(f"Cannot listen on {host} port {port}: {what}; {advice}.")


_LISTEN_ADVICE: Final = {
    errno.EADDRINUSE: (
        "another program does, perhaps a deedbox that runs already",
        "end that one or choose another port with --port or server.port",
    ),
    errno.EACCES: (
        "ports below 1024 need more rights",
        "choose another one with --port or server.port",
    ),
    errno.EADDRNOTAVAIL: (
        "the address is none of this machine's",
        "choose another one with --host or server.host",
    ),
}


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket on *host* (a name or address; "::" takes IPv4 as well).

    Raises:
        ListenError: The address is taken or not ours, or the port needs more rights.
    """
    try:
        return _bind(host, port)
    except OSError as error:
        raise ListenError(host, port, error) from error


def _bind(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    dual = host in {"", "::"} and socket.has_dualstack_ipv6()
    listening = socket.create_server(
        address[:2],
        family=family,
        backlog=_BACKLOG,
        dualstack_ipv6=dual and family == socket.AF_INET6,
    )
    # Accepted connections inherit it: a small answer leaves at once.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(
    build_app: Callable[[], WSGIApplication],
    *,
    kind: ServerKind,
    options: ServerOptions,
    workers: int,
    background: Sequence[BackgroundWork] = (),
    on_ready: Callable[[], None] = lambda: None,
) -> int:
    """Serve with *workers* processes until SIGTERM or SIGINT; return the exit code.

    Must be called in the main thread of a process without other threads.

    Args:
        build_app: Called in each worker after the fork. If what it returns has a ``close()``,
            that is called once, after the worker's last request.
        kind: Which HTTP server.
        options: For it; ``options.listening`` is closed at the end.
        workers: 1 or more.
        background: Each gets a process of its own, is given an event that is set when it shall
            end, and is started anew when it ends before that.
        on_ready: Called once, in the parent, when every worker can answer.

    Returns:
        0 after an ordered stop, 1 when a worker could not start at the beginning.
    """
    run_one = partial(run_web, build_app, partial(make, kind), options)
    works: list[Callable[[Lifeline], None]] = [run_one] * workers
    works += [partial(run_background, work, options.listening) for work in background]
    old_mask = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        _raise_descriptor_limit()
        # What exists now lives as long as the workers: the collector need not look at it, and
        # so does not copy the memory the processes share.
        gc.collect()
        gc.freeze()
        return _Parent(works, options, on_ready, old_mask).run()
    finally:
        options.listening.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, old_mask)


def _raise_descriptor_limit() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MAX_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@dataclass(slots=True)
class _Slot:
    """A place for one worker; the process in it may change."""

    work: Callable[[Lifeline], None]
    pid: int = 0
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0
    is_ready: bool = False


class _Parent:
    """Supervises the workers. All moments are of the monotonic clock, in seconds."""

    def __init__(
        self,
        works: Sequence[Callable[[Lifeline], None]],
        options: ServerOptions,
        on_ready: Callable[[], None],
        worker_mask: Iterable[int],
    ) -> None:
        self._slots = [_Slot(work) for work in works]
        self._options = options
        self._on_ready = on_ready
        self._worker_mask = worker_mask
        self._was_ready = False
        self._lifeline = Lifeline.make()
        self._kill_at: float | None = None
        self._exit_code = 0

    def run(self) -> int:
        """Keep the workers running until told to stop and all have ended."""
        try:
            while self._kill_at is None or any(slot.pid for slot in self._slots):
                self._start_due()
                received = signal.sigtimedwait(_SIGNALS, self._patience())
                if received is not None:
                    self._handle(received.si_signo)
                self._note_ready()
                self._reap()
                if self._kill_at is not None and time.monotonic() > self._kill_at:
                    _log.error("workers have not ended within the grace; killing them")
                    self._kill_at = float("inf")
                    self._signal(signal.SIGKILL)
        finally:
            self._lifeline.close()
        return self._exit_code

    def _patience(self) -> float:
        """Return how long nothing but a signal can make work, in seconds."""
        if not self._was_ready:
            return 0.01
        now = time.monotonic()
        moments = [slot.start_at for slot in self._slots if not slot.pid]
        moments += [] if self._kill_at is None else [self._kill_at]
        return min(60.0, max(0.01, min(moments, default=now + 60.0) - now))

    def _handle(self, number: int) -> None:
        if number == signal.SIGHUP:
            self._reload()
        elif number in {signal.SIGTERM, signal.SIGINT}:
            if self._kill_at is None:
                self._stop()
            else:
                self._signal(signal.SIGKILL)

    def _reload(self) -> None:
        """Have the workers read the certificate anew; a bad one is told of here, once."""
        if fault := tls.fault(self._options):
            _log.error("the certificate is not reloaded, the old one stays: %s", fault)
        else:
            self._signal(signal.SIGHUP)

    def _stop(self) -> None:
        # With the workers' own descriptors closed too, new clients are refused at once.
        self._options.listening.close()
        grace_seconds = self._options.shutdown_grace_seconds
        self._kill_at = time.monotonic() + grace_seconds + _CLOSING_SECONDS
        self._signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        for slot in self._slots:
            if slot.pid:
                os.kill(slot.pid, number)

    def _note_ready(self) -> None:
        pids = self._lifeline.ready_pids()
        for slot in self._slots:
            slot.is_ready = slot.is_ready or slot.pid in pids
        if not self._was_ready and all(slot.is_ready for slot in self._slots):
            self._was_ready = True
            self._on_ready()

    def _start_due(self) -> None:
        now = time.monotonic()
        for slot in self._slots:
            if not slot.pid and self._kill_at is None and now >= slot.start_at:
                slot.started, slot.is_ready = now, False
                slot.pid = os.fork()
                if slot.pid == 0:
                    self._become_worker(slot)

    def _become_worker(self, slot: _Slot) -> NoReturn:
        """Do the slot's work in this process, just forked, and end it."""
        exit_code = 1
        try:
            lifeline = self._lifeline.enter()
            signal.pthread_sigmask(signal.SIG_SETMASK, self._worker_mask)
            slot.work(lifeline)
            exit_code = 0
        except BaseException:  # noqa: BLE001 - nothing of the parent's may run in this process
            _log.exception("a worker failed")
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(exit_code)

    def _reap(self) -> None:
        for slot in self._slots:
            if slot.pid and os.waitpid(slot.pid, os.WNOHANG)[0]:
                pid, slot.pid = slot.pid, 0
                if self._kill_at is None:
                    self._plan_anew(slot, pid)

    def _plan_anew(self, slot: _Slot, pid: int) -> None:
        """Decide when the worker that ended unasked is replaced."""
        if not self._was_ready and not slot.is_ready:
            _log.error("a worker could not start; giving up")
            self._exit_code = 1
            self._stop()
            return
        now = time.monotonic()
        slot.deaths = slot.deaths + 1 if now - slot.started < _STEADY_SECONDS else 0
        delay = _BACK_OFF_SECONDS[min(slot.deaths, len(_BACK_OFF_SECONDS) - 1)]
        slot.start_at = now + delay
        _log.error("worker %d has died; the next one starts in %.1f s", pid, delay)
