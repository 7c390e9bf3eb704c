"""Whatever an office, its people and their programs do, every device holds what the rules say.

The rules are in ``tests.office_rules``, and were written from the product's rows alone.
"""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.store import Store, sqlite_url
from tests.databases import Postgres
from tests.groupware_door import groupware_office
from tests.office_simulation import Step, run, steps

_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
_MEMORY = Path("/dev/shm")
"""Nothing there waits for the disk; what survives a crash is tested elsewhere."""
Play = Callable[[list[Step]], None]
scripts = st.lists(steps, min_size=30, max_size=50)


def _on_sqlite(template: Path, script: list[Step]) -> None:
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        path = Path(folder) / "deedbox.sqlite3"
        copyfile(template, path)
        with closing(Store(sqlite_url(path))) as store:
            run(groupware_office(store, Path(folder)), script)


def _on_postgresql(server: Postgres, script: list[Step]) -> None:
    url = server.fresh()
    try:
        with TemporaryDirectory() as folder, closing(Store(url)) as store:
            run(groupware_office(store, Path(folder)), script)
    finally:
        server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def play(request: pytest.FixtureRequest) -> Play:
    """Runs a script in an office of its own."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        return lambda script: _on_sqlite(template, script)
    server: Postgres = request.getfixturevalue("postgres")
    return lambda script: _on_postgresql(server, script)


@settings(_SETTINGS, max_examples=7)
@given(scripts)
def test_every_device_holds_what_the_rules_say(play: Play, script: list[Step]) -> None:
    play(script)


@pytest.mark.soak
@settings(_SETTINGS, max_examples=300)
@given(scripts)
def test_every_device_holds_it_at_length(play: Play, script: list[Step]) -> None:
    play(script)
