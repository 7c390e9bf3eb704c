"""Meters of what comes too often, in a file of fixed size that all processes of a machine share.

Each meter is a bucket that leaks: an event fills it by its cost (a time), and it drains as time
goes by, so that one number says it all: the moment at which it will be empty (the generic cell
rate algorithm). A transaction of the database for each wrong password would hand the attacker
the writers' queue; here an event costs microseconds, and nothing at all while none happens.

The file is a table of sets of :data:`WAYS` meters. A key's hash names its set; a new key takes
the place of the meter there that is empty first. So the table never grows, and who fills it with
other keys drives out the least filled meters only. Keys are not in it, only parts of their keyed
hashes. It may be deleted while the server is stopped; what it knew is then forgiven.
"""

import fcntl
import mmap
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

SETS: Final = 4096
WAYS: Final = 4
_WORDS: Final = 4
"""Of 8 bytes each: the key's hash, when the meter is empty, when its overflow was told, spare."""
_KEY, _EMPTY_US, _TOLD_US = 0, 1, 2
FILE_BYTES: Final = SETS * WAYS * _WORDS * 8
_TOLD_AGAIN_US: Final = 3600 * 1_000_000


class Charge(NamedTuple):
    """One event for one meter.

    Attributes:
        key: 16 bytes of a keyed hash of what is metered.
        cost_us: How long it takes to forget one event.
        burst: Events that fit before it is full.
    """

    key: bytes
    cost_us: int
    burst: int


class Outcome(NamedTuple):
    """What charging several meters at once came to.

    Attributes:
        wait_us: Time until all of them have room; 0: they had, and were charged.
        news: Which of the charges met a full meter that was not told of within the hour.
    """

    wait_us: int
    news: tuple[int, ...]


class Meters:
    """The meters of one machine. Make it after a fork, or before: it is good for both."""

    def __init__(self, path: Path) -> None:
        self._path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size != FILE_BYTES:
                os.truncate(descriptor, FILE_BYTES)
            self._words = memoryview(mmap.mmap(descriptor, FILE_BYTES)).cast("Q")
        finally:
            os.close(descriptor)
        self._turn = threading.Lock()
        self._descriptor: int | None = None
        self._owner = 0

    def take(self, charges: Sequence[Charge], now_us: int) -> Outcome:
        """Charge all meters, or none if one of them is full. Times in microseconds."""
        with self._alone():
            places = [self._place(each.key, now_us) for each in charges]
            waits = [
                self._wait_us(place, each, now_us)
                for place, each in zip(places, charges, strict=True)
            ]
            longest = max(waits, default=0)
            if longest == 0:
                for place, each in zip(places, charges, strict=True):
                    self._add(place, each, now_us)
                return Outcome(0, ())
            full = [number for number, wait in enumerate(waits) if wait]
            news = tuple(number for number in full if self._is_news(places[number], now_us))
            return Outcome(longest, news)

    def give_back(self, charges: Sequence[Charge]) -> None:
        """Take back one event of each: it turned out not to be one."""
        with self._alone():
            for each in charges:
                place = self._find(each.key)
                if place is not None:
                    empty_us = self._words[place + _EMPTY_US]
                    self._words[place + _EMPTY_US] = max(empty_us - each.cost_us, 0)

    def forget(self, key: bytes) -> None:
        """Empty the meter of this key."""
        with self._alone():
            place = self._find(key)
            if place is not None:
                self._clear(place)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes out for the microseconds that it takes."""
        with self._turn:
            descriptor = self._own_descriptor()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _own_descriptor(self) -> int:
        if self._descriptor is None or self._owner != os.getpid():
            # One that came over a fork shares the parent's lock: open our own.
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._owner = os.getpid()
        return self._descriptor

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None and self._owner == os.getpid():
            os.close(self._descriptor)
            self._descriptor = None

    def _ways(self, key: bytes) -> range:
        first = int.from_bytes(key[:8], "little") % SETS * WAYS * _WORDS
        return range(first, first + WAYS * _WORDS, _WORDS)

    def _find(self, key: bytes) -> int | None:
        mark = _mark(key)
        return next(
            (place for place in self._ways(key) if self._words[place + _KEY] == mark), None
        )

    def _place(self, key: bytes, now_us: int) -> int:
        """Where the key's meter is; if it has none, an empty one in place of the emptiest."""
        found = self._find(key)
        if found is not None:
            return found
        place = min(self._ways(key), key=lambda each: self._words[each + _EMPTY_US])
        self._clear(place)
        self._words[place + _KEY] = _mark(key)
        self._words[place + _EMPTY_US] = now_us
        return place

    def _clear(self, place: int) -> None:
        for word in range(_WORDS):
            self._words[place + word] = 0

    def _wait_us(self, place: int, charge: Charge, now_us: int) -> int:
        # A clock that was set back would leave it full for long: never fuller than full.
        full_us = now_us + charge.burst * charge.cost_us
        empty_us = min(self._words[place + _EMPTY_US], full_us)
        self._words[place + _EMPTY_US] = empty_us
        return max(empty_us - (now_us + (charge.burst - 1) * charge.cost_us), 0)

    def _add(self, place: int, charge: Charge, now_us: int) -> None:
        self._words[place + _EMPTY_US] = (
            max(self._words[place + _EMPTY_US], now_us) + charge.cost_us
        )

    def _is_news(self, place: int, now_us: int) -> bool:
        told_us = self._words[place + _TOLD_US]
        if told_us and 0 <= now_us - told_us < _TOLD_AGAIN_US:
            return False
        self._words[place + _TOLD_US] = now_us
        return True


def _mark(key: bytes) -> int:
    """What tells a set's keys apart; never 0, which is a meter that nobody has."""
    return int.from_bytes(key[8:16], "little") or 1
