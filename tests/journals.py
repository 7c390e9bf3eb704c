"""One database of each kind for all tests of a module, its journal emptied before each.

A test module takes the fixtures in by importing :func:`journal_store` and :func:`store`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store, sqlite_url
from tests.databases import Postgres


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def journal_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        path = tmp_path_factory.mktemp("journal") / "deedbox.sqlite3"
        shutil.copyfile(template, path)
        url = sqlite_url(path)
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh()
    store = Store(url)
    yield store
    store.close()
    if request.param == "postgresql":
        server.drop(url)


@pytest.fixture
def store(journal_store: Store) -> Store:
    with journal_store.write() as unit:
        unit.execute("DELETE FROM journal")
        unit.execute("DELETE FROM device")
        unit.execute("DELETE FROM principal")
    return journal_store


def add_device(store: Store, name: str = "anna", label: str = "Laptop") -> tuple[int, int]:
    """A user with one device; returns both ids."""
    with store.write() as unit:
        user_id = unit.row(
            "INSERT INTO principal (kind, name, created_us) VALUES ('user', :name, 0)"
            " RETURNING id",
            {"name": name},
        )[0]
        device_id = unit.row(
            "INSERT INTO device (user_id, label, selector, secret_hash, created_us)"
            " VALUES (:user, :label, :name, :hash, 0) RETURNING id",
            {"user": user_id, "label": label, "name": name, "hash": b"hash"},
        )[0]
    return user_id, device_id
