from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest

from server.limits import DROPPED_BYTES, URL_BYTES, BodyLimits, Limits
from tests.wsgi import Answered, Door, an_environ, call
from wire.bodies import BodyTooLargeError

LIMITS = BodyLimits(xml_bytes=1000, upload_bytes=0)


def asked(door: Any = None, *, limits: BodyLimits = LIMITS, **request: Any) -> Answered:
    return call(Limits(door or Door(), limits), an_environ(**request))


class Reader:
    """A door that reads its request's body to the end."""

    def __init__(self) -> None:
        self.read = b""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        while block := environ["wsgi.input"].read(64):
            self.read += block
        start_response("204 No Content", [])
        return []


class EndlessInput:
    """A stream that has more than anybody wants, and counts what was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int) -> bytes:
        self.taken += size
        return b"x" * size


class TestTheBody:
    def test_within_the_limit_reaches_the_door_whole(self) -> None:
        door = Reader()

        asked(door, method="PROPFIND", body=b"x" * 1000)

        assert door.read == b"x" * 1000

    def test_that_announces_too_much_is_refused_unread(self) -> None:
        door, stream = Door(), EndlessInput()

        answer = asked(
            door,
            method="PROPFIND",
            headers={"Content-Length": "9999999"},
            stream=stream,
        )

        assert answer.status == 413
        assert answer.headers["connection"] == "close"
        assert (door.seen, stream.taken) == ([], 0)

    def test_that_does_not_announce_is_cut_at_the_limit(self) -> None:
        with pytest.raises(BodyTooLargeError):
            asked(Reader(), method="PROPFIND", body=b"x" * 1001, is_chunked=True)

    def test_of_an_upload_has_its_own_limit(self) -> None:
        small = BodyLimits(xml_bytes=1000, upload_bytes=2000)

        assert asked(method="PUT", body=b"x" * 1500, limits=small).status == 200
        assert asked(method="PUT", body=b"x" * 2001, limits=small).status == 413
        assert asked(method="PUT", body=b"x" * 5000).status == 200

    def test_of_a_page_for_uploads_has_none(self) -> None:
        limits = BodyLimits(xml_bytes=1000, upload_bytes=2000, upload_pages=frozenset({"/fill"}))

        def status(method: str, path: str) -> int:
            return asked(method=method, path=path, body=b"x" * 5000, limits=limits).status

        assert status("POST", "/fill") == 200
        assert status("POST", "/fill/done") == 413
        assert status("REPORT", "/fill") == 413

    def test_that_the_door_left_is_the_servers_where_it_is_small(self) -> None:
        """Read here it would hold a thread for as long as its client likes."""
        stream = EndlessInput()
        length = str(DROPPED_BYTES)

        answer = asked(method="PUT", headers={"Content-Length": length}, stream=stream)

        assert stream.taken == 0
        assert "connection" not in answer.headers

    def test_that_the_door_left_ends_the_connection_where_it_is_large(self) -> None:
        stream = EndlessInput()
        length = str(DROPPED_BYTES + 1)

        answer = asked(method="PUT", headers={"Content-Length": length}, stream=stream)

        assert answer.headers["connection"] == "close"
        assert stream.taken == 0

    def test_without_an_announced_end_ends_the_connection_unread(self) -> None:
        stream = EndlessInput()

        answer = asked(method="PUT", is_chunked=True, stream=stream)

        assert answer.headers["connection"] == "close"
        assert stream.taken == 0

    def test_is_not_waited_for_when_the_client_waits_for_100(self) -> None:
        body = BytesIO(b"x" * 900)

        answer = asked(
            method="PUT",
            body=b"x" * 900,
            headers={"Expect": "100-continue"},
            stream=body,
        )

        assert answer.headers["connection"] == "close"
        assert body.tell() == 0

    def test_is_read_by_lines_too(self) -> None:
        lines: list[bytes] = []

        def door(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
            lines.extend(environ["wsgi.input"])
            start_response("200 OK", [])
            return []

        asked(door, method="POST", body=b"a\nb\nc")

        assert lines == [b"a\n", b"b\n", b"c"]


class TestTheRequest:
    def test_that_is_ordinary_reaches_the_door(self) -> None:
        assert asked(path="/files/Objekte/1 Haus/Ä.pdf").status == 200

    def test_with_a_long_address_is_414(self) -> None:
        assert asked(path="/" + "x" * URL_BYTES).status == 414

    @pytest.mark.parametrize("path", ["files", "", "/a\x00b", "/a\nb", "/\x7f"])
    def test_with_a_broken_path_is_400(self, path: str) -> None:
        assert asked(path=path).status == 400

    def test_with_an_unknown_method_is_501_and_hears_what_is_known(self) -> None:
        answer = asked(method="BREW")

        assert answer.status == 501
        assert "PROPFIND" in answer.headers["allow"]

    @pytest.mark.parametrize("host", ["evil.example/x", "a b", "a@b"])
    def test_with_a_broken_host_is_400(self, host: str) -> None:
        assert asked(headers={"Host": host}).status == 400

    def test_of_http_1_1_names_a_host(self) -> None:
        environ = an_environ()
        del environ["HTTP_HOST"]

        assert call(Limits(Door(), LIMITS), environ).status == 400

    def test_whose_length_is_no_number_is_400(self) -> None:
        assert asked(method="PUT", headers={"Content-Length": "-1"}).status == 400

    def test_without_a_body_is_handed_on_as_it_is(self) -> None:
        door, environ = Door(), an_environ()
        stream = environ["wsgi.input"]

        call(Limits(door, LIMITS), environ)

        assert door.seen[0]["wsgi.input"] is stream
