"""Streams in blocks: constant memory, closed files, honest counts."""

from collections.abc import Iterator
from io import BytesIO

import pytest

from wire.ranges import plan_ranges
from wire.streams import CountedBody, PlannedBody, ShortFileError


class ListeningFile(BytesIO):
    """A file that remembers the largest read."""

    largest_read = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        self.largest_read = max(self.largest_read, size)
        return super().read(size)


class TestPlannedBody:
    def test_no_block_is_larger_than_asked(self) -> None:
        file = ListeningFile(bytes(1000))
        plan = plan_ranges(1000, None, content_type="text/plain")

        blocks = list(PlannedBody(file, plan, block_bytes=300))

        assert [len(block) for block in blocks] == [300, 300, 300, 100]
        assert file.largest_read == 300

    def test_a_file_that_ends_too_early_breaks_the_answer_off(self) -> None:
        plan = plan_ranges(1000, None, content_type="text/plain")

        with pytest.raises(ShortFileError, match="400 bytes"):
            list(PlannedBody(BytesIO(bytes(600)), plan))

    def test_closing_closes_the_file(self) -> None:
        file = BytesIO(b"abc")

        PlannedBody(file, plan_ranges(3, None, content_type="text/plain")).close()

        assert file.closed

    def test_a_file_of_no_bytes_gives_no_block(self) -> None:
        plan = plan_ranges(0, None, content_type="text/plain")

        assert list(PlannedBody(BytesIO(), plan)) == []


class TestCountedBody:
    def test_a_body_taken_whole_is_told_so(self) -> None:
        told: list[tuple[int, bool]] = []
        body = CountedBody([b"abc", b"de"], lambda sent, whole: told.append((sent, whole)))

        assert list(body) == [b"abc", b"de"]
        body.close()
        body.close()

        assert told == [(5, True)]

    def test_a_hang_up_counts_what_was_taken(self) -> None:
        told: list[tuple[int, bool]] = []
        body = CountedBody([b"abc", b"de", b"f"], lambda sent, whole: told.append((sent, whole)))
        blocks = iter(body)

        next(blocks)
        next(blocks)
        body.close()

        assert told == [(3, False)]

    def test_the_body_is_closed_first_and_told_of_even_when_that_fails(self) -> None:
        told: list[tuple[int, bool]] = []

        class Broken:
            def __iter__(self) -> Iterator[bytes]:
                return iter([b"a"])

            def close(self) -> None:
                assert not told
                raise OSError("gone")

        body = CountedBody(Broken(), lambda sent, whole: told.append((sent, whole)))

        with pytest.raises(OSError, match="gone"):
            body.close()
        assert told == [(0, False)]

    def test_a_failure_in_the_body_is_not_its_end(self) -> None:
        told: list[tuple[int, bool]] = []

        def failing() -> Iterator[bytes]:
            yield b"abc"
            raise OSError("disk")

        body = CountedBody(failing(), lambda sent, whole: told.append((sent, whole)))

        with pytest.raises(OSError, match="disk"):
            list(body)
        body.close()

        assert told == [(3, False)]
