"""Ranges become plans whose announced length is what is sent."""

from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.ranges import RangePlan, plan_ranges, requested_range
from wire.streams import PlannedBody

DATA = bytes(range(256)) * 8
SIZE = len(DATA)


def plan(header: str | None, size: int = SIZE, **more: int) -> RangePlan:
    return plan_ranges(size, header, content_type="image/png", **more)


def sent(chosen: RangePlan, data: bytes = DATA) -> bytes:
    return b"".join(PlannedBody(BytesIO(data), chosen, block_bytes=100))


class TestWhole:
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=abc",
            "bytes=-",
            "bytes=5-2",
            "bytes=0-1,5-2",
            "bytes=1-2-3",
            "bytes=+1-2",
            "bytes=٣-٤",
            "items=0-5",
            "bytes=" + "9" * 30 + "-",
        ],
    )
    def test_no_range_or_one_that_cannot_be_read_gives_all(self, header: str | None) -> None:
        chosen = plan(header)

        assert chosen.status == 200
        assert chosen.is_whole
        assert sent(chosen) == DATA
        assert dict(chosen.headers) == {
            "Content-Type": "image/png",
            "Content-Length": str(SIZE),
            "Accept-Ranges": "bytes",
        }

    def test_more_ranges_than_the_cap_give_all(self) -> None:
        header = "bytes=" + ",".join(f"{n * 200}-{n * 200}" for n in range(5))

        assert plan(header, max_ranges=5).status == 206
        assert plan(header, max_ranges=4).is_whole
        assert plan("bytes=" + "," * 60_000).is_whole

    def test_an_empty_file_has_no_parts(self) -> None:
        chosen = plan(None, size=0)

        assert (chosen.status, chosen.parts, chosen.total_bytes) == (200, (), 0)

    def test_a_suffix_of_an_empty_file_is_all_of_it(self) -> None:
        assert plan("bytes=-5", size=0).status == 200


class TestSingle:
    @pytest.mark.parametrize(
        ("header", "first", "end"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("BYTES = 10-19", 10, 20),
            ("bytes=2000-", 2000, SIZE),
            ("bytes=2000-999999", 2000, SIZE),
            ("bytes=-5", SIZE - 5, SIZE),
            ("bytes=-999999", 0, SIZE),
            ("bytes=0-", 0, SIZE),
            ("bytes=10-19,999999-", 10, 20),
            ("bytes=10-19, 15-30", 10, 31),
            ("bytes=20-29,10-19", 10, 30),
            ("bytes=0-100,10-20", 0, 101),
            ("bytes=10-19,30-39", 10, 40),
        ],
    )
    def test_one_slice_is_sent(self, header: str, first: int, end: int) -> None:
        chosen = plan(header)

        assert chosen.status == 206
        assert sent(chosen) == DATA[first:end]
        headers = dict(chosen.headers)
        assert headers["Content-Range"] == f"bytes {first}-{end - 1}/{SIZE}"
        assert headers["Content-Length"] == str(end - first)
        assert headers["Content-Type"] == "image/png"


class TestUnsatisfiable:
    @pytest.mark.parametrize("header", ["bytes=2048-", "bytes=9999-10000", "bytes=-0"])
    def test_a_range_behind_the_end_is_416_with_the_size(self, header: str) -> None:
        chosen = plan(header)

        assert chosen.status == 416
        assert dict(chosen.headers)["Content-Range"] == f"bytes */{SIZE}"
        assert sent(chosen) == b""

    def test_an_empty_file_has_no_first_byte(self) -> None:
        assert plan("bytes=0-", size=0).status == 416


class TestMultipart:
    def test_parts_come_in_the_order_asked_with_their_ranges(self) -> None:
        chosen = plan("bytes=1000-1009,0-4,-3")
        body = sent(chosen)

        headers = dict(chosen.headers)
        boundary = headers["Content-Type"].removeprefix("multipart/byteranges; boundary=")
        assert headers["Content-Length"] == str(len(body)) == str(chosen.total_bytes)
        assert "Content-Range" not in headers
        pieces = body.split(f"\r\n--{boundary}".encode())
        assert pieces[0] == b""
        assert pieces[-1] == b"--\r\n"
        expected = [(1000, 1010), (0, 5), (SIZE - 3, SIZE)]
        for piece, (first, end) in zip(pieces[1:-1], expected, strict=True):
            head, _, content = piece.partition(b"\r\n\r\n")
            assert b"Content-Type: image/png" in head
            assert f"Content-Range: bytes {first}-{end - 1}/{SIZE}".encode() in head
            assert content == DATA[first:end]

    def test_joined_ranges_stand_where_the_first_of_them_was_asked_for(self) -> None:
        chosen = plan("bytes=1000-1009,0-4,2000-2001,5-9")

        taken = [(part.offset, part.length) for part in chosen.parts]
        assert taken == [(1000, 10), (0, 10), (2000, 2)]

    @given(
        st.integers(0, 3000),
        st.lists(
            st.tuples(st.integers(0, 3500), st.integers(0, 3500)).map(lambda r: f"{r[0]}-{r[1]}")
            | st.integers(0, 3500).map(lambda n: f"-{n}")
            | st.integers(0, 3500).map(lambda n: f"{n}-"),
            max_size=12,
        ),
    )
    def test_the_announced_length_is_sent_and_never_much_more_than_the_file(
        self, size: int, specs: list[str]
    ) -> None:
        data = bytes(n % 251 for n in range(size))

        chosen = plan("bytes=" + ",".join(specs), size=size)

        assert len(sent(chosen, data)) == chosen.total_bytes
        assert ("Content-Length", str(chosen.total_bytes)) in chosen.headers
        assert sum(part.length for part in chosen.parts) <= size
        taken = sorted((part.offset, part.offset + part.length) for part in chosen.parts)
        assert all(one[1] < other[0] for one, other in pairwise(taken))

    @given(st.text(st.sampled_from(list("bytes=0123456789-, \t*")), max_size=40))
    def test_any_header_gives_a_plan(self, header: str) -> None:
        assert plan(header).status in {200, 206, 416}


class TestRequestedRange:
    def test_only_a_get_has_one(self) -> None:
        environ = {"HTTP_RANGE": "bytes=0-1", "REQUEST_METHOD": "GET"}

        assert requested_range(environ, etag='"a"', modified_seconds=1) == "bytes=0-1"
        environ["REQUEST_METHOD"] = "HEAD"
        assert requested_range(environ, etag='"a"', modified_seconds=1) is None

    def test_another_version_is_sent_whole(self) -> None:
        environ = {
            "HTTP_RANGE": "bytes=0-1",
            "HTTP_IF_RANGE": '"a"',
            "REQUEST_METHOD": "GET",
        }

        assert requested_range(environ, etag='"a"', modified_seconds=1) == "bytes=0-1"
        assert requested_range(environ, etag='"b"', modified_seconds=1) is None

    def test_without_the_header_there_is_none(self) -> None:
        assert requested_range({"REQUEST_METHOD": "GET"}, etag=None, modified_seconds=None) is None
