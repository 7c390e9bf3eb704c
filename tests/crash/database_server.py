"""A PostgreSQL server of one's own that can be killed, and comes up again on the same folder."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.crash.processes import children, is_gone
from tests.databases import start_postgres
from tests.e2e.http_client import until


class DatabaseServer:
    """A running server with one database, which `url` names."""

    def __init__(self, folder: Path) -> None:
        self._server = start_postgres(folder)
        self._folder = folder
        self.url: str = self._server.get_uri()

    def setting(self, name: str) -> str:
        """What the server says about one of its settings."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(f"SHOW {name}".encode()).fetchone()
        assert row is not None
        return str(row[0])

    def pids(self) -> list[int]:
        """The postmaster, then its children."""
        postmaster = self._server.get_pid()
        return [postmaster, *children(postmaster)]

    def kill(self) -> None:
        """End all its processes: the postmaster first, which would replace its children."""
        pids = self.pids()
        for pid in pids:
            # A child may have ended by itself since.
            if not is_gone(pid):
                os.kill(pid, signal.SIGKILL)
        until(lambda: all(map(is_gone, pids)))

    def restart(self) -> None:
        """Come up again, with what the log of writes holds."""
        # A dead postmaster still has its process number where nobody collects orphans, as in a
        # container without an init; PostgreSQL would take that for a running server.
        for left in (self._folder / "postmaster.pid", *self._folder.glob(".s.PGSQL.*.lock")):
            left.unlink()
        self._server.ensure_postgres_running()

    def close(self) -> None:
        """Stop in order."""
        self._server.cleanup()


@contextmanager
def database_server() -> Iterator[DatabaseServer]:
    """A server in a folder of its own, which goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="deedbox-pg-"))
    server = DatabaseServer(folder / "data")
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder)
