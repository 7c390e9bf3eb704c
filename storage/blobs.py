"""Blobs: the bytes of documents under their sha256, durable before a row speaks of them.

A write goes temp file, fsync, rename, fsync of the folders; only then may a row be committed
that names the blob. A crash leaves orphans, which ``storage.local_blobs`` and ``jobs.cleanup``
find; it never leaves a row without its bytes. Here are the rows, and what a store of blobs does.
"""

from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from storage import tree
from storage.id_lists import id_list, is_among
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
        "(SELECT 1 FROM node WHERE node.blob_sha256 = blob.sha256) AND NOT EXISTS "
        "(SELECT 1 FROM node_version WHERE node_version.blob_sha256 = blob.sha256) "
        f"LIMIT :limit{lock}",
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


class BlobUse(NamedTuple):
    """A document that holds a blob, or held it in an earlier version; its names from the root."""

    names: list[str]
    version: int | None
    is_deleted: bool


def users(unit: Unit, sha256: str) -> list[BlobUse]:
    """Who needs this blob: documents, deleted ones too, and their earlier versions."""
    rows = unit.rows(
        "SELECT id, NULL FROM node WHERE blob_sha256 = :sha256 UNION ALL "
        "SELECT node_id, version FROM node_version WHERE blob_sha256 = :sha256",
        {"sha256": sha256},
    )
    return [_use(unit, int(node_id), version) for node_id, version in rows]


def _use(unit: Unit, node_id: int, version: int | None) -> BlobUse:
    lineage = tree.lineage(unit, node_id)
    ids = id_list(unit, [each for each, _ in lineage])
    row = unit.row(f"SELECT 1 FROM trash WHERE node_id {is_among(unit, 'ids')}", {"ids": ids})
    return BlobUse([name for _, name in lineage], version, row is not None)
