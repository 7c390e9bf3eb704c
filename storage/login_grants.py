"""Programs that a user let in and that have not fetched their credential: the queries.

One that the user turned away stays as a row without a label until its time has run out, so that
nobody lets it in later.
"""

from typing import NamedTuple

from storage.store import Unit, WriteUnit


class GrantRow(NamedTuple):
    """Who let a program in, and what the new device is called."""

    user_id: int
    label: str


def insert(unit: WriteUnit, *, token_hash: str, user_id: int, label: str, expires_us: int) -> bool:
    """Keep that the user lets the program with this token in; False if that was decided before."""
    made = unit.execute(
        "INSERT INTO login_grant (token_hash, user_id, label, expires_us)"
        " VALUES (:hash, :user_id, :label, :expires_us) ON CONFLICT DO NOTHING",
        {"hash": token_hash, "user_id": user_id, "label": label, "expires_us": expires_us},
    )
    return made == 1


def turn_away(unit: WriteUnit, token_hash: str, *, user_id: int, expires_us: int) -> None:
    """Keep that the program with this token does not come in, also where it was let in before."""
    unit.execute(
        "INSERT INTO login_grant (token_hash, user_id, label, expires_us)"
        " VALUES (:hash, :user_id, '', :expires_us) ON CONFLICT (token_hash) DO UPDATE"
        " SET label = ''",
        {"hash": token_hash, "user_id": user_id, "expires_us": expires_us},
    )


def is_turned_away(unit: Unit, token_hash: str) -> bool:
    """Whether somebody turned the program with this token away."""
    found = unit.row(
        "SELECT 1 FROM login_grant WHERE token_hash = :hash AND label = ''", {"hash": token_hash}
    )
    return found is not None


def is_there(unit: Unit, token_hash: str) -> bool:
    """Whether the program with this token was let in; a poll that changes nothing."""
    found = unit.row(
        "SELECT 1 FROM login_grant WHERE token_hash = :hash AND label <> ''", {"hash": token_hash}
    )
    return found is not None


def use(unit: WriteUnit, token_hash: str, *, now_us: int) -> GrantRow | None:
    """End the grant; it is given to one who asks, and None to all after."""
    row = unit.row(
        "DELETE FROM login_grant WHERE token_hash = :hash AND expires_us > :now_us"
        " AND label <> ''"
        " RETURNING user_id, label",
        {"hash": token_hash, "now_us": now_us},
    )
    return GrantRow._make(row) if row else None


def of_user(unit: Unit, user_id: int, *, now_us: int) -> list[str]:
    """The labels of devices that the user promised to programs, which did not come yet."""
    rows = unit.rows(
        "SELECT label FROM login_grant WHERE user_id = :user_id AND expires_us > :now_us"
        " AND label <> ''"
        " ORDER BY label",
        {"user_id": user_id, "now_us": now_us},
    )
    return [row[0] for row in rows]


def end_of_user(unit: WriteUnit, user_id: int) -> None:
    """Forget whom the user let in."""
    unit.execute("DELETE FROM login_grant WHERE user_id = :user_id", {"user_id": user_id})


def delete_expired(unit: WriteUnit, now_us: int) -> int:
    """Forget grants whose time has run out; returns how many."""
    return unit.execute("DELETE FROM login_grant WHERE expires_us <= :now_us", {"now_us": now_us})
