"""The texts of many objects, without all of them in memory at once."""

from collections.abc import Iterable, Iterator, Sequence

from dav_providers.groupware.request import GroupwareRequest
from storage import items
from storage.items import ItemRow
from storage.store import Unit

_STREAMED_ROWS = 200
_STREAMED_BYTES = 1024 * 1024
_PORTION_ROWS = 500
_PORTION_BYTES = 4 * 1024 * 1024
MOST_READ = 256 * 1024 * 1024
"""Characters that one query may look through; an office's texts are some ten millions."""


def whole(request: GroupwareRequest, members: Iterable[ItemRow]) -> Iterator[ItemRow]:
    """*members* with their texts; heavy ones are read when it is their turn.

    One that went meanwhile is left out, one that was changed comes as it is now.
    """
    for each in members:
        found = load(request, each)
        if found is not None:
            yield found


def load(request: GroupwareRequest, item: ItemRow) -> ItemRow | None:
    """*item* with its text; None: it went meanwhile."""
    if item.text:
        return item
    with request.services.store.read() as unit:
        return items.whole(unit, item)


def load_in(unit: Unit, item: ItemRow) -> ItemRow:
    """*item* with its text, as a transaction has it that has found it."""
    return item if item.text else items.whole(unit, item) or item


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


def text_of(request: GroupwareRequest, item: ItemRow) -> str:
    """The text of *item*; nothing, if it went meanwhile."""
    found = load(request, item)
    return "" if found is None else found.text


def is_long(members: Sequence[ItemRow], *, with_text: bool) -> bool:
    """Whether an answer with *members* is better given in pieces."""
    if len(members) > _STREAMED_ROWS:
        return True
    return with_text and sum(max(each.size, len(each.text)) for each in members) > _STREAMED_BYTES
