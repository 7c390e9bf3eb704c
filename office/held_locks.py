"""The locks that people hold, as administration sees and ends them."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from office import locks
from office.errors import LockMissingError
from office.layout import Layout
from office.tracking import Action
from storage import journal, tree
from storage import locks as lock_rows
from storage.journal import JournalRow
from storage.locks import LockRow
from storage.store import Unit, WriteUnit


class HeldLock(NamedTuple):
    """A lock and where it is: the path below ``/files/`` as its holder writes it."""

    lock: LockRow
    names: tuple[str, ...]
    is_stale: bool

    @property
    def path(self) -> str:
        """The path as people write it: ``/files/Objekte/...``."""
        return f"/files/{'/'.join(self.names)}"


def listed(unit: Unit, layout: Layout, *, now_us: int) -> list[HeldLock]:
    """All locks of the office, by path."""
    held = [
        HeldLock(lock, _names(unit, layout, lock.node_id), locks.is_stale(lock, now_us))
        for lock in lock_rows.everything(unit)
    ]
    return sorted(held, key=lambda each: (each.names, each.lock.created_us))


def release(unit: WriteUnit, layout: Layout, which: str, *, now_us: int) -> list[HeldLock]:
    """End the locks on a path, or the one of a token, whoever holds them; the journal says so.

    Args:
        unit: The transaction.
        layout: The office's fixed names.
        which: A token, or a path as :func:`listed` has it; ``Objekte/...`` for short.
        now_us: The time, in microseconds.

    Returns:
        The locks that were ended.

    Raises:
        LockMissingError: There is none, or the path is that of several people's Homes.
    """
    held = listed(unit, layout, now_us=now_us)
    found = [each for each in held if each.lock.token == which]
    found = found or [each for each in held if each.names == _asked(which)]
    if not found:
        raise LockMissingError(f"There is no lock on “{which}”; `deedbox lock list` shows all.")
    if len({each.lock.node_id for each in found}) > 1:
        tokens = " or ".join(each.lock.token for each in found)
        raise LockMissingError(f"Several people have a “{which}”; name the lock: {tokens}.")
    lock_rows.delete(unit, [each.lock.token for each in found])
    _write_down(unit, found, now_us)
    return found


def _names(unit: Unit, layout: Layout, node_id: int) -> tuple[str, ...]:
    root, *names = (name for _, name in tree.lineage(unit, node_id))
    # Any other root is somebody's Home, and named after them.
    return (root if root in layout.shared else layout.names.home, *names)


def _asked(path: str) -> tuple[str, ...]:
    names = [unicodedata.normalize("NFC", name) for name in path.strip("/").split("/") if name]
    return tuple(names[1:] if names[:1] == ["files"] else names)


def _write_down(unit: WriteUnit, released: Sequence[HeldLock], now_us: int) -> None:
    for lock, names, _ in released:
        row = JournalRow(
            at_us=now_us,
            until_us=now_us,
            action=Action.LOCK_RELEASED,
            user_id=lock.user_id,
            device_id=lock.device_id,
            node_id=lock.node_id,
            path="/".join(names),
            address="",
            family="",
        )
        journal.save(unit, row)
