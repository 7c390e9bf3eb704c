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


def test_a_path_that_nobody_owns_is_404() -> None:
    assert call(not_found, an_environ(path="/nowhere")).status == 404
