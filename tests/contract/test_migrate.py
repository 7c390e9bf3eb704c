from sqlalchemy import inspect

from storage.migrate import migrate
from storage.schema import metadata
from storage.store import Store


def test_a_migrated_database_has_the_tables_of_the_schema(store: Store) -> None:
    names = set(inspect(store.engine).get_table_names())

    assert names == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(store: Store) -> None:
    assert migrate(store) == migrate(store)
