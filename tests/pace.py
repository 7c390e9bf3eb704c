"""How slow this machine is just now: limits of time are for a quiet one and grow with it.

A busy neighbour on the same core doubles processor seconds too. What the limits are to catch, work
that grows with the square of something, is beyond them by orders of magnitude.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

_QUIET_SECONDS = 0.010
_MOST = 5.0
_ROWS = [{"name": f"Objekt {number}", "at": number, "tags": ["a", "b"]} for number in range(4_000)]


def slowness() -> float:
    """How many times as long work takes now as on a quiet machine of two cores; at least 1."""
    taken = []
    for _ in range(3):
        began = time.process_time()
        rows = json.loads(json.dumps(_ROWS))
        rows.sort(key=lambda row: row["name"])
        "".join(f"{row['name']}: {row['at']}" for row in rows)
        taken.append(time.process_time() - began)
    return min(_MOST, max(1.0, sorted(taken)[1] / _QUIET_SECONDS))


def is_within(spent: float, seconds: float) -> bool:
    """Whether *spent* seconds of work are no more than *seconds* of a quiet machine."""
    return spent < seconds or spent < seconds * slowness()


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """The block takes less than *seconds* of work of a quiet machine."""
    began = time.process_time()
    yield
    spent = time.process_time() - began
    assert is_within(spent, seconds), f"{spent:.2f} s, and not {seconds}"
