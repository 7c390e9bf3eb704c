"""What people do with documents and folders: each function is one act in the caller's transaction.

Who may, which locks stand in the way and which names are fixed is asked here, so that every door
(WebDAV, console, command line) does the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from auth.identity import Identity
from office import access, estates, locks
from office.access import Act
from office.errors import (
    ExistsError,
    ForbiddenError,
    IntoItselfError,
    KindError,
    TooLargeError,
    UnfitNameError,
)
from office.layout import Role
from office.places import Place
from office.work import Work
from storage import blobs, tree
from storage import locks as lock_rows
from storage.store import Unit
from storage.tree import Content, NodeRow
from wire.paths import windows_name_fault

COPY_NODES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it stands after a save.

    Attributes:
        node: The document.
        is_new: Whether it was made by this save.
        has_changed: Whether its bytes differ from before.
    """

    node: NodeRow
    is_new: bool
    has_changed: bool


def _put_needs(place: Place) -> tuple[Act, tuple[NodeRow, ...]]:
    """What a save at *place* does, and to which node (the last of the chain).

    Raises:
        UnfitNameError, KindError, ParentMissingError, ForbiddenError: No document can be there.
    """
    node = place.node
    if node is None:
        if fault := windows_name_fault(place.name):
            raise UnfitNameError(fault)
        estates.refuse_foreign(place)
        return Act.ADD, place.parent_chain
    if node.is_collection:
        raise KindError("This is a folder; a document can't take its place.")
    return Act.WRITE, place.chain


def foresee_put(
    unit: Unit, who: Identity, place: Place, tokens: frozenset[str], *, now_us: int
) -> tuple[Act, tuple[NodeRow, ...]]:
    """Ask for all that a save at *place* needs, before its body is taken in; changes nothing.

    Returns:
        The act, and the chain to the node that it is done to.

    Raises:
        OfficeError: Whatever would refuse the save.
    """
    act, chain = _put_needs(place)
    access.demand(who, act, chain)
    locks.demand(unit, who, chain, tokens, is_deep=False, now_us=now_us)
    return act, chain


def put(work: Work, place: Place, content: Content, *, modified_us: int | None = None) -> Stored:
    """Save a document, new or over the one that is there; its blob must be kept already."""
    work.demand(*_put_needs(place))
    if content.blob_sha256 is not None:
        blobs.record(work.unit, content.blob_sha256, content.size, now_us=work.now_us)
    node, unit, user_id = place.node, work.unit, work.who.user_id
    if node is None:
        made = tree.create(
            unit, place.parent, place.name, content=content, now_us=work.now_us, user_id=user_id
        )
        if modified_us is not None:
            tree.set_times(unit, made, modified_us=modified_us, created_us=None)
            made = made._replace(modified_us=modified_us)
        return Stored(made, is_new=True, has_changed=True)
    shown_us = work.now_us if modified_us is None else modified_us
    if node.blob_sha256 == content.blob_sha256:
        # The same bytes again are no new version; only the time that listings show moves.
        tree.set_times(unit, node, modified_us=shown_us, created_us=None)
        return Stored(node, is_new=False, has_changed=False)
    saved = tree.replace_content(unit, node, content, modified_us=shown_us, user_id=user_id)
    return Stored(saved, is_new=False, has_changed=True)


def make_collection(work: Work, place: Place) -> NodeRow:
    """Make a folder; among the properties that makes a property.

    Raises:
        ExistsError: Something of that name is there.
    """
    if place.node is not None:
        raise ExistsError(f"“{place.name}” is there already.")
    if fault := windows_name_fault(place.name):
        raise UnfitNameError(fault)
    parents = place.parent_chain
    work.demand(Act.ADD, parents)
    if parents[-1].role == Role.ESTATES:
        return estates.add_by_folder(work, place)
    return tree.create(
        work.unit,
        parents[-1],
        place.name,
        content=None,
        now_us=work.now_us,
        user_id=work.who.user_id,
    )


def delete(work: Work, place: Place) -> NodeRow:
    """Delete a document, or a folder with all that is in it."""
    node = place.existing()
    work.demand(Act.REMOVE, place.chain, is_deep=True)
    work.demand(Act.REMOVE_FROM, place.parent_chain)
    _refuse_hidden(work, node)
    tree.delete(work.unit, node, place.parent, now_us=work.now_us)
    return node


def copy(
    work: Work, source: Place, target: Place, *, is_deep: bool, may_overwrite: bool
) -> tuple[int, bool]:
    """Copy without copying bytes: the new member's node id, and whether the target was new.

    Blocked parts of the source stay behind: for the caller they are not there.
    """
    node = source.existing()
    _check_target(work, source, target, may_overwrite=may_overwrite)
    nodes = _visible_part(work, source) if is_deep and node.is_collection else [node]
    is_new = target.node is None
    if target.node is not None and not node.is_collection and not target.node.is_collection:
        return _copy_over(work, node, target), False
    _clear(work, target)
    return (
        tree.copy(
            work.unit,
            nodes,
            target.parent,
            target.name,
            now_us=work.now_us,
            user_id=work.who.user_id,
        ),
        is_new,
    )


def move(work: Work, source: Place, target: Place, *, may_overwrite: bool) -> bool:
    """Move or rename; the node keeps its id and loses its locks. Whether the target was new."""
    node = source.existing()
    work.demand(Act.RENAME, source.chain, is_deep=True)
    work.demand(Act.REMOVE_FROM, source.parent_chain)
    is_rename = source.parent.id == target.parent.id
    if not is_rename:
        access.demand(work.who, Act.REMOVE, source.chain)
        _refuse_hidden(work, node)
    _check_target(work, source, target, may_overwrite=may_overwrite, is_rename=is_rename)
    is_new = target.node is None
    _clear(work, target)
    lock_rows.delete_in_subtree(work.unit, node.id)
    if node.role == Role.ESTATE:
        estates.rename_by_folder(work, source, target.name)
    tree.move(work.unit, node, source.parent, target.parent, target.name, now_us=work.now_us)
    return is_new


def _check_target(
    work: Work, source: Place, target: Place, *, may_overwrite: bool, is_rename: bool = False
) -> None:
    node, parents = source.existing(), target.parent_chain
    if node.role == Role.TOP:
        raise IntoItselfError("Everything lies in this folder; it can't be put into itself.")
    if target.node is not None and target.node.id == node.id:
        raise IntoItselfError("Source and destination are the same.")
    if any(each.id == node.id for each in parents):
        raise IntoItselfError("A folder can't be put into itself.")
    if target.node is not None and any(each.id == target.node.id for each in source.chain):
        raise IntoItselfError("A folder can't be replaced by something inside it.")
    if fault := windows_name_fault(target.name):
        raise UnfitNameError(fault)
    if not (is_rename and node.role == Role.ESTATE):
        estates.refuse_foreign(target)
    if target.node is not None and not may_overwrite:
        raise ExistsError(f"“{target.name}” is there already.")
    work.demand(Act.ADD, parents)


def _clear(work: Work, target: Place) -> None:
    """Make room: what is at the target goes, as the RFC wants for Overwrite: T."""
    if target.node is not None:
        delete(work, target)


def _copy_over(work: Work, node: NodeRow, target: Place) -> int:
    """A document over a document is a save: the target stays the same node, its next version."""
    work.demand(Act.WRITE, target.chain)
    kept = target.existing()
    content = Content(node.blob_sha256, node.size, node.content_type)
    tree.replace_content(
        work.unit,
        kept,
        content,
        modified_us=node.modified_us,
        user_id=work.who.user_id,
    )
    tree.replace_dead_properties(work.unit, source_id=node.id, target_id=kept.id)
    return kept.id


def _visible_part(work: Work, source: Place) -> list[NodeRow]:
    nodes = tree.subtree(work.unit, source.existing().id)
    if len(nodes) > COPY_NODES_MAX:
        raise TooLargeError(f"More than {COPY_NODES_MAX:,} items at once; copy it in parts.")
    blocked = work.who.blocked_nodes
    if not blocked:
        return nodes
    kept: list[NodeRow] = []
    left_out: set[int] = set()
    for node in nodes:
        if node.id in blocked or node.parent_id in left_out:
            left_out.add(node.id)
        else:
            kept.append(node)
    return kept


def _refuse_hidden(work: Work, node: NodeRow) -> None:
    """Nobody deletes or carries off what they may not see."""
    if not work.who.blocked_nodes or not node.is_collection:
        return
    below: Sequence[NodeRow] = tree.subtree(work.unit, node.id)
    if access.has_hidden_below(work.who, below):
        raise ForbiddenError(
            f"“{node.name}” holds something that stays; an administrator can help.",
            privilege="unbind",
        )
