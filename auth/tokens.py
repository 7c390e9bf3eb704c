"""Tokens that open one thing once: 192 random bits in a link, of which only a hash is kept.

Guessing one is hopeless, so the hash needs neither salt nor slowness, and no throttle stands
before it.
"""

import hashlib
import secrets
from enum import StrEnum

from auth.errors import TokenEndedError
from storage import tokens
from storage.store import Unit, WriteUnit
from storage.tokens import TokenRow

_TOKEN_BYTES = 24
_HOUR_US = 3600 * 1_000_000


class Purpose(StrEnum):
    """What a token opens."""

    INVITATION = "invitation"
    RESET = "reset"


LIFE_US = {Purpose.INVITATION: 14 * 24 * _HOUR_US, Purpose.RESET: 2 * _HOUR_US}
"""An invitation outlasts a holiday; a new password is wanted now."""


def issue(unit: WriteUnit, user_id: int, purpose: Purpose, *, now_us: int) -> str:
    """Make the user's token for this purpose; one issued earlier no longer works."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    tokens.put(
        unit,
        user_id=user_id,
        purpose=purpose,
        token_hash=_hash(token),
        now_us=now_us,
        expires_us=now_us + LIFE_US[purpose],
    )
    return token


def get(unit: Unit, token: str, purpose: Purpose, *, now_us: int) -> TokenRow:
    """The token as it stands; it stays good.

    Raises:
        TokenEndedError: Never issued, used, replaced, withdrawn or too old.
    """
    found = tokens.find(unit, purpose=purpose, token_hash=_hash(token), now_us=now_us)
    if found is None:
        raise TokenEndedError
    return found


def use(unit: WriteUnit, token: str, purpose: Purpose, *, now_us: int) -> int:
    """End the token and return its user's id; of two who use it at once one only gets it.

    Raises:
        TokenEndedError: As in :func:`get`.
    """
    user_id = tokens.use(unit, purpose=purpose, token_hash=_hash(token), now_us=now_us)
    if user_id is None:
        raise TokenEndedError
    return user_id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
