"""Who may manage whom: *manage users* alone makes nobody an administrator.

Somebody with that right could otherwise put themselves into Administration, or take over an
administrator's account by a link for a new password.
"""

from collections.abc import Collection

from auth.errors import RightMissingError
from auth.rights import ADMINISTRATION, GROUPS, FunctionRight, Group, rights_of


def may_manage(own_groups: frozenset[str], groups: Collection[str]) -> bool:
    """Whether a member of *own_groups* may make, change or block a member of *groups*."""
    if FunctionRight.MANAGE_USERS not in rights_of(own_groups):
        return False
    return ADMINISTRATION.name in own_groups or ADMINISTRATION.name not in groups


def check_may_manage(own_groups: frozenset[str], groups: Collection[str]) -> None:
    """Refuse where :func:`may_manage` is False.

    Raises:
        RightMissingError: It is.
    """
    if not may_manage(own_groups, groups):
        raise RightMissingError("Only administrators may do this to an administrator.")


def groups_for(own_groups: frozenset[str]) -> list[Group]:
    """The groups that a member of *own_groups* may put others into."""
    return [each for each in GROUPS if may_manage(own_groups, (each.name,))]
