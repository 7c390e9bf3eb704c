"""Two processes write calendars while a third syncs and forgets: all ends well, always.

Every script has two calendars of its own, so that an example says all there is to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, cycle

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.identity import Identity
from office import collections
from office.work import GroupwareWork
from storage.store import Store
from tests.builders import NOW_US
from tests.item_sync import (
    BOOKS,
    Client,
    Numbers,
    Step,
    assert_numbers_are_unique,
    forget_some,
    limits,
    make_calendar,
    steps,
    truth,
    with_two_calendars,
)
from tests.item_writers import Writer, two_writers

_MOST_EARLIER = 40
_FEW, _MANY = 15, 300


@dataclass
class Rounds:
    """Runs scripts, each on new calendars; counts what shows that they met each other."""

    store: Store
    who: Identity
    writers: tuple[Writer, Writer]
    done: int = 0
    interleaved: int = 0
    synced: int = 0
    restarts: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def run(
        self,
        scripts: tuple[list[Step], list[Step]],
        sync_limits: list[int | None],
        last_limit: int | None,
        forgotten: int,
    ) -> None:
        """Let both write and sync meanwhile; then everybody comes back, with every token."""
        books = {each: f"{each}-{next(self._numbers)}" for each in BOOKS}
        with self.store.write() as unit:
            for name in books.values():
                make_calendar(unit, self.who, name)
        for writer, script in zip(self.writers, scripts, strict=True):
            writer.begin([_in(books, step) for step in script])
        clients = self._sync_meanwhile(list(books.values()), sync_limits, forgotten)
        taken = [writer.numbers() for writer in self.writers]

        for client in clients:
            client.catch_up(self.store, self.who, last_limit)
            assert client.known == truth(self.store, self.who, client.book)
        self._check_numbers(books, taken)
        self.done += 1
        self.interleaved += any(map(_met, [taken] * len(BOOKS), books.values()))
        self.restarts += sum(each.restarts for each in clients)
        self._clear_away(books)

    def _sync_meanwhile(
        self, books: list[str], sync_limits: list[int | None], forgotten: int
    ) -> list[Client]:
        """The clients, and what they were at earlier times."""
        clients = [Client(book) for book in books]
        earlier = [Client(book) for book in books]
        limit = cycle(sync_limits)
        while not all(writer.is_done() for writer in self.writers):
            for client in clients:
                client.sync(self.store, self.who, next(limit))
                self.synced += 1
                if len(earlier) < _MOST_EARLIER:
                    earlier.append(client.copy())
            if forgotten:
                forget_some(self.store, forgotten)
        return clients + earlier

    def _check_numbers(self, books: dict[str, str], taken: list[Numbers]) -> None:
        """Every number of the counters was given to one writer, once."""
        assert_numbers_are_unique(self.store)
        given_out = sorted(taken[0] + taken[1])
        with self.store.read() as unit:
            rows = [collections.find(unit, self.who, name) for name in sorted(books.values())]
        assert given_out == [(row.name, n) for row in rows for n in range(1, row.modseq + 1)]

    def _clear_away(self, books: dict[str, str]) -> None:
        with self.store.write() as unit:
            work = GroupwareWork(unit, self.who, NOW_US)
            for each in collections.hold(work, *books.values()):
                collections.remove(work, each)


def _in(books: dict[str, str], step: Step) -> Step:
    return replace(step, book=books[step.book], target_book=books[step.target_book])


def _met(taken: list[Numbers], book: str) -> bool:
    """Whether both wrote to the book in the same time."""
    first, second = ([number for name, number in each if name == book] for each in taken)
    return bool(first and second) and first[0] < second[-1] and second[0] < first[-1]


def _converge(store: Store, examples: int) -> Rounds:
    who = with_two_calendars(store)
    scripts = st.lists(steps, min_size=10, max_size=30)
    with two_writers(store, who) as writers:
        rounds = Rounds(store, who, writers)

        @settings(
            max_examples=examples,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example],
        )
        @given(
            st.tuples(scripts, scripts),
            st.lists(limits, min_size=1, max_size=5),
            limits,
            st.integers(0, 2),
        )
        def converges(
            both: tuple[list[Step], list[Step]],
            sync_limits: list[int | None],
            last_limit: int | None,
            forgotten: int,
        ) -> None:
            rounds.run(both, sync_limits, last_limit, forgotten)

        converges()
    return rounds


def test_two_processes_and_a_third_that_syncs(store: Store) -> None:
    rounds = _converge(store, _FEW)

    assert rounds.done >= _FEW
    assert rounds.interleaved
    assert rounds.restarts


@pytest.mark.soak
def test_two_processes_with_hundreds_of_scripts(store: Store) -> None:
    rounds = _converge(store, _MANY)

    assert rounds.done >= _MANY
    assert rounds.interleaved > _MANY // 2
    assert rounds.restarts
