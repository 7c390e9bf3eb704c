"""From accesses to the journal's rows: what belongs together becomes one row.

Every process folds what it answered into the rows that are there, in one transaction that lets no
other fold at the same time. So it does not matter which process answered which piece, nor in
which order they write; a row is visible at once and grows until its time is over.
"""

from collections.abc import Callable, Sequence

from office import bulk, reading
from office.prefetches import Listings
from office.reading import OPENINGS, SECOND_US
from office.refusals import Refusals
from office.tracking import Access, Act, Action
from storage import journal
from storage.journal import JournalRow
from storage.store import WriteUnit

_CREATED_STATUS = 201
# Explorer and Finder first make an empty document, lock it, and then send the bytes.
_EMPTY_FIRST_US = 60 * SECOND_US

_READ_OR_WRITTEN = OPENINGS | {
    Action.PREFETCHED,
    Action.SAVED,
    Action.UPLOADED,
    Action.LOCKED,
}
_ACTIONS: dict[Act | None, Action] = {
    Act.CREATED: Action.UPLOADED,
    Act.CHANGED: Action.SAVED,
    Act.FOLDER_CREATED: Action.CREATED_FOLDER,
    Act.COPIED: Action.COPIED,
    Act.MOVED: Action.MOVED,
    Act.DELETED: Action.DELETED,
    Act.RESTORED: Action.RESTORED,
    Act.LOCKED: Action.LOCKED,
    Act.REFUSED: Action.REFUSED,
}


def record(
    unit: WriteUnit, accesses: Sequence[Access], listings: Listings, *, window_us: int
) -> None:
    """Write *accesses* down.

    Args:
        unit: The transaction.
        accesses: What this process answered, of ``office.tracking.WRITTEN_DOWN``.
        listings: What Explorer listed, as far as this process answered it.
        window_us: Pieces of one version by one device within this time are one row.
    """
    journal.serialise(unit)
    drafts = [draft(access) for access in sorted(accesses, key=_beginning)]
    _Folding(unit, drafts, listings, window_us).run()


def draft(access: Access) -> JournalRow:
    """The row of one request, seen by itself."""
    note = access.note
    is_reading = note.act in (Act.READ, Act.PREVIEWED)
    row = JournalRow(
        at_us=access.at_us,
        until_us=access.until_us,
        action=reading.action_of(access) if is_reading else _ACTIONS[note.act],
        user_id=access.user_id,
        device_id=access.device_id,
        node_id=note.node_id,
        path=note.path,
        target_path=note.target_path,
        version=note.version,
        size=note.size,
        address=access.address,
        family=str(access.family),
    )
    if is_reading:
        reading.measure(row, access)
    elif note.act is Act.LOCKED:
        row.locked_us = row.at_us
        if access.status == _CREATED_STATUS:  # RFC 4918 section 7.3
            row.action, row.size = Action.UPLOADED, 0
    return row


class _Folding:
    """One batch on its way into the journal."""

    def __init__(
        self,
        unit: WriteUnit,
        drafts: Sequence[JournalRow],
        listings: Listings,
        window_us: int,
    ) -> None:
        self._unit = unit
        self._drafts = drafts
        self._listings = listings
        self._window_us = window_us
        self._known: dict[tuple[int, int | None, str], list[JournalRow]] = {}
        self._changed: dict[int, JournalRow] = {}
        self._grown: dict[int, list[JournalRow]] = {}
        self._spans_us = self._times()
        self._refusals = Refusals(unit, self._spans_us, window_us)

    def run(self) -> None:
        """Fold all drafts, save what changed, and see what was a walk."""
        for row in self._drafts:
            self._placing(row)(row)
        fresh: dict[int, list[JournalRow]] = {}
        for row in self._changed.values():
            if not row.id:
                fresh.setdefault(row.device_id, []).append(row)
            journal.save(self._unit, row)
        for bulk_id, pieces in self._grown.items():
            bulk.grow(self._unit, bulk_id, pieces)
        for rows in fresh.values():
            bulk.gather(self._unit, rows)

    def _placing(self, row: JournalRow) -> Callable[[JournalRow], object]:
        if row.action in OPENINGS:
            return self._open
        if row.action == Action.REFUSED:
            return self._refuse
        if row.action in (Action.PREVIEWED, Action.RE_VALIDATED):
            return self._merge
        if row.node_id is None:
            # Calendars and contacts are no documents: each of their changes is a row by itself.
            return self._change
        if row.action in (Action.UPLOADED, Action.SAVED):
            return self._write
        return self._lock if row.action == Action.LOCKED else self._add

    def _open(self, row: JournalRow) -> None:
        lock = self._lock_near(row)
        if lock is not None:
            row.action, row.locked_us = Action.OPENED_FOR_EDITING, lock.locked_us
            self._drop_bare(lock)
        elif reading.may_be_prefetch(row) and self._listings.precede(row):
            row.action = Action.PREFETCHED
        self._merge(row)

    def _refuse(self, row: JournalRow) -> None:
        if self._pieces_of(row) or self._refusals.has_room(row):
            self._merge(row)
            return
        # One row for all beyond that, on their root.
        row.path, row.node_id = row.path.partition("/")[0], None
        many = self._merge(row)
        if many is not row:
            many.documents += 1

    def _pieces_of(self, row: JournalRow) -> list[JournalRow]:
        return [
            each for each in self._rows_of(row) if reading.is_piece(each, row, self._window_us)
        ]

    def _merge(self, row: JournalRow) -> JournalRow:
        """Make *row* a piece of the rows it belongs to, and those one row, which is returned."""
        pieces = self._pieces_of(row)
        if not pieces:
            self._add(row)
            return row
        first, *others = pieces
        self._absorb(first, row)
        for other in others:
            self._drop(other)
            self._absorb(first, other)
        if row.action == Action.OPENED_FOR_EDITING:
            bulk.leave(self._unit, first)
        return first

    def _write(self, row: JournalRow) -> None:
        lock = self._lock_near(row)
        if lock is not None:
            row.locked_us = lock.locked_us
            self._drop_bare(lock)
        for other in self._rows_of(row):
            if _is_empty_beginning(other, row):
                other.version, other.size = row.version, row.size
                self._absorb(other, row)
                return
            if _is_empty_beginning(row, other):
                other.action = Action.UPLOADED
                self._absorb(other, row)
                return
        self._add(row)

    def _lock(self, row: JournalRow) -> None:
        """A lock says how another row was meant, and is a row only where there is none."""
        near = [
            each
            for each in self._rows_of(row)
            if each.action in _READ_OR_WRITTEN and reading.is_near(each, row.at_us)
        ]
        openings = [each for each in near if each.action in OPENINGS | {Action.PREFETCHED}]
        for each in openings or near[-1:]:
            each.locked_us = row.at_us
            if each in openings:
                each.action = Action.OPENED_FOR_EDITING
                bulk.leave(self._unit, each)
            self._change(each)
        if not near:
            self._add(row)

    def _lock_near(self, row: JournalRow) -> JournalRow | None:
        """A row of the same device and document that says: locked, at about this time."""
        for each in self._rows_of(row):
            if each.locked_us is not None and reading.is_near(row, each.locked_us):
                return each
        return None

    def _absorb(self, row: JournalRow, piece: JournalRow) -> None:
        reading.absorb(row, piece)
        if row.bulk_id is not None:
            self._grown.setdefault(row.bulk_id, []).append(piece)
        self._change(row)

    def _drop_bare(self, lock: JournalRow) -> None:
        if lock.action == Action.LOCKED:
            self._drop(lock)

    def _drop(self, row: JournalRow) -> None:
        self._changed.pop(id(row), None)
        rows = self._rows_of(row)
        rows[:] = [each for each in rows if each is not row]
        if row.id:
            bulk.leave(self._unit, row)
            journal.delete(self._unit, row.id)

    def _add(self, row: JournalRow) -> None:
        rows = self._rows_of(row)
        rows.append(row)
        rows.sort(key=lambda each: each.at_us)
        self._change(row)

    def _change(self, row: JournalRow) -> None:
        self._changed[id(row)] = row

    def _rows_of(self, row: JournalRow) -> list[JournalRow]:
        """The rows of the same device and document (path, where a block hid the document)."""
        if row.action == Action.REFUSED:
            return self._refusals.like(row)
        key = _key(row)
        rows = self._known.get(key)
        if rows is None:
            from_us, to_us = self._spans_us[key]
            rows = self._known[key] = self._ask(row, from_us, to_us)
        return rows

    def _ask(self, row: JournalRow, from_us: int, to_us: int) -> list[JournalRow]:
        if row.node_id is None:
            found = journal.of_device(
                self._unit,
                device_id=row.device_id,
                action=row.action,
                from_us=from_us,
                to_us=to_us,
            )
            return [each for each in found if _key(each) == _key(row)]
        return journal.of_document(
            self._unit,
            device_id=row.device_id,
            node_id=row.node_id,
            from_us=from_us,
            to_us=to_us,
        )

    def _times(self) -> dict[tuple[int, int | None, str], tuple[int, int]]:
        """For each device and document the time in which rows can matter to the drafts."""
        reach_us = max(self._window_us, _EMPTY_FIRST_US)
        times: dict[tuple[int, int | None, str], tuple[int, int]] = {}
        for row in self._drafts:
            from_us, to_us = times.get(_key(row), (row.at_us, row.until_us))
            times[_key(row)] = (min(from_us, row.at_us), max(to_us, row.until_us))
        return {
            key: (from_us - reach_us, to_us + reach_us) for key, (from_us, to_us) in times.items()
        }


def _beginning(access: Access) -> int:
    return access.at_us


def _key(row: JournalRow) -> tuple[int, int | None, str]:
    """The device and the document; for a refusal the path that was asked for, seen or not."""
    if row.node_id is None or row.action == Action.REFUSED:
        return row.device_id, None, row.path
    return row.device_id, row.node_id, ""


def _is_empty_beginning(empty: JournalRow, row: JournalRow) -> bool:
    return (
        empty.action == Action.UPLOADED
        and not empty.size
        and row.action == Action.SAVED
        and empty.at_us <= row.at_us <= empty.until_us + _EMPTY_FIRST_US
    )
