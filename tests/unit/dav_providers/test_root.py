from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from lxml import etree

from auth.identity import Identity
from dav_providers.root import make_root
from tests.wsgi import Answered, an_environ, call

D = "{DAV:}"
ANNA = Identity(
    user_id=1,
    user_name="anna",
    device_id=1,
    device_label="Laptop",
    function_rights=frozenset(),
    blocked_nodes=frozenset(),
    home_node_id=1,
    groups=frozenset(),
)


def asked(method: str, body: bytes = b"", *, depth: str = "") -> Answered:
    headers = {"Depth": depth} if depth else {}
    environ = an_environ(method, "/", headers=headers, body=body)
    environ["deedbox.identity"] = ANNA
    return call(make_root(1000, _reports), environ)


def _reports(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("207 Multi-Status", [("Content-Length", "5")])
    return [b"asked"]


def test_reports_go_on_to_who_knows_principals() -> None:
    assert asked("REPORT", b"<a/>").body == b"asked"


def hrefs(answer: Answered) -> list[str | None]:
    return [each.text for each in etree.fromstring(answer.body).iter(f"{D}href")]


class TestOptions:
    def test_names_class_2_and_author_via_dav_for_windows(self) -> None:
        answer = asked("OPTIONS")

        assert answer.status == 200
        assert {"1", "2"} <= set(answer.headers["dav"].split(", "))
        assert answer.headers["ms-author-via"] == "DAV"


class TestPropfind:
    def test_depth_0_is_the_root_alone(self) -> None:
        answer = asked("PROPFIND", depth="0")

        assert answer.status == 207
        assert hrefs(answer) == ["/"]

    def test_depth_1_shows_the_way_to_everything(self) -> None:
        shown = hrefs(asked("PROPFIND", depth="1"))

        assert shown == ["/", "/files/", "/dav/", "/principals/"]

    def test_it_names_the_caller(self) -> None:
        body = b'<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'

        assert hrefs(asked("PROPFIND", body, depth="0")) == ["/", "/dav/anna/"]

    def test_all_of_it_are_collections(self) -> None:
        answer = etree.fromstring(asked("PROPFIND", depth="1").body)

        assert len(list(answer.iter(f"{D}collection"))) == 4

    def test_an_unknown_property_is_404_in_the_answer_and_no_error(self) -> None:
        body = b'<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'

        answer = asked("PROPFIND", body, depth="0")

        statuses = [each.text for each in etree.fromstring(answer.body).iter(f"{D}status")]
        assert statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"]

    @pytest.mark.parametrize("depth", ["", "infinity"])
    def test_infinite_depth_is_refused_by_its_precondition(self, depth: str) -> None:
        answer = asked("PROPFIND", depth=depth)

        assert answer.status == 403
        assert etree.fromstring(answer.body).find(f"{D}propfind-finite-depth") is not None

    @pytest.mark.parametrize(
        ("body", "depth", "status"),
        [
            (b"<propfind", "0", 400),
            (b"<!DOCTYPE x []><propfind xmlns='DAV:'><allprop/></propfind>", "0", 400),
            (b"", "2", 400),
            (b"<a>" * 100 + b"</a>" * 100, "0", 413),
            (b" " * 1001, "0", 413),
        ],
    )
    def test_nonsense_is_a_sentence(self, body: bytes, depth: str, status: int) -> None:
        answer = asked("PROPFIND", body, depth=depth)

        assert answer.status == status
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text.strip()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "MKCOL", "LOCK", "MOVE", "PROPPATCH", "POST"])
def test_the_root_is_read_only(method: str) -> None:
    answer = asked(method)

    assert answer.status == 405
    assert "PROPFIND" in answer.headers["allow"]
