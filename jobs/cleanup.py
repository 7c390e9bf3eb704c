"""Find what crashes and deletes leave behind: orphaned blobs, half-written temporary files.

A blob goes only when no row needs it, its row and its file are older than the grace time, and
while no writer can be between storing its bytes and committing the row that needs them.
"""

import time
from dataclasses import dataclass
from itertools import islice

from storage import blobs
from storage.local_blobs import LocalBlobs
from storage.store import Store

_BATCH = 200
_PAGE = 500
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Swept:
    """What a clean-up removed."""

    blobs: int
    temporary_files: int


def sweep(
    store: Store,
    local: LocalBlobs,
    *,
    grace_seconds: int,
    with_strays: bool = True,
    now: float | None = None,
) -> Swept:
    """Remove what nobody needs and is older than *grace_seconds*.

    *with_strays* looks at every file of the blobs' folder.
    """
    now = time.time() if now is None else now
    before = now - grace_seconds
    gone = 0
    while count := _forget_batch(store, local, before):
        gone += count
    if with_strays:
        gone += _remove_strays(store, local, before)
    return Swept(gone, local.sweep_temporary(grace_seconds, now=now))


def _forget_batch(store: Store, local: LocalBlobs, before: float) -> int:
    """One short transaction: rows first, bytes before the commit, so nothing dangles.

    A crash in between leaves the row without bytes; nothing refers to it, and the next
    clean-up or the next upload of the same bytes mends it.
    """
    with store.write() as unit:
        found = blobs.unreferenced(unit, older_than_us=int(before * MICROSECONDS), limit=_BATCH)
        for sha256 in found:
            blobs.forget(unit, sha256)
            stored = local.stored_seconds(sha256)
            if stored is not None and stored < before:
                local.delete(sha256)
    return len(found)


def _remove_strays(store: Store, local: LocalBlobs, before: float) -> int:
    """Remove files that no row ever spoke of: their writer died before its commit."""
    gone, on_disk = 0, local.addresses()
    while page := list(islice(on_disk, _PAGE)):
        with store.read() as unit:
            strays = blobs.unrecorded(unit, page)
        gone += sum(_remove_stray(store, local, each, before) for each in strays)
    return gone


def _remove_stray(store: Store, local: LocalBlobs, sha256: str, before: float) -> int:
    stored = local.stored_seconds(sha256)
    if stored is None or stored >= before:
        return 0
    with store.write() as unit:
        if not blobs.claim_stray(unit, sha256):
            return 0
        blobs.forget(unit, sha256)
        stored = local.stored_seconds(sha256)
        if stored is None or stored >= before:
            return 0
        local.delete(sha256)
        return 1
