"""Let go of what was deleted or saved over long ago, in portions, so that no writer waits long."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from storage import trash, versions
from storage.store import Store, WriteUnit

_PORTION = 500
_DAY_US = 86_400 * 1_000_000


class Forgotten(NamedTuple):
    """What went: versions of documents, and documents and folders from the trash."""

    versions: int
    deleted: int


def forget_old(
    store: Store,
    *,
    trash_days: int,
    version_days: int,
    versions_most: int,
    now_us: int,
    portion: int = _PORTION,
) -> Forgotten:
    """Remove what is older than that; 0 keeps it for ever.

    Args:
        store: The database.
        trash_days: What was deleted so long ago goes from the trash, the first first.
        version_days: What was replaced so long ago is no version any more.
        versions_most: So many versions of a document stay.
        now_us: The time, in microseconds.
        portion: So many go in one transaction.
    """
    if trash_days:
        before_us = now_us - trash_days * _DAY_US
        _in_portions(store, partial(_send_away, before_us=before_us, limit=portion), portion)
    deleted = remove_going(store, portion=portion)
    gone = 0
    if version_days:
        old = partial(versions.forget_before, before_us=now_us - version_days * _DAY_US)
        gone += _in_portions(store, partial(old, limit=portion), portion)
    if versions_most:
        gone += _forget_beyond(store, versions_most, portion)
    return Forgotten(gone, deleted)


def remove_going(store: Store, *, portion: int = _PORTION) -> int:
    """Remove what nobody finds in the trash any more; how many documents and folders."""
    gone = 0
    while True:
        with store.write() as unit:
            count = trash.remove_some(unit, limit=portion)
        if not count:
            return gone
        gone += count


def _forget_beyond(store: Store, most: int, portion: int) -> int:
    gone = 0
    while True:
        with store.read() as unit:
            documents = versions.with_more_than(unit, most, limit=portion)
        for each in documents:
            with store.write() as unit:
                gone += versions.forget_beyond(unit, each, most)
        if len(documents) < portion:
            return gone


def _send_away(unit: WriteUnit, *, before_us: int, limit: int) -> int:
    found = trash.deleted_before(unit, before_us, limit=limit)
    trash.send_away(unit, found)
    return len(found)


def _in_portions(store: Store, act: Callable[[WriteUnit], int], portion: int) -> int:
    gone = 0
    while True:
        with store.write() as unit:
            count = act(unit)
        gone += count
        if count < portion:
            return gone
