"""What is done with the trash: copy out of it, bring back, remove for good."""

from collections.abc import Sequence

from auth.rights import DataRight
from office import access, documents, trash_places
from office.access import Act
from office.documents import Stored
from office.errors import ForbiddenError, NotFoundError
from office.past_places import PastPlace
from office.places import Place
from office.trash_places import Entry
from office.work import Work
from storage import blocks, trash, tree_changes, versions


def copy_out(
    work: Work, source: PastPlace, target: Place, *, is_deep: bool, may_overwrite: bool
) -> tuple[int, bool]:
    """Copy out of the trash: the new node's id, and whether something was there before.

    Raises:
        NotFoundError: It was taken out or removed just now.
        ForbiddenError: It is no more than a folder that shows the way.
    """
    _hold(work, source)
    return documents.copy(work, source, target, is_deep=is_deep, may_overwrite=may_overwrite)


def restore(work: Work, source: PastPlace, target: Place, *, may_overwrite: bool) -> Stored:
    """Take something out of the trash: the same node, with its versions and properties.

    A document that comes back over a document is that one's next version, as with every move.

    Raises:
        NotFoundError: It was taken out or removed just now.
        ForbiddenError: It is no more than a folder that shows the way, or a right is missing.
        ExistsError: Something is there, and it may not be overwritten.
    """
    node, unit = source.existing(), work.unit
    _hold(work, source)
    access.demand(work.who, Act.REMOVE_FROM, source.chain[:-1])
    documents.refuse_hidden(work, node)
    documents.check_target(work, source, target, may_overwrite=may_overwrite)
    if documents.is_save(node, target):
        saved = documents.put_over(work, node, target)
        documents.block_again(work, blocks.on_node(unit, node.id), saved.id)
        if not versions.has_any(unit, node.id):
            tree_changes.remove_subtree(unit, node.id)
        return Stored(saved, is_new=False, has_changed=saved.version != target.existing().version)
    held = documents.clear(work, target)
    if node.id == source.entry_id:
        trash.put_back(unit, node, target.parent, target.name)
    else:
        folder = source.chain[-2]
        tree_changes.move(unit, node, folder, target.parent, target.name, now_us=work.now_us)
    documents.block_again(work, held, node.id)
    return Stored(node, is_new=target.node is None, has_changed=False)


def _hold(work: Work, source: PastPlace) -> None:
    source.existing()
    if source.entry_id is None:
        raise ForbiddenError(
            "This folder only shows what was deleted; take that out of it.",
            privilege="unbind",
            names=source.names,
        )
    if not trash.hold(work.unit, source.entry_id):
        raise NotFoundError("There is nothing here.")


def remove(work: Work, entry: Entry) -> None:
    """Remove something from the trash for good; whoever manages where it lay may.

    Nobody finds it any more. :func:`storage.trash.remove_some` takes its rows away.

    Raises:
        NotFoundError: It was taken out or removed just now.
        ForbiddenError: The right to manage is missing, or something in it is hidden.
    """
    unit, node = work.unit, entry.chain[-1]
    unit.serialise(entry.row.tree_id)
    if not trash.hold(unit, node.id):
        raise NotFoundError("There is nothing here.")
    if access.data_right(work.who, entry.chain) < DataRight.MANAGE:
        raise ForbiddenError(
            f"{work.who.user_name} may not remove “{node.name}” for good; who manages the folder "
            "that it lay in can.",
            privilege="unbind",
            names=entry.names,
        )
    documents.refuse_hidden(work, node)
    trash.send_away(unit, [node.id])


def empty(
    work: Work, *, most: int, below: Sequence[str] = (), before_us: int | None = None
) -> list[Entry]:
    """Remove up to *most* for good of what *work.who* sees in the trash; what went.

    Args:
        work: Who does it.
        most: So many at most: the rest is for another transaction.
        below: Only what lay at this path below ``/files/`` or below it.
        before_us: Only what was deleted before this time.

    Raises:
        ForbiddenError: As for :func:`remove`; then nothing went.
    """
    since = None if before_us is None else (before_us, 0)
    found = trash_places.entries(
        work.unit, work.who, work.layout, most=most, below=below, before=since
    )
    # All at once: one after the other they could wait in a ring with another writer.
    work.unit.serialise(*{each.row.tree_id for each in found})
    for each in found:
        remove(work, each)
    return found
