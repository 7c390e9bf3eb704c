"""Bring a database to this version's tables (Alembic), under a lock: many may start at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.store import Store

_SCRIPTS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 0x0DEEDB0


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config


def migrate(store: Store) -> str:
    """Upgrade to the newest revision and return it; one that is there already is left alone.

    Raises:
        NewerDatabaseError: The database was made by a later version of deedbox.
    """
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head() or ""
    with store.schema_change() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _MIGRATION_LOCK})
        current = MigrationContext.configure(connection).get_current_revision()
        if current == head:
            return head
        if current is not None and current not in {
            each.revision for each in scripts.walk_revisions()
        }:
            raise NewerDatabaseError(current)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head


class NewerDatabaseError(RuntimeError):
    """The database has a revision that this version does not know."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database was written by a newer deedbox (revision {revision}); "
            "install that version or restore an older backup"
        )
