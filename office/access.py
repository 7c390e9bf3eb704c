"""May they? The one function that every door and job asks (``decide``).

It joins what is stored about a person (function rights, blocks) with where something lies.
Every door is in the rights matrix of ``tests/protocol/test_access_matrix.py``.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from auth.identity import Identity
from auth.rights import FunctionRight
from office.errors import Blocked, BlockedError, FixedError, ForbiddenError, NotFoundError
from office.layout import Role
from storage.collections import CollectionRow
from storage.tree import NodeRow


class Act(Enum):
    """What somebody wants to do with the last node of a chain.

    WRITE changes a document or a folder's properties, ADD and REMOVE_FROM a folder's members;
    REMOVE and RENAME are about the node itself.
    """

    READ = auto()
    WRITE = auto()
    ADD = auto()
    REMOVE_FROM = auto()
    REMOVE = auto()
    RENAME = auto()


class Verdict(Enum):
    """What the office says to it."""

    HIDDEN = auto()
    REFUSED = auto()
    FIXED = auto()
    ALLOWED = auto()


PRIVILEGE = {
    Act.READ: "read",
    Act.WRITE: "write-content",
    Act.ADD: "bind",
    Act.REMOVE_FROM: "unbind",
    Act.REMOVE: "unbind",
    Act.RENAME: "unbind",
}
"""The RFC 3744 privilege that an act needs."""

_FIXED_ROLES = frozenset(Role) - {Role.NONE, Role.ESTATE}
_MANAGED = frozenset({Role.TOP, Role.CONTACTS})
# No right opens them, so nobody is sent to an administrator.
_MANAGED_REFUSALS = {Act.ADD: "Nothing can be put directly in here."}


def decide(who: Identity, act: Act, chain: Sequence[NodeRow]) -> Verdict:
    """Whether *who* may do *act* on the last node of *chain* (the path from its root).

    A block on any node of the chain beats every right: the node does not exist for them.
    """
    root, node = chain[0], chain[-1]
    if who.blocked_nodes and any(each.id in who.blocked_nodes for each in chain):
        return Verdict.HIDDEN
    if root.role == Role.HOME and root.id != who.home_node_id:
        return Verdict.HIDDEN
    if act is Act.READ:
        return Verdict.ALLOWED
    return _may_change(who, act, root, node)


def _may_change(who: Identity, act: Act, root: NodeRow, node: NodeRow) -> Verdict:
    if root.role in _MANAGED:
        return Verdict.REFUSED
    if act in (Act.REMOVE, Act.RENAME) and node.role in _FIXED_ROLES:
        return Verdict.FIXED
    if root.role == Role.RESOURCES and not who.is_administrator:
        return Verdict.REFUSED
    if node.role == Role.ESTATES or (node.role == Role.ESTATE and act is Act.RENAME):
        return _by(who, FunctionRight.EDIT_PROPERTIES)
    if node.role == Role.ESTATE and act is Act.REMOVE:
        return Verdict.FIXED
    return _by(who, FunctionRight.EDIT_DOCUMENTS)


def _by(who: Identity, right: FunctionRight) -> Verdict:
    return Verdict.ALLOWED if right in who.function_rights else Verdict.REFUSED


def demand(who: Identity, act: Act, chain: Sequence[NodeRow]) -> None:
    """Raise what *decide* says, unless it allows the act.

    Raises:
        NotFoundError: For *who* it does not exist.
        ForbiddenError: A right is missing.
        FixedError: The office fixes this folder.
    """
    verdict = decide(who, act, chain)
    if verdict is Verdict.ALLOWED:
        return
    if verdict is Verdict.HIDDEN:
        if blocked := [each.id for each in chain if each.id in who.blocked_nodes]:
            raise BlockedError(Blocked(blocked[0]))
        raise NotFoundError("There is nothing here.")
    name = chain[-1].name or "files"
    if verdict is Verdict.FIXED:
        raise FixedError(f"The folder “{name}” is fixed by the office; it stays where it is.")
    refusal = f"{who.user_name} may not change “{name}”; an administrator can grant it."
    if chain[0].role in _MANAGED:
        refusal = _MANAGED_REFUSALS.get(act, f"The office keeps “{name}” as it is.")
    raise ForbiddenError(
        refusal,
        privilege=PRIVILEGE[act],
        names=[each.name for each in chain],
    )


def known_part(who: Identity, chain: Sequence[NodeRow]) -> Sequence[NodeRow]:
    """The nodes of *chain* from its root on, as far as *who* may know of them."""
    depth = len(chain)
    while depth and decide(who, Act.READ, chain[:depth]) is not Verdict.ALLOWED:
        depth -= 1
    return chain[:depth]


def visible(who: Identity, chain: Sequence[NodeRow], members: Iterable[NodeRow]) -> list[NodeRow]:
    """The members of the last node of *chain*, which *who* may read, that they may see."""
    if not who.blocked_nodes:
        return list(members)
    return [each for each in members if decide(who, Act.READ, (*chain, each)) is Verdict.ALLOWED]


def decide_collection(who: Identity, act: Act, collection: CollectionRow) -> Verdict:
    """Whether *who* may do *act* with a calendar, task list or address book.

    Its owner may do everything with its members; for everybody else it is not there. What each
    user has from the beginning stays.
    """
    if collection.owner_id != who.user_id:
        return Verdict.HIDDEN
    if act in (Act.REMOVE, Act.RENAME) and collection.is_default:
        return Verdict.FIXED
    return Verdict.ALLOWED


def demand_collection(who: Identity, act: Act, collection: CollectionRow) -> None:
    """Raise what *decide_collection* says, unless it allows the act.

    Raises:
        NotFoundError: For *who* it does not exist.
        FixedError: The collection stays.
    """
    verdict = decide_collection(who, act, collection)
    if verdict is Verdict.HIDDEN:
        raise NotFoundError("There is nothing here.")
    if verdict is Verdict.FIXED:
        raise FixedError(
            f"“{collection.display_name or collection.name}” belongs to every user; it stays."
        )
