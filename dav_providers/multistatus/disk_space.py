"""How much room there is (RFC 4331): of the disk that the documents lie on, one pool for all."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from config.settings import Settings


class DiskSpace:
    """Used and available bytes of the disk, looked up at most every few seconds."""

    def __init__(self, look: Callable[[], tuple[int, int]], *, keep_seconds: float = 5) -> None:
        self._look = look
        self._keep_seconds = keep_seconds
        self._at = float("-inf")
        self._known = (0, 0)

    def __call__(self) -> tuple[int, int]:
        """(used, available) in bytes."""
        return self._known if time.monotonic() - self._at <= self._keep_seconds else self.now()

    def now(self) -> tuple[int, int]:
        """The same, looked up in any case."""
        self._known, self._at = self._look(), time.monotonic()
        return self._known


def disk_space(settings: Settings) -> DiskSpace:
    """The space of the disk that the blobs lie on, less what is kept in reserve."""
    folder: Path = settings.storage.blobs_folder
    reserve = settings.storage.free_space_reserve_bytes

    def look() -> tuple[int, int]:
        disk = os.statvfs(folder)
        free = disk.f_bavail * disk.f_frsize
        return (disk.f_blocks - disk.f_bfree) * disk.f_frsize, max(0, free - reserve)

    return DiskSpace(look)
