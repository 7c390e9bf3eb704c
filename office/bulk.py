"""Bulk synchronisation: a walk through a tree is one row, the documents are its parts.

The parts keep their rows, so that "who had which version when" can still be answered for each
document; only the journal's plain listing shows the walk instead of them.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

from office.reading import BULK_FILES, BULK_US, BULKABLE
from office.tracking import Action
from storage import journal
from storage.journal import JournalRow
from storage.store import WriteUnit

# Enough rows on either side of new ones to find BULK_FILES different documents among them.
_REACH = 3 * BULK_FILES
_ALL = 1_000_000


def runs(seen: Sequence[tuple[int, Hashable]]) -> list[range]:
    """Where in *seen*, pairs of time and document in order of time, somebody walks.

    A walk is made of stretches of at most 60 s with 20 different documents each; stretches that
    overlap are one walk.
    """
    found: list[range] = []
    inside: Counter[Hashable] = Counter()
    left = 0
    for right, (at_us, document) in enumerate(seen):
        inside[document] += 1
        while at_us - seen[left][0] > BULK_US:
            gone = seen[left][1]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            left += 1
        if len(inside) < BULK_FILES:
            continue
        if found and left < found[-1].stop:
            found[-1] = range(found[-1].start, right + 1)
        else:
            found.append(range(left, right + 1))
    return found


def gather(unit: WriteUnit, fresh: Sequence[JournalRow]) -> None:
    """Put what one device did into bulk rows where it was a walk.

    Args:
        unit: The transaction, in which *fresh* were saved.
        fresh: New rows of one device.
    """
    readings = sorted(
        (row for row in fresh if row.action in BULKABLE), key=lambda row: (row.at_us, row.id)
    )
    for stretch in _stretches(readings):
        around = _around(unit, stretch)
        for run in runs([(row.at_us, row.node_id) for row in around]):
            _join(unit, [around[i] for i in run])


def leave(unit: WriteUnit, row: JournalRow) -> None:
    """Let a part stand by itself again; the caller saves *row*."""
    if row.bulk_id is None:
        return
    bulk = journal.get(unit, row.bulk_id)
    bulk.documents -= 1
    bulk.requests -= row.requests
    bulk.bytes_sent -= row.bytes_sent
    row.bulk_id = None
    journal.save(unit, bulk)


def grow(unit: WriteUnit, bulk_id: int, pieces: Sequence[JournalRow]) -> None:
    """Tell a bulk row that its parts took on *pieces*, after the parts were saved."""
    bulk = journal.get(unit, bulk_id)
    for piece in pieces:
        bulk.requests += piece.requests
        bulk.bytes_sent += piece.bytes_sent
        bulk.until_us = max(bulk.until_us, piece.until_us)
    bulk.is_whole = bulk.is_whole or not journal.has_incomplete_part(unit, bulk_id)
    journal.save(unit, bulk)


def folder_of(path: str) -> str:
    """The path of the folder that a document's path lies in."""
    return path.rpartition("/")[0]


def common_folder(one: str, other: str) -> str:
    """The deepest folder that holds both folders."""
    shared: list[str] = []
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        shared.append(left)
    return "/".join(shared)


def _stretches(rows: Sequence[JournalRow]) -> Iterator[list[JournalRow]]:
    """*rows* cut where more than the time of a walk lies between two."""
    if not rows:
        return
    stretch = [rows[0]]
    for before, after in pairwise(rows):
        if after.at_us - before.at_us > BULK_US:
            yield stretch
            stretch = []
        stretch.append(after)
    yield stretch


def _around(unit: WriteUnit, stretch: Sequence[JournalRow]) -> list[JournalRow]:
    device_id, first_us, last_us = stretch[0].device_id, stretch[0].at_us, stretch[-1].at_us

    def ask(from_us: int, to_us: int, limit: int) -> list[JournalRow]:
        return journal.neighbours(
            unit,
            device_id=device_id,
            actions=BULKABLE,
            from_us=from_us,
            to_us=to_us,
            limit=limit,
        )

    before = ask(first_us - 1, first_us - BULK_US, _REACH)
    after = ask(last_us + 1, last_us + BULK_US, _REACH)
    return [*reversed(before), *ask(first_us, last_us, _ALL), *after]


def _join(unit: WriteUnit, rows: Sequence[JournalRow]) -> None:
    bulk = _bulk_of(unit, rows)
    joining = [row for row in rows if row.bulk_id is None]
    for row in joining:
        _add(bulk, row)
    journal.save(unit, bulk)
    journal.join_bulk(unit, [row.id for row in joining], bulk.id)


def _bulk_of(unit: WriteUnit, rows: Sequence[JournalRow]) -> JournalRow:
    """The bulk row of these parts; if they have several, the oldest takes over the others'."""
    known = sorted({row.bulk_id for row in rows if row.bulk_id is not None})
    if not known:
        return _new_bulk(rows[0])
    bulk = journal.get(unit, known[0])
    for other_id in known[1:]:
        other = journal.get(unit, other_id)
        _add(bulk, other)
        journal.hand_over(unit, other_id, bulk.id)
        journal.delete(unit, other_id)
    return bulk


def _new_bulk(first: JournalRow) -> JournalRow:
    return JournalRow(
        at_us=first.at_us,
        until_us=first.until_us,
        action=Action.BULK_SYNCED,
        user_id=first.user_id,
        device_id=first.device_id,
        node_id=None,
        path=folder_of(first.path),
        address=first.address,
        family=first.family,
        requests=0,
        documents=0,
    )


def _add(bulk: JournalRow, row: JournalRow) -> None:
    folder = row.path if row.action == Action.BULK_SYNCED else folder_of(row.path)
    bulk.path = common_folder(bulk.path, folder)
    if row.until_us >= bulk.until_us:
        bulk.address, bulk.family = row.address, row.family
    bulk.at_us = min(bulk.at_us, row.at_us)
    bulk.until_us = max(bulk.until_us, row.until_us)
    bulk.documents += row.documents
    bulk.requests += row.requests
    bulk.bytes_sent += row.bytes_sent
    bulk.is_whole = bulk.is_whole and row.is_whole
