"""Where somebody walks through documents: the rule, against its definition."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from office import bulk
from office.reading import BULK_FILES, BULK_US

STEP_US = 1_000_000


def in_a_walk(seen: list[tuple[int, int]]) -> set[int]:
    """By definition: all that lies in some minute with twenty different documents."""
    found: set[int] = set()
    for start, _ in seen:
        minute = [i for i, (at, _) in enumerate(seen) if start <= at <= start + BULK_US]
        if len({seen[i][1] for i in minute}) >= BULK_FILES:
            found.update(minute)
    return found


@given(
    st.lists(
        st.tuples(st.integers(0, 240).map(lambda second: second * STEP_US), st.integers(0, 60)),
        max_size=120,
    ).map(sorted)
)
def test_a_walk_is_every_minute_with_twenty_documents(seen: list[tuple[int, int]]) -> None:
    runs = bulk.runs(seen)

    assert {i for run in runs for i in run} == in_a_walk(seen)
    assert all(before.stop <= after.start for before, after in itertools.pairwise(runs))


def test_stretches_that_overlap_are_one_walk() -> None:
    seen = [(i * STEP_US, i) for i in range(500)]

    assert bulk.runs(seen) == [range(500)]


def test_the_deepest_common_folder() -> None:
    assert bulk.common_folder("Objekte/1/Fotos", "Objekte/1") == "Objekte/1"
    assert bulk.common_folder("Objekte/1", "Objekte/10") == "Objekte"
    assert bulk.common_folder("Objekte/1", "Home") == ""
