"""Offices for foreign programs: every pair of HTTP server and database, over plain HTTP.

A program that is missing skips its tests, with the line that installs it.
"""

import shutil
from collections.abc import Iterator

import pytest

from tests.clients.machines import vdirsyncer
from tests.databases import Postgres, postgres
from tests.e2e.server_process import Device, Office, Variant, running_office

__all__ = ["postgres", "vdirsyncer"]

_VARIANTS = {
    "uvicorn-sqlite": ("uvicorn", False),
    "uvicorn-postgresql": ("uvicorn", True),
    "cheroot-sqlite": ("cheroot", False),
    "cheroot-postgresql": ("cheroot", True),
}


def demand(program: str, package: str) -> str:
    """Return where *program* is, or skip the test."""
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin")
    if found is None:
        pytest.skip(f"{program} is missing: apt-get install {package}")
    return found


@pytest.fixture(scope="package", params=_VARIANTS)
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind, is_postgres = _VARIANTS[request.param]
    url = None
    if is_postgres:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    with running_office(
        tmp_path_factory.mktemp("office"), Variant(kind, database_url=url)
    ) as running:
        yield running


@pytest.fixture(scope="package")
def device(office: Office) -> Device:
    return office.add_device("anna", "Dienst-PC")
