import logging
from pathlib import Path

import pytest

from server.health import database_answers, folder_is_writable, health
from storage.migrate import migrate
from storage.store import Store, sqlite_url
from tests.wsgi import an_environ, call


def test_live_asks_nobody() -> None:
    app = health([lambda: "the database does not answer"])

    assert call(app, an_environ(path="/health/live")).status == 200


def test_ready_means_that_database_and_folder_work(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "office.sqlite3"))
    migrate(store)
    app = health([database_answers(store), folder_is_writable(tmp_path)])

    answer = call(app, an_environ(path="/health/ready"))
    store.close()

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert [each.name for each in tmp_path.iterdir() if "sqlite3" not in each.name] == []


def test_not_ready_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = Store(sqlite_url(tmp_path / "no such folder" / "office.sqlite3"))
    app = health([database_answers(store), folder_is_writable(tmp_path / "gone")])

    with caplog.at_level(logging.WARNING):
        answer = call(app, an_environ(path="/health/ready"))

    assert answer.status == 503
    assert "the database does not answer" in answer.text
    assert "documents cannot be stored" in answer.text
    assert len(caplog.records) == 1


def test_health_is_only_looked_at() -> None:
    answer = call(health([]), an_environ("DELETE", "/health/ready"))

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_there_is_nothing_else_below_health() -> None:
    assert call(health([]), an_environ(path="/health/")).status == 404
