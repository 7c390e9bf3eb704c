"""How people get in: invited, with consent and a password of their own; and another password.

An office that can send mail (``[mail]``) has the links sent by the outbox; in others whoever
invites is given the link to hand over.
"""

from collections.abc import Iterable

from auth import invitations, passwords
from auth.audit import COMMAND_LINE, Actor
from auth.identity import folded_username
from auth.invitations import Consent, Issued
from auth.rights import MITARBEITER
from auth.throttle import Throttle
from auth.tokens import Purpose
from office.errors import NotFoundError
from office.people import add_person
from storage import outbox
from storage.people import PersonRow
from storage.store import Store, WriteUnit

_MOST_CLAIMED = 320
"""The longest address that mail servers take (RFC 5321 section 4.5.3.1)."""


def invite_new(
    unit: WriteUnit,
    name: str,
    email: str,
    *,
    now_us: int,
    groups: Iterable[str] = (MITARBEITER.name,),
    by: Actor = COMMAND_LINE,
) -> PersonRow:
    """Make a user who is invited; the link comes by :func:`send_link` or :func:`hand_over`.

    Raises:
        InvalidValueError: What was given cannot be taken.
        NameTakenError, EmailTakenError: Somebody has the name or the address.
    """
    person = add_person(unit, name, email, groups=groups, state="new", by=by, now_us=now_us)
    return invitations.mark_invited(unit, person.name, by=by)


def send_link(unit: WriteUnit, person: PersonRow, purpose: Purpose, *, now_us: int) -> None:
    """Have the link written and sent; the one that was sent before ends when this one leaves."""
    outbox.put(unit, kind=purpose, user_id=person.id, now_us=now_us)


def hand_over(unit: WriteUnit, person: PersonRow, purpose: Purpose, *, now_us: int) -> Issued:
    """The link's token, for whoever asked to hand over; it is shown only now.

    A letter that waits is not sent any more: its link would end this one.

    Raises:
        NotFoundError: The user is in no state for it.
    """
    issued = invitations.issue(unit, person.id, purpose, now_us=now_us)
    if issued is None:
        raise NotFoundError(f"There is no link for {person.name}, who is {person.state}.")
    outbox.delete_of_user(unit, person.id, kind=purpose)
    return issued


def take_up(store: Store, token: str, *, password: str, given: Consent, now_us: int) -> PersonRow:
    """Let an invited user in, with their consent and a password of their choice.

    Raises:
        TokenEndedError: Not a link that works, or it was used at the same moment.
        WeakPasswordError: The password would be tried first.
        ConsentError: The text was changed meanwhile.
    """
    password_hash = _hash_for(store, token, Purpose.INVITATION, password, now_us)
    with store.write() as unit:
        return invitations.take_up(
            unit, token, password_hash=password_hash, given=given, now_us=now_us
        )


def reset_password(store: Store, token: str, *, password: str, now_us: int) -> PersonRow:
    """Give a user the password that they chose behind their link.

    Raises:
        TokenEndedError: Not a link that works, or it was used at the same moment.
        WeakPasswordError: The password would be tried first.
    """
    password_hash = _hash_for(store, token, Purpose.RESET, password, now_us)
    with store.write() as unit:
        return invitations.reset(unit, token, password_hash=password_hash, now_us=now_us)


def ask_for_reset(
    store: Store, throttle: Throttle, *, login: str, address: str, now_us: int
) -> None:
    """Take down that somebody wants a new password; the same work whether there is an account.

    Nobody looks for the account before the letter is written, outside of any request.

    Args:
        store: The database.
        throttle: Counts such requests.
        login: A user's name or e-mail address, as it was typed.
        address: The client's.
        now_us: The time, in microseconds.

    Raises:
        SlowDownError: Too many of them.
    """
    account = folded_username(login)[:_MOST_CLAIMED].replace("\x00", "")
    throttle.count_reset(account, address)
    with store.write() as unit:
        outbox.put(unit, kind=Purpose.RESET, claimed=account, now_us=now_us)


def _hash_for(store: Store, token: str, purpose: Purpose, password: str, now_us: int) -> str:
    """The password's hash; made between transactions, since it takes a tenth of a second."""
    with store.read() as unit:
        person = invitations.invited_person(unit, token, purpose, now_us=now_us)
    passwords.check_strength(password, name=person.name, email=person.email)
    return passwords.hashed(password)
