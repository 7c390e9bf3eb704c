"""Range requests (RFC 9110 section 14): from a header to a plan of bytes.

A plan says everything about the answer but its bytes: status, headers, and the slices of the
file with what goes between them. ``wire.streams.PlannedBody`` carries it out.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from wire.conditions import if_range_holds

# Two parts nearer than a part's head are sent as one (section 15.3.7.2).
_COALESCE_GAP_BYTES = 80
_SPEC = re.compile(r"(?P<first>\d{1,18})-(?P<last>\d{1,18})?|-(?P<suffix>\d{1,18})", re.ASCII)


class Part(NamedTuple):
    """A slice of the file, and the bytes that go before it."""

    head: bytes
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class RangePlan:
    """How a GET is answered."""

    status: int  # 200, 206 or 416
    headers: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    tail: bytes
    total_bytes: int  # of the answer's body, as in Content-Length

    @property
    def is_whole(self) -> bool:
        """The whole file is sent."""
        return self.status == 200  # noqa: PLR2004 (OK)


def requested_range(
    environ: Mapping[str, Any], *, etag: str | None, modified_seconds: int | None
) -> str | None:
    """Return the Range header, if it counts: only in a GET, and when If-Range holds.

    Args:
        environ: The WSGI request.
        etag: The file's entity tag in header form.
        modified_seconds: The file's Last-Modified.
    """
    header = environ.get("HTTP_RANGE")
    if header is None or environ.get("REQUEST_METHOD") != "GET":
        return None
    if_range = environ.get("HTTP_IF_RANGE")
    holds = if_range_holds(if_range, etag=etag, modified_seconds=modified_seconds)
    return str(header) if holds else None


def plan_ranges(
    size: int, range_header: str | None, *, content_type: str, max_ranges: int = 64
) -> RangePlan:
    """Plan the answer to a GET of a file of *size* bytes.

    A header that can't be read, has another unit or more than *max_ranges* ranges is ignored
    (section 14.2). Ranges that overlap or nearly touch are joined, so that an answer is never
    longer than the file and its heads.
    """
    if range_header is None:
        return _whole(size, content_type)
    wanted = _resolve(size, range_header, max_ranges)
    if wanted is None:
        return _whole(size, content_type)
    if not wanted:
        return _unsatisfiable(size)
    wanted = _coalesce(wanted)
    if len(wanted) == 1:
        return _single(size, wanted[0], content_type)
    return _multipart(size, wanted, content_type)


def _resolve(size: int, header: str, max_ranges: int) -> list[tuple[int, int]] | None:
    """Return the satisfiable ranges as (first, end), or None where the header is to be ignored."""
    unit, equals, specs = header.partition("=")
    if unit.strip().lower() != "bytes" or not equals or specs.count(",") > max_ranges * 2:
        return None
    texts = [spec for text in specs.split(",") if (spec := text.strip(" \t"))]
    if not texts or len(texts) > max_ranges:
        return None
    wanted = []
    for text in texts:
        found = _SPEC.fullmatch(text)
        if not found:
            return None
        if found["suffix"] is not None:
            first, end = max(0, size - int(found["suffix"])), size
            if size == 0 and int(found["suffix"]):
                return None  # satisfiable by the letter, but no Content-Range can say "no bytes"
        else:
            first = int(found["first"])
            last = size - 1 if found["last"] is None else int(found["last"])
            if found["last"] is not None and last < first:
                return None
            end = min(last + 1, size)
        if first < end:
            wanted.append((first, end))
    return wanted


def _coalesce(wanted: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what overlaps or nearly touches, keeping the order of first appearance."""
    joined: list[tuple[int, int, int]] = []
    for first, end, order in sorted((first, end, n) for n, (first, end) in enumerate(wanted)):
        if joined and first <= joined[-1][1] + _COALESCE_GAP_BYTES:
            before = joined[-1]
            joined[-1] = (before[0], max(before[1], end), min(before[2], order))
        else:
            joined.append((first, end, order))
    return [(first, end) for first, end, _ in sorted(joined, key=lambda each: each[2])]


def _headers(content_type: str, total: int, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Type", content_type),
        ("Content-Length", str(total)),
        ("Accept-Ranges", "bytes"),
        *more,
    )


def _whole(size: int, content_type: str) -> RangePlan:
    parts = (Part(b"", 0, size),) if size else ()
    return RangePlan(200, _headers(content_type, size), parts, b"", size)


def _unsatisfiable(size: int) -> RangePlan:
    headers = (
        ("Content-Length", "0"),
        ("Accept-Ranges", "bytes"),
        ("Content-Range", f"bytes */{size}"),
    )
    return RangePlan(416, headers, (), b"", 0)


def _single(size: int, wanted: tuple[int, int], content_type: str) -> RangePlan:
    first, end = wanted
    length = end - first
    content_range = ("Content-Range", f"bytes {first}-{end - 1}/{size}")
    headers = _headers(content_type, length, content_range)
    return RangePlan(206, headers, (Part(b"", first, length),), b"", length)


def _multipart(size: int, wanted: list[tuple[int, int]], content_type: str) -> RangePlan:
    boundary = secrets.token_hex(16)
    parts = tuple(
        Part(
            f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
            f"Content-Range: bytes {first}-{end - 1}/{size}\r\n\r\n".encode("latin-1"),
            first,
            end - first,
        )
        for first, end in wanted
    )
    tail = f"\r\n--{boundary}--\r\n".encode("ascii")
    total = sum(len(part.head) + part.length for part in parts) + len(tail)
    headers = _headers(f"multipart/byteranges; boundary={boundary}", total)
    return RangePlan(206, headers, parts, tail, total)
