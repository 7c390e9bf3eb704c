"""May they? The one function that every door and job asks (``decide``).

It joins what is stored about a person (function rights, grants, blocks) with where something
lies.
Every door is in the rights matrix of ``tests/protocol/test_access_matrix.py``.
"""

from collections.abc import Iterable, Sequence
from enum import Enum, auto

from auth.identity import Identity
from auth.rights import ADMINISTRATION, DataRight, FunctionRight
from auth.visibility import Visibility
from office.errors import Blocked, BlockedError, FixedError, ForbiddenError, NotFoundError
from office.layout import Role
from storage.collections import CollectionRow
from storage.tree import NodeRow


class Act(Enum):
    """What somebody wants to do with the last node of a chain.

    WRITE changes a document or a folder's properties, ADD and REMOVE_FROM a folder's members;
    REMOVE and RENAME are about the node itself; MANAGE says who else may.
    """

    READ = auto()
    WRITE = auto()
    ADD = auto()
    REMOVE_FROM = auto()
    REMOVE = auto()
    RENAME = auto()
    MANAGE = auto()


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
    Act.MANAGE: "write-acl",
}
"""The RFC 3744 privilege that an act needs."""

_COLLECTION_NEEDS = {
    Act.READ: DataRight.READ,
    Act.REMOVE: DataRight.READ,
    Act.MANAGE: DataRight.MANAGE,
    Act.RENAME: DataRight.MANAGE,
}
_FIXED_ROLES = frozenset(Role) - {Role.NONE, Role.ESTATE}
_MANAGED = frozenset({Role.TOP, Role.CONTACTS})
# No right opens them, so nobody is sent to an administrator.
_MANAGED_REFUSALS = {Act.ADD: "Nothing can be put directly in here."}


SOMEBODY = Identity(
    user_id=0,
    user_name="",
    device_id=0,
    device_label="",
    function_rights=frozenset(),
    blocked_nodes=frozenset(),
    home_node_id=0,
    groups=frozenset(),
)
"""Nobody in particular: for access lists, which ask what one in a group, say, might do."""


def data_right(who: Identity, chain: Sequence[NodeRow]) -> DataRight:
    """How far *who* may go with the last node of *chain*, but for blocks and function rights.

    What was granted on a node holds for all below it; the farthest counts. A Home is its
    owner's alone, and Administration may manage all that is shared.
    """
    root = chain[0]
    if root.role == Role.HOME:
        return DataRight.MANAGE if root.id == who.home_node_id else DataRight.NONE
    if root.role in _MANAGED:
        return DataRight.READ
    if who.is_administrator:
        return DataRight.MANAGE
    grants = who.grants
    return max(grants.get(each.id, DataRight.NONE) for each in chain)


def is_passed(who: Identity, chain: Sequence[NodeRow]) -> bool:
    """Whether *who* only goes through the folder at the end of *chain*, to what is in it for them.

    They see the folder and those of its members that lead on, and nothing else of it.
    """
    return data_right(who, chain) < DataRight.READ


def decide(who: Identity, act: Act, chain: Sequence[NodeRow]) -> Verdict:
    """Whether *who* may do *act* on the last node of *chain* (the path from its root).

    A block on any node of the chain beats every right: the node does not exist for them.
    """
    root, node = chain[0], chain[-1]
    if who.blocked_nodes and any(each.id in who.blocked_nodes for each in chain):
        return Verdict.HIDDEN
    right = data_right(who, chain)
    if right < DataRight.READ and node.id not in who.passages:
        return Verdict.HIDDEN
    if act is Act.READ:
        return Verdict.ALLOWED
    return _may_change(who, act, right, root, node)


def _may_change(
    who: Identity, act: Act, right: DataRight, root: NodeRow, node: NodeRow
) -> Verdict:
    if root.role in _MANAGED or node.role == Role.PAST:
        return Verdict.REFUSED
    is_fixed = node.role in _FIXED_ROLES or (node.role == Role.ESTATE and act is Act.REMOVE)
    if is_fixed and act in (Act.REMOVE, Act.RENAME):
        return Verdict.FIXED
    if act is Act.MANAGE:
        # What lies in a Home nobody else could find; there is nothing to grant.
        may = right >= DataRight.MANAGE and root.role != Role.HOME
        return Verdict.ALLOWED if may else Verdict.REFUSED
    if right < DataRight.WRITE:
        return Verdict.REFUSED
    is_estates = node.role == Role.ESTATES or (node.role == Role.ESTATE and act is Act.RENAME)
    return _by(who, FunctionRight.EDIT_PROPERTIES if is_estates else FunctionRight.EDIT_DOCUMENTS)


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
    if is_passed(who, chain):
        asked = ((each, decide(who, Act.READ, (*chain, each))) for each in members)
        return [each for each, verdict in asked if verdict is Verdict.ALLOWED]
    # What may be read is inherited, so that only a block can hide one of them.
    return [each for each in members if each.id not in who.blocked_nodes]


def collection_right(who: Identity, collection: CollectionRow) -> DataRight:
    """How far *who* may go with a calendar, task list or address book, blocks included."""
    if collection.is_blocked or collection.is_aside:
        return DataRight.NONE
    if collection.owner_id == who.user_id:
        return DataRight.MANAGE
    # What colleagues write to each other is for nobody else, whatever was granted; nor is what
    # somebody sees of the office's records.
    is_own_alone = collection.is_for_meetings or collection.is_view
    return DataRight.NONE if is_own_alone else DataRight(collection.granted)


def decide_collection(who: Identity, act: Act, collection: CollectionRow) -> Verdict:
    """Whether *who* may do *act* with a calendar, task list or address book (theirs as found).

    Its owner may do everything with its members, others what was granted to them; for everybody
    else it is not there. What each user has from the beginning stays. REMOVE takes what is
    another's out of one's own home only, and needs no more than to have it there.
    """
    right = collection_right(who, collection)
    is_own = collection.owner_id == who.user_id
    if right < DataRight.READ or (collection.is_away and not is_own):
        return Verdict.HIDDEN
    if is_own and collection.is_for_meetings and act in (Act.WRITE, Act.ADD):
        return Verdict.REFUSED  # only the office itself puts messages there
    if is_own and collection.is_view and act is not Act.READ:
        return _may_change_view(who, act, collection)
    if is_own:
        is_fixed = collection.is_default and act in (Act.REMOVE, Act.RENAME)
        return Verdict.FIXED if is_fixed else Verdict.ALLOWED
    needed = _COLLECTION_NEEDS.get(act, DataRight.WRITE)
    return Verdict.ALLOWED if right >= needed else Verdict.REFUSED


def _may_change_view(who: Identity, act: Act, view: CollectionRow) -> Verdict:
    """What a view shows is the office's; only its book takes cards, from who sees customers."""
    if act in (Act.REMOVE, Act.RENAME):
        return Verdict.FIXED
    may_write = view.is_office_book and who.visibility is not Visibility.NONE
    return Verdict.ALLOWED if may_write else Verdict.REFUSED


def demand_collection(who: Identity, act: Act, collection: CollectionRow) -> None:
    """Raise what *decide_collection* says, unless it allows the act.

    Raises:
        NotFoundError: For *who* it does not exist.
        ForbiddenError: It was granted for less.
        FixedError: The collection stays.
    """
    verdict = decide_collection(who, act, collection)
    name = collection.display_name or collection.name
    if verdict is Verdict.HIDDEN:
        raise NotFoundError("There is nothing here.")
    if verdict is Verdict.REFUSED:
        told = f"{collection.owner_name} or an administrator can grant it."
        raise ForbiddenError(
            f"{who.user_name} may not change “{name}”; "
            f"{'only the server puts something there.' if collection.is_for_meetings else told}",
            privilege=PRIVILEGE[act],
            names=(collection.name,),
        )
    if verdict is Verdict.FIXED:
        raise FixedError(f"“{name}” belongs to every user; it stays.")


def may_mark(who: Identity, chain: Sequence[NodeRow]) -> bool:
    """Whether *who* may close the folder at the end of *chain* to others, and open it again.

    That is for whoever manages users or the folder, if it is there for them. A Home is nobody
    else's, so that there is nothing to close.
    """
    if chain[0].role in {Role.HOME, Role.TOP} or not chain[-1].is_collection:
        return False
    if decide(who, Act.READ, chain) is not Verdict.ALLOWED:
        return False
    return who.may(FunctionRight.MANAGE_USERS) or decide(who, Act.MANAGE, chain) is Verdict.ALLOWED


def may_mark_collection(who: Identity, collection: CollectionRow) -> bool:
    """Whether *who* may close a calendar, task list or address book to others.

    Whoever manages users knows which ones there are, and reads none of them by that.
    """
    if collection.is_blocked:
        return False
    return (
        who.may(FunctionRight.MANAGE_USERS)
        or decide_collection(who, Act.MANAGE, collection) is Verdict.ALLOWED
    )


def demand_granting(who: Identity, collection: CollectionRow) -> None:
    """Raise unless *who* may say who reads and writes a collection: its managers, Administration.

    Raises:
        NotFoundError: For *who* it does not exist.
        ForbiddenError: It was granted for less.
    """
    if who.is_administrator and not collection.is_blocked:
        return
    demand_collection(who, Act.MANAGE, collection)


def may_mark_user(
    who: Identity, user_id: int, groups: Iterable[str], *, is_owner: bool = False
) -> bool:
    """Whether *who*, who may mark a place, may close it to this user, or open it again.

    Nobody closes anything to themselves: they could not open it again. Administrators are
    closed out by administrators only, and owners from what is theirs by who manages users.
    """
    if user_id == who.user_id:
        return False
    if ADMINISTRATION.name in groups and not who.is_administrator:
        return False
    return not is_owner or who.may(FunctionRight.MANAGE_USERS)
