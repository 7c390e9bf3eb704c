"""Who may manage whom: *manage users* alone makes nobody an administrator.

Somebody with that right could otherwise put themselves into Administration, or take over an
administrator's account by a link for a new password.
"""

from collections.abc import Collection

from auth import rights, sessions
from auth.errors import InvalidValueError, RightMissingError
from auth.rights import ADMINISTRATION, FunctionRight
from storage import people
from storage.sessions import SessionRow
from storage.store import Unit


def may_manage(manager: SessionRow, groups: Collection[str]) -> bool:
    """Whether somebody at the console may make, change or block a member of *groups*."""
    if FunctionRight.MANAGE_USERS not in sessions.rights(manager):
        return False
    return ADMINISTRATION.name in manager.groups or ADMINISTRATION.name not in groups


def check_may_manage(manager: SessionRow, groups: Collection[str]) -> None:
    """Refuse where :func:`may_manage` is False.

    Raises:
        RightMissingError: It is.
    """
    if not may_manage(manager, groups):
        raise RightMissingError("Only administrators may do this to an administrator.")


def may_set_visibility(manager: SessionRow, groups: Collection[str]) -> bool:
    """Whether somebody at the console may say which customers a member of *groups* sees.

    Also themselves: the audit log tells.
    """
    if FunctionRight.MANAGE_VISIBILITY not in sessions.rights(manager):
        return False
    return ADMINISTRATION.name in manager.groups or ADMINISTRATION.name not in groups


def check_may_set_visibility(manager: SessionRow, groups: Collection[str]) -> None:
    """Refuse where :func:`may_set_visibility` is False.

    Raises:
        RightMissingError: It is.
    """
    if not may_set_visibility(manager, groups):
        raise RightMissingError("Only administrators may do this to an administrator.")


def may_configure_sync(visitor: SessionRow) -> bool:
    """Whether somebody at the console sees and says what reaches their own devices."""
    return FunctionRight.CONFIGURE_SYNC in sessions.rights(visitor)


def may_configure_sync_of(manager: SessionRow, groups: Collection[str]) -> bool:
    """Whether they do so for a member of *groups*, or at first for all of a group."""
    return may_configure_sync(manager) and may_manage(manager, groups)


def rights_for(manager: SessionRow) -> frozenset[FunctionRight]:
    """The function rights that they may give and take: none that they have not themselves."""
    return sessions.rights(manager)


def groups_for(unit: Unit, manager: SessionRow, name: str = "") -> list[str]:
    """The names of the groups that they may put the user *name* into, or take out of, by age.

    Who manages users finds colleagues for every group but Administration; into a group that gives
    a right which they have not, they put nobody but others: they would give it to themselves.
    """
    mine = rights_for(manager)
    is_own = name == manager.user_name
    return [
        each
        for each in people.group_names(unit)
        if may_manage(manager, (each,)) and not (is_own and rights.given_to(unit, each) - mine)
    ]


def check_may_give(unit: Unit, manager: SessionRow, groups: Collection[str]) -> None:
    """Refuse groups that are not among :func:`groups_for`.

    Raises:
        InvalidValueError: One is not, or there is no such group.
    """
    if set(groups) - set(groups_for(unit, manager)):
        raise InvalidValueError("There is no such group, or administrators only give it.")
