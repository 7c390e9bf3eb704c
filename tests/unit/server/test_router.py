import pytest

from server.router import Router, not_found
from tests.wsgi import Door, an_environ, call


def chosen(method: str, path: str) -> str:
    doors = {name: Door() for name in ("root", "files", "health", "landing", "otherwise")}
    router = Router(
        {"files": doors["files"], "health": doors["health"]},
        root=doors["root"],
        landing=doors["landing"],
        otherwise=doors["otherwise"],
    )
    call(router, an_environ(method, path))
    return next(name for name, door in doors.items() if door.seen)


@pytest.mark.parametrize(
    ("method", "path", "door"),
    [
        ("GET", "/", "landing"),
        ("HEAD", "/", "landing"),
        ("OPTIONS", "/", "root"),
        ("PROPFIND", "/", "root"),
        ("REPORT", "/", "root"),
        ("PUT", "/", "root"),
        ("GET", "/files", "files"),
        ("PROPFIND", "/files/", "files"),
        ("PUT", "/files/Objekte/a", "files"),
        ("GET", "/health/ready", "health"),
        ("GET", "/filesystem", "otherwise"),
        ("PROPFIND", "//files/x", "otherwise"),
        ("PROPFIND", "/Files/", "otherwise"),
        ("GET", "/.well-known/caldav", "otherwise"),
    ],
)
def test_path_and_method_choose_the_door(method: str, path: str, door: str) -> None:
    assert chosen(method, path) == door


@pytest.mark.parametrize("target", ["/files/Home%2Fx.txt", "/files/a%2fb/?q", "/setup%2Fx"])
def test_an_encoded_slash_names_nothing(target: str) -> None:
    door = Door()
    router = Router({}, root=door, landing=door, otherwise=door)

    reply = call(router, an_environ("PUT", target, REQUEST_URI=target))

    assert reply.status == 400
    assert not door.seen


def test_one_in_the_query_is_the_doors_business() -> None:
    door = Door()
    router = Router({}, root=door, landing=door, otherwise=door)
    target = "/a%20b?next=%2Ffiles"

    assert call(router, an_environ("GET", target, REQUEST_URI=target)).status == 200


def test_a_path_that_nobody_owns_is_404() -> None:
    assert call(not_found, an_environ(path="/nowhere")).status == 404
