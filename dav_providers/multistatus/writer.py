"""Multistatus and other DAV XML, written straight to bytes (RFC 4918 sections 13 and 14).

No tree is built: a listing costs a few microseconds a row and constant memory. Property and
element names are in Clark's form, ``{DAV:}getetag``. All known namespaces are bound on the root,
``DAV:`` always to ``D``, since the Windows MiniRedir shows empty folders for any other prefix.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

CONTENT_TYPE = 'application/xml; charset="utf-8"'
BLOCK_BYTES = 64 * 1024
DEEDBOX = "https://deedbox.invalid/ns/"

PREFIXES = MappingProxyType(
    {
        "DAV:": "D",
        "urn:schemas-microsoft-com:": "Z",
        "urn:ietf:params:xml:ns:caldav": "C",
        "urn:ietf:params:xml:ns:carddav": "CR",
        "http://calendarserver.org/ns/": "CS",
        "http://apple.com/ns/ical/": "A",
        DEEDBOX: "X",
    }
)

_DECLARATIONS = "".join(f' xmlns:{prefix}="{uri}"' for uri, prefix in PREFIXES.items()).encode()
_XML = b'<?xml version="1.0" encoding="utf-8"?>\n'
_HEAD = _XML + b"<D:multistatus" + _DECLARATIONS + b">"
_TAIL = b"</D:multistatus>\n"

_CLARK = re.compile(r"(?:\{(?P<namespace>[^{}]*)\})?(?P<local>[^{}\s<>&/:]+)")
# What XML 1.0 can't hold at all (section 2.2), and what must be written otherwise.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')

RESPONSE_OPEN = b"<D:response><D:href>"
_OK_OPEN = b"<D:propstat><D:prop>"
_OK_CLOSE = b"</D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>"
_MISSING_CLOSE = b"</D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>"


class Propstat(NamedTuple):
    """Properties that share a status in one response (section 14.22)."""

    status: int
    properties: Sequence[bytes]
    error: bytes = b""  # a whole D:error element
    description: str = ""


def escape(text: str) -> bytes:
    """Return *text* fit for content and for attributes; what XML can't hold becomes U+FFFD."""
    if _SPECIAL.search(text):
        text = _FORBIDDEN.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;")
        text = text.replace(">", "&gt;").replace('"', "&quot;").replace("\r", "&#13;")
    return text.encode()


@lru_cache(maxsize=4096)
def _tags(name: str) -> tuple[bytes, bytes, bytes]:
    """Return the opening, closing and empty tag of *name*, with its namespace declared if need be.

    Raises:
        ValueError: Not a name in Clark's form.
    """
    found = _CLARK.fullmatch(name)
    if not found:
        raise ValueError(f"{name!r} is not a name in Clark's form.")
    namespace, local = found["namespace"] or "", found["local"].encode()
    if prefix := PREFIXES.get(namespace):
        qualified, declaration = prefix.encode() + b":" + local, b""
    elif namespace:
        qualified, declaration = b"ns:" + local, b' xmlns:ns="' + escape(namespace) + b'"'
    else:
        qualified, declaration = local, b""
    opening = b"<" + qualified + declaration
    return opening + b">", b"</" + qualified + b">", opening + b"/>"


def empty_element(name: str) -> bytes:
    """Return ``<D:name/>``."""
    return _tags(name)[2]


def element(name: str, inner: bytes) -> bytes:
    """Return the element *name* around ready XML."""
    opening, closing, empty = _tags(name)
    return opening + inner + closing if inner else empty


def text_element(name: str, text: str) -> bytes:
    """Return the element *name* around *text*, escaped."""
    return element(name, escape(text))


def href_element(href: str) -> bytes:
    """Return ``D:href`` around an href that is percent-encoded already."""
    return b"<D:href>" + escape(href) + b"</D:href>"


@lru_cache(maxsize=128)
def status_line(status: int) -> bytes:
    """Return ``D:status``, phrased as Thunderbird compares it (``HTTP/1.1 200 OK``)."""
    return f"<D:status>HTTP/1.1 {status} {HTTPStatus(status).phrase}</D:status>".encode()


def response(
    href: str,
    found: Iterable[bytes] = (),
    missing: Iterable[str] = (),
    extra: Iterable[Propstat] = (),
) -> bytes:
    """Return one ``D:response`` with its propstats.

    Args:
        href: Percent-encoded.
        found: The properties there are, each as its whole element.
        missing: The names of those asked for that there are not (404).
        extra: Further propstats, as PROPPATCH answers them.
    """
    absent = b"".join([empty_element(name) for name in missing])
    others = b"".join([propstat(each) for each in extra])
    return ready_response(href, b"".join(found), absent, others)


def ready_response(href: str, found: bytes, absent: bytes = b"", others: bytes = b"") -> bytes:
    """Return one ``D:response`` out of ready elements; the row of a long listing.

    Args:
        href: Percent-encoded.
        found: Elements of the properties there are, joined.
        absent: Empty elements of those there are not, joined.
        others: Further whole propstats, joined.
    """
    parts = [RESPONSE_OPEN, escape(href), b"</D:href>"]
    if found or not (absent or others):
        # Section 14.24: a response without a status has one propstat at least.
        parts += (_OK_OPEN, found, _OK_CLOSE)
    if absent:
        parts += (_OK_OPEN, absent, _MISSING_CLOSE)
    parts += (others, b"</D:response>")
    return b"".join(parts)


def status_response(href: str, status: int, *, error: bytes = b"", description: str = "") -> bytes:
    """Return a ``D:response`` that is a status for the whole resource.

    Args:
        href: Percent-encoded.
        status: As an HTTP status.
        error: A whole ``D:error`` element, as ``preconditions.error_element`` makes it.
        description: A sentence for people.
    """
    outcome = status_line(status) + error + _description(description)
    return b"<D:response>" + href_element(href) + outcome + b"</D:response>"


def document(responses: Iterable[bytes], *, trailer: bytes = b"") -> bytes:
    """Return a whole multistatus; *trailer* (a sync-token, say) stands after the responses."""
    return b"".join([_HEAD, *responses, trailer, _TAIL])


def stream(
    responses: Iterable[bytes],
    *,
    trailer: bytes | Callable[[], bytes] = b"",
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[bytes]:
    """Give a multistatus in blocks of *block_bytes* or a little more (the last one less).

    Args:
        responses: Taken as they are needed, so that a listing of any length takes one block of
            memory.
        trailer: As for ``document``; a callable is asked when all responses are written.
        block_bytes: At which size a block is given out.
    """
    parts, size = [_HEAD], len(_HEAD)
    for each in responses:
        parts.append(each)
        size += len(each)
        if size >= block_bytes:
            yield b"".join(parts)
            parts, size = [], 0
    parts += (trailer() if callable(trailer) else trailer, _TAIL)
    yield b"".join(parts)


def xml_document(name: str, inner: bytes) -> bytes:
    """Return a document whose root is *name* (``{DAV:}prop`` for LOCK, ``{DAV:}error``)."""
    opening, closing, _ = _tags(name)
    return b"".join((_XML, opening[:-1], _DECLARATIONS, b">", inner, closing, b"\n"))


def propstat(each: Propstat) -> bytes:
    """Return one whole ``D:propstat``."""
    properties = b"".join(each.properties)
    return b"".join(
        (
            b"<D:propstat><D:prop>",
            properties,
            b"</D:prop>",
            status_line(each.status),
            each.error,
            _description(each.description),
            b"</D:propstat>",
        )
    )


def _description(text: str) -> bytes:
    return text_element("{DAV:}responsedescription", text) if text else b""
