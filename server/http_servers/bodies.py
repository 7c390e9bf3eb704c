"""``wsgi.input`` as both servers give it: whole, or broken with an error, never silently short."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from wire.bodies import BodyCutError


class RequestBody(ABC):
    """A request's body, read in pieces as they come (PEP 3333, "Input and Error Streams").

    Every reading method raises `wire.bodies.BodyCutError` when the body breaks off, also
    when it has already returned a part of it, and again each time it is called afterwards.
    """

    def __init__(self) -> None:
        self._held = b""
        self._at = 0
        self._ended = False
        self._broken: BodyCutError | None = None

    @abstractmethod
    def _next_piece(self) -> bytes:
        """Wait for the next bytes; b"" only at the body's true end."""

    @property
    def ended(self) -> bool:
        """Whether the body has come whole (b"" was or will be read)."""
        return self._ended

    def read(self, size: int | None = -1) -> bytes:
        """Return up to *size* bytes, at least one before the end; all of them for -1 or None."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(1 << 16), b""))
        if size == 0 or not self._fill():
            return b""
        return self._take(size)

    def readline(self, size: int | None = -1) -> bytes:
        """Return one line with its end, or its first *size* bytes."""
        wanted = -1 if size is None else size
        parts: list[bytes] = []
        while wanted and self._fill():
            end = self._held.find(b"\n", self._at) + 1
            length = (end or len(self._held)) - self._at
            part = self._take(length if wanted < 0 else min(length, wanted))
            parts.append(part)
            if part.endswith(b"\n"):
                break
            wanted = max(wanted - len(part), 0) if wanted > 0 else wanted
        return b"".join(parts)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Return the lines, at least *hint* bytes of them where *hint* is more than 0."""
        lines: list[bytes] = []
        length = 0
        for line in self:
            lines.append(line)
            length += len(line)
            if hint is not None and 0 < hint <= length:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _fill(self) -> bool:
        """Hold at least one unread byte; False at the body's end."""
        if self._at < len(self._held):
            return True
        if self._ended:
            return False
        if self._broken is not None:
            raise BodyCutError(*self._broken.args)
        try:
            self._held, self._at = self._next_piece(), 0
        except BodyCutError as error:
            self._held, self._at, self._broken = b"", 0, error
            raise
        self._ended = not self._held
        return not self._ended

    def _take(self, size: int) -> bytes:
        at = self._at
        if at == 0 and size >= len(self._held):
            taken, self._held = self._held, b""
            return taken
        taken = self._held[at : at + size]
        self._at = at + len(taken)
        return taken
