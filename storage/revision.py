"""Which revision a database has, told without Alembic, which is slow to import."""

from sqlalchemy import inspect

from storage.store import Store

NEWEST = "0015"
"""The newest revision in ``migrations/versions``."""


def find(store: Store) -> str | None:
    """The revision of the database; None if it has no tables of ours."""
    if not inspect(store.engine).has_table("alembic_version"):
        return None
    with store.read() as unit:
        row = unit.row("SELECT version_num FROM alembic_version")
    return row[0] if row else None
