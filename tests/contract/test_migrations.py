"""Migrations end at the tables of ``storage.schema``, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import URL

from storage.migrate import NewerDatabaseError, migrate
from storage.schema import metadata
from storage.store import Store, sqlite_url
from tests.databases import Postgres


def test_a_migrated_database_is_the_schema(store: Store) -> None:
    with store.engine.connect() as connection:
        # SQLite gives defaults back as it was told them, with quotes: PostgreSQL's are compared.
        compared = {"compare_server_default": not store.is_sqlite}
        context = MigrationContext.configure(connection, opts=compared)

        assert compare_metadata(context, metadata) == []


def test_an_empty_database_is_brought_up(request: pytest.FixtureRequest, store: Store) -> None:
    url = _empty(request, store)
    fresh = Store(url)
    try:
        revision = migrate(fresh)
        with fresh.read() as unit:
            assert unit.rows("SELECT version_num FROM alembic_version") == [(revision,)]
    finally:
        fresh.close()


def test_a_database_of_a_later_version_is_left_alone(store: Store) -> None:
    with store.write() as unit:
        unit.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(NewerDatabaseError, match="newer deedbox"):
        migrate(store)

    with store.read() as unit:
        assert unit.rows("SELECT version_num FROM alembic_version") == [("9999",)]


def _empty(request: pytest.FixtureRequest, store: Store) -> URL:
    if store.is_sqlite:
        return sqlite_url(request.getfixturevalue("tmp_path") / "empty.sqlite3")
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty()
