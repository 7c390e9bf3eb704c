"""How users want the console: the queries."""

from storage.store import WriteUnit


def set_language(unit: WriteUnit, user_id: int, language: str) -> None:
    """Keep the language that the user chose."""
    unit.execute(
        "INSERT INTO preference (user_id, language) VALUES (:user_id, :language)"
        " ON CONFLICT (user_id) DO UPDATE SET language = excluded.language",
        {"user_id": user_id, "language": language},
    )
