"""The one-time link by which the first person gets into a new installation.

Only the token's hash is stored, so the link can be shown once, when it is issued; a next start
issues another. It ends for good with the first user, whoever makes them.
"""

import hashlib
import hmac
import secrets

from auth.errors import SetupEndedError
from storage import instance
from storage.store import Unit, WriteUnit

_HASH = "setup_link.sha256"
_ENDED = "setup_link.ended_us"
_TOKEN_BYTES = 24


def issue(unit: WriteUnit) -> str:
    """Make a token for the address ``/setup/<token>``; one issued earlier no longer works.

    Raises:
        SetupEndedError: The office has its first user.
    """
    if is_ended(unit):
        raise SetupEndedError
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    instance.put(unit, _HASH, _hash(token))
    return token


def is_valid(unit: Unit, token: str) -> bool:
    """Whether this is the token that was issued last, and its work is not done."""
    stored = instance.find(unit, _HASH) or ""
    # Both are hexadecimal digits of a hash: how long it takes says nothing about the token.
    return hmac.compare_digest(stored, _hash(token)) and not is_ended(unit)


def demand(unit: WriteUnit, token: str) -> None:
    """Let only one at a time change what the link is for, until the commit.

    Raises:
        SetupEndedError: The token is not the one in force, or somebody was quicker.
    """
    instance.hold(unit, _HASH)
    if not is_valid(unit, token):
        raise SetupEndedError


def is_ended(unit: Unit) -> bool:
    """Whether the link has done its work, so that none is issued any more."""
    return instance.find(unit, _ENDED) is not None


def end(unit: WriteUnit, *, now_us: int) -> bool:
    """End the link for good; False if it was ended before.

    Of two who use the link at once, only one gets True: they may go on, the other may not.
    """
    return instance.put_once(unit, _ENDED, str(now_us))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
