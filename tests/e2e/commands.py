"""Commands of the command line, run within this process on an installation of their own.

A test module takes the fixtures in by importing :func:`run`, :func:`deedbox` and :func:`office`.
"""

import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.loader import load
from server import cli, installation
from storage.store import Store
from tests.databases import Postgres


@dataclass(frozen=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Installation:
    """A data folder, commands on it, and its store."""

    data: Path
    run: Callable[..., Told]

    def __call__(self, *arguments: str, stdin: str = "") -> Told:
        return self.run(*arguments, "--data", str(self.data), stdin=stdin)

    def json(self, *arguments: str, stdin: str = "", code: int = 0) -> Any:
        told = self(*arguments, "--json", stdin=stdin)
        assert (told.code, told.err) == (code, ""), told
        return told.facts

    def store(self) -> Store:
        return installation.existing_store(load(self.data, None, {}))


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Told]:
    """Run a command within this process."""

    def called(*arguments: str, stdin: str = "") -> Told:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = cli.run(list(arguments))
        out, err = capsys.readouterr()
        return Told(code, out, err)

    return called


@pytest.fixture(params=["sqlite", "postgresql"])
def deedbox(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    run: Callable[..., Told],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Installation]:
    """Commands on a folder that is not there yet, or on an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield Installation(tmp_path / "data", run)
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.empty()
    monkeypatch.setenv("DEEDBOX_DATABASE__URL", url.render_as_string(hide_password=False))
    yield Installation(tmp_path / "data", run)
    server.drop(url)


@pytest.fixture
def office(deedbox: Installation) -> Installation:
    """Anna is an administrator, Jonas is not."""
    deedbox.json("user", "add", "anna", "--email", "anna@buero.example", "--admin")
    deedbox.json("user", "add", "jonas", "--email", "jonas@buero.example")
    return deedbox
