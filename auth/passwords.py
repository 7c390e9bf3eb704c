"""Account passwords: they open the console, never DAV.

argon2id with the parameters of RFC 9106 section 4 (second recommended option: 64 MiB, three
passes, four lanes). A password is refused for being short, among the most common, or the
user's own name or address, and for nothing else.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from auth.errors import WeakPasswordError

MINIMUM_LENGTH = 8
_COMFORTABLE_LENGTH = 12
_FEWEST_DIFFERENT = 5
# argon2 reads any length, but each byte of an endless one costs us time.
_MAXIMUM_LENGTH = 1024


class Verification(NamedTuple):
    """Whether the password is right, and a fresh hash if the kept one's parameters are old."""

    is_right: bool
    new_hash: str | None


def check_strength(password: str, *, name: str, email: str) -> None:
    """Refuse a password that others would try first.

    Raises:
        WeakPasswordError: It is too short, too common, or equal to name or e-mail address.
    """
    if not MINIMUM_LENGTH <= len(password) <= _MAXIMUM_LENGTH:
        raise WeakPasswordError(
            f"The password needs at least {MINIMUM_LENGTH} characters; three or four words "
            "that do not belong together are easy to remember."
        )
    folded = password.casefold()
    if folded in (name.casefold(), email.casefold(), email.casefold().partition("@")[0]):
        raise WeakPasswordError("The password must not be the user's name or e-mail address.")
    if folded in _common():
        raise WeakPasswordError(
            "This password is among the most common ones, which are tried first; choose another."
        )


class Weakness(StrEnum):
    """Why a password that is taken would still be guessed sooner than others."""

    SHORT = "short"
    ONLY_DIGITS = "only-digits"
    FEW_CHARACTERS = "few-characters"
    """Fewer than five different ones."""
    HOLDS_NAME = "holds-name"


def weaknesses(password: str, *, name: str, email: str) -> list[Weakness]:
    """What a page explains beside a password; none of it is refused."""
    folded = password.casefold()
    own = {name.casefold(), email.casefold().partition("@")[0]} - {""}
    found = {
        Weakness.SHORT: len(password) < _COMFORTABLE_LENGTH,
        Weakness.ONLY_DIGITS: password.isdigit(),
        Weakness.FEW_CHARACTERS: len(set(folded)) < _FEWEST_DIFFERENT,
        Weakness.HOLDS_NAME: any(each in folded for each in own),
    }
    return [weakness for weakness, holds in found.items() if holds]


def hashed(password: str) -> str:
    """The form in which a password is stored: about 0.1 s and 64 MiB to make."""
    return str(_argon2id().hash(password))


def verify(password: str, stored: str | None) -> Verification:
    """Whether *password* is the one that *stored* is the hash of; None takes as long to refuse."""
    if len(password) > _MAXIMUM_LENGTH:
        return Verification(is_right=False, new_hash=None)
    is_right = bool(_argon2id().verify(password, stored or _nobodys_hash()))
    if not is_right or stored is None:
        return Verification(is_right=False, new_hash=None)
    is_old = bool(_argon2id().needs_update(stored))
    return Verification(is_right=True, new_hash=hashed(password) if is_old else None)


@cache
def _argon2id() -> Any:  # noqa: ANN401 - libpass has no types
    # Imported here: every command loads this module, and few have to do with passwords.
    from passlib.hash import argon2  # noqa: PLC0415

    # Loaded now: loading it at the first use fails where that use is hashing nobody's password for
    # a comparison that has begun, and where two threads come first at once.
    argon2.set_backend("argon2_cffi")
    return argon2.using(type="ID", rounds=3, memory_cost=65_536, parallelism=4)


@cache
def _nobodys_hash() -> str:
    return hashed("nobody has this password")


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text("utf-8").split())
