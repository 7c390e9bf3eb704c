"""How users want the console: the queries."""

from storage.store import Unit, WriteUnit


def language(unit: Unit, user_id: int) -> str | None:
    """The language that the user chose; None: none yet."""
    row = unit.row("SELECT language FROM preference WHERE user_id = :user", {"user": user_id})
    return row[0] if row else None


def set_language(unit: WriteUnit, user_id: int, language: str) -> None:
    """Keep the language that the user chose."""
    unit.execute(
        "INSERT INTO preference (user_id, language) VALUES (:user_id, :language)"
        " ON CONFLICT (user_id) DO UPDATE SET language = excluded.language",
        {"user_id": user_id, "language": language},
    )
