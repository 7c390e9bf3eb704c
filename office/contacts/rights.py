"""Who may do what with contacts: what is asked before one is made or changed."""

from auth.identity import Identity
from auth.rights import FunctionRight
from auth.visibility import Visibility
from office.errors import ForbiddenError


def demand_eyes(who: Identity) -> None:
    """Whoever sees no customers makes and changes none.

    Raises:
        ForbiddenError: *who* sees none.
    """
    if who.visibility is Visibility.NONE:
        raise ForbiddenError("You may not see customers.", privilege="write-content")


def demand(who: Identity, right: FunctionRight) -> None:
    """Ask for a function right.

    Raises:
        ForbiddenError: It is missing.
    """
    if not who.may(right):
        raise ForbiddenError(f"The right “{right}” is missing.", privilege="write-content")
