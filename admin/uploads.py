"""Forms with many or large files, read as they arrive: one part after the other, none kept.

A browser's choice of a folder sends each document with its path, thousands of them in one form:
taken as a whole they would need as many open files.
"""

from collections.abc import Iterator
from typing import NamedTuple

from flask import abort, request
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
)

_BLOCK = 256 * 1024
_MOST_BUFFERED = 1024 * 1024
_MOST_PARTS = 200_000
_MOST_FIELD_BYTES = 64 * 1024
_NO_LIMIT = 1 << 62
_TYPE = "multipart/form-data"


class FormField(NamedTuple):
    """A plain field."""

    name: str
    value: str


class Upload:
    """A file on its way; what is not read of it is thrown away before the next part."""

    def __init__(self, name: str, filename: str, parts: "_Parts") -> None:
        self.name = name
        self.filename = filename
        self._parts = parts
        self._rest = b""
        self._is_over = False

    def read(self, size: int) -> bytes:
        """Up to *size* bytes; nothing at the end."""
        while not self._rest and not self._is_over:
            event = self._parts.next()
            if not isinstance(event, Data):
                abort(400)
            self._rest, self._is_over = bytes(event.data), not event.more_data
        block, self._rest = self._rest[:size], self._rest[size:]
        return block

    def drop(self) -> None:
        """Read what is left of it."""
        while self.read(_BLOCK):
            pass


class _Parts:
    """The events of a form, as its bytes arrive."""

    def __init__(self) -> None:
        boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "replace")
        if not boundary:
            abort(400)
        self._decoder = MultipartDecoder(boundary, _MOST_BUFFERED, max_parts=_MOST_PARTS)
        request.max_content_length = _NO_LIMIT
        self._stream = request.stream

    def next(self) -> Event:
        """The next one.

        Raises:
            werkzeug.exceptions.HTTPException: It is no form, or has too many parts.
            wire.bodies.BodyCutError: The browser went away.
        """
        try:
            while isinstance(event := self._decoder.next_event(), NeedData):
                self._decoder.receive_data(self._stream.read(_BLOCK) or None)
        except ValueError:
            abort(400)
        return event


def is_multipart() -> bool:
    """Whether the request is such a form."""
    return request.mimetype == _TYPE


def parts_of_form() -> Iterator[FormField | Upload]:
    """The fields and files of the request's form, in their order; a file is read before the next.

    A field of a file for which none was chosen is left out.
    """
    parts = _Parts()
    while not isinstance(event := parts.next(), Epilogue):
        if isinstance(event, File):
            upload = Upload(event.name, event.filename, parts)
            if event.filename:
                yield upload
            upload.drop()
        elif isinstance(event, Field):
            upload = Upload(event.name, "", parts)
            yield FormField(event.name, _text(upload))


def _text(upload: Upload) -> str:
    whole = b""
    while block := upload.read(_BLOCK):
        whole += block
        if len(whole) > _MOST_FIELD_BYTES:
            abort(413)
    return whole.decode("utf-8", "replace")
