"""Time-based codes and recovery codes: the queries. Secrets come here sealed, codes hashed."""

from collections.abc import Iterable
from typing import NamedTuple

from storage.store import Unit, WriteUnit


class SecondFactorRow(NamedTuple):
    """A user's second factor; not asked for before ``is_on``."""

    user_id: int
    secret: bytes
    is_on: bool
    last_step: int


def find(unit: Unit, user_id: int) -> SecondFactorRow | None:
    """The user's second factor, on or only begun."""
    row = unit.row(
        "SELECT user_id, secret, is_on, last_step FROM second_factor WHERE user_id = :user_id",
        {"user_id": user_id},
    )
    if row is None:
        return None
    user_id, secret, is_on, last_step = row
    return SecondFactorRow(user_id, bytes(secret), bool(is_on), last_step)


def begin(unit: WriteUnit, user_id: int, secret: bytes, *, now_us: int) -> bool:
    """Keep a sealed secret that is not asked for yet; False if the factor is on already."""
    done = unit.execute(
        "INSERT INTO second_factor (user_id, secret, is_on, last_step, created_us)"
        " VALUES (:user_id, :secret, :no, 0, :now_us)"
        " ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, last_step = 0,"
        " created_us = excluded.created_us WHERE second_factor.is_on = :no",
        {"user_id": user_id, "secret": secret, "no": False, "now_us": now_us},
    )
    return done == 1


def take_step(unit: WriteUnit, user_id: int, step: int, *, is_on: bool) -> bool:
    """Use a time step up; False if it, or a later one, was used before.

    Args:
        unit: The transaction.
        user_id: Whose.
        step: The number of the time step.
        is_on: Whether the factor has to be on already; if not, this turns it on.
    """
    done = unit.execute(
        "UPDATE second_factor SET last_step = :step, is_on = :yes"
        " WHERE user_id = :user_id AND last_step < :step AND is_on = :is_on",
        {"step": step, "yes": True, "user_id": user_id, "is_on": is_on},
    )
    return done == 1


def end(unit: WriteUnit, user_id: int) -> bool:
    """Forget the user's second factor and recovery codes; False if there was none."""
    unit.execute("DELETE FROM recovery_code WHERE user_id = :user_id", {"user_id": user_id})
    ended = unit.execute(
        "DELETE FROM second_factor WHERE user_id = :user_id", {"user_id": user_id}
    )
    return ended == 1


def put_recovery_codes(unit: WriteUnit, user_id: int, hashes: Iterable[str]) -> None:
    """Keep the user's recovery codes; those before work no longer."""
    unit.execute("DELETE FROM recovery_code WHERE user_id = :user_id", {"user_id": user_id})
    unit.execute_many(
        "INSERT INTO recovery_code (user_id, code_hash) VALUES (:user_id, :hash)",
        [{"user_id": user_id, "hash": each} for each in hashes],
    )


def use_recovery_code(unit: WriteUnit, user_id: int, code_hash: str) -> bool:
    """Use a recovery code up; False if the user has none of this hash."""
    used = unit.execute(
        "DELETE FROM recovery_code WHERE user_id = :user_id AND code_hash = :hash",
        {"user_id": user_id, "hash": code_hash},
    )
    return used == 1


def recovery_codes_left(unit: Unit, user_id: int) -> int:
    """How many recovery codes the user has not used."""
    row = unit.row(
        "SELECT count(*) FROM recovery_code WHERE user_id = :user_id", {"user_id": user_id}
    )
    return int(row[0])
