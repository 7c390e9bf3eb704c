"""Removing a property: its folder goes with all that is in it, and nothing of it is left in rows.

Neither are earlier versions, nor what was deleted in it.
Programs can't do it (``access`` fixes the folder): only who administers, knowing what goes.
"""

from typing import NamedTuple

from auth import audit
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from office import locks, places
from office.command import at_the_machine
from office.errors import NotFoundError
from office.layout import Layout
from office.places import Place
from office.tracking import Action
from storage import appointments, estates, journal, records, trash, tree, tree_changes
from storage.estates import EstateRow
from storage.journal import JournalRow
from storage.store import Unit, WriteUnit


class Doomed(NamedTuple):
    """A property that is to be removed, and what its folder holds."""

    number: str
    title: str
    names: tuple[str, ...]
    folders: int
    documents: int

    @property
    def path(self) -> str:
        """The path as people write it: ``/files/Objekte/...``."""
        return f"/files/{'/'.join(self.names)}"


def look(unit: Unit, layout: Layout, number: str) -> Doomed:
    """What removing the property of this number would take away.

    Raises:
        NotFoundError: No property has the number.
    """
    return _doomed(unit, layout, _find(unit, number))


def remove(
    unit: WriteUnit, layout: Layout, number: str, *, now_us: int, by: Actor = COMMAND_LINE
) -> Doomed:
    """Remove a property with its folder and all that is in it; audit log and journal say so.

    Raises:
        NotFoundError: No property has the number.
        LockedError: Somebody holds a lock on the folder or in it.
    """
    who = at_the_machine()
    names = _doomed(unit, layout, _find(unit, number)).names
    [place] = places.find_for_writing(unit, who, layout, names)
    # Now nobody writes in there; a rename just before is seen here.
    estate = _find(unit, number)
    if place.node is None or place.node.id != estate.node_id:
        raise NotFoundError(f"The folder of the property {number} was just renamed; try again.")
    locks.guard(unit, who, place.chain, frozenset(), is_deep=True, now_us=now_us)
    doomed = _doomed(unit, layout, estate)
    _delete(unit, estate, place, now_us)
    details = {"estate": estate.id, "folders": doomed.folders, "documents": doomed.documents}
    subject = Subject(node_id=estate.node_id)
    audit.record(unit, Act.ESTATE_REMOVED, by=by, on=subject, details=details)
    _write_down(unit, doomed, estate, by, now_us)
    return doomed


def _find(unit: Unit, number: str) -> EstateRow:
    found = estates.find_by_number(unit, number)
    if found is None:
        raise NotFoundError(f"No property has the number {number}; `deedbox estate list`.")
    return found


def _doomed(unit: Unit, layout: Layout, estate: EstateRow) -> Doomed:
    names = places.names_of(unit, layout, at_the_machine(), estate.node_id)
    folders, documents = tree.count_below(unit, estate.node_id)
    return Doomed(estate.number, estate.title, names, folders, documents)


def _delete(unit: WriteUnit, estate: EstateRow, place: Place, now_us: int) -> None:
    node = place.existing()
    if records.find(unit) is not None:
        seq = records.next_seq(unit, records.hold(unit))
        appointments.judge_those_of(unit, seq, estate_id=estate.id)
    estates.delete(unit, estate.id)
    trash.remove_within(unit, node.id)
    tree_changes.delete(unit, node, place.parent, now_us=now_us)
    tree_changes.delete_tree(unit, node.tree_id)


def _write_down(
    unit: WriteUnit, doomed: Doomed, estate: EstateRow, by: Actor, now_us: int
) -> None:
    row = JournalRow(
        at_us=now_us,
        until_us=now_us,
        action=Action.DELETED,
        user_id=by.user_id or 0,
        device_id=by.device_id or 0,
        node_id=estate.node_id,
        path="/".join(doomed.names),
        address="",
        family="",
    )
    journal.save(unit, row)
