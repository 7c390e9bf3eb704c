"""A console for each test, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from passlib.hash import argon2

from auth import passwords
from storage.store import Store
from tests.console import MAIL, Console


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """argon2id with parameters that cost nothing: these tests sign in hundreds of times."""
    cheap = argon2.using(type="ID", rounds=1, memory_cost=8, parallelism=1)
    nobodys = cheap.hash("nobody has this password")
    monkeypatch.setattr(passwords, "_argon2id", lambda: cheap)
    monkeypatch.setattr(passwords, "_nobodys_hash", lambda: nobodys)


@pytest.fixture
def anna(console: Console) -> Console:
    """The console of an office with one user, Anna."""
    console.person("anna")
    return console


@pytest.fixture
def console(store: Store, tmp_path: Path) -> Iterator[Console]:
    made = Console(store, tmp_path, mail=MAIL)
    yield made
    made.meters.close()
