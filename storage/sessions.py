"""Sessions of the console: the queries. A token is kept as its hash only."""

from typing import Any, NamedTuple

from storage import consent, function_rights
from storage.people import joined_groups, split_names
from storage.store import Unit, WriteUnit


class SessionRow(NamedTuple):
    """A signed-in browser and its user as they stand now. Times in microseconds.

    Attributes:
        confirmed_us: When the password was last given.
        is_complete: Nothing is awaited any more: no second factor is on, or it was given.
        language: What the user chose, or None.
        is_consent_due: They consented to a text that has been changed since, and are asked again.
        rights: The names of the user's and their groups' rights, with commas, or None.
    """

    id: int
    user_id: int
    user_name: str
    email: str
    state: str
    language: str | None
    created_us: int
    seen_us: int
    confirmed_us: int
    is_complete: bool
    address: str
    agent: str
    is_consent_due: bool
    groups: frozenset[str]
    rights: str | None


def _sql(unit: Unit) -> str:
    return (
        "SELECT s.id, s.user_id, p.name, person.email, person.state, preference.language,"
        " s.created_us, s.seen_us, s.confirmed_us, s.is_complete, s.address, s.agent,"
        f" {consent.is_due('s.user_id')},"
        f" {joined_groups(unit, 's.user_id')}, {function_rights.joined(unit, 's.user_id')}"
        " FROM console_session s JOIN principal p ON p.id = s.user_id"
        " JOIN person ON person.principal_id = s.user_id"
        " LEFT JOIN preference ON preference.user_id = s.user_id"
    )


def _session(row: tuple[Any, ...]) -> SessionRow:
    *plain, groups, rights = row
    found = SessionRow._make([*plain, split_names(groups), rights])
    return found._replace(
        is_complete=bool(found.is_complete), is_consent_due=bool(found.is_consent_due)
    )


def insert(
    unit: WriteUnit,
    *,
    user_id: int,
    token_hash: str,
    now_us: int,
    is_complete: bool,
    address: str,
    agent: str,
) -> None:
    """Keep a new session, whose password was given now."""
    unit.execute(
        "INSERT INTO console_session (user_id, token_hash, created_us, seen_us, confirmed_us,"
        " is_complete, address, agent) VALUES (:user_id, :hash, :now_us, :now_us, :now_us,"
        " :is_complete, :address, :agent)",
        {
            "user_id": user_id,
            "hash": token_hash,
            "now_us": now_us,
            "is_complete": is_complete,
            "address": address,
            "agent": agent,
        },
    )


def find(unit: Unit, token_hash: str) -> SessionRow | None:
    """The session with this token, whether its time has run out or not."""
    row = unit.row(f"{_sql(unit)} WHERE s.token_hash = :hash", {"hash": token_hash})
    return _session(row) if row else None


def of_user(unit: Unit, user_id: int, *, seen_after_us: int) -> list[SessionRow]:
    """The user's sessions that are complete and were seen since, newest first."""
    rows = unit.rows(
        f"{_sql(unit)} WHERE s.user_id = :user_id AND s.is_complete = :yes"
        " AND s.seen_us > :after ORDER BY s.seen_us DESC, s.id DESC",
        {"user_id": user_id, "yes": True, "after": seen_after_us},
    )
    return [_session(row) for row in rows]


def touch(unit: WriteUnit, session_id: int, *, now_us: int) -> None:
    """Note that the browser was there."""
    unit.execute(
        "UPDATE console_session SET seen_us = :now_us WHERE id = :id AND seen_us < :now_us",
        {"now_us": now_us, "id": session_id},
    )


def confirm(unit: WriteUnit, session_id: int, *, now_us: int) -> None:
    """Note that the password was given once more."""
    unit.execute(
        "UPDATE console_session SET confirmed_us = :now_us, seen_us = :now_us WHERE id = :id",
        {"now_us": now_us, "id": session_id},
    )


def complete(unit: WriteUnit, session_id: int, *, token_hash: str, now_us: int) -> bool:
    """Let a session in that awaited its second factor, under a new token; False if it ended."""
    done = unit.execute(
        "UPDATE console_session SET is_complete = :yes, token_hash = :hash, seen_us = :now_us"
        " WHERE id = :id AND is_complete = :no",
        {"yes": True, "no": False, "hash": token_hash, "now_us": now_us, "id": session_id},
    )
    return done == 1


def end(unit: WriteUnit, session_id: int, *, user_id: int) -> bool:
    """End one of the user's sessions; False if there is none."""
    ended = unit.execute(
        "DELETE FROM console_session WHERE id = :id AND user_id = :user_id",
        {"id": session_id, "user_id": user_id},
    )
    return ended == 1


def end_of_user(unit: WriteUnit, user_id: int, *, but: int = 0) -> int:
    """End all sessions of the user but the one of this id; returns how many."""
    return unit.execute(
        "DELETE FROM console_session WHERE user_id = :user_id AND id <> :but",
        {"user_id": user_id, "but": but},
    )


def delete_old(unit: WriteUnit, *, seen_before_us: int) -> int:
    """Forget sessions that were not seen since; returns how many."""
    return unit.execute(
        "DELETE FROM console_session WHERE seen_us <= :before", {"before": seen_before_us}
    )
