"""A second factor for the console: time-based codes, and recovery codes for a lost phone.

Devices are not asked for it: their passwords have 150 random bits.
"""

import hashlib
import hmac
import secrets

from auth import audit, sealing, totp
from auth.audit import Act, Actor, Subject
from auth.errors import CodeError, SecondFactorStateError
from storage import people, second_factors
from storage.store import Unit, WriteUnit

RECOVERY_CODES = 10
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_HALF_LENGTH = 5
_SALT = b"deedbox recovery code"
_READ_AS = str.maketrans("oil", "011", " -\t")


def is_on(unit: Unit, user_id: int) -> bool:
    """Whether the user is asked for a code at sign-in."""
    found = second_factors.find(unit, user_id)
    return found is not None and found.is_on


def begin(unit: WriteUnit, user_id: int, *, secret_key: bytes, now_us: int) -> bytes:
    """A new secret for the user's application; not asked for before :func:`turn_on`.

    Raises:
        SecondFactorStateError: It is on already.
    """
    secret = secrets.token_bytes(totp.SECRET_BYTES)
    sealed = sealing.seal(secret, purpose=_purpose(user_id), secret_key=secret_key)
    if not second_factors.begin(unit, user_id, sealed, now_us=now_us):
        raise SecondFactorStateError
    return secret


def begun_secret(unit: Unit, user_id: int, *, secret_key: bytes) -> bytes | None:
    """The secret of a factor that was begun and is not on yet."""
    found = second_factors.find(unit, user_id)
    if found is None or found.is_on:
        return None
    return sealing.unseal(found.secret, purpose=_purpose(user_id), secret_key=secret_key)


def turn_on(
    unit: WriteUnit, user_id: int, code: str, *, secret_key: bytes, now_us: int
) -> list[str]:
    """Ask for codes from now on; *code* proves that the application has the secret.

    Returns:
        The recovery codes, which are nowhere else: show them once.

    Raises:
        CodeError: The code is not the one of this moment.
        SecondFactorStateError: Nothing was begun, or it is on already.
    """
    people.hold(unit, user_id)
    secret = begun_secret(unit, user_id, secret_key=secret_key)
    if secret is None:
        raise SecondFactorStateError
    step = totp.matching_step(secret, code, now_us)
    if step is None or not second_factors.take_step(unit, user_id, step, is_on=False):
        raise CodeError
    audit.record(unit, Act.SECOND_FACTOR_ON, by=Actor(user_id), on=Subject(user_id))
    return _new_recovery_codes(unit, user_id, secret_key)


def renew_recovery_codes(unit: WriteUnit, user_id: int, *, secret_key: bytes) -> list[str]:
    """New recovery codes in place of those that are left.

    Raises:
        SecondFactorStateError: The factor is not on.
    """
    people.hold(unit, user_id)
    if not is_on(unit, user_id):
        raise SecondFactorStateError
    audit.record(unit, Act.RECOVERY_CODES_MADE, by=Actor(user_id), on=Subject(user_id))
    return _new_recovery_codes(unit, user_id, secret_key)


def take(unit: WriteUnit, user_id: int, code: str, *, secret_key: bytes, now_us: int) -> None:
    """Use a code up, or a recovery code.

    Raises:
        CodeError: It is neither, or was used before.
    """
    found = second_factors.find(unit, user_id)
    if found is None or not found.is_on:
        raise CodeError
    secret = sealing.unseal(found.secret, purpose=_purpose(user_id), secret_key=secret_key)
    step = totp.matching_step(secret, code, now_us)
    if step is not None:
        if not second_factors.take_step(unit, user_id, step, is_on=True):
            raise CodeError
        return
    if not second_factors.use_recovery_code(unit, user_id, _hash(user_id, code, secret_key)):
        raise CodeError
    audit.record(unit, Act.RECOVERY_CODE_USED, by=Actor(user_id), on=Subject(user_id))


def turn_off(unit: WriteUnit, user_id: int, *, by: Actor) -> bool:
    """Ask for codes no longer; False if none were asked for."""
    people.hold(unit, user_id)
    was_on = is_on(unit, user_id)
    second_factors.end(unit, user_id)
    if was_on:
        audit.record(unit, Act.SECOND_FACTOR_OFF, by=by, on=Subject(user_id))
    return was_on


def _new_recovery_codes(unit: WriteUnit, user_id: int, secret_key: bytes) -> list[str]:
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    second_factors.put_recovery_codes(
        unit, user_id, [_hash(user_id, each, secret_key) for each in codes]
    )
    return codes


def _new_code() -> str:
    """50 random bits; guessing is metered."""
    halves = ("".join(secrets.choice(_ALPHABET) for _ in range(_HALF_LENGTH)) for _ in range(2))
    return "-".join(halves)


def _hash(user_id: int, code: str, secret_key: bytes) -> str:
    plain = code.lower().translate(_READ_AS)
    key = hmac.digest(secret_key, _SALT, hashlib.sha256().name)
    text = f"{user_id}\x00{plain}".encode("utf-8", "replace")
    return hmac.digest(key, text, hashlib.sha256().name).hex()


def _purpose(user_id: int) -> str:
    return f"second factor of {user_id}"
