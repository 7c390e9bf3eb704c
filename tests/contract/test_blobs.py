"""Blobs on a local disk: durable in the right order, or not there at all."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

from storage import blobs
from storage.blobs import BLOCK_BYTES, BlobMissingError
from storage.local_blobs import LocalBlobs
from storage.store import Store


@pytest.fixture
def local(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


def keep(local: LocalBlobs, data: bytes) -> str:
    with local.receive(io.BytesIO(data).read) as staged:
        staged.keep()
        return staged.sha256


def waiting(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "blobs" / "tmp").iterdir())


def test_bytes_lie_under_their_hash(local: LocalBlobs) -> None:
    data = os.urandom(BLOCK_BYTES * 2 + 5)

    address = keep(local, data)

    assert address == hashlib.sha256(data).hexdigest()
    assert list(local.addresses()) == [address]
    with local.open(address) as file:
        assert file.read() == data


def test_file_then_name_then_folder_reach_the_disk(
    local: LocalBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    plain_sync, plain_replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        is_folder = Path(f"/proc/self/fd/{descriptor}").resolve().is_dir()
        steps.append("folder" if is_folder else "file")
        plain_sync(descriptor)

    def replace(path: Path, target: Any) -> Path:
        steps.append("rename")
        return plain_replace(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    keep(local, b"abc")

    assert steps == ["file", "rename", "folder"]


def test_what_is_not_kept_leaves_nothing(local: LocalBlobs, tmp_path: Path) -> None:
    with local.receive(io.BytesIO(b"abc").read):
        assert len(waiting(tmp_path)) == 1

    assert waiting(tmp_path) == []
    assert list(local.addresses()) == []


def test_what_breaks_off_leaves_nothing(local: LocalBlobs, tmp_path: Path) -> None:
    def cut(_size: int) -> bytes:
        raise OSError("the client hung up")

    with pytest.raises(OSError, match="hung up"):
        local.receive(cut)

    assert waiting(tmp_path) == []


def test_the_same_bytes_again_make_the_blob_young(local: LocalBlobs) -> None:
    address = keep(local, b"abc")
    os.utime(local.path(address), (1, 1))

    keep(local, b"abc")

    assert (local.stored_seconds(address) or 0) > 1


def test_a_reader_keeps_what_is_deleted(local: LocalBlobs) -> None:
    address = keep(local, b"abc")
    with local.open(address) as file:
        local.delete(address)
        local.delete(address)

        assert file.read() == b"abc"
    with pytest.raises(BlobMissingError):
        local.open(address)


def test_only_what_nothing_refers_to_is_unreferenced(store: Store) -> None:
    used, unused, young = ("a" * 64, "b" * 64, "c" * 64)
    with store.write() as unit:
        for address, stored in ((used, 1), (unused, 1), (young, 100)):
            blobs.record(unit, address, 1, now_us=stored)
        unit.execute("INSERT INTO tree (kind) VALUES ('home')")
        unit.execute(
            "INSERT INTO node (tree_id, name, is_collection, blob_sha256, created_us, "
            "modified_us, modseq) SELECT id, 'a', :no, :sha256, 0, 0, 0 FROM tree",
            {"sha256": used, "no": False},
        )

        assert blobs.unreferenced(unit, older_than_us=50, limit=9) == [unused]
        blobs.record(unit, unused, 1, now_us=100)
        assert blobs.unreferenced(unit, older_than_us=50, limit=9) == []


def test_pages_of_recorded_blobs_hold_each_once(store: Store) -> None:
    addresses = [f"{number:064x}" for number in range(7)]
    with store.write() as unit:
        for address in addresses:
            blobs.record(unit, address, 1, now_us=1)
        first = blobs.recorded(unit, after="", limit=4)
        rest = blobs.recorded(unit, after=first[-1][0], limit=4)

    assert [address for address, _ in (*first, *rest)] == addresses
