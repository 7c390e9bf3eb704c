"""Facts about this installation, by key: office language, set-up link, when it was opened."""

from storage.store import Unit, WriteUnit


def find(unit: Unit, key: str) -> str | None:
    """The fact's value, or None if it was never put down."""
    row = unit.row("SELECT value FROM instance WHERE key = :key", {"key": key})
    return row[0] if row else None


def hold(unit: WriteUnit, key: str) -> None:
    """Let nobody else go on who holds this fact, until the commit."""
    lock = "" if unit.is_sqlite else " FOR UPDATE"
    unit.row(f"SELECT value FROM instance WHERE key = :key{lock}", {"key": key})


def put(unit: WriteUnit, key: str, value: str) -> None:
    """Put the fact down, whatever it was before."""
    unit.execute(
        "INSERT INTO instance (key, value) VALUES (:key, :value)"
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        {"key": key, "value": value},
    )


def put_once(unit: WriteUnit, key: str, value: str) -> bool:
    """Put the fact down if it was not yet; False, and no change, if it was."""
    made = unit.execute(
        "INSERT INTO instance (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING",
        {"key": key, "value": value},
    )
    return made == 1
