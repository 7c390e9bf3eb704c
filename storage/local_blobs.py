"""Blobs in a local folder: temporary files that are made durable under their sha256."""

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from storage.blobs import BLOCK_BYTES, BlobMissingError


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
