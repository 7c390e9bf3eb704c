"""Documents that are filled in, each at its path below a folder of the office."""

import errno
import unicodedata
from collections.abc import Callable, Sequence

from office import documents, places
from office.errors import OfficeError
from office.filling.desk import Desk
from office.filling.report import REFUSALS, Outcome, RefusedError, Report, Why
from office.layout import Role
from storage.tree import Content

Names = tuple[str, ...]

FULL = (errno.ENOSPC, errno.EDQUOT)
"""What a disk without room says."""
_TOP = 1
"""So many folders of each path are there in any case."""
_SCATTERED = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", "__MACOSX"})


class DocumentFill:
    """Takes documents in, one after the other."""

    def __init__(self, desk: Desk, target: Names, report: Report) -> None:
        """Begin.

        Args:
            desk: Whose act it is.
            target: The folder, as names below ``/files/``; made if only the first is there.
            report: Where it is told what became of each.
        """
        self._desk = desk
        self._target = target
        self._report = report
        self._there: set[Names] = set()
        self._refused: dict[Names, RefusedError | OfficeError] = {}
        self._unfilled: dict[Names, bool] = {}
        """Properties made here that are empty, and whether something of theirs was refused."""

    def take(
        self, path: Sequence[str], read: Callable[[int], bytes], *, modified_us: int | None = None
    ) -> None:
        """Take a document in, unless it is there with the same bytes.

        Args:
            path: Its folders and its name, below the target.
            read: Gives its bytes, in blocks, and nothing at its end.
            modified_us: The document's own time.
        """
        shown = "/".join(path)
        if is_scattered(path):
            self._report.tell(Outcome.LEFT_OUT, shown)
            return
        try:
            names = self._below(path)
            self._make_folders(names[:-1])
            self._foresee(names)
            outcome = self._store(names, read, modified_us)
        except REFUSALS as error:
            self._report.refuse(shown, error)
            if (estate := self._estate(path)) in self._unfilled:
                self._unfilled[estate] = True
        else:
            self._report.tell(outcome, shown)
            self._unfilled.pop(self._estate(path), None)

    def tell_empty(self) -> None:
        """Tell which properties were made and stayed empty, as all that was theirs was refused."""
        for names, has_refused in self._unfilled.items():
            if has_refused:
                self._report.tell(Outcome.EMPTY, "/".join(names[len(self._target) :]))
        self._unfilled.clear()

    def _estate(self, path: Sequence[str]) -> Names:
        """The folder directly in the target that a path leads through."""
        return (*self._target, *(unicodedata.normalize("NFC", name) for name in path[:1]))

    def make_folder(self, path: Sequence[str]) -> None:
        """Make a folder that may stay empty."""
        if is_scattered(path):
            return
        try:
            is_new = self._make_folders(self._below(path))
        except REFUSALS as error:
            self._report.refuse("/".join(path) + "/", error)
        else:
            if is_new:
                self._report.tell(Outcome.CREATED, "/".join(path) + "/")

    def _below(self, path: Sequence[str]) -> Names:
        names = (*self._target, *(unicodedata.normalize("NFC", name) for name in path))
        if not path or any(name in {"", ".", ".."} for name in names):
            raise RefusedError(Why.OUTSIDE)
        return names

    def _make_folders(self, names: Names) -> bool:
        """Make what is missing of the way to *names*; whether the last was not there.

        What was refused once is so again.
        """
        is_new = False
        for end in range(_TOP + 1, len(names) + 1):
            folder = names[:end]
            if folder in self._there:
                is_new = False
                continue
            if before := self._refused.get(folder):
                raise before
            try:
                is_new = self._make(folder)
            except REFUSALS as error:
                self._refused[folder] = error
                raise
            self._there.add(folder)
        return is_new

    def _make(self, folder: Names) -> bool:
        """Make one folder; False if it was there."""
        with self._desk.work() as work:
            [place] = places.find_for_writing(work.unit, work.who, work.layout, folder)
            if place.node is not None:
                if not place.node.is_collection:
                    raise RefusedError(Why.IN_THE_WAY)
                return False
            node = documents.make_collection(work, place)
        if node.role == Role.ESTATE:
            self._unfilled[folder] = False
        return True

    def _foresee(self, names: Names) -> None:
        """Refuse what can be refused before its bytes are there."""
        with self._desk.look() as work:
            place = places.find(work.unit, work.who, work.layout, names)
            nothing = frozenset[str]()
            documents.foresee_put(work.unit, work.who, place, nothing, now_us=work.now_us)

    def _store(
        self, names: Names, read: Callable[[int], bytes], modified_us: int | None
    ) -> Outcome:
        try:
            staged = self._desk.blobs.receive(self._desk.guarded(read))
            try:
                if staged.size:
                    staged.keep()
                content = Content(staged.sha256 if staged.size else None, staged.size, "")
                return self._put(names, content, modified_us)
            finally:
                staged.discard()
        except OSError as error:
            if error.errno in FULL:
                raise RefusedError(Why.NO_ROOM) from error
            raise

    def _put(self, names: Names, content: Content, modified_us: int | None) -> Outcome:
        with self._desk.work() as work:
            [place] = places.find_for_writing(work.unit, work.who, work.layout, names)
            node = place.node
            is_document = node is not None and not node.is_collection
            if node is not None and is_document and node.blob_sha256 == content.blob_sha256:
                return Outcome.SAME
            stored = documents.put(work, place, content, modified_us=modified_us)
            if content.blob_sha256 and not self._desk.blobs.exists(content.blob_sha256):
                # A clean-up took the same bytes for an orphan just before this transaction.
                raise RefusedError(Why.DAMAGED, "The server was cleaning up; do it again.")
        return Outcome.CREATED if stored.is_new else Outcome.CHANGED


def is_scattered(path: Sequence[str]) -> bool:
    """Whether systems scatter such files beside those of people."""
    return any(name in _SCATTERED or name.startswith("._") for name in path)
