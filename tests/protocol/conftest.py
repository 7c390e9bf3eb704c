"""The documents door on both databases, with two people in the office and a property."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.databases import database_url, postgres, sqlite_template, store
from tests.documents_door import Client, SampleOffice, sample_office

__all__ = ["database_url", "postgres", "sqlite_template", "store"]

ESTATE = "/Objekte/4711 Lindenallee 3"


_MEMORY = Path("/dev/shm")


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: hundreds of commits wait for no disk."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=_MEMORY, prefix="deedbox-") as folder:
        yield Path(folder)


@pytest.fixture
def office(store: Store, tmp_path: Path) -> SampleOffice:
    office = sample_office(store, tmp_path)
    office.person("anna")
    office.person("jonas")
    office.estate("4711", "Lindenallee 3")
    return office


@pytest.fixture
def anna(office: SampleOffice) -> Client:
    return office.clients["anna"]


@pytest.fixture
def jonas(office: SampleOffice) -> Client:
    return office.clients["jonas"]


@pytest.fixture
def estate() -> str:
    """The path below ``/files`` of the property's folder."""
    return ESTATE
