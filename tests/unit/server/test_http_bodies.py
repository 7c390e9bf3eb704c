"""Request bodies: read whole in any portions, or broken with an error."""

import io
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.http_servers.bodies import RequestBody
from server.http_servers.cheroot_bodies import CherootBody, ChunkedCherootBody
from wire.bodies import BodyCutError


class Pieces(RequestBody):
    """A body made of pieces; None breaks it off."""

    def __init__(self, pieces: Iterable[bytes | None]) -> None:
        super().__init__()
        self._pieces = iter(pieces)

    def _next_piece(self) -> bytes:
        piece = next(self._pieces, b"")
        if piece is None:
            raise BodyCutError("broken off")
        return piece


class Wire:
    """A connection's reader as cheroot has it, over bytes."""

    def __init__(self, data: bytes) -> None:
        self.raw = io.BytesIO(data)

    def has_data(self) -> bool:
        return False

    def read(self, size: int) -> bytes:
        return self.raw.read(size)

    def read1(self, size: int) -> bytes:
        return self.raw.read1(size)

    def readline(self, size: int) -> bytes:
        return self.raw.readline(size)


def chunked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        yield b"%X;x=y\r\n%s\r\n" % (len(piece), piece)
    yield b"0\r\nTrailer: t\r\n\r\n"


pieces_of_lines = st.lists(st.text("ab\n", min_size=1).map(str.encode))


class TestRequestBody:
    @given(pieces_of_lines, st.lists(st.integers(1, 7), min_size=1))
    def test_portions_make_the_whole(self, pieces: list[bytes], sizes: list[int]) -> None:
        body, got = Pieces(pieces), b""
        for size in sizes * 100:
            part = body.read(size)
            assert len(part) <= size
            got += part

        assert got + body.read() == b"".join(pieces)
        assert body.read(1) == b""
        assert body.ended

    @given(pieces_of_lines, st.one_of(st.none(), st.integers(1, 5)))
    def test_lines_are_those_of_a_file(self, pieces: list[bytes], size: int | None) -> None:
        body, file = Pieces(pieces), io.BytesIO(b"".join(pieces))
        limit = -1 if size is None else size
        while line := file.readline(limit):
            assert body.readline(size) == line

        assert body.readline(size) == b""

    @given(pieces_of_lines, st.integers(-1, 9))
    def test_lists_of_lines_are_those_of_a_file(self, pieces: list[bytes], hint: int) -> None:
        body, file = Pieces(pieces), io.BytesIO(b"".join(pieces))

        assert body.readlines(hint) == file.readlines(hint)

    def test_a_broken_body_stays_broken(self) -> None:
        body = Pieces([b"abc", None])

        assert body.read(10) == b"abc"
        for _ in range(2):
            with pytest.raises(BodyCutError):
                body.read(10)
        assert not body.ended

    def test_all_of_a_broken_body_is_an_error(self) -> None:
        with pytest.raises(BodyCutError):
            Pieces([b"abc", None]).read()


class TestCherootBodies:
    @given(st.lists(st.binary(min_size=1)), st.binary())
    def test_chunks_make_the_whole_and_leave_what_follows(
        self, pieces: list[bytes], after: bytes
    ) -> None:
        wire = Wire(b"".join(chunked(pieces)) + after)

        assert ChunkedCherootBody(wire, None).read() == b"".join(pieces)
        assert wire.raw.read() == after

    @given(st.lists(st.binary(min_size=1), min_size=1), st.data())
    def test_chunks_cut_anywhere_are_never_whole(
        self, pieces: list[bytes], data: st.DataObject
    ) -> None:
        whole = b"".join(chunked(pieces))
        cut = whole[: data.draw(st.integers(0, len(whole) - 1))]

        with pytest.raises(BodyCutError):
            ChunkedCherootBody(Wire(cut), None).read()

    @given(st.binary())
    def test_noise_is_a_whole_body_only_when_it_ends_as_one(self, noise: bytes) -> None:
        wire = Wire(noise)
        try:
            ChunkedCherootBody(wire, None).read()
        except BodyCutError:
            return

        assert b"0" in noise
        assert noise[: wire.raw.tell()].endswith(b"\r\n\r\n")

    @given(st.binary(max_size=50), st.integers(0, 60))
    def test_a_known_length_is_reached_or_missed(self, data: bytes, length: int) -> None:
        body = CherootBody(Wire(data), length, None)
        if length <= len(data):
            assert body.read() == data[:length]
        else:
            with pytest.raises(BodyCutError):
                body.read()

    def test_a_waiting_client_is_asked_once_and_only_by_a_read(self) -> None:
        asked: list[bool] = []
        body = CherootBody(Wire(b"abc"), 3, lambda: asked.append(True))

        assert (body.is_awaited, asked) == (True, [])
        assert body.read(1) + body.read() == b"abc"
        assert (body.is_awaited, asked) == (False, [True])
