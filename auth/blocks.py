"""Blocks: one user, one folder and all below it; a block beats every grant."""

from auth import people
from storage import blocks, locks
from storage import people as people_rows
from storage.store import Unit, WriteUnit


def block_on(unit: WriteUnit, *, user_name: str, node_id: int, now_us: int) -> None:
    """Close a node to a user, from the next request in every process; their locks there end.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    blocks.serialise(unit, node_id)
    locks.delete_of_user_within(unit, person.id, node_id)
    blocks.add(unit, user_id=person.id, node_id=node_id, now_us=now_us)


def unblock_on(unit: WriteUnit, *, user_name: str, node_id: int) -> bool:
    """Lift the user's block on this very node; False if there was none.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    blocks.serialise(unit, node_id)
    return blocks.remove(unit, user_id=person.id, node_id=node_id)


def nodes_of(unit: Unit, user_id: int) -> list[int]:
    """The ids of the nodes that are closed to the user."""
    return blocks.of_user(unit, user_id)
