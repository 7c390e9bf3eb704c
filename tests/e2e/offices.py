"""Offices whose server runs, for the tests through real sockets; a conftest takes `office` in.

Four variants cover each pair of HTTP server, transport and database.
"""

from collections.abc import Iterator

import pytest

from tests.databases import Postgres
from tests.e2e.server_process import Office, Variant, running_office

_VARIANTS = {
    "uvicorn-plain-sqlite": ("uvicorn", False, False),
    "uvicorn-tls-postgresql": ("uvicorn", True, True),
    "cheroot-plain-postgresql": ("cheroot", False, True),
    "cheroot-tls-sqlite": ("cheroot", True, False),
}


@pytest.fixture(scope="session", params=_VARIANTS)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind, is_tls, is_postgres = _VARIANTS[request.param]
    url = None
    if is_postgres:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    folder = tmp_path_factory.mktemp(request.param)
    with running_office(folder, Variant(kind, is_tls, url)) as running:
        yield running
