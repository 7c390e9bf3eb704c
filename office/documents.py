"""What people do with documents and folders: each function is one act in the caller's transaction.

Who may, which locks stand in the way and which names are fixed is asked here, so that every door
(WebDAV, console, command line) does the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from auth.identity import Identity
from office import access, estates, layout, locks
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
from storage import blobs, blocks, trash, tree, tree_changes, versions
from storage import locks as lock_rows
from storage.blocks import BlockRow
from storage.store import Unit
from storage.tree import Content, NodeRow

COPY_NODES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Stored:
    """A document (or moved folder) as it stands after a save or move.

    Attributes:
        node: The document.
        is_new: Whether nothing was at its name before.
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
        parents = place.parent_chain
        if fault := layout.name_fault(place.name):
            raise UnfitNameError(fault)
        estates.refuse_foreign(place)
        return Act.ADD, parents
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
        made = tree_changes.create(
            unit, place.parent, place.name, content=content, now_us=work.now_us, user_id=user_id
        )
        if modified_us is not None:
            tree_changes.set_times(unit, made, modified_us=modified_us, created_us=None)
            made = made._replace(modified_us=modified_us)
        return Stored(made, is_new=True, has_changed=True)
    shown_us = work.now_us if modified_us is None else modified_us
    saved = _save_over(work, node, content, shown_us)
    return Stored(saved, is_new=False, has_changed=saved.version != node.version)


def _save_over(work: Work, node: NodeRow, content: Content, shown_us: int) -> NodeRow:
    """Give a document content: its next version, unless it has these very bytes already.

    Then only the time that listings show moves, and the type, if one was told.
    """
    if node.blob_sha256 == content.blob_sha256:
        kind = content.content_type or node.content_type
        return tree_changes.confirm_content(work.unit, node, kind, modified_us=shown_us)
    return tree_changes.replace_content(
        work.unit,
        node,
        content,
        modified_us=shown_us,
        now_us=work.now_us,
        user_id=work.who.user_id,
    )


def make_collection(work: Work, place: Place) -> NodeRow:
    """Make a folder; among the properties that makes a property.

    Raises:
        ExistsError: Something of that name is there.
    """
    if place.node is not None:
        raise ExistsError("Something of that name is there already.")
    parents = place.parent_chain
    if fault := layout.name_fault(place.name):
        raise UnfitNameError(fault)
    work.demand(Act.ADD, parents)
    if parents[-1].role == Role.ESTATES:
        return estates.add_by_folder(work, place)
    return tree_changes.create(
        work.unit,
        parents[-1],
        place.name,
        content=None,
        now_us=work.now_us,
        user_id=work.who.user_id,
    )


def delete(work: Work, place: Place) -> NodeRow:
    """Put a document, or a folder with all that is in it, into the trash."""
    node = place.existing()
    work.demand(Act.REMOVE, place.chain, is_deep=True)
    work.demand(Act.REMOVE_FROM, place.parent_chain)
    refuse_hidden(work, node)
    _throw_away(work, node, place.parent)
    return node


def _throw_away(work: Work, node: NodeRow, parent: NodeRow) -> None:
    who = work.who
    trash.put(
        work.unit,
        node,
        parent,
        now_us=work.now_us,
        user_id=who.user_id,
        device_id=who.device_id,
    )


def copy(
    work: Work, source: Place, target: Place, *, is_deep: bool, may_overwrite: bool
) -> tuple[int, bool]:
    """Copy without copying bytes: the target's node id, and whether it was new.

    Blocked parts of the source stay behind: for the caller they are not there.
    """
    node = source.existing()
    check_target(work, source, target, may_overwrite=may_overwrite)
    if is_save(node, target):
        return put_over(work, node, target).id, False
    nodes = _visible_part(work, source) if is_deep and node.is_collection else [node]
    held = clear(work, target)
    copied = tree_changes.copy(
        work.unit,
        nodes,
        target.parent,
        target.name,
        now_us=work.now_us,
        user_id=work.who.user_id,
    )
    block_again(work, held, copied)
    return copied, target.node is None


def move(work: Work, source: Place, target: Place, *, may_overwrite: bool) -> Stored:
    """Move or rename; the node keeps its id and loses its locks.

    A document moved over a document is that one's next version: the node that was at the target
    stays, with its history and its locks (RFC 4918 section 7.6), and the other is gone, or in the
    trash where it has a history of its own.
    """
    node = source.existing()
    work.demand(Act.RENAME, source.chain, is_deep=True)
    work.demand(Act.REMOVE_FROM, source.parent_chain)
    is_rename = source.parent.id == target.parent.id
    if not is_rename:
        access.demand(work.who, Act.REMOVE, source.chain)
        refuse_hidden(work, node)
    check_target(work, source, target, may_overwrite=may_overwrite, is_rename=is_rename)
    if is_save(node, target):
        saved = put_over(work, node, target)
        block_again(work, blocks.on_node(work.unit, node.id), saved.id)
        if versions.has_any(work.unit, node.id):
            _throw_away(work, node, source.parent)  # what it held before is nowhere else
        else:
            tree_changes.delete(work.unit, node, source.parent, now_us=work.now_us)
        return Stored(saved, is_new=False, has_changed=saved.version != target.existing().version)
    held = clear(work, target)
    lock_rows.delete_in_subtree(work.unit, node.id)
    if node.role == Role.ESTATE:
        estates.rename_by_folder(work, source, target.name)
    tree_changes.move(
        work.unit, node, source.parent, target.parent, target.name, now_us=work.now_us
    )
    block_again(work, held, node.id)
    return Stored(node, is_new=target.node is None, has_changed=False)


def is_save(node: NodeRow, target: Place) -> bool:
    """Whether *node* put at *target* is a document over a document: the target stays the same."""
    return target.node is not None and not node.is_collection and not target.node.is_collection


def check_target(
    work: Work, source: Place, target: Place, *, may_overwrite: bool, is_rename: bool = False
) -> None:
    """Refuse to put *source* at *target* where it can't be, or something may not go."""
    node, parents = source.existing(), target.parent_chain
    if node.role == Role.TOP:
        raise IntoItselfError("Everything lies in this folder; it can't be put into itself.")
    if target.node is not None and target.node.id == node.id:
        raise IntoItselfError("Source and destination are the same.")
    if any(each.id == node.id for each in parents):
        raise IntoItselfError("A folder can't be put into itself.")
    above = [each.id for each in source.chain if each.is_collection]
    if target.node is not None and target.node.id in above:
        raise IntoItselfError("A folder can't be replaced by something inside it.")
    if fault := layout.name_fault(target.name):
        raise UnfitNameError(fault)
    if not (is_rename and node.role == Role.ESTATE):
        estates.refuse_foreign(target)
    if target.node is not None and not may_overwrite:
        raise ExistsError(f"“{target.name}” is there already.")
    if is_save(node, target):
        work.demand(Act.WRITE, target.chain)
    else:
        work.demand(Act.ADD, parents)


def clear(work: Work, target: Place) -> list[BlockRow]:
    """Make room: what is at the target goes, as the RFC wants for Overwrite: T.

    Returns:
        The blocks that were on it. What comes in its place must not open it to anybody.
    """
    if target.node is None:
        return []
    held = blocks.on_node(work.unit, target.node.id)
    delete(work, target)
    return held


def block_again(work: Work, held: Sequence[BlockRow], node_id: int) -> None:
    """Let the blocks that were on what is gone hold on what came in its place."""
    for block in held:
        blocks.add(work.unit, user_id=block.user_id, node_id=node_id, now_us=block.created_us)


def put_over(work: Work, node: NodeRow, target: Place) -> NodeRow:
    """Save a document's content and dead properties over another, which keeps its node id."""
    kept = target.existing()
    content = Content(node.blob_sha256, node.size, node.content_type)
    saved = _save_over(work, kept, content, node.modified_us)
    if node.id:  # an earlier version has none of its own
        tree_changes.replace_dead_properties(work.unit, source_id=node.id, target_id=kept.id)
    return saved


def _visible_part(work: Work, source: Place) -> list[NodeRow]:
    nodes = tree.subtree(work.unit, source.existing().id, most=COPY_NODES_MAX + 1)
    if len(nodes) > COPY_NODES_MAX:
        raise TooLargeError(f"More than {COPY_NODES_MAX:,} items at once; copy it in parts.")
    who = work.who
    if not who.blocked_nodes and not access.is_passed(who, source.chain):
        return nodes
    seen = {nodes[0].id: source.chain}
    for node in nodes[1:]:
        # Parents come before their members; below one that is left out nothing is taken along.
        above = seen.get(node.parent_id or 0)
        if above is not None and access.visible(who, above, [node]):
            seen[node.id] = (*above, node)
    return [node for node in nodes if node.id in seen]


def refuse_hidden(work: Work, node: NodeRow) -> None:
    """Nobody deletes or carries off what they may not see."""
    if node.is_collection and tree.lies_above(work.unit, node.id, work.who.blocked_nodes):
        raise ForbiddenError(
            f"“{node.name}” holds something that stays; an administrator can help.",
            privilege="unbind",
        )
