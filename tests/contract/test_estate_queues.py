"""Who waits for whom on PostgreSQL: writers in one property, never those in two.

On SQLite there is one writer at a time, whatever it writes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from auth.identity import Identity
from office import places
from storage.store import Store, WriteUnit
from tests.databases import Postgres
from tests.documents_door import SampleOffice, sample_office

FIRST, SECOND = ("Objekte", "4711 Lindenallee"), ("Objekte", "4712 Marktplatz")


@pytest.fixture
def office(postgres: Postgres, tmp_path: Path) -> Iterator[SampleOffice]:
    url = postgres.fresh()
    store = Store(url)
    office = sample_office(store, tmp_path)
    office.person("anna")
    for path in (FIRST, SECOND):
        office.estate(*path[1].split())
    yield office
    store.close()
    postgres.drop(url)


@contextmanager
def impatient(store: Store) -> Iterator[WriteUnit]:
    """A writer that raises where it would have to wait."""
    with store.write() as unit:
        unit.execute("SET LOCAL lock_timeout = '100ms'")
        yield unit


def may_go_in(office: SampleOffice, held: list[tuple[str, ...]], *paths: tuple[str, ...]) -> bool:
    """Whether a writer on *paths* goes in while another one is at *held*."""
    who: Identity = office.clients["anna"].identity()
    with office.store.write() as first:
        places.find_for_writing(first, who, office.layout, *held)
        try:
            with impatient(office.store) as second:
                places.find_for_writing(second, who, office.layout, *paths)
        except psycopg.errors.LockNotAvailable:
            return False
    return True


@pytest.mark.parametrize("name", [("neu.txt",), ("Fotos",), ("Fotos", "neu.jpg")])
def test_writers_in_two_properties_do_not_wait(
    office: SampleOffice, name: tuple[str, ...]
) -> None:
    assert may_go_in(office, [(*FIRST, *name)], (*SECOND, *name))


def test_writers_in_one_property_do(office: SampleOffice) -> None:
    assert not may_go_in(office, [(*FIRST, "Fotos", "a.jpg")], (*FIRST, "neu.txt"))


def test_so_does_who_moves_into_it(office: SampleOffice) -> None:
    moving = ((*SECOND, "Fotos"), (*FIRST, "Bilder"))

    assert not may_go_in(office, [(*FIRST, "neu.txt")], *moving)
    assert not may_go_in(office, list(moving), (*SECOND, "neu.txt"))


def test_who_renames_or_makes_a_property_waits_for_those_on_the_way(office: SampleOffice) -> None:
    renaming = (FIRST, ("Objekte", "4711 Lindenhof"))

    assert not may_go_in(office, [(*FIRST, "neu.txt")], *renaming)
    assert not may_go_in(office, [(*SECOND, "neu.txt")], *renaming)
    assert not may_go_in(office, [("Objekte", "4713 Neu")], (*SECOND, "neu.txt"))


def test_what_was_taken_since_the_mark_is_given_back(office: SampleOffice) -> None:
    with office.store.write() as first:
        first.serialise(1)
        first.mark()
        first.serialise(2)
        first.back_to_mark()
        with impatient(office.store) as second:
            second.serialise(2)

        with (
            pytest.raises(psycopg.errors.LockNotAvailable),
            impatient(office.store) as second,
        ):
            second.serialise(1)
