"""What people consent to, by version and language, and who did: the queries."""

from typing import NamedTuple

from storage.store import Unit, WriteUnit


class ConsentTextRow(NamedTuple):
    """One version of the text in one language, and since when it holds (0: from the start)."""

    version: int
    language: str
    text: str
    created_us: int


class ConsentRow(NamedTuple):
    """Which version somebody consented to, in which language, and when (microseconds)."""

    version: int
    language: str
    given_us: int


def newest(unit: Unit) -> dict[str, ConsentTextRow]:
    """The newest version by language."""
    rows = unit.rows(
        "SELECT version, language, text, created_us FROM consent_text"
        " WHERE version = (SELECT max(version) FROM consent_text) ORDER BY language"
    )
    return {row[1]: ConsentTextRow._make(row) for row in rows}


def find_text(unit: Unit, version: int, language: str) -> ConsentTextRow | None:
    """A version, also an old one, in a language."""
    row = unit.row(
        "SELECT version, language, text, created_us FROM consent_text"
        " WHERE version = :version AND language = :language",
        {"version": version, "language": language},
    )
    return ConsentTextRow._make(row) if row else None


class VersionRow(NamedTuple):
    """A version of the text, and since when it holds (0: from the start)."""

    version: int
    created_us: int


class AgreementRow(NamedTuple):
    """A user and one consent of theirs; the last three are None of who never consented."""

    user_name: str
    email: str
    state: str
    version: int | None
    language: str | None
    given_us: int | None


def versions(unit: Unit) -> list[VersionRow]:
    """All versions, the newest first."""
    rows = unit.rows(
        "SELECT version, min(created_us) FROM consent_text GROUP BY version ORDER BY version DESC"
    )
    return [VersionRow._make(row) for row in rows]


def agreements(unit: Unit) -> list[AgreementRow]:
    """Everybody by name with each of their consents, oldest first, or with none."""
    rows = unit.rows(
        "SELECT p.name, person.email, person.state, c.version, c.language, c.given_us FROM person"
        " JOIN principal p ON p.id = person.principal_id"
        " LEFT JOIN consent c ON c.user_id = p.id ORDER BY p.name, c.id"
    )
    return [AgreementRow._make(row) for row in rows]


def is_due(user_id: str) -> str:
    """SQL: whether the user in a column has to consent again.

    They consented to an older version than the one that all shall consent to.
    """
    return (
        "EXISTS (SELECT 1 FROM instance i JOIN consent_text t"
        " ON t.version = CAST(i.value AS integer)"
        f" WHERE i.key = '{DEMANDED}' AND t.version >"
        f" (SELECT max(c.version) FROM consent c WHERE c.user_id = {user_id}))"
    )


DEMANDED = "consent.demanded"
"""The fact about the installation: the version that also those consent to who did before."""


def insert_text(unit: WriteUnit, row: ConsentTextRow) -> bool:
    """Keep a version in one language; False if somebody made this version just now."""
    made = unit.execute(
        "INSERT INTO consent_text (version, language, text, created_us)"
        " VALUES (:version, :language, :text, :created_us) ON CONFLICT DO NOTHING",
        row._asdict(),
    )
    return made == 1


def insert(unit: WriteUnit, user_id: int, row: ConsentRow) -> None:
    """Put down that the user consented."""
    unit.execute(
        "INSERT INTO consent (user_id, version, language, given_us)"
        " VALUES (:user_id, :version, :language, :given_us)",
        {"user_id": user_id, **row._asdict()},
    )


def of_user(unit: Unit, user_id: int) -> list[ConsentRow]:
    """All that the user consented to, oldest first."""
    rows = unit.rows(
        "SELECT version, language, given_us FROM consent WHERE user_id = :user_id ORDER BY id",
        {"user_id": user_id},
    )
    return [ConsentRow._make(row) for row in rows]
