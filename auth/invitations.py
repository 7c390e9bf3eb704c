"""From new to active: an invitation, taken up with a consent and a password; and new passwords.

::

    new --invite--> invited --take_up--> active <--block / unblock--> blocked
     ^                 |                   |
     '----withdraw-----'                   '-- reset --> active, with another password

Passwords come here as their hashes: making one takes a tenth of a second, and on SQLite nobody
else writes while a transaction is open.
"""

from typing import NamedTuple

from auth import audit, consent, people, tokens
from auth.audit import COMMAND_LINE, Act, Actor, Subject
from auth.errors import TokenEndedError, UserNotActiveError, UserStateError
from auth.tokens import Purpose
from storage import people as people_rows
from storage import sessions
from storage import tokens as token_rows
from storage.people import PersonRow
from storage.store import Unit, WriteUnit


class Issued(NamedTuple):
    """A link's token, which is nowhere else, and whom it is for."""

    person: PersonRow
    token: str
    expires_us: int


class Consent(NamedTuple):
    """Which text somebody consented to, in the language in which they read it."""

    version: int
    language: str


def mark_invited(unit: WriteUnit, name: str, *, by: Actor = COMMAND_LINE) -> PersonRow:
    """Let a new user be invited, or once more who did not come; the link comes by :func:`issue`.

    Raises:
        UnknownUserError: There is no such user.
        UserStateError: The user took an invitation up, or is blocked.
    """
    people_rows.hold(unit, people.get(unit, name).id)
    person = people.get(unit, name)
    if person.state not in ("new", "invited"):
        raise UserStateError(name, person.state)
    people_rows.set_state(unit, person.id, "invited")
    audit.record(unit, Act.USER_INVITED, by=by, on=Subject(person.id))
    return person._replace(state="invited")


def withdraw(unit: WriteUnit, name: str, *, by: Actor = COMMAND_LINE) -> PersonRow:
    """Take an invitation back: its link no longer works.

    Raises:
        UnknownUserError: There is no such user.
        UserStateError: The user is not invited.
    """
    people_rows.hold(unit, people.get(unit, name).id)
    person = people.get(unit, name)
    if person.state != "invited":
        raise UserStateError(name, person.state)
    token_rows.end_of_user(unit, person.id, purpose=Purpose.INVITATION)
    people_rows.set_state(unit, person.id, "new")
    audit.record(unit, Act.USER_INVITATION_WITHDRAWN, by=by, on=Subject(person.id))
    return person._replace(state="new")


def issue(unit: WriteUnit, user_id: int, purpose: Purpose, *, now_us: int) -> Issued | None:
    """A link for an invited user, or for a new password of an active one; None for others.

    It may have been asked for a while ago, and the user been blocked or joined since.
    """
    people_rows.hold(unit, user_id)
    person = people_rows.find_by_id(unit, user_id)
    if person is None or person.state != _WANTED_STATE[purpose]:
        return None
    token = tokens.issue(unit, user_id, purpose, now_us=now_us)
    return Issued(person, token, now_us + tokens.LIFE_US[purpose])


_WANTED_STATE = {Purpose.INVITATION: "invited", Purpose.RESET: "active"}


def demand_reset(unit: WriteUnit, name: str, *, by: Actor = COMMAND_LINE) -> PersonRow:
    """Say that somebody else asks for a user's new password, which is on record.

    Raises:
        UnknownUserError: There is no such user.
        UserNotActiveError: The user is not active.
    """
    people_rows.hold(unit, people.get(unit, name).id)
    person = people.get(unit, name)
    if person.state != "active":
        raise UserNotActiveError(name, person.state)
    audit.record(unit, Act.PASSWORD_RESET_ISSUED, by=by, on=Subject(person.id))
    return person


def invited_person(unit: Unit, token: str, purpose: Purpose, *, now_us: int) -> PersonRow:
    """Whom the link is for, so that its page can greet them; the link stays good.

    Raises:
        TokenEndedError: Not a link that works.
    """
    found = tokens.get(unit, token, purpose, now_us=now_us)
    person = people_rows.find_by_id(unit, found.user_id)
    if person is None or person.state != _WANTED_STATE[purpose]:
        raise TokenEndedError
    return person


def take_up(
    unit: WriteUnit, token: str, *, password_hash: str, given: Consent, now_us: int
) -> PersonRow:
    """Make the invited user active, with their consent and password; the link is used up.

    Raises:
        TokenEndedError: Not a link that works, or somebody was quicker.
        ConsentError: The text was changed meanwhile: show the new one.
    """
    person = _use(unit, token, Purpose.INVITATION, now_us=now_us)
    consent.give(unit, person.id, given.version, given.language, now_us=now_us)
    people_rows.set_password_hash(unit, person.id, password_hash)
    people_rows.set_state(unit, person.id, "active")
    audit.record(
        unit,
        Act.USER_JOINED,
        by=Actor(person.id),
        on=Subject(person.id),
        details={"consent": given.version},
    )
    return person._replace(state="active", password_hash=password_hash)


def reset(unit: WriteUnit, token: str, *, password_hash: str, now_us: int) -> PersonRow:
    """Give the user another password; the link is used up, and every session ends.

    Devices keep theirs.

    Raises:
        TokenEndedError: Not a link that works, or somebody was quicker.
    """
    person = _use(unit, token, Purpose.RESET, now_us=now_us)
    people_rows.set_password_hash(unit, person.id, password_hash)
    sessions.end_of_user(unit, person.id)
    audit.record(unit, Act.PASSWORD_SET, by=Actor(person.id), on=Subject(person.id))
    return person._replace(password_hash=password_hash)


def _use(unit: WriteUnit, token: str, purpose: Purpose, *, now_us: int) -> PersonRow:
    # The person is held first, as in blocking: two orders would be a deadlock.
    found = tokens.get(unit, token, purpose, now_us=now_us)
    people_rows.hold(unit, found.user_id)
    user_id = tokens.use(unit, token, purpose, now_us=now_us)
    person = people_rows.find_by_id(unit, user_id)
    if person is None or person.state != _WANTED_STATE[purpose]:
        raise TokenEndedError
    return person
