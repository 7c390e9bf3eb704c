"""Conditional requests as RFC 9110 section 13.2.2 and RFC 4918 section 10.4 tell them.

Written from the RFCs, not from the code it is compared with; evaluates values, not headers.
"""

from dataclasses import dataclass, field

SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Tag:
    """An entity tag as a client sends it."""

    opaque: str
    is_weak: bool = False

    def __str__(self) -> str:
        return f'{"W/" if self.is_weak else ""}"{self.opaque}"'


@dataclass(frozen=True)
class Resource:
    """What a name stands for: its strong tag and time (none: a collection), and its locks."""

    tag: str | None
    modified: int | None
    tokens: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Condition:
    """One condition of ``If``: a tag or a state token."""

    what: Tag | str
    is_negated: bool


@dataclass(frozen=True)
class IfList:
    """Conditions on the resource named (None: the request's own)."""

    resource: str | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Request:
    """A request's conditions; ``match`` and ``none_match`` are tags or ``*``."""

    method: str
    match: tuple[Tag, ...] | str | None = None
    none_match: tuple[Tag, ...] | str | None = None
    modified_since: int | None = None
    unmodified_since: int | None = None
    if_lists: tuple[IfList, ...] = field(default=())


def outcome(request: Request, target: str, resources: dict[str, Resource]) -> int | None:
    """304 or 412 where the conditions end the request, else None."""
    found = resources.get(target)
    if status := _http(request, found):
        return status
    if request.if_lists and not any(
        _list_holds(each, resources.get(each.resource or target)) for each in request.if_lists
    ):
        return 412
    return None


def _http(request: Request, found: Resource | None) -> int | None:
    # Step 1, else step 2.
    if request.match is not None:
        if not _matches(request.match, found, is_weak=False):
            return 412
    elif (
        request.unmodified_since is not None
        and found is not None
        and found.modified is not None
        and found.modified > request.unmodified_since
    ):
        return 412
    # Step 3, else step 4.
    if request.none_match is not None:
        if _matches(request.none_match, found, is_weak=True):
            return 304 if request.method in SAFE else 412
    elif (
        request.method in SAFE
        and request.modified_since is not None
        and found is not None
        and found.modified is not None
        and found.modified <= request.modified_since
    ):
        return 304
    return None


def _matches(tags: tuple[Tag, ...] | str, found: Resource | None, *, is_weak: bool) -> bool:
    if tags == "*":
        return found is not None
    return found is not None and any(
        isinstance(each, Tag) and each.opaque == found.tag and (is_weak or not each.is_weak)
        for each in tags
    )


def _list_holds(each: IfList, found: Resource | None) -> bool:
    return all(
        _holds(condition, found) is not condition.is_negated for condition in each.conditions
    )


def _holds(condition: Condition, found: Resource | None) -> bool:
    if found is None:
        return False
    if isinstance(condition.what, Tag):
        # Section 10.4.4 leaves the comparison open; the weak one is ours.
        return condition.what.opaque == found.tag
    return condition.what in found.tokens
