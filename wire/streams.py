"""Answers as iterables of blocks, in constant memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from wire.ranges import RangePlan

BLOCK_BYTES = 256 * 1024


class BinaryReader(Protocol):
    """A file that can be read from any place."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes, b"" at the end."""
        ...

    def seek(self, offset: int, /) -> object:
        """Go to *offset* from the start."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


class ShortFileError(OSError):
    """The file holds fewer bytes than were promised; the answer can only be cut off."""


class AnswerEndedError(Exception):
    """The rest of an answer is not to be sent: whoever takes it has no right to it any more."""


class PlannedBody:
    """The bytes of a ``RangePlan`` out of an open file, one block at a time."""

    def __init__(
        self, file: BinaryReader, plan: RangePlan, *, block_bytes: int = BLOCK_BYTES
    ) -> None:
        """Take *file* over: ``close()`` closes it."""
        self._file = file
        self._plan = plan
        self._block_bytes = block_bytes

    def __iter__(self) -> Iterator[bytes]:
        for part in self._plan.parts:
            if part.head:
                yield part.head
            self._file.seek(part.offset)
            left = part.length
            while left:
                block = self._file.read(min(left, self._block_bytes))
                if not block:
                    raise ShortFileError(f"{left} bytes are missing from the file.")
                left -= len(block)
                yield block
        if self._plan.tail:
            yield self._plan.tail

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class CountedBody:
    """Counts the bytes of a body as the server takes them, and tells once when it is over."""

    def __init__(self, body: Iterable[bytes], on_close: Callable[[int, bool], None]) -> None:
        """Wrap *body*.

        Args:
            body: What a WSGI application gave back.
            on_close: Called exactly once with the bytes handed over and whether the body ran to
                its end.
        """
        self._body = body
        self._on_close = on_close
        self._is_closed = False
        self.sent_bytes = 0
        self.ran_to_its_end = False

    def __iter__(self) -> Iterator[bytes]:
        for block in self._body:
            yield block
            # After the yield: only when the server asks for more has it taken this block.
            self.sent_bytes += len(block)
        self.ran_to_its_end = True

    def close(self) -> None:
        """Close the body, then report."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._on_close(self.sent_bytes, self.ran_to_its_end)
