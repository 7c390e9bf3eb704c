"""However a download is cut up, and whoever writes its pieces when: one row, the right bytes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from office import journaling
from office.prefetches import Listings
from office.tracking import Access, Action
from storage import journal_search
from storage.journal_search import Search
from storage.store import Store
from tests.accesses import SECOND, WINDOW_US, a_piece, an_access
from tests.journals import journal_store, store

__all__ = ["journal_store", "store"]

SIZE = 1000


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[list[Access]], bool]:
    """Pieces of a document within ten minutes, some left out, in batches of any order."""
    cuts = draw(st.sets(st.integers(1, SIZE - 1), max_size=12))
    edges = [0, *sorted(cuts), SIZE]
    slices = [(first, end - first) for first, end in pairwise(edges)]
    left_out = draw(st.sets(st.sampled_from(slices), max_size=2))
    again = draw(st.lists(st.sampled_from(slices), max_size=4))
    sent = draw(st.permutations([*(each for each in slices if each not in left_out), *again]))
    pieces = [
        a_piece(
            offset,
            length,
            at=draw(st.integers(0, WINDOW_US // SECOND)),
            lasting=draw(st.integers(0, 900)),
        )
        for offset, length in sent
    ]
    writers = draw(st.lists(st.integers(0, 4), min_size=len(pieces), max_size=len(pieces)))
    batched: dict[int, list[Access]] = {}
    for writer, piece in zip(writers, pieces, strict=True):
        batched.setdefault(writer, []).append(piece)
    return list(batched.values()), left_out <= set(again)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=batches())
def test_pieces_are_one_row_with_their_bytes(
    store: Store, case: tuple[list[list[Access]], bool]
) -> None:
    written, is_whole = case
    with store.write() as unit:
        unit.execute("DELETE FROM journal")

    for batch in written:
        with store.write() as unit:
            journaling.record(unit, batch, Listings(), window_us=WINDOW_US)

    accesses = [access for batch in written for access in batch]
    with store.read() as unit:
        found = journal_search.find(unit, Search(), limit=10)
    if not accesses:
        assert found == []
        return
    [row] = found
    assert row.bytes_sent == sum(access.bytes_sent for access in accesses)
    assert row.requests == len(accesses)
    assert row.is_whole == is_whole
    assert row.at_us == min(access.at_us for access in accesses)
    assert row.until_us == max(access.until_us for access in accesses)


def in_four_processes(store: Store, accesses: Sequence[Access]) -> None:
    """Let four writers with connections of their own write at the same time, two by two."""

    def write(mine: Sequence[Access]) -> None:
        own = Store(store.url)
        try:
            for i in range(0, len(mine), 2):
                with own.write() as unit:
                    batch = mine[i : i + 2]
                    journaling.record(unit, batch, Listings(), window_us=WINDOW_US)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [accesses[n::4] for n in range(4)]))


def test_writers_at_the_same_time_make_one_row(store: Store) -> None:
    in_four_processes(store, [a_piece(i * 10, 10, at=i) for i in range(100)])

    with store.read() as unit:
        [row] = journal_search.find(unit, Search(), limit=10)
    assert (row.bytes_sent, row.is_whole, row.requests) == (1000, True, 100)


def test_writers_at_the_same_time_make_one_walk(store: Store) -> None:
    walk = [an_access(at=i / 2, node_id=100 + i, path=f"a/{i}") for i in range(100)]

    in_four_processes(store, walk)

    with store.read() as unit:
        [row] = journal_search.find(unit, Search(), limit=200)
    assert (row.action, row.documents, row.bytes_sent) == (Action.BULK_SYNCED, 100, 100_000)
