"""Word that somebody's rights shrank, for requests that are still running.

A transfer may take an hour; a block has to end it at its next block of bytes. Asking the database
before each block would cost more than the block, so every change of rights also marks a few bytes
that all processes of a machine have in their memory. Other machines, and a change whose process
died before it could mark them, are found by the clock (``office.standing``).
"""

import mmap
import os
import time
from pathlib import Path

_BYTES = 8


class RightsRevision:
    """A number in a shared file that differs after every change of rights."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_size < _BYTES:
                os.truncate(descriptor, _BYTES)
            self._shared = mmap.mmap(descriptor, _BYTES)
        finally:
            os.close(descriptor)

    def now(self) -> bytes:
        """The number as it stands; only good for comparing."""
        return self._shared[:_BYTES]

    def mark(self) -> None:
        """Say that rights changed; after the commit that changed them."""
        self._shared[:_BYTES] = time.time_ns().to_bytes(_BYTES, "little")
