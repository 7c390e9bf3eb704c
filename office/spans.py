"""Which parts of a document a device was sent: sets of half-open byte spans.

A union never says more than was sent, so that *whole* means whole.
"""

from collections.abc import Iterable, Sequence

Span = tuple[int, int]
"""``(first, end)``, with *end* behind the last byte."""

MAX_SPANS = 256
"""More are not kept: the smallest are forgotten, and the document counts as sent in part."""


def sent(
    ranges: Sequence[tuple[int, int]] | None,
    *,
    size: int,
    bytes_sent: int,
    is_finished: bool,
) -> list[Span]:
    """The spans of a document of *size* bytes that one answer brought.

    Args:
        ranges: The slices ``(offset, length)`` that the answer holds; None: all of it.
        size: The document's length.
        bytes_sent: How much of the answer's body left.
        is_finished: The whole answer left.
    """
    planned = [(0, size)] if ranges is None else [(first, first + n) for first, n in ranges]
    if is_finished:
        return union(planned)
    if len(planned) > 1:
        # Between the slices lie the heads of a multipart answer: what the count reached can't
        # be told, so nothing is claimed.
        return []
    return union((first, min(end, first + bytes_sent)) for first, end in planned)


def union(*spans: Iterable[Span]) -> list[Span]:
    """All *spans* together, in order, joined where they touch."""
    joined: list[Span] = []
    for first, end in sorted(span for each in spans for span in each if span[0] < span[1]):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    if len(joined) > MAX_SPANS:
        joined = sorted(sorted(joined, key=_length)[-MAX_SPANS:])
    return joined


def cover(spans: Sequence[Span], size: int) -> bool:
    """Whether *spans*, a result of :func:`union`, are all of a document of *size* bytes."""
    return size == 0 or (len(spans) == 1 and spans[0][0] <= 0 and size <= spans[0][1])


def to_text(spans: Sequence[Span]) -> str:
    """The form in the database: ``0-100,200-300``."""
    return ",".join(f"{first}-{end}" for first, end in spans)


def from_text(text: str) -> list[Span]:
    """What :func:`to_text` wrote."""
    pairs = (each.split("-") for each in text.split(",") if each)
    return [(int(first), int(end)) for first, end in pairs]


def _length(span: Span) -> int:
    return span[1] - span[0]
