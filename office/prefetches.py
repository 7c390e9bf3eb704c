"""Which folders Explorer just listed: what it fetches right after that nobody asked for.

Listings are kept in memory, since a poll writes nothing. A GET that another process answered is
looked for once, when its row must have been written: :func:`missed` and :func:`mark`.
"""

from collections import deque
from typing import NamedTuple

from office.bulk import folder_of
from office.reading import PREFETCH_US, may_be_prefetch
from office.tracking import Action
from storage import journal
from storage.journal import JournalRow
from storage.store import Unit, WriteUnit

SETTLED_US = 3 * PREFETCH_US
"""So long after a listing what followed it is in the journal, whichever process wrote it."""
_MOST = 4096


class Listing(NamedTuple):
    """One device listed one folder (its path below ``/files/``)."""

    at_us: int
    device_id: int
    path: str


class Listings:
    """The last listings that one process answered."""

    def __init__(self) -> None:
        self._known: deque[Listing] = deque(maxlen=_MOST)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, listing: Listing) -> None:
        """Remember a listing, in the order of time or nearly so."""
        self._known.append(listing)

    def precede(self, row: JournalRow) -> bool:
        """Whether the row's device listed the row's folder just before."""
        folder = folder_of(row.path)
        return any(
            listing.device_id == row.device_id
            and listing.path == folder
            and 0 <= row.at_us - listing.at_us <= PREFETCH_US
            for listing in reversed(self._known)
        )

    def take_settled(self, now_us: int) -> list[Listing]:
        """Forget the listings whose prefetches are all written, and return them."""
        taken = []
        while self._known and now_us - self._known[0].at_us >= SETTLED_US:
            taken.append(self._known.popleft())
        return taken

    def take_all(self) -> list[Listing]:
        """Forget all listings and return them."""
        taken = list(self._known)
        self._known.clear()
        return taken


def missed(unit: Unit, listings: list[Listing]) -> list[JournalRow]:
    """Rows that say *opened*, although one of these listings shows that they are prefetches.

    One query for each device, however many listings.
    """
    by_device: dict[int, dict[str, list[int]]] = {}
    for listing in listings:
        times = by_device.setdefault(listing.device_id, {}).setdefault(listing.path, [])
        times.append(listing.at_us)
    return [
        row
        for device_id, folders in by_device.items()
        for row in journal.of_device(
            unit,
            device_id=device_id,
            action=Action.OPENED,
            from_us=min(map(min, folders.values())),
            to_us=max(map(max, folders.values())) + PREFETCH_US,
        )
        # A row of several requests was read again later: that somebody asked for.
        if may_be_prefetch(row) and row.requests == 1 and _follows(row, folders)
    ]


def _follows(row: JournalRow, folders: dict[str, list[int]]) -> bool:
    """Whether its folder was listed just before the row."""
    listed_us = folders.get(folder_of(row.path), ())
    return any(0 <= row.at_us - at_us <= PREFETCH_US for at_us in listed_us)


def mark(unit: WriteUnit, listings: list[Listing]) -> None:
    """Correct the rows that :func:`missed` finds."""
    journal.serialise(unit)
    for row in missed(unit, listings):
        row.action = Action.PREFETCHED
        journal.save(unit, row)
