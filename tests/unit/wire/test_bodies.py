"""A body is read to its true end or not at all."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.bodies import (
    AnnouncedBody,
    BodyCutError,
    BodyLengthError,
    BodyTooLargeError,
    read_small,
)


def a_request(body: bytes, **environ: Any) -> dict[str, Any]:
    return {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, **environ}


class TestAnnouncedBody:
    def test_a_whole_body_is_complete(self) -> None:
        body = AnnouncedBody.from_environ(a_request(b"abcdef", CONTENT_LENGTH="6"))

        assert b"".join(body) == b"abcdef"
        assert body.is_complete
        assert body.received_bytes == 6

    def test_fewer_bytes_than_content_length_are_a_cut(self) -> None:
        body = AnnouncedBody.from_environ(a_request(b"abc", CONTENT_LENGTH="6"))

        assert body.read() == b"abc"
        with pytest.raises(BodyCutError, match="3 of 6"):
            body.read()
        assert not body.is_complete

    def test_a_chunked_body_shorter_than_finder_expected_is_a_cut(self) -> None:
        body = AnnouncedBody.from_environ(a_request(b"", HTTP_X_EXPECTED_ENTITY_LENGTH="100"))

        with pytest.raises(BodyCutError):
            body.read()

    def test_a_chunked_body_longer_than_finder_expected_is_refused(self) -> None:
        body = AnnouncedBody.from_environ(a_request(b"abcdef", HTTP_X_EXPECTED_ENTITY_LENGTH="5"))

        with pytest.raises(BodyLengthError):
            body.read()

    def test_two_announcements_that_differ_are_refused(self) -> None:
        environ = a_request(b"", CONTENT_LENGTH="0", HTTP_X_EXPECTED_ENTITY_LENGTH="100")

        with pytest.raises(BodyLengthError, match="differ"):
            AnnouncedBody.from_environ(environ)

    def test_a_chunked_body_without_announcement_is_read_to_its_end(self) -> None:
        body = AnnouncedBody.from_environ(a_request(b"abc"))

        assert list(body) == [b"abc"]
        assert body.announced_bytes is None
        assert body.is_complete

    def test_without_length_and_chunks_nothing_is_read(self) -> None:
        environ: dict[str, Any] = {"wsgi.input": BytesIO(b"the next request")}

        assert list(AnnouncedBody.from_environ(environ)) == []

    def test_an_announcement_over_the_limit_is_refused_unread(self) -> None:
        environ = a_request(b"abcdef", CONTENT_LENGTH="6")

        with pytest.raises(BodyTooLargeError) as refusal:
            AnnouncedBody.from_environ(environ, limit_bytes=5)

        assert refusal.value.limit_bytes == 5
        assert environ["wsgi.input"].tell() == 0

    def test_the_limit_itself_is_allowed(self) -> None:
        assert read_small(a_request(b"abcde", CONTENT_LENGTH="5"), 5) == b"abcde"

    def test_a_chunked_body_over_the_limit_is_refused(self) -> None:
        with pytest.raises(BodyTooLargeError):
            read_small(a_request(b"abcdef"), 5)

    @pytest.mark.parametrize("text", ["-1", "+5", "5, 5", "abc", "1e3", "٣"])
    def test_a_length_that_is_no_number_is_refused(self, text: str) -> None:
        with pytest.raises(BodyLengthError, match="Content-Length"):
            AnnouncedBody.from_environ(a_request(b"", CONTENT_LENGTH=text))

    @pytest.mark.parametrize("text", ["1000000000000000000", "9" * 5000])
    def test_a_length_beyond_any_disk_is_too_large(self, text: str) -> None:
        with pytest.raises(BodyTooLargeError, match="999999999999999999 bytes"):
            AnnouncedBody.from_environ(a_request(b"", CONTENT_LENGTH=text))

    def test_the_end_is_checked_on_small_reads_too(self) -> None:
        body = AnnouncedBody(BytesIO(b"abc"), announced_bytes=3)

        assert [body.read(2), body.read(2), body.read(2), body.read(2)] == [b"ab", b"c", b"", b""]

    @given(st.binary(max_size=200), st.integers(0, 200))
    def test_only_the_announced_length_gets_through(self, data: bytes, announced: int) -> None:
        body = AnnouncedBody(BytesIO(data), announced_bytes=announced)

        if len(data) == announced:
            assert b"".join(body) == data
        else:
            with pytest.raises((BodyCutError, BodyLengthError)):
                b"".join(body)
