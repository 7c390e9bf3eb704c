"""A bounded pool of threads that takes work from an event loop at the least cost.

`concurrent.futures` makes a future and takes three locks for every hand-over; a request's answer
travels another way here, so one queue is enough.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Threads:
    """Up to *limit* daemon threads, made when work comes and none is idle."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._started = 0
        # Counted by the loop's thread (-1 for each piece of work) and by the threads (+1).
        self._idle = 0
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> None:
        """Run *work* in a thread as soon as one is free; *work* must not raise."""
        with self._lock:
            self._idle -= 1
            starts = self._idle < 0 and self._started < self._limit
            if starts:
                self._started += 1
                self._idle += 1
        self._work.put(work)
        if starts:
            name = f"request-{self._started}"
            threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        while True:
            work = self._work.get()
            work()
            # An idle thread must not keep the last request's objects alive.
            del work
            with self._lock:
                self._idle += 1
