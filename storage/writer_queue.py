"""A queue of writers over all threads and processes of one machine, in order of arrival.

``flock`` alone is no queue: who gives it back wakes all that wait and is often the first to have
it again. Here everybody draws a ticket, holds a lock on the byte of that number in the queue's
file, and waits for the bytes of all lower numbers. A killed process gives its byte back by dying.
"""

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FLOCK = "hhqqi0q"  # struct flock of fcntl(2) in Linux: type, whence, start, length, process
_DRAWING = 1 << 62  # the byte locked while a ticket is drawn; no ticket gets that far
_COUNTER_BYTES = 8
_TO_THE_END = 0


class WriterQueue:
    """Turns of writers; each waits on an open file of its own, for threads' locks are per file.

    The last ticket's number is what the file holds; losing it in a crash of the machine is
    harmless, for then nobody waits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[int] = []
        self._owner = os.getpid()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until all who came before are done; the turn ends with the block."""
        descriptor = self._lend()
        try:
            ticket = _draw(descriptor)
            _lock(descriptor, fcntl.F_RDLCK, 0, ticket)
            yield
        finally:
            _lock(descriptor, fcntl.F_UNLCK, 0, _TO_THE_END)
            self._idle.append(descriptor)

    def close(self) -> None:
        """Close the files that nobody is using."""
        while self._idle:
            os.close(self._idle.pop())

    def _lend(self) -> int:
        if self._owner != os.getpid():
            # Files that came over a fork share the parent's locks: open our own.
            self._idle, self._owner = [], os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _draw(descriptor: int) -> int:
    """Take the next number, 1 or more, and lock its byte before the one after it can be drawn."""
    _lock(descriptor, fcntl.F_WRLCK, _DRAWING, 1)
    ticket = int.from_bytes(os.pread(descriptor, _COUNTER_BYTES, 0), "little") + 1
    os.pwrite(descriptor, ticket.to_bytes(_COUNTER_BYTES, "little"), 0)
    _lock(descriptor, fcntl.F_WRLCK, ticket, 1)
    _lock(descriptor, fcntl.F_UNLCK, _DRAWING, 1)
    return ticket


def _lock(descriptor: int, kind: int, start: int, length: int) -> None:
    """Lock bytes for this open file (not for the process), waiting as long as it takes."""
    wish = struct.pack(_FLOCK, kind, os.SEEK_SET, start, length, 0)
    fcntl.fcntl(descriptor, fcntl.F_OFD_SETLKW, wish)
