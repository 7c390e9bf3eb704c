"""Request bodies: read to their true end, or not at all.

A body that stops early must never be taken for a whole one. Both HTTP servers raise
``BodyCutError`` from ``wsgi.input``; this room adds the client's own announcements
(Content-Length, and X-Expected-Entity-Length, which Finder sends beside a chunked body) and the
limit in bytes.

* BodyCutError (OSError)              the client went away, or sent less than announced
* BodyLengthError (ValueError)   400  a length header can't be read, or more came than it says
* BodyTooLargeError (ValueError) 413  over the limit
"""

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Protocol

BLOCK_BYTES = 256 * 1024

_NUMBER = re.compile(r"0*(\d+)", re.ASCII)
# Beyond any disk, and within what every database and counter can hold.
_MOST_DIGITS = 18


class BodyCutError(OSError):
    """The body ended before its end: hang-up, bad chunk size, or fewer bytes than announced."""


class BodyLengthError(ValueError):
    """A length header can't be read, or the body is longer than it says (400)."""


class BodyTooLargeError(ValueError):
    """The body is over the limit (413)."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body is larger than the {limit_bytes} bytes allowed here.")
        self.limit_bytes = limit_bytes


class InputStream(Protocol):
    """What is used of ``wsgi.input``."""

    def read(self, size: int, /) -> bytes:
        """Return up to *size* bytes; b"" only at the body's end."""
        ...


class AnnouncedBody:
    """A body that is checked against what the client announced while it is read."""

    def __init__(
        self, stream: InputStream, *, announced_bytes: int | None, limit_bytes: int = 0
    ) -> None:
        """Wrap *stream*.

        Args:
            stream: Blocks for data and gives b"" only at the end.
            announced_bytes: What the client said will come; None for a chunked body without a
                word.
            limit_bytes: Most bytes taken; 0 for no limit.

        Raises:
            BodyTooLargeError: The announcement alone is over the limit (so nothing is read).
        """
        if limit_bytes and announced_bytes is not None and announced_bytes > limit_bytes:
            raise BodyTooLargeError(limit_bytes)
        self._stream = stream
        self._limit_bytes = limit_bytes
        self.announced_bytes = announced_bytes
        self.received_bytes = 0
        self.is_complete = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any], *, limit_bytes: int = 0) -> "AnnouncedBody":
        """Make the body of a WSGI request.

        Raises:
            BodyLengthError: Content-Length or X-Expected-Entity-Length is no number, or they
                differ.
            BodyTooLargeError: The announcement is over the limit, or has more than 18 digits.
        """
        content_length = _length(environ, "CONTENT_LENGTH")
        expected = _length(environ, "HTTP_X_EXPECTED_ENTITY_LENGTH")
        if content_length is not None and expected is not None and content_length != expected:
            raise BodyLengthError("Content-Length and X-Expected-Entity-Length differ.")
        stream: InputStream = environ["wsgi.input"]
        if content_length is None and not _is_terminated(environ):
            # RFC 9112 section 6.3: neither length nor transfer coding means no body at all.
            stream = BytesIO()
        announced = expected if content_length is None else content_length
        return cls(stream, announced_bytes=announced, limit_bytes=limit_bytes)

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """Return up to *size* bytes, b"" only at an end that is the true one.

        Raises:
            BodyCutError: Fewer bytes came than announced, or the client went away.
            BodyLengthError: More bytes came than announced.
            BodyTooLargeError: More bytes came than the limit.
        """
        if self.is_complete:
            return b""
        block = self._stream.read(size)
        self.received_bytes += len(block)
        if not block:
            self._check_the_end()
        elif self._limit_bytes and self.received_bytes > self._limit_bytes:
            raise BodyTooLargeError(self._limit_bytes)
        elif self.announced_bytes is not None and self.received_bytes > self.announced_bytes:
            raise BodyLengthError(f"More than the announced {self.announced_bytes} bytes came.")
        return block

    def __iter__(self) -> Iterator[bytes]:
        while block := self.read():
            yield block

    def _check_the_end(self) -> None:
        if self.announced_bytes is not None and self.received_bytes < self.announced_bytes:
            raise BodyCutError(
                f"{self.received_bytes} of {self.announced_bytes} announced bytes came."
            )
        self.is_complete = True


def read_small(environ: Mapping[str, Any], limit_bytes: int) -> bytes:
    """Return the whole body, at most *limit_bytes* (1 or more).

    Raises:
        BodyCutError, BodyLengthError, BodyTooLargeError: As ``AnnouncedBody`` does.
    """
    return b"".join(AnnouncedBody.from_environ(environ, limit_bytes=limit_bytes))


def _is_terminated(environ: Mapping[str, Any]) -> bool:
    return bool(
        environ.get("wsgi.input_terminated")
        or "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    )


def _length(environ: Mapping[str, Any], key: str) -> int | None:
    text = str(environ.get(key) or "").strip()
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    if not found:
        name = key.removeprefix("HTTP_").replace("_", "-").title()
        raise BodyLengthError(f"{name} is not a number of bytes: {text[:40]!r}")
    if len(found[1]) > _MOST_DIGITS:
        raise BodyTooLargeError(10**_MOST_DIGITS - 1)
    return int(found[1])
