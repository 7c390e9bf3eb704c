"""Blocks: one user, one folder and all below it, or one collection; it beats every grant."""

from auth import audit, people
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from storage import blocks, collection_viewers, locks
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
    people_rows.rules_changed(unit, [person.id])
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
        people_rows.rules_changed(unit, [person.id])
        audit.record(unit, Act.BLOCK_LIFTED, by=by, on=Subject(person.id, node_id=node_id))
    return is_lifted


def block_on_collection(
    unit: WriteUnit,
    *,
    user_name: str,
    collection_id: int,
    now_us: int,
    by: Actor = COMMAND_LINE,
) -> None:
    """Close a calendar or address book to a user, also one of their own; its bytes stay.

    Raises:
        UnknownUserError: There is no such user.
    """
    user_id = people.get(unit, user_name).id
    people_rows.hold(unit, user_id)
    collection_viewers.block(unit, user_id=user_id, collection_id=collection_id, now_us=now_us)
    people_rows.rules_changed(unit, [user_id])
    details = {"collection": collection_id}
    audit.record(unit, Act.BLOCK_SET, by=by, on=Subject(user_id), details=details)


def unblock_on_collection(
    unit: WriteUnit, *, user_name: str, collection_id: int, by: Actor = COMMAND_LINE
) -> bool:
    """Open it to the user again; False if it was not closed.

    Raises:
        UnknownUserError: There is no such user.
    """
    user_id = people.get(unit, user_name).id
    people_rows.hold(unit, user_id)
    is_lifted = collection_viewers.unblock(unit, user_id=user_id, collection_id=collection_id)
    if is_lifted:
        people_rows.rules_changed(unit, [user_id])
        details = {"collection": collection_id}
        audit.record(unit, Act.BLOCK_LIFTED, by=by, on=Subject(user_id), details=details)
    return is_lifted


def nodes_of(unit: Unit, user_id: int) -> list[int]:
    """The ids of the nodes that are closed to the user."""
    return blocks.of_user(unit, user_id)
