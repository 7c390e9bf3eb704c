"""A worker's memory: what a large request took goes back to the system with its end.

glibc keeps freed blocks for the next ones, and after the first large one the more of them the
larger they were: ten uploads of ten megabytes would leave a worker twice its size for ever.
"""

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 1024 * 1024
_ARENAS = 2


def keep_small() -> None:
    """Tell the C library so, where it is one that listens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, _ARENAS)
