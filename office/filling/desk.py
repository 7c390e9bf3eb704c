"""What filling needs to know: whose act it is, and where things go."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from auth import identity
from auth.identity import Identity
from office import layout
from office.filling.report import RefusedError, Why
from office.layout import Layout
from office.work import GroupwareWork, Work
from storage.blobs import BlobStore
from storage.store import Store, Unit

_LOOK_BYTES = 8 * 1024 * 1024


class Look(NamedTuple):
    """What a refusal is asked with, before anything is changed."""

    unit: Unit
    who: Identity
    layout: Layout
    now_us: int


@dataclass(frozen=True, slots=True)
class Desk:
    """One person who fills their office.

    Attributes:
        user_id: Whose act it is; each transaction asks whether they still may.
        room: How many bytes the disk still takes.
        most_bytes: Of one document; 0: no limit.
    """

    store: Store
    blobs: BlobStore
    user_id: int
    room: Callable[[], int]
    most_bytes: int = 0

    def identity(self, unit: Unit) -> Identity:
        """Whoever fills, as they stand now.

        Raises:
            CredentialsError: They were blocked meanwhile.
        """
        return identity.of_user(unit, self.user_id)

    @contextmanager
    def look(self) -> Iterator[Look]:
        """A snapshot, and whose eyes see it.

        Raises:
            CredentialsError: They were blocked meanwhile.
        """
        with self.store.read() as unit:
            yield Look(unit, self.identity(unit), layout.load(unit), _now_us())

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A transaction that changes documents.

        Raises:
            CredentialsError: They were blocked meanwhile.
        """
        with self.store.write() as unit:
            yield Work(unit, self.identity(unit), layout.load(unit), _now_us())

    @contextmanager
    def groupware_work(self) -> Iterator[GroupwareWork]:
        """A transaction that changes calendars and address books.

        Raises:
            CredentialsError: They were blocked meanwhile.
        """
        with self.store.write() as unit:
            yield GroupwareWork(unit, self.identity(unit), _now_us())

    def guarded(
        self, read: Callable[[int], bytes], *, most_bytes: int | None = None
    ) -> Callable[[int], bytes]:
        """*read*, which raises RefusedError where too much comes or the disk is full.

        Args:
            read: Gives bytes, in blocks.
            most_bytes: So many are taken; 0: all; None: those of a document.
        """
        most = self.most_bytes if most_bytes is None else most_bytes
        seen, looked = 0, 0

        def guarded(size: int) -> bytes:
            nonlocal seen, looked
            if not seen or seen - looked >= _LOOK_BYTES:
                looked = seen
                if self.room() <= 0:
                    raise RefusedError(Why.NO_ROOM)
            block = read(size)
            seen += len(block)
            if 0 < most < seen:
                raise RefusedError(Why.TOO_LARGE)
            return block

        return guarded


def _now_us() -> int:
    return time.time_ns() // 1000
