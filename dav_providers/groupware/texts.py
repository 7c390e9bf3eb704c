"""The texts of many objects, without all of them in memory at once."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from dav_providers.groupware.request import GroupwareRequest
from storage import items
from storage.collections import CollectionRow
from storage.items import Candidate, ItemRow
from storage.store import Unit

_STREAMED_ROWS = 200
_STREAMED_BYTES = 1024 * 1024
_PORTION_ROWS = 500
_PORTION_BYTES = 1024 * 1024
MOST_READ = 256 * 1024 * 1024
"""Characters that one query may look through; an office's texts are some ten millions."""


def whole(
    request: GroupwareRequest, collection: CollectionRow, members: Iterable[ItemRow]
) -> Iterator[ItemRow]:
    """*members* of a collection with their texts, read in portions when it is their turn.

    One that went meanwhile is left out, one that was changed comes as it is now, with its etag.
    """
    return (each for each in read(request, collection, members) if each is not None)


def read(
    request: GroupwareRequest, collection: CollectionRow, members: Iterable[ItemRow]
) -> Iterator[ItemRow | None]:
    """The same one for one: None for what went meanwhile."""
    for portion in portions(members):
        found = request.read_again(collection, partial(_rows, portion))
        yield from (found.get(each.id) for each in portion)


def candidates(
    request: GroupwareRequest, collection: CollectionRow, members: Iterable[ItemRow]
) -> Iterator[Candidate]:
    """As `whole`, and when they happen."""
    for portion in portions(members):
        yield from request.read_again(collection, partial(_listed, portion))


def candidates_in(
    unit: Unit, collection: CollectionRow, members: Iterable[ItemRow]
) -> Iterator[Candidate]:
    """As `candidates`, within a transaction."""
    for portion in portions(members):
        found = items.candidates(unit, collection.place, _ids(portion), with_text=True)
        yield from (found[each.id] for each in portion if each.id in found)


def portions(rows: Iterable[ItemRow]) -> Iterator[list[ItemRow]]:
    """*rows* in groups of a size that may be in memory at once with their texts."""
    portion: list[ItemRow] = []
    size = 0
    for row in rows:
        if portion and (len(portion) == _PORTION_ROWS or size + row.size > _PORTION_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(row)
        size += row.size
    if portion:
        yield portion


def is_long(members: Sequence[ItemRow], *, with_text: bool) -> bool:
    """Whether an answer with *members* is better given in pieces."""
    if len(members) > _STREAMED_ROWS:
        return True
    return with_text and sum(max(each.size, len(each.text)) for each in members) > _STREAMED_BYTES


def _rows(portion: Sequence[ItemRow], unit: Unit, collection: CollectionRow) -> dict[int, ItemRow]:
    return items.read(unit, collection.place, _ids(portion))


def _listed(portion: Sequence[ItemRow], unit: Unit, collection: CollectionRow) -> list[Candidate]:
    return [*candidates_in(unit, collection, portion)]


def _ids(members: Iterable[ItemRow]) -> list[int]:
    return [each.id for each in members]
