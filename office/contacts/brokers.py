"""A broker's customers shown to a user beside the user's own (Vermittlerfreischaltung)."""

from auth import audit, people
from auth.audit import Act, Actor, Subject
from auth.rights import FunctionRight
from office.contacts.keeping import get
from office.contacts.kinds import Kind
from office.contacts.rights import demand
from office.errors import NotFoundError
from office.work import GroupwareWork
from storage import contacts
from storage import people as people_rows
from storage.contacts import ContactRow


def release(work: GroupwareWork, number: str, user_name: str) -> bool:
    """Show the customers of broker *number* to a user; False if they were.

    Raises:
        ForbiddenError: The right is missing.
        NotFoundError: There is no such broker.
        auth.errors.UnknownUserError: There is no such user.
    """
    return _set(work, number, user_name, is_released=True)


def withdraw(work: GroupwareWork, number: str, user_name: str) -> bool:
    """Take that back; False if it was not so. Raises as :func:`release`."""
    return _set(work, number, user_name, is_released=False)


def _set(work: GroupwareWork, number: str, user_name: str, *, is_released: bool) -> bool:
    demand(work.who, FunctionRight.MANAGE_VISIBILITY)
    broker = _broker(work, number)
    user = people.get(work.unit, user_name)
    change = contacts.release if is_released else contacts.withdraw
    if not change(work.unit, broker.id, user.id):
        return False
    people_rows.rules_changed(work.unit, [user.id])
    if not is_released:
        work.unit.rights_shrank()
    act = Act.BROKER_RELEASED if is_released else Act.BROKER_WITHDRAWN
    details = {"contact": broker.id}
    by = Actor(work.who.user_id, work.who.device_id or None)
    audit.record(work.unit, act, by=by, on=Subject(user.id), details=details)
    return True


def _broker(work: GroupwareWork, number: str) -> ContactRow:
    row = get(work.unit, work.who, number).row
    if row.kind != Kind.BROKER:
        raise NotFoundError(f"Contact {number} is no broker.")
    return row
