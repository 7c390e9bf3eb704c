"""A store whose transactions can be given up at their end: each request meets the same office."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from office import views
from storage.store import Store, WriteUnit, sqlite_url
from tests.builders import NOW_US
from tests.databases import Postgres


class GivenUp(Exception):  # noqa: N818 - it is no error
    """Ends a transaction without keeping it."""


class ForgetfulStore(Store):
    """A store that keeps nothing once ``is_forgetful`` is set."""

    is_forgetful = False

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        """Run the block, and undo it when it is through."""
        if not self.is_forgetful:
            with super().write() as unit:
                yield unit
            return
        with suppress(GivenUp), super().write() as unit:
            yield unit
            raise GivenUp


@contextmanager
def forgetful_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ForgetfulStore, Path]]:
    """For a fixture with ``params=["sqlite", "postgresql"]``: an empty store, and a folder."""
    folder = tmp_path_factory.mktemp("matrix")
    if request.param == "sqlite":
        url = sqlite_url(folder / "deedbox.sqlite3")
        shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "deedbox.sqlite3")
    else:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh()
    store = ForgetfulStore(url)
    yield store, folder
    store.close()


def bring_up_all(store: Store) -> None:
    """Let nothing be outstanding for anybody: an office that keeps nothing could never do it."""
    for _ in ("those that everybody has", "those that they bring along"):
        with store.read() as unit:
            found = unit.rows(
                "SELECT collection_id FROM view UNION SELECT collection_id FROM calendar_cut"
            )
        views.bring_up(store, [each for (each,) in found], now_us=NOW_US)
