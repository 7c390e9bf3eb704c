"""Tokens that are used once, by their hash: at most one of each purpose for each user."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit


class TokenRow(NamedTuple):
    """A token that was given out and not used yet. Times in microseconds."""

    user_id: int
    purpose: str
    created_us: int
    expires_us: int


def put(
    unit: WriteUnit,
    *,
    user_id: int,
    purpose: str,
    token_hash: str,
    now_us: int,
    expires_us: int,
) -> None:
    """Keep a token's hash; the user's earlier one of this purpose no longer works."""
    unit.execute(
        "INSERT INTO one_time_token (user_id, purpose, token_hash, created_us, expires_us)"
        " VALUES (:user_id, :purpose, :hash, :now_us, :expires_us)"
        " ON CONFLICT (user_id, purpose) DO UPDATE SET token_hash = excluded.token_hash,"
        " created_us = excluded.created_us, expires_us = excluded.expires_us",
        {
            "user_id": user_id,
            "purpose": purpose,
            "hash": token_hash,
            "now_us": now_us,
            "expires_us": expires_us,
        },
    )


def find(unit: Unit, *, purpose: str, token_hash: str, now_us: int) -> TokenRow | None:
    """The token of this hash and purpose, if its time has not run out."""
    row = unit.row(
        "SELECT user_id, purpose, created_us, expires_us FROM one_time_token"
        " WHERE token_hash = :hash AND purpose = :purpose AND expires_us > :now_us",
        {"hash": token_hash, "purpose": purpose, "now_us": now_us},
    )
    return TokenRow._make(row) if row else None


def use(unit: WriteUnit, *, purpose: str, token_hash: str, now_us: int) -> int | None:
    """End the token; the user's id for the one who did, None for whoever comes after."""
    row = unit.row(
        "DELETE FROM one_time_token WHERE token_hash = :hash AND purpose = :purpose"
        " AND expires_us > :now_us RETURNING user_id",
        {"hash": token_hash, "purpose": purpose, "now_us": now_us},
    )
    return int(row[0]) if row else None


def end_of_user(unit: WriteUnit, user_id: int, *, purpose: str | None = None) -> int:
    """End the user's tokens, of one purpose or all; returns how many there were."""
    return unit.execute(
        "DELETE FROM one_time_token WHERE user_id = :user_id"
        " AND (:purpose = '' OR purpose = :purpose)",
        {"user_id": user_id, "purpose": purpose or ""},
    )


def invited(unit: Unit) -> dict[int, int]:
    """Until when (microseconds) each invited user's link works, by user."""
    rows = unit.rows("SELECT user_id, expires_us FROM one_time_token WHERE purpose = 'invitation'")
    return dict(rows)


def delete_expired(unit: WriteUnit, now_us: int) -> int:
    """Forget tokens whose time has run out; returns how many."""
    return unit.execute(
        "DELETE FROM one_time_token WHERE expires_us <= :now_us", {"now_us": now_us}
    )
