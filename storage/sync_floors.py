"""From which number on a folder's sync tokens are answered: below it a client begins anew.

A floor is a number of the folder's tree. One user's is raised by whatever happens to a member that
is blocked for them: they must neither keep it nor hear of it by name. Everybody's (user 0) is
raised when tombstones are forgotten.
"""

from storage.store import WriteUnit
from storage.tree import SUBTREE

EVERYBODY = 0

_RAISED = (
    "ON CONFLICT (parent_id, user_id) DO UPDATE SET modseq = excluded.modseq "
    "WHERE excluded.modseq > sync_floor.modseq"
)


def raise_to(unit: WriteUnit, folder_id: int, modseq: int, *, user_id: int = EVERYBODY) -> None:
    """Answer no token of the folder from before *modseq* any more."""
    unit.execute(
        "INSERT INTO sync_floor (parent_id, user_id, modseq) VALUES (:folder, :user, :modseq) "
        f"{_RAISED}",
        {"folder": folder_id, "user": user_id, "modseq": modseq},
    )


def raise_for_blocked(unit: WriteUnit, node_id: int, folder_id: int, modseq: int) -> None:
    """The same for each user who is blocked on the folder's member *node_id*."""
    unit.execute(
        "INSERT INTO sync_floor (parent_id, user_id, modseq) "
        f"SELECT :folder, user_id, :modseq FROM block WHERE node_id = :node {_RAISED}",
        {"folder": folder_id, "modseq": modseq, "node": node_id},
    )


def renumber(unit: WriteUnit, node_id: int, modseq: int) -> None:
    """Put the floors of a subtree that changes its tree at a number of the new one."""
    unit.execute(
        f"{SUBTREE}UPDATE sync_floor SET modseq = :modseq WHERE parent_id IN (SELECT id FROM sub)",
        {"id": node_id, "modseq": modseq},
    )
