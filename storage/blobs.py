"""Blobs: the bytes of documents under their sha256, durable before a row speaks of them.

A write goes temp file, fsync, rename, fsync of the folders; only then may a row be committed
that names the blob. A crash leaves orphans, which :meth:`LocalBlobs.sweep_temporary` and
``jobs.cleanup`` find; it never leaves a row without its bytes.
"""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from storage import tree
from storage.store import Unit, WriteUnit

BLOCK_BYTES = 256 * 1024


class BlobMissingError(OSError):
    """A blob is not where its row says; only ever after damage from outside."""


class StagedBlob(Protocol):
    """Bytes that arrived and are hashed, but belong to nothing yet."""

    @property
    def sha256(self) -> str:
        """The address: the hash of all bytes, in hex."""

    @property
    def size(self) -> int:
        """How many bytes there are."""

    def keep(self) -> None:
        """Make the bytes durable under their address."""

    def discard(self) -> None:
        """Forget the bytes, unless they were kept."""


class BlobStore(Protocol):
    """Where the bytes of documents lie."""

    def receive(self, read: Callable[[int], bytes]) -> StagedBlob:
        """Take in a stream to its end; *read* returns b"" there and raises where it was cut."""

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a blob, seekable."""

    def exists(self, sha256: str) -> bool:
        """Whether the blob is there."""

    def delete(self, sha256: str) -> None:
        """Remove the blob; no row may name it."""


class LocalBlobs:
    """Blobs in a local folder, ``ab/<sha256>``; ``tmp/`` lies on the same file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = str(folder)
        self._temporary = folder / "tmp"
        self._temporary.mkdir(parents=True, exist_ok=True, mode=0o700)
        # All of them now, on the disk before the first blob: one that is made on the way may be
        # somebody else's, not synced yet, when the blob in it is acknowledged.
        there = {path.name for path in folder.iterdir()}
        for name in {f"{number:02x}" for number in range(256)} - there:
            (folder / name).mkdir(exist_ok=True, mode=0o700)
        sync_folder(folder)
        sync_folder(folder.parent)

    def path(self, sha256: str) -> str:
        """Where a blob lies, whether it is there or not."""
        return f"{self._root}/{sha256[:2]}/{sha256}"

    def receive(self, read: Callable[[int], bytes]) -> "LocalStagedBlob":
        """Write a stream to a temporary file, hashing on the way, in constant memory."""
        descriptor, name = tempfile.mkstemp(dir=self._temporary)
        staged = LocalStagedBlob(self, descriptor, Path(name))
        try:
            while block := read(BLOCK_BYTES):
                staged.write(block)
        except BaseException:
            staged.discard()
            raise
        return staged

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading.

        Raises:
            BlobMissingError: It is not there.
        """
        try:
            return open(self.path(sha256), "rb", buffering=0)  # noqa: PTH123 - hot, and the caller closes
        except FileNotFoundError as error:
            raise BlobMissingError(f"blob {sha256} is missing") from error

    def exists(self, sha256: str) -> bool:
        """Whether the blob's file is there."""
        return os.path.exists(self.path(sha256))  # noqa: PTH110 - hot

    def stored_seconds(self, sha256: str) -> float | None:
        """When the blob's file was last stored (seconds since the epoch), if it is there."""
        try:
            return Path(self.path(sha256)).stat().st_mtime
        except FileNotFoundError:
            return None

    def delete(self, sha256: str) -> None:
        """Remove a blob's file; it may be gone already."""
        Path(self.path(sha256)).unlink(missing_ok=True)

    def addresses(self) -> Iterator[str]:
        """The sha256 of every blob on disk."""
        for path in self._folder.glob("??/*"):
            if len(path.name) == hashlib.sha256().digest_size * 2:
                yield path.name

    def sweep_temporary(self, older_than_seconds: float, *, now: float | None = None) -> int:
        """Remove temporary files that a killed process left; how many."""
        limit = (time.time() if now is None else now) - older_than_seconds
        gone = 0
        for path in self._temporary.iterdir():
            try:
                if path.stat().st_mtime < limit:
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue
        return gone


class LocalStagedBlob:
    """A temporary file on its way to becoming a blob."""

    def __init__(self, blobs: LocalBlobs, descriptor: int, temporary: Path) -> None:
        self._blobs = blobs
        self._descriptor = descriptor
        self._temporary: Path | None = temporary
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()

    @property
    def sha256(self) -> str:
        """The address: the hash of all bytes so far, in hex."""
        return self._hash.hexdigest()

    def write(self, block: bytes) -> None:
        """Append *block*."""
        self._hash.update(block)
        self.size += len(block)
        view = memoryview(block)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def keep(self) -> None:
        """Make the bytes durable: fsync, rename to the address, fsync of the folders.

        A blob that is there already is replaced by the same bytes: a clean-up that looked at
        the old file sees a young one.
        """
        if self._temporary is None:
            raise ValueError("this blob was kept or discarded before")
        os.fsync(self._descriptor)
        target = Path(self._blobs.path(self.sha256))
        self._temporary.replace(target)
        self._temporary = None
        sync_folder(target.parent)

    def discard(self) -> None:
        """Close, and remove the temporary file unless it became a blob."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None


def sync_folder(folder: Path) -> None:
    """Bring a folder's own entries (new, renamed, removed names) to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Rows -----------------------------------------------------------------------------------------


def record(unit: WriteUnit, sha256: str, size: int, *, now_us: int) -> None:
    """Say that a blob is stored; called in the transaction that first refers to it."""
    unit.execute(
        "INSERT INTO blob (sha256, size, stored_us) VALUES (:sha256, :size, :now_us) "
        "ON CONFLICT (sha256) DO UPDATE SET stored_us = excluded.stored_us",
        {"sha256": sha256, "size": size, "now_us": now_us},
    )


def unreferenced(unit: Unit, *, older_than_us: int, limit: int) -> list[str]:
    """Blobs that nothing refers to and that were not stored lately."""
    lock = "" if unit.is_sqlite else " FOR UPDATE SKIP LOCKED"
    rows = unit.rows(
        "SELECT sha256 FROM blob WHERE stored_us < :before AND NOT EXISTS "
        f"(SELECT 1 FROM node WHERE node.blob_sha256 = blob.sha256) LIMIT :limit{lock}",
        {"before": older_than_us, "limit": limit},
    )
    return [row[0] for row in rows]


def forget(unit: WriteUnit, sha256: str) -> None:
    """Remove a blob's row; the caller removes the bytes before the commit."""
    unit.execute("DELETE FROM blob WHERE sha256 = :sha256", {"sha256": sha256})


def claim_stray(unit: WriteUnit, sha256: str) -> bool:
    """Keep writers of a blob that no row speaks of waiting until the commit; False if one does.

    A writer that is about to commit its row makes this wait, and then answer False.
    """
    return (
        unit.execute(
            "INSERT INTO blob (sha256, size, stored_us) VALUES (:sha256, 0, 0) "
            "ON CONFLICT (sha256) DO NOTHING",
            {"sha256": sha256},
        )
        == 1
    )


def unrecorded(unit: Unit, addresses: Sequence[str]) -> list[str]:
    """Those of *addresses* (at least one, some hundred at most) of which no row speaks."""
    marks = {f"s{i}": sha256 for i, sha256 in enumerate(addresses)}
    rows = unit.rows(
        f"SELECT sha256 FROM blob WHERE sha256 IN ({', '.join(f':{each}' for each in marks)})",
        marks,
    )
    known = {row[0] for row in rows}
    return [sha256 for sha256 in addresses if sha256 not in known]


def recorded(unit: Unit, *, after: str, limit: int = 1000) -> list[tuple[str, int]]:
    """A page of the blobs that rows speak of, by address: address and size in bytes."""
    rows = unit.rows(
        "SELECT sha256, size FROM blob WHERE sha256 > :after ORDER BY sha256 LIMIT :limit",
        {"after": after, "limit": limit},
    )
    return [(row[0], int(row[1])) for row in rows]


def users(unit: Unit, sha256: str) -> list[list[str]]:
    """The documents that hold this blob, each as the names from its root down."""
    rows = unit.rows("SELECT id FROM node WHERE blob_sha256 = :sha256", {"sha256": sha256})
    return [[name for _, name in tree.lineage(unit, row[0])] for row in rows]
