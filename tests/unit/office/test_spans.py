"""Sets of byte spans, against plain sets of bytes."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from office import spans

SIZE = 64
a_span = st.tuples(st.integers(0, SIZE), st.integers(0, SIZE))
some_spans = st.lists(a_span, max_size=8)


def as_bytes(found: list[spans.Span]) -> set[int]:
    return {byte for first, end in found for byte in range(first, end)}


class TestUnion:
    @given(some_spans, some_spans)
    def test_it_holds_the_bytes_of_both(
        self, one: list[spans.Span], other: list[spans.Span]
    ) -> None:
        joined = spans.union(one, other)

        assert as_bytes(joined) == as_bytes(one) | as_bytes(other)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(joined))

    @given(some_spans)
    def test_it_survives_the_database(self, found: list[spans.Span]) -> None:
        joined = spans.union(found)

        assert spans.from_text(spans.to_text(joined)) == joined

    def test_too_many_are_never_more_than_was_sent(self) -> None:
        scattered = [(2 * i, 2 * i + 1) for i in range(spans.MAX_SPANS + 50)] + [(5000, 5100)]

        joined = spans.union(scattered)

        assert len(joined) == spans.MAX_SPANS
        assert (5000, 5100) in joined
        assert set(joined) <= set(scattered)


class TestCover:
    @given(some_spans)
    def test_whole_is_every_byte(self, found: list[spans.Span]) -> None:
        is_whole = as_bytes(found) >= set(range(SIZE))

        assert spans.cover(spans.union(found), SIZE) == is_whole

    def test_an_empty_document_is_always_whole(self) -> None:
        assert spans.cover([], 0)


class TestSent:
    def test_a_whole_answer(self) -> None:
        assert spans.sent(None, size=10, bytes_sent=10, is_finished=True) == [(0, 10)]

    def test_a_cut_answer(self) -> None:
        assert spans.sent(None, size=10, bytes_sent=4, is_finished=False) == [(0, 4)]

    def test_a_cut_slice(self) -> None:
        assert spans.sent([(5, 5)], size=10, bytes_sent=3, is_finished=False) == [(5, 8)]

    def test_several_slices(self) -> None:
        assert spans.sent([(0, 2), (5, 2)], size=10, bytes_sent=200, is_finished=True) == [
            (0, 2),
            (5, 7),
        ]

    def test_several_slices_cut(self) -> None:
        # 200 bytes may be heads and all of the first slice, or less.
        assert spans.sent([(0, 2), (5, 2)], size=10, bytes_sent=200, is_finished=False) == []
