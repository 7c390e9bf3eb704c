"""Letters waiting to be sent: the queries. A row says which letter and to whom, never a token.

Whoever claims a row has it for a while (its lease): it becomes due again later, and is deleted
when the letter has left. A sender that was killed loses nothing.
"""

from collections.abc import Sequence
from typing import NamedTuple

from storage.store import Unit, WriteUnit

NO_ANSWER = "the mail server does not answer"
"""Why a letter did not leave, where nobody is there to say more; it names no recipient."""


class LetterRow(NamedTuple):
    """A letter. ``claimed`` is what somebody typed, where nobody has looked for an account.

    Of a letter about a meeting it is the recipient, and ``body`` says what is in it; so it does
    of a letter about contracts.
    """

    id: int
    kind: str
    user_id: int | None
    claimed: str
    attempts: int
    body: str = ""


class WaitingRow(NamedTuple):
    """A letter that did not leave yet; ``due_us`` None: given up."""

    user_id: int
    kind: str
    attempts: int
    failure: str
    due_us: int | None


class Held(NamedTuple):
    """How many letters did not leave, whoever they are to.

    Attributes:
        unanswered: They wait, since the mail server does not answer.
        refused: They wait for another reason.
        given_up: They are not tried again.
    """

    unanswered: int
    refused: int
    given_up: int


def put(
    unit: WriteUnit, *, kind: str, user_id: int | None = None, claimed: str = "", now_us: int
) -> None:
    """Have a letter sent; one of this kind to the same user that did not leave yet is replaced."""
    delete_of_user(unit, user_id, kind=kind)
    unit.execute(
        "INSERT INTO outbox (kind, user_id, claimed, created_us, due_us)"
        " VALUES (:kind, :user_id, :claimed, :now_us, :now_us)",
        {"kind": kind, "user_id": user_id, "claimed": claimed, "now_us": now_us},
    )


def put_many(
    unit: WriteUnit, kind: str, letters: Sequence[tuple[str, str]], *, now_us: int
) -> None:
    """Have letters to *letters* (recipient, body) sent; nothing that waits is replaced."""
    unit.execute_many(
        "INSERT INTO outbox (kind, claimed, body, created_us, due_us)"
        " VALUES (:kind, :claimed, :body, :now_us, :now_us)",
        [{"kind": kind, "claimed": to, "body": body, "now_us": now_us} for to, body in letters],
    )


def put_for_user(
    unit: WriteUnit, kind: str, user_id: int, bodies: Sequence[str], *, now_us: int
) -> None:
    """Have a letter for each of *bodies* sent to a user; nothing that waits is replaced."""
    unit.execute_many(
        "INSERT INTO outbox (kind, user_id, body, created_us, due_us)"
        " VALUES (:kind, :user, :body, :now_us, :now_us)",
        [{"kind": kind, "user": user_id, "body": body, "now_us": now_us} for body in bodies],
    )


def has_due(unit: Unit, now_us: int) -> bool:
    """Whether a letter can be sent now."""
    row = unit.row("SELECT 1 FROM outbox WHERE due_us <= :now_us LIMIT 1", {"now_us": now_us})
    return row is not None


def claim(unit: WriteUnit, *, now_us: int, lease_us: int) -> LetterRow | None:
    """Take the letter that is due longest; nobody else gets it for *lease_us*."""
    skip = "" if unit.is_sqlite else " FOR UPDATE SKIP LOCKED"
    row = unit.row(
        "UPDATE outbox SET due_us = :until, attempts = attempts + 1 WHERE id = ("
        f"SELECT id FROM outbox WHERE due_us <= :now_us ORDER BY due_us, id LIMIT 1{skip})"
        " RETURNING id, kind, user_id, claimed, attempts, body",
        {"now_us": now_us, "until": now_us + lease_us},
    )
    return LetterRow._make(row) if row else None


def delete(unit: WriteUnit, letter_id: int) -> None:
    """The letter has left, or need not any more."""
    unit.execute("DELETE FROM outbox WHERE id = :id", {"id": letter_id})


def delete_of_user(unit: WriteUnit, user_id: int | None, *, kind: str) -> None:
    """The user's letter of this kind need not leave any more."""
    unit.execute(
        "DELETE FROM outbox WHERE user_id = :user_id AND kind = :kind",
        {"user_id": user_id, "kind": kind},
    )


def put_off(unit: WriteUnit, letter_id: int, *, failure: str, due_us: int | None) -> None:
    """The letter did not leave: why, and when to try again (None: no more)."""
    unit.execute(
        "UPDATE outbox SET failure = :failure, due_us = :due_us WHERE id = :id",
        {"failure": failure, "due_us": due_us, "id": letter_id},
    )


def waiting(unit: Unit) -> list[WaitingRow]:
    """The letters with links to users that did not leave yet, oldest first."""
    rows = unit.rows(
        "SELECT user_id, kind, attempts, failure, due_us FROM outbox"
        " WHERE user_id IS NOT NULL AND body = '' ORDER BY id"
    )
    return [WaitingRow._make(row) for row in rows]


def held(unit: Unit) -> Held:
    """How many letters did not leave when it was tried."""
    row = unit.row(
        "SELECT coalesce(sum(CASE WHEN due_us IS NOT NULL AND failure = :none THEN 1 ELSE 0 END),"
        " 0), coalesce(sum(CASE WHEN due_us IS NOT NULL AND failure <> :none THEN 1 ELSE 0 END),"
        " 0), coalesce(sum(CASE WHEN due_us IS NULL THEN 1 ELSE 0 END), 0)"
        " FROM outbox WHERE failure <> ''",
        {"none": NO_ANSWER},
    )
    return Held(*map(int, row))


def delete_before(unit: WriteUnit, before_us: int) -> int:
    """Forget letters that were given up and are older; returns how many."""
    return unit.execute(
        "DELETE FROM outbox WHERE due_us IS NULL AND created_us < :before", {"before": before_us}
    )
