"""Units of work: one request, one transaction, on SQLite or PostgreSQL.

SQLite: WAL with ``synchronous=FULL``; writers of all processes queue (``storage.writer_queue``)
before ``BEGIN IMMEDIATE``, since SQLite's own waiting polls and lets the unlucky starve.
PostgreSQL: readers see one snapshot (REPEATABLE READ), writers READ COMMITTED and take a tree's
advisory lock through :meth:`WriteUnit.serialise`.
"""

import select
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import PoolProxiedConnection

from storage.failures import is_unavailable
from storage.rights_revision import RightsRevision
from storage.writer_queue import WriterQueue

_READ_COMMITTED, _REPEATABLE_READ = 2, 3  # psycopg.IsolationLevel, not worth its import here
_NEVER = 1 << 62
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=30000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8192",
)


class Unit:
    """A transaction that reads. Only the query modules of ``storage`` look inside.

    Statements go to the driver's cursor as they stand: SQLAlchemy's result layer would cost
    several times what the queries on the hot paths do. psycopg spells the parameters its own way.
    """

    __slots__ = ("cursor", "is_sqlite")

    def __init__(self, cursor: Any, *, is_sqlite: bool) -> None:  # noqa: ANN401 - two drivers'
        self.cursor = cursor
        self.is_sqlite = is_sqlite

    def prepared(self, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
        """:meth:`rows` of a statement that PostgreSQL plans once for each connection.

        For what takes longer to plan than to run. Its plan must not depend on how large a table
        is: it stays until the table's statistics are made anew.
        """
        if self.is_sqlite:
            self.cursor.execute(sql, parameters)
        else:
            self.cursor.execute(psycopg_spelling(sql), parameters, prepare=True)
        rows: list[Any] = self.cursor.fetchall()
        return rows

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """Run *sql* (named parameters as ``:name``) and return all rows as plain tuples."""
        self.cursor.execute(sql if self.is_sqlite else psycopg_spelling(sql), parameters or {})
        rows: list[Any] = self.cursor.fetchall()
        return rows

    def row(self, sql: str, parameters: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401
        """The first row of *sql* as a plain tuple, or None.

        All are fetched: SQLite carries a RETURNING out only as far as its rows are read.
        """
        rows = self.rows(sql, parameters)
        return rows[0] if rows else None


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


class WriteUnit(Unit):
    """A transaction that writes; committed when its block ends without an exception."""

    __slots__ = ("_acts_at_mark", "after_commit", "before_commit", "rights")

    def __init__(
        self,
        cursor: Any,  # noqa: ANN401 - two drivers'
        *,
        is_sqlite: bool,
        rights: RightsRevision | None = None,
    ) -> None:
        super().__init__(cursor, is_sqlite=is_sqlite)
        self.rights = rights
        self.before_commit: list[Callable[[], None]] = []
        self._acts_at_mark = 0
        self.after_commit: list[Callable[[], None]] = []

    def rights_shrank(self) -> None:
        """Tell running transfers, once this is committed, to ask again whether they may go on."""
        if self.rights is not None:
            self.after_commit.append(self.rights.mark)

    def last(self, act: Callable[[], None]) -> None:
        """Do *act* in this transaction, but last: it holds what everybody needs."""
        self.before_commit.append(act)

    def execute(self, sql: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run *sql* and return how many rows it changed."""
        self.cursor.execute(sql if self.is_sqlite else psycopg_spelling(sql), parameters or {})
        changed: int = self.cursor.rowcount
        return changed

    def execute_many(self, sql: str, parameters: list[dict[str, Any]]) -> None:
        """Run *sql* once for each of *parameters* (nothing when there are none)."""
        if parameters:
            spelled = sql if self.is_sqlite else psycopg_spelling(sql)
            self.cursor.executemany(spelled, parameters)

    def serialise(self, *tree_ids: int, passing: Collection[int] = ()) -> None:
        """Let only one writer at a time into these trees until the commit.

        On SQLite there is only one writer anyway. The order is fixed, so that two who
        want the same trees never wait for each other: ask for all of them at once.

        Args:
            tree_ids: The trees whose members change.
            passing: Trees on the way, which others may pass too, but nobody may change.
        """
        if not self.is_sqlite:
            for tree_id in sorted({*tree_ids, *passing}):
                shared = "" if tree_id in tree_ids else "_shared"
                self.row(f"SELECT pg_advisory_xact_lock{shared}(:id)", {"id": tree_id})

    def mark(self) -> None:
        """Remember this moment for :meth:`back_to_mark`."""
        self.cursor.execute("SAVEPOINT mark")
        self._acts_at_mark = len(self.before_commit)

    def back_to_mark(self) -> None:
        """Undo what was done since :meth:`mark`, and give back the trees taken since."""
        self.cursor.execute("ROLLBACK TO SAVEPOINT mark")
        del self.before_commit[self._acts_at_mark :]


class _Lent(NamedTuple):
    """A connection in use: the pool's, the driver's own, and a cursor on it."""

    connection: PoolProxiedConnection
    driver: Any
    cursor: Any


class Store:
    """The database behind every door. Make it after a fork: connections must not cross one."""

    def __init__(
        self, url: URL | str, *, pool_size: int = 8, rights: RightsRevision | None = None
    ) -> None:
        self.url = make_url(url)
        self.rights = rights
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._queue = _queue_beside(self.url.database) if self.is_sqlite else None
        make = _sqlite_engine if self.is_sqlite else _pg_engine
        self.engine = make(self.url, pool_size)
        # Past SQLAlchemy's pool, whose lending and asking whether a connection still lives would
        # cost a request on PostgreSQL more than its queries.
        self._idle: list[_Lent] = []
        self._most_idle = pool_size

    def rights_revision(self) -> bytes:
        """What differs after every change of rights; take it before reading whose they are."""
        return self.rights.now() if self.rights else b""

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """One snapshot; nothing written in it is kept."""
        lent = self._lend()
        end = lent.driver.rollback
        try:
            self._begin(lent, is_writing=False)
            yield Unit(lent.cursor, is_sqlite=self.is_sqlite)
            if not self.is_sqlite:
                # At a ROLLBACK psycopg forgets all prepared statements, and they would be planned
                # anew. PostgreSQL lets a reading transaction write nothing that it could keep.
                end = lent.driver.commit
        finally:
            self._take_back(lent, end)

    @contextmanager
    def write(self) -> Iterator[WriteUnit]:
        """One transaction, committed at the end of the block, rolled back by an exception.

        Keep it short and never wait for a client inside: on SQLite all others queue.
        """
        with self._turn():
            lent = self._lend()
            try:
                self._begin(lent, is_writing=True)
                unit = WriteUnit(lent.cursor, is_sqlite=self.is_sqlite, rights=self.rights)
                yield unit
                for act in unit.before_commit:
                    act()
                lent.driver.commit()
            finally:
                self._take_back(lent, lent.driver.rollback)
        for act in unit.after_commit:
            act()

    def _turn(self) -> AbstractContextManager[None]:
        return self._queue.turn() if self._queue else nullcontext()

    def _lend(self) -> _Lent:
        while self._idle:
            try:
                lent = self._idle.pop()
            except IndexError:
                break  # another thread was quicker
            if self.is_sqlite or not _was_hung_up(lent.driver):
                return lent
            lent.connection.invalidate()
        connection = self.engine.raw_connection()
        return _Lent(connection, connection.driver_connection, connection.cursor())

    def _take_back(self, lent: _Lent, end: Callable[[], None]) -> None:
        """Bring what may still go on to its *end*, and keep the connection for the next.

        One that broke is thrown away; what its break meant, whoever used it has been told.
        """
        try:
            end()
        except Exception as error:
            lent.connection.invalidate()
            if not is_unavailable(error):
                raise
            return
        if len(self._idle) < self._most_idle:
            self._idle.append(lent)
        else:
            lent.connection.close()

    def _begin(self, lent: _Lent, *, is_writing: bool) -> None:
        if self.is_sqlite:
            lent.cursor.execute("BEGIN IMMEDIATE" if is_writing else "BEGIN")
            return
        # psycopg begins by itself, as its connection says; that costs no round trip.
        lent.driver.read_only = not is_writing
        lent.driver.isolation_level = _READ_COMMITTED if is_writing else _REPEATABLE_READ

    @contextmanager
    def schema_change(self) -> Iterator[Connection]:
        """A writing transaction for migrations, which want SQLAlchemy's own connection."""
        with self._turn(), self.engine.connect() as connection:
            raw = connection.connection
            self._begin(_Lent(raw, raw.driver_connection, raw.cursor()), is_writing=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of all connections."""
        while self._idle:
            self._idle.pop().connection.close()
        self.engine.dispose()
        if self._queue is not None:
            self._queue.close()


def _was_hung_up(driver: Any) -> bool:  # noqa: ANN401 - psycopg's connection
    """Whether the server has ended an idle connection: nothing else comes from it unasked."""
    if driver.closed:
        return True
    poll = select.poll()
    poll.register(driver.fileno(), select.POLLIN)
    return bool(poll.poll(0))


def _queue_beside(database: str | None) -> WriterQueue:
    if not database or database == ":memory:":
        raise ValueError("deedbox needs a database file: several processes share it")
    return WriterQueue(Path(f"{database}.writer"))


def sqlite_url(path: Path) -> URL:
    """The URL of a database file."""
    return URL.create("sqlite", database=str(path))


def _sqlite_engine(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=64,
        pool_use_lifo=True,
        connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in _SQLITE_PRAGMAS:
            connection.execute(pragma)

    return engine


def _pg_engine(url: URL, pool_size: int) -> Engine:
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=16,
        pool_use_lifo=True,
        # A plan made while a table was small would be kept when it is large: only what asks to be
        # prepared is.
        connect_args={"prepare_threshold": _NEVER},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        # Compiling a query takes longer than any of ours runs.
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
        connection.commit()

    return engine
