"""Blocks: one user, one folder and all below it; a block beats every grant."""

from auth import audit, people
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from storage import blocks, locks
from storage import people as people_rows
from storage.store import Unit, WriteUnit


def block_on(
    unit: WriteUnit, *, user_name: str, node_id: int, now_us: int, by: Actor = COMMAND_LINE
) -> None:
    """Close a node to a user, from the next request in every process; their locks there end.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    blocks.serialise(unit, node_id)
    locks.delete_of_user_within(unit, person.id, node_id)
    blocks.add(unit, user_id=person.id, node_id=node_id, now_us=now_us)
    audit.record(unit, Act.BLOCK_SET, by=by, on=Subject(person.id, node_id=node_id))


def unblock_on(unit: WriteUnit, *, user_name: str, node_id: int, by: Actor = COMMAND_LINE) -> bool:
    """Lift the user's block on this very node; False if there was none.

    Raises:
        UnknownUserError: There is no such user.
    """
    person = people.get(unit, user_name)
    people_rows.hold(unit, person.id)
    blocks.serialise(unit, node_id)
    is_lifted = blocks.remove(unit, user_id=person.id, node_id=node_id)
    if is_lifted:
        audit.record(unit, Act.BLOCK_LIFTED, by=by, on=Subject(person.id, node_id=node_id))
    return is_lifted


def nodes_of(unit: Unit, user_id: int) -> list[int]:
    """The ids of the nodes that are closed to the user."""
    return blocks.of_user(unit, user_id)
