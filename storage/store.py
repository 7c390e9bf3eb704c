"""Units of work: one request, one transaction, on SQLite or PostgreSQL.

SQLite: WAL with ``synchronous=FULL``; writers of all processes queue on a file lock before
``BEGIN IMMEDIATE``, since SQLite's own waiting polls and lets the unlucky starve. PostgreSQL:
readers see one snapshot (REPEATABLE READ), writers READ COMMITTED and take a tree's advisory
lock through :meth:`WriteUnit.serialise`.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from storage.rights_revision import RightsRevision

_BEGIN = "deedbox_begin"
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8192",
)


@dataclass(slots=True)
class Unit:
    """A transaction that reads. Only the query modules of ``storage`` look inside."""

    connection: Connection
    is_sqlite: bool

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """Run *sql* (named parameters as ``:name``) and return all rows as plain tuples.

        The statement goes to the driver as it stands: SQLAlchemy's own result layer costs
        more than the query on the hot paths. psycopg spells the parameters its own way.
        """
        cursor = self._run(sql, parameters or {})
        return cursor.fetchall()  # type: ignore[no-any-return]

    def row(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """The first row of *sql* as a plain tuple, or None."""
        cursor = self._run(sql, parameters or {})
        return cursor.fetchone()

    def _run(self, sql: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if not self.is_sqlite:
            sql = psycopg_spelling(sql)
        return self.connection.exec_driver_sql(sql, dict(parameters)).cursor


_spellings: dict[str, str] = {}


def psycopg_spelling(sql: str) -> str:
    """``:name`` as ``%(name)s``; the statements are our own constants, so few and remembered."""
    known = _spellings.get(sql)
    if known is None:
        parts = sql.replace("%", "%%").split(":")
        spelled = [parts[0]]
        for part in parts[1:]:
            end = 0
            while end < len(part) and (part[end].isalnum() or part[end] == "_"):
                end += 1
            spelled.append(f"%({part[:end]})s{part[end:]}")
        known = _spellings[sql] = "".join(spelled)
    return known


@dataclass(slots=True)
class WriteUnit(Unit):
    """A transaction that writes; committed when its block ends without an exception."""

    rights: RightsRevision | None = None
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def rights_shrank(self) -> None:
        """Tell running transfers, once this is committed, to ask again whether they may go on."""
        if self.rights is not None:
            self.after_commit.append(self.rights.mark)

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run *sql* and return how many rows it changed."""
        if not self.is_sqlite:
            sql = psycopg_spelling(sql)
        return self.connection.exec_driver_sql(sql, dict(parameters or {})).rowcount

    def execute_many(self, sql: str, parameters: list[dict[str, Any]]) -> None:
        """Run *sql* once for each of *parameters* (nothing when there are none)."""
        if parameters:
            if not self.is_sqlite:
                sql = psycopg_spelling(sql)
            self.connection.exec_driver_sql(sql, parameters)

    def serialise(self, *tree_ids: int) -> None:
        """Let only one writer at a time into these trees until the commit.

        On SQLite there is only one writer anyway. The order is fixed, so that two who
        want the same trees never wait for each other.
        """
        if not self.is_sqlite:
            for tree_id in sorted(set(tree_ids)):
                self.row("SELECT pg_advisory_xact_lock(:id)", {"id": tree_id})


class Store:
    """The database behind every door. Make it after a fork: connections must not cross one."""

    def __init__(
        self, url: URL | str, *, pool_size: int = 8, rights: RightsRevision | None = None
    ) -> None:
        self.url = make_url(url)
        self.rights = rights
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._queue = _WriterQueue(self.url.database) if self.is_sqlite else None
        self.engine = (
            _sqlite_engine(self.url, pool_size)
            if self.is_sqlite
            else _pg_engine(self.url, pool_size)
        )
        self._reading, self._writing = self._modes()

    def _modes(self) -> tuple[Engine, Engine]:
        if self.is_sqlite:
            return self.engine, self.engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        reading = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        return reading, self.engine.execution_options(isolation_level="READ COMMITTED")

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """One snapshot; nothing written in it is kept."""
        with self._reading.connect() as connection:
            yield Unit(connection, self.is_sqlite)

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        """One transaction, committed at the end of the block, rolled back by an exception.

        Keep it short and never wait for a client inside: on SQLite all others queue.
        """
        turn: AbstractContextManager[None] = self._queue.turn() if self._queue else nullcontext()
        with turn, self._writing.begin() as connection:
            unit = WriteUnit(connection, self.is_sqlite, self.rights)
            yield unit
        for act in unit.after_commit:
            act()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


class _WriterQueue:
    """Writers of all processes, one at a time and in order of arrival.

    Threads of one process queue on a lock, processes on ``flock``, which a killed process
    gives back by dying.
    """

    def __init__(self, database: str | None) -> None:
        if not database or database == ":memory:":
            raise ValueError("deedbox needs a database file: several processes share it")
        self._path = f"{database}.writer"
        self._threads = threading.Lock()
        self._descriptor: int | None = None
        self._owner = -1

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._threads:
            if self._descriptor is None or self._owner != os.getpid():
                # A descriptor that came over a fork shares the parent's lock: open our own.
                self._descriptor = os.open(
                    self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
                )
                self._owner = os.getpid()
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)


def sqlite_url(path: Path) -> URL:
    """The URL of a database file."""
    return URL.create("sqlite", database=str(path))


def _sqlite_engine(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=64,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return engine


def _pg_engine(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=16,
        pool_use_lifo=True,
        pool_pre_ping=True,
        connect_args={"prepare_threshold": 3},
    )
