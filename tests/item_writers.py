"""Processes of their own that write calendar objects, as scripts tell them to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exc

from auth.identity import Identity
from storage.store import Store
from tests.item_sync import Numbers, Step, try_to_write

_END_SECONDS = 30


class Writer:
    """A process that takes one script after the other."""

    def __init__(self, store: Store, who: Identity) -> None:
        spawning = get_context("spawn")
        self._connection, theirs = spawning.Pipe()
        url = store.url.render_as_string(hide_password=False)
        self._process = spawning.Process(target=_work, args=(theirs, url, who), daemon=True)
        self._is_working = False
        self._process.start()
        theirs.close()

    def begin(self, script: Sequence[Step]) -> None:
        """Let it work; it does not wait to be asked for what came out."""
        self._leave()
        self._connection.send(list(script))
        self._is_working = True

    def is_done(self) -> bool:
        """Whether the script came to its end, or the process did."""
        return self._connection.poll()

    def numbers(self) -> Numbers:
        """The numbers that the last script took, in their order.

        Raises:
            AssertionError: A step failed; with the process's own traceback.
            EOFError: The process has died.
        """
        self._is_working = False
        numbers: Numbers | str = self._connection.recv()
        assert not isinstance(numbers, str), numbers
        return numbers

    def close(self) -> None:
        """Send it home."""
        self._leave()
        self._connection.close()
        self._process.join(_END_SECONDS)
        assert self._process.exitcode == 0

    def _leave(self) -> None:
        """Wait for the end of a script that nobody asks about any more: the test has failed."""
        if self._is_working:
            self._is_working = False
            self._connection.recv()


def _work(connection: Connection, url: str, who: Identity) -> None:
    store = Store(url)
    try:
        while True:
            script: list[Step] = connection.recv()
            connection.send(_carry_out(store, who, script))
    except EOFError:
        pass  # nobody asks for more
    finally:
        store.close()


def _carry_out(store: Store, who: Identity, script: Sequence[Step]) -> Numbers | str:
    try:
        return [number for step in script for number in try_to_write(store, who, step)]
    except Exception:  # noqa: BLE001 - whoever asked is told, and can send a shorter script
        return format_exc()


@contextmanager
def two_writers(store: Store, who: Identity) -> Iterator[tuple[Writer, Writer]]:
    """Two processes, ready to write."""
    writers = Writer(store, who), Writer(store, who)
    for each in writers:
        each.begin([])
    for each in writers:
        each.numbers()
    try:
        yield writers
    finally:
        for each in writers:
            each.close()
