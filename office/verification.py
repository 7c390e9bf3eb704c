"""Check that every document's bytes are there and are the ones that were stored."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from office import layout
from office.layout import Layout
from storage import blobs
from storage.blobs import BLOCK_BYTES, BlobMissingError, BlobStore, BlobUse
from storage.store import Store


@dataclass(frozen=True, slots=True)
class Fault:
    """A blob that is missing or damaged, and the documents that need it."""

    sha256: str
    what: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: how many blobs and bytes were read, and every fault."""

    blobs: int
    bytes: int
    faults: tuple[Fault, ...]


def verify(
    store: Store, bytes_store: BlobStore, *, progress: Callable[[int, int], None] | None = None
) -> Report:
    """Read every stored blob and compare it with its address; changes nothing.

    Args:
        store: The database.
        bytes_store: Where the blobs lie.
        progress: Called with blobs and bytes read so far.
    """
    count = total = 0
    faults: list[Fault] = []
    for sha256, size in _recorded(store):
        what = _fault(bytes_store, sha256, size)
        if what and (paths := _paths(store, sha256)):
            faults.append(Fault(sha256, what, paths))
        count, total = count + 1, total + size
        if progress:
            progress(count, total)
    return Report(count, total, tuple(faults))


def _recorded(store: Store) -> Iterator[tuple[str, int]]:
    """Every stored blob; a short transaction a page, since reading them all takes long."""
    after = ""
    while True:
        with store.read() as unit:
            page = blobs.recorded(unit, after=after)
        if not page:
            return
        yield from page
        after = page[-1][0]


def _fault(bytes_store: BlobStore, sha256: str, size: int) -> str:
    try:
        digest, found = _read(bytes_store, sha256)
    except BlobMissingError:
        return "missing"
    except OSError as error:
        return f"unreadable: {error.strerror}"
    if found != size:
        return f"{found} bytes instead of {size}"
    return "" if digest == sha256 else "damaged"


def _read(bytes_store: BlobStore, sha256: str) -> tuple[str, int]:
    digest, found = hashlib.sha256(), 0
    with bytes_store.open(sha256) as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            found += len(block)
    return digest.hexdigest(), found


def _paths(store: Store, sha256: str) -> tuple[str, ...]:
    """What needs the blob, versions and trash too; nothing where it waits for its clean-up."""
    with store.read() as unit:
        where = layout.load(unit)
        return tuple(_path(where, each) for each in blobs.users(unit, sha256))


def _path(where: Layout, use: BlobUse) -> str:
    """As people write it; a Home's root has its owner's name, which is added."""
    root, *below = use.names
    told = [f"of {root}"] if root not in where.shared else []
    told += [f"version {use.version}"] if use.version is not None else []
    told += ["in the trash"] if use.is_deleted else []
    top = root if root in where.shared else where.names.home
    path = f"/files/{'/'.join((top, *below))}"
    return f"{path} ({', '.join(told)})" if told else path
