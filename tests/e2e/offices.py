"""Offices whose server runs, with two people, for the tests through real sockets.

A conftest takes the fixtures in.

Two variants cover each HTTP server, transport and database, and further ones, for ``make soak``,
each pair of them.
"""

from collections.abc import Callable, Iterator
from itertools import count
from urllib.parse import quote

import pytest

from tests.databases import Postgres
from tests.e2e.dav_client import Client
from tests.e2e.server_process import Device, Office, Variant, running_office

MakeClient = Callable[..., Client]

_EACH = ("uvicorn-plain-sqlite", "cheroot-tls-postgresql")
_PAIRS = ("uvicorn-tls-postgresql", "cheroot-plain-postgresql", "cheroot-tls-sqlite")
DIRECT = (*_EACH, *(pytest.param(name, marks=pytest.mark.soak) for name in _PAIRS))
PROXIED = tuple(f"{name}-proxied" for name in (_EACH[0], *_PAIRS))
"""The same behind a proxy that they trust; only where a test asks for them."""


@pytest.fixture(scope="session", params=DIRECT)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind, transport, database, *proxy = request.param.split("-")
    url = None
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp(request.param)
    settings = {"DEEDBOX_SERVER__TRUSTED_PROXIES": "127.0.0.1"} if proxy else None
    with running_office(folder, Variant(kind, transport == "tls", url, settings)) as running:
        yield running


@pytest.fixture(scope="session")
def anna(office: Office) -> Device:
    return office.add_device("anna", "Dienst-PC")


@pytest.fixture(scope="session")
def jonas(office: Office) -> Device:
    office.add_user("jonas")
    return office.add_device("jonas", "MacBook")


@pytest.fixture
def make_client(office: Office) -> Iterator[MakeClient]:
    """Makes the client of a program; all are closed at the end."""
    made: list[Client] = []

    def make(agent: str, device: Device | None = None, **always: str) -> Client:
        client = Client(office, agent, device.authorization if device else None, always)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def estate(office: Office) -> str:
    """The path of a property's folder, quoted, without a slash at its end."""
    made = office.command("estate", "add", "4711", "Parkallee 7, Köln")
    return quote(made["path"].rstrip("/"))


_numbers = count(1)


@pytest.fixture
def folder(estate: str, anna: Device, make_client: MakeClient) -> str:
    """The path of a new folder in the property's, quoted, without a slash at its end."""
    path = f"{estate}/Gr%C3%B6%C3%9Fe%20{next(_numbers)}"
    assert make_client("test", anna)("MKCOL", path).status == 201
    return path
