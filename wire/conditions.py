"""Conditional requests (RFC 9110 section 13): parsed once into values, then evaluated.

Entity tags without quotation marks are accepted in lists, since some clients drop them;
everywhere else a tag is kept in its header form, quotes included.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from wire.dates import parse_http_date

_OPAQUE = r"[!#-~\x80-\xff]*"
_TAG = re.compile(rf'(?P<weak>W/)?"(?P<opaque>{_OPAQUE})"')
_LISTED_TAG = re.compile(rf'(?P<weak>W/)?(?:"(?P<opaque>{_OPAQUE})"|(?P<bare>[!#-+\--~]+))')
_COMMA = re.compile(r"[ \t]*(?:,[ \t]*)+")
_SAFE_METHODS = frozenset({"GET", "HEAD"})


class Outcome(Enum):
    """What the conditions say about a request; ``status`` is the answer, if they end it."""

    PROCEED = 0
    NOT_MODIFIED = 304
    FAILED = 412

    @property
    def status(self) -> int | None:
        """The HTTP status, None to go on."""
        return int(self.value) or None


@dataclass(frozen=True, slots=True)
class EntityTag:
    """An entity tag (RFC 9110 section 8.8.3)."""

    opaque: str
    is_weak: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one tag in header form.

        Raises:
            ValueError: Not an entity tag.
        """
        found = _TAG.fullmatch(text)
        if not found:
            raise ValueError(f"{text[:80]!r} is not an entity tag.")
        return cls(found["opaque"], is_weak=found["weak"] is not None)

    def strongly_equals(self, other: "EntityTag") -> bool:
        """Both are strong and the same (section 8.8.3.2)."""
        return not self.is_weak and not other.is_weak and self.opaque == other.opaque

    def weakly_equals(self, other: "EntityTag") -> bool:
        """Both have the same opaque tag, weak or not."""
        return self.opaque == other.opaque

    def __str__(self) -> str:
        return f'W/"{self.opaque}"' if self.is_weak else f'"{self.opaque}"'


@dataclass(frozen=True, slots=True)
class TagList:
    """The value of If-Match or If-None-Match: ``*``, or tags."""

    tags: tuple[EntityTag, ...] = ()
    is_any: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the header.

        Raises:
            ValueError: Neither ``*`` nor a list of entity tags.
        """
        text = text.strip(" \t")
        if text == "*":
            return cls(is_any=True)
        tags = tuple(_scan_tags(text))
        if not tags:
            raise ValueError("The list of entity tags is empty.")
        return cls(tags)


def _scan_tags(text: str) -> list[EntityTag]:
    tags = []
    at = len(text) - len(text.lstrip(", \t"))
    while at < len(text):
        found = _LISTED_TAG.match(text, at)
        if not found or found["bare"] == "*":
            raise ValueError(f"{text[:80]!r} is not a list of entity tags.")
        opaque = found["bare"] if found["opaque"] is None else found["opaque"]
        tags.append(EntityTag(opaque, is_weak=found["weak"] is not None))
        at = found.end()
        if at < len(text):
            comma = _COMMA.match(text, at)
            if not comma:
                raise ValueError(f"{text[:80]!r} is not a list of entity tags.")
            at = comma.end()
    return tags


@dataclass(frozen=True, slots=True)
class Conditions:
    """The four conditions of a request, as far as they were sent; dates in seconds."""

    if_match: TagList | None = None
    if_none_match: TagList | None = None
    if_modified_since: int | None = None
    if_unmodified_since: int | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Self:
        """Read the headers of a WSGI request; a date that can't be read counts as not sent.

        Raises:
            ValueError: A list of entity tags is malformed.
        """
        match, none_match = environ.get("HTTP_IF_MATCH"), environ.get("HTTP_IF_NONE_MATCH")
        return cls(
            if_match=None if match is None else TagList.parse(match),
            if_none_match=None if none_match is None else TagList.parse(none_match),
            if_modified_since=parse_http_date(environ.get("HTTP_IF_MODIFIED_SINCE", "")),
            if_unmodified_since=parse_http_date(environ.get("HTTP_IF_UNMODIFIED_SINCE", "")),
        )

    @property
    def is_empty(self) -> bool:
        """No condition was sent."""
        return self == _NO_CONDITIONS

    def evaluate(
        self, *, method: str, exists: bool, etag: str | None, modified_seconds: int | None
    ) -> Outcome:
        """Evaluate in the order of RFC 9110 section 13.2.2.

        Args:
            method: The request's method; only GET and HEAD are answered 304.
            exists: Whether the target has a representation (or is a collection).
            etag: The target's entity tag in header form; None if it has none.
            modified_seconds: The target's Last-Modified in seconds; None if it has none.
        """
        tag = EntityTag.parse(etag) if exists and etag is not None else None
        modified = modified_seconds if exists else None
        if not self._may_be_changed(exists=exists, tag=tag, modified=modified):
            return Outcome.FAILED
        is_safe = method in _SAFE_METHODS
        if self._is_news(exists=exists, tag=tag, modified=modified if is_safe else None):
            return Outcome.PROCEED
        return Outcome.NOT_MODIFIED if is_safe else Outcome.FAILED

    def _may_be_changed(
        self, *, exists: bool, tag: EntityTag | None, modified: int | None
    ) -> bool:
        if self.if_match is not None:
            if self.if_match.is_any:
                return exists
            return tag is not None and any(tag.strongly_equals(t) for t in self.if_match.tags)
        if self.if_unmodified_since is not None and modified is not None:
            return modified <= self.if_unmodified_since
        return True

    def _is_news(self, *, exists: bool, tag: EntityTag | None, modified: int | None) -> bool:
        if self.if_none_match is not None:
            if self.if_none_match.is_any:
                return not exists
            return tag is None or not any(tag.weakly_equals(t) for t in self.if_none_match.tags)
        if self.if_modified_since is not None and modified is not None:
            return modified > self.if_modified_since
        return True


_NO_CONDITIONS = Conditions()


def if_range_holds(header: str | None, *, etag: str | None, modified_seconds: int | None) -> bool:
    """Whether a Range may be served under this If-Range (RFC 9110 section 13.1.5).

    Tags are compared strongly, dates must be equal; without the header the answer is yes.
    """
    if header is None:
        return True
    text = header.strip()
    if '"' in text:
        try:
            wanted = EntityTag.parse(text)
        except ValueError:
            return False
        return etag is not None and EntityTag.parse(etag).strongly_equals(wanted)
    date = parse_http_date(text)
    return date is not None and date == modified_seconds
