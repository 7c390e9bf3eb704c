"""Paths of the URL space: decoded once into segments, and quoted back.

Names are NFC (Finder sends NFD). A segment never is empty, ``.`` or ``..``, and never holds a
slash or a control character, so that every floor below may take a segment as a name.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

MAX_NAME_BYTES = 255

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NEEDS_NO_QUOTING = re.compile(r"[A-Za-z0-9._~@-]+")
_QUOTED = {
    byte: f"%{byte:02X}" for byte in range(256) if not _NEEDS_NO_QUOTING.fullmatch(chr(byte))
}
_WINDOWS_FORBIDDEN = re.compile(r'[<>:"\\|?*/]')
# What turns the direction of a line, ends it or is no character would disguise a name ("Exe.pdf");
# a space without width is fine between two letters only.
_DISGUISE = re.compile(
    "[\u2028-\u202e\u2066-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff]|^\u200b|\u200b$"
)
_WINDOWS_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}) | frozenset(
    f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"
)


class PathError(ValueError):
    """A path that can't name anything here (400); its text says why."""


class ResourcePath(NamedTuple):
    """A decoded path; the root has no segments."""

    segments: tuple[str, ...]
    is_collection: bool  # as spelled: with a slash at its end


def decode_path_info(path_info: str, *, latin1_fallback: bool = False) -> ResourcePath:
    """Decode WSGI's PATH_INFO, whose characters are the bytes of the path (PEP 3333).

    Args:
        path_info: Percent-decoded by the server already; decoded no second time.
        latin1_fallback: Take what is not UTF-8 for Latin-1; old MiniRedirs send it.

    Raises:
        PathError: Not UTF-8, a control character, ``.``, ``..`` or an empty segment.
    """
    try:
        raw = path_info.encode("latin-1")
    except UnicodeEncodeError:
        raise PathError("The path holds characters that no byte stands for.") from None
    return _from_bytes(raw.split(b"/"), latin1_fallback=latin1_fallback)


def decode_quoted_path(path: str, *, latin1_fallback: bool = False) -> ResourcePath:
    """Decode a percent-encoded path, as in an XML href; a bare character counts as UTF-8.

    It is split first and decoded once afterwards, so that an encoded slash never makes a segment.

    Raises:
        PathError: As ``decode_path_info``; also a raw ``?`` or ``#``, or an encoded slash.
    """
    if "?" in path or "#" in path:
        raise PathError("The path holds a bare '?' or '#'; inside a name they are %3F and %23.")
    parts = [unquote_to_bytes(part) for part in path.split("/")]
    if any(b"/" in part for part in parts):
        raise PathError("A name can't hold a slash.")
    return _from_bytes(parts, latin1_fallback=latin1_fallback)


def _from_bytes(parts: list[bytes], *, latin1_fallback: bool) -> ResourcePath:
    if parts[0]:
        raise PathError("The path must begin with a slash.")
    if parts in ([b""], [b"", b""]):
        return ResourcePath((), is_collection=True)
    is_collection = not parts[-1]
    names = parts[1:-1] if is_collection else parts[1:]
    segments = tuple(_segment(name, latin1_fallback=latin1_fallback) for name in names)
    return ResourcePath(segments, is_collection)


def _segment(raw: bytes, *, latin1_fallback: bool) -> str:
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        if not latin1_fallback:
            raise PathError("The path is not UTF-8.") from None
        name = raw.decode("latin-1")
    name = unicodedata.normalize("NFC", name)
    if not name:
        raise PathError("The path holds an empty segment ('//').")
    if name in {".", ".."}:
        raise PathError("The path holds '.' or '..'.")
    if _CONTROL.search(name):
        raise PathError("The path holds a control character.")
    return name


@lru_cache(maxsize=16384)
def quote_segment(name: str) -> str:
    """Return *name* percent-encoded, fit for a URL, for XML and for a header.

    Only unreserved characters and ``@`` stay bare, so no client can take anything for syntax.
    """
    if _NEEDS_NO_QUOTING.fullmatch(name):
        return name
    # Each character of the Latin-1 string is one byte of UTF-8; one translation quotes them all.
    return name.encode().decode("latin-1").translate(_QUOTED)


def is_plain_segment(quoted: str) -> bool:
    """Whether a part of a percent-encoded path is a name as it stands, with nothing to decode."""
    return _NEEDS_NO_QUOTING.fullmatch(quoted) is not None and quoted not in {".", ".."}


def quote_path(segments: Iterable[str], *, is_collection: bool) -> str:
    """Return the absolute path of *segments*; a collection's ends in a slash."""
    path = "".join([f"/{quote_segment(name)}" for name in segments])
    return f"{path}/" if is_collection or not path else path


def disguise_fault(name: str) -> str | None:
    """Say which character lets *name* look like another one; None when there is none."""
    found = _DISGUISE.search(name)
    return f"The name holds the invisible character U+{ord(found[0]):04X}." if found else None


def windows_name_fault(name: str) -> str | None:
    """Say why Windows could not hold a file named *name*; None when it can.

    Args:
        name: One segment, NFC.
    """
    if not name:
        return "A name can't be empty."
    if found := _WINDOWS_FORBIDDEN.search(name):
        return f"The name {name!r} holds {found[0]!r}, which Windows can't store."
    if _CONTROL.search(name):
        return "The name holds a control character."
    if fault := disguise_fault(name):
        return fault
    if name[-1] in ". ":
        return f"The name {name!r} ends in a dot or a space, which Windows drops."
    # Windows looks at what stands before the first dot: NUL.tar.gz is a device too.
    if name.split(".", 1)[0].rstrip(" ").upper() in _WINDOWS_DEVICES:
        return f"The name {name!r} is a device's name on Windows."
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return NAME_TOO_LONG
    return None


NAME_TOO_LONG = f"The name is longer than {MAX_NAME_BYTES} bytes."
