"""Sessions of the console: a random token in a cookie, of which only a hash is kept.

Each request reads its session with the user's state and groups, so that what is ended, blocked
or taken away holds from the next request in every process. A session ends an hour after the
browser was last seen, and half a day after the sign-in whatever happens.
"""

import hashlib
import secrets

from auth.errors import CredentialsError
from auth.rights import FunctionRight, rights_of
from storage import people, sessions
from storage.sessions import SessionRow
from storage.store import Unit, WriteUnit

_MINUTE_US = 60 * 1_000_000
IDLE_US = 60 * _MINUTE_US
LIFE_US = 12 * 60 * _MINUTE_US
AWAITED_US = 5 * _MINUTE_US
"""So long a right password waits for its second factor."""
CONFIRMED_US = 10 * _MINUTE_US
"""So long after the password was given dangerous acts need not ask for it again."""
TOUCH_US = _MINUTE_US
"""A session is written down as seen at most this often."""

_TOKEN_BYTES = 32
_AGENT_LIMIT = 300


def begin(
    unit: WriteUnit,
    user_id: int,
    *,
    is_complete: bool,
    address: str,
    agent: str,
    now_us: int,
    replaces: str = "",
) -> str:
    """Sign a browser in and return the token for its cookie.

    Args:
        unit: The transaction.
        user_id: Whose password was right.
        is_complete: Whether no second factor is awaited.
        address: The client's.
        agent: What the browser calls itself.
        now_us: The time, in microseconds.
        replaces: The token that the browser had; it ends.

    Raises:
        CredentialsError: The user was blocked since the password was checked.
    """
    # Held until the commit: a block that comes now waits, and ends this session too.
    people.hold(unit, user_id)
    person = people.find_by_id(unit, user_id)
    if person is None or person.state != "active":
        raise CredentialsError("user who is no longer active")
    if replaces and (before := sessions.find(unit, _hash(replaces))):
        sessions.end(unit, before.id, user_id=before.user_id)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    sessions.insert(
        unit,
        user_id=user_id,
        token_hash=_hash(token),
        now_us=now_us,
        is_complete=is_complete,
        address=address,
        agent=agent[:_AGENT_LIMIT].replace("\x00", ""),
    )
    return token


def find(unit: Unit, token: str, *, now_us: int) -> SessionRow | None:
    """The session of this token, if it stands: complete, in time, its user active."""
    found = sessions.find(unit, _hash(token)) if token else None
    if found is None or not found.is_complete or found.state != "active":
        return None
    is_in_time = now_us < min(found.seen_us + IDLE_US, found.created_us + LIFE_US)
    return found if is_in_time else None


def find_awaiting(unit: Unit, token: str, *, now_us: int) -> SessionRow | None:
    """The session of this token, if it only awaits the second factor."""
    found = sessions.find(unit, _hash(token)) if token else None
    if found is None or found.is_complete or found.state != "active":
        return None
    return found if now_us < found.created_us + AWAITED_US else None


def complete(unit: WriteUnit, session: SessionRow, *, now_us: int) -> str | None:
    """Let the session in whose second factor was given; its new token, or None if it ended."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    is_done = sessions.complete(unit, session.id, token_hash=_hash(token), now_us=now_us)
    return token if is_done else None


def is_to_be_touched(session: SessionRow, *, now_us: int) -> bool:
    """Whether it is worth a write that the browser is there."""
    return now_us - session.seen_us >= TOUCH_US


def is_confirmed(session: SessionRow, *, now_us: int) -> bool:
    """Whether the password was given lately enough for a dangerous act."""
    return now_us < session.confirmed_us + CONFIRMED_US


def end(unit: WriteUnit, token: str) -> None:
    """End the session of this token, whatever state it is in."""
    if found := sessions.find(unit, _hash(token)):
        sessions.end(unit, found.id, user_id=found.user_id)


def standing(unit: Unit, user_id: int, *, now_us: int) -> list[SessionRow]:
    """The user's sessions that stand, the one seen last first."""
    found = sessions.of_user(unit, user_id, seen_after_us=now_us - IDLE_US)
    return [each for each in found if now_us < each.created_us + LIFE_US]


def rights(session: SessionRow) -> frozenset[FunctionRight]:
    """What kinds of act the user may do."""
    return rights_of(session.groups, session.rights)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
