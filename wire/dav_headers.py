"""WebDAV's own request headers (RFC 4918 section 10), but for ``If``; see ``wire.if_header``."""

import re
from collections.abc import Collection
from enum import Enum
from urllib.parse import urlsplit

from wire.paths import PathError, ResourcePath, decode_quoted_path

_SECONDS = re.compile(r"Second-0*(\d+)", re.ASCII | re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-;=?-~]+")
_DEFAULT_PORTS = ("80", "443")
_RAW_BYTE = re.compile(r"[\x80-\xff]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f]")


class Depth(Enum):
    """How far down a request reaches (RFC 4918 section 10.2)."""

    ZERO = "0"
    ONE = "1"
    INFINITY = "infinity"


class ForeignHostError(ValueError):
    """The reference names another server (502, RFC 4918 section 9.8.5)."""


def parse_depth(text: str | None, *, default: Depth) -> Depth:
    """Read ``Depth``; *default* when it was not sent (each method has its own).

    Raises:
        ValueError: Neither 0, 1 nor infinity.
    """
    if text is None:
        return default
    try:
        return Depth(text.strip().lower())
    except ValueError:
        raise ValueError("Depth must be 0, 1 or infinity.") from None


def parse_overwrite(text: str | None) -> bool:
    """Read ``Overwrite``, T when it was not sent (section 10.6).

    Raises:
        ValueError: Neither T nor F.
    """
    value = "T" if text is None else text.strip().upper()
    if value not in {"T", "F"}:
        raise ValueError("Overwrite must be T or F.")
    return value == "T"


def parse_lock_token(text: str) -> str:
    """Read ``Lock-Token``: the token without its angle brackets.

    Microsoft's MiniRedir sends it without brackets in UNLOCK; both forms are accepted.

    Raises:
        ValueError: Not one absolute URI.
    """
    token = text.strip()
    if token.startswith("<") and token.endswith(">"):
        token = token[1:-1]
    if not _TOKEN.fullmatch(token):
        raise ValueError("Lock-Token must hold one lock token in angle brackets.")
    return token


def parse_timeout(text: str | None, *, default_seconds: int, max_seconds: int) -> int:
    """Read ``Timeout``: the first wish that can be read, cut to 1..*max_seconds*.

    The header is only a wish (section 10.7), so what can't be read gives *default_seconds*.
    """
    for wish in (text or "").split(","):
        if wish.strip().lower() == "infinite":
            return max_seconds
        if found := _SECONDS.fullmatch(wish.strip()):
            # Wishes run to any length: only as many digits are looked at as can matter.
            is_beyond = len(found[1]) > len(str(max_seconds))
            return max_seconds if is_beyond else max(1, min(int(found[1]), max_seconds))
    return min(default_seconds, max_seconds)


def normalise_host(host: str) -> str:
    """Return *host* (with or without a port) in lower case, without a default port."""
    name, colon, port = host.strip().lower().rpartition(":")
    if colon and port in _DEFAULT_PORTS and (":" not in name or name.endswith("]")):
        return name
    return host.strip().lower()


def parse_reference(
    text: str, *, accepted_hosts: Collection[str], latin1_fallback: bool = False
) -> ResourcePath:
    """Read ``Destination`` or a resource tag of ``If``: a URL or an absolute path (section 8.3).

    Only the host is compared, since a proxy may speak another scheme than the client does.

    Args:
        text: As sent, percent-encoded.
        accepted_hosts: Names this server answers to, as ``normalise_host`` gives them.
        latin1_fallback: As for ``wire.paths.decode_path_info``.

    Raises:
        ForeignHostError: The URL's host is not one of ours.
        PathError: Neither a URL nor an absolute path, or a path that names nothing.
    """
    # A WSGI header's characters are its bytes (PEP 3333); some clients leave them bare.
    text = _RAW_BYTE.sub(lambda found: f"%{ord(found[0]):02X}", text.strip(" \t"))
    if _FORBIDDEN.search(text):
        raise PathError("The reference holds a space or a control character; encode it.")
    if text.startswith("/") and not text.startswith("//"):
        return decode_quoted_path(text, latin1_fallback=latin1_fallback)
    host, path = _split_url(text)
    if normalise_host(host) not in accepted_hosts:
        raise ForeignHostError(f"{host!r} is another server.")
    return decode_quoted_path(path, latin1_fallback=latin1_fallback)


def _split_url(text: str) -> tuple[str, str]:
    try:
        split = urlsplit(text)
    except ValueError:
        raise PathError("The reference is not a URL.") from None
    if split.scheme not in {"http", "https"} or not split.netloc:
        raise PathError("The reference is neither an http(s) URL nor an absolute path.")
    host = split.netloc.rpartition("@")[2]
    # Cut by hand: urlsplit would take a bare '?' or '#' away, and they must be refused, not lost.
    path = text.split("//", 1)[1][len(split.netloc) :]
    return host, path or "/"
