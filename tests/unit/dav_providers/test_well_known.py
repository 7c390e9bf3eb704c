import pytest

from dav_providers.well_known import make_well_known
from tests.wsgi import an_environ, call

DOOR = make_well_known("/dav/")


class TestWellKnown:
    @pytest.mark.parametrize("path", ["/.well-known/caldav", "/.well-known/carddav/"])
    @pytest.mark.parametrize("method", ["GET", "PROPFIND", "OPTIONS", "HEAD", "REPORT"])
    def test_it_sends_clients_to_where_they_begin(self, path: str, method: str) -> None:
        answer = call(DOOR, an_environ(method, path))

        assert answer.status == 301
        assert answer.headers["location"] == "http://testserver/dav/"

    def test_scheme_and_host_are_those_the_client_sees(self) -> None:
        environ = an_environ("PROPFIND", "/.well-known/caldav", headers={"Host": "buero.example"})
        environ["wsgi.url_scheme"] = "https"

        assert call(DOOR, environ).headers["location"] == "https://buero.example/dav/"

    def test_a_client_of_http_1_0_names_no_host(self) -> None:
        environ = an_environ("GET", "/.well-known/caldav")
        del environ["HTTP_HOST"]

        assert call(DOOR, environ).headers["location"] == "http://testserver:80/dav/"

    @pytest.mark.parametrize("path", ["/.well-known/", "/.well-known/caldav/x", "/.well-known/x"])
    def test_other_names_are_nothing(self, path: str) -> None:
        assert call(DOOR, an_environ("GET", path)).status == 404

    def test_nothing_is_written_there(self) -> None:
        answer = call(DOOR, an_environ("PUT", "/.well-known/caldav", body=b"x"))

        assert answer.status == 405
        assert "PROPFIND" in answer.headers["allow"]
