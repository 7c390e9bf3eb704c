"""Whoever syncs a folder ends with what they may see in it, from any token, whatever happens.

Documents and folders come, go, change and move between properties; one of the readers is blocked
and let in again all the while, grants come and go for everybody and for that reader, who must hear
of no name that they were never shown.
"""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auth.grants import EVERYBODY
from auth.rights import DataRight
from office import granting
from office.errors import NotFoundError
from storage.store import Store
from tests.documents_door import SampleOffice, sample_office
from tests.folder_sync import (
    ESTATES,
    FOLDERS,
    NAMES,
    Replica,
    Step,
    forget_some,
    limits,
    names_shown,
    steps,
    take,
    truth,
)

READERS = ("jonas", "clara")
_SETTINGS = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scripts = st.lists(
    st.tuples(steps, st.booleans(), limits, st.sampled_from([0, 0, 0, 0, 1, 2])),
    min_size=8,
    max_size=24,
)
Script = list[tuple[Step, bool, int | None, int]]


@pytest.fixture
def busy(store: Store, tmp_path: Path) -> SampleOffice:
    office = sample_office(store, tmp_path)
    office.person("berta", "administration")
    for name in READERS:
        office.person(name)
    office.estate("4711", "Lindenallee")
    office.estate("4712", "Marktplatz")
    return office


def _run(office: SampleOffice, script: Script, limit: int | None) -> None:
    _start_afresh(office)
    shown = {(user, folder): set[str]() for user in READERS for folder in FOLDERS}

    def look() -> None:
        for user in READERS:
            for folder, names in names_shown(office, user).items():
                shown[user, folder] |= names

    replicas = [Replica(user, folder) for user in READERS for folder in FOLDERS]
    earlier: list[Replica] = []
    look()
    for step, is_synced, most, forgotten in script:
        take(office, office.clients["berta"], "jonas", step)
        look()
        for replica in replicas if is_synced else []:
            with suppress(NotFoundError):
                replica.sync(office, most, shown[replica.user, replica.folder])
                earlier.append(replica.copy())
        if forgotten:
            forget_some(office, forgotten)

    for replica in [*replicas, *earlier]:
        with suppress(NotFoundError):
            replica.catch_up(office, limit, shown[replica.user, replica.folder])
            with office.store.read() as unit:
                who = office.clients[replica.user].identity()
                assert replica.known == truth(unit, office, who, replica.folder)


def _start_afresh(office: SampleOffice) -> None:
    """What an earlier example left goes; a few folders to begin with."""
    with office.store.write() as unit:
        unit.execute("DELETE FROM block")
        unit.execute("DELETE FROM node_grant WHERE principal_id IS NOT NULL")
        granting.grant(unit, EVERYBODY, DataRight.WRITE, ESTATES)
    berta = office.clients["berta"]
    for folder in FOLDERS[0], FOLDERS[2]:
        for name in NAMES:
            berta.request("DELETE", f"{folder}/{name}")
    for path in (FOLDERS[1], f"{FOLDERS[0]}/b", f"{FOLDERS[1]}/a", f"{FOLDERS[1]}/b"):
        assert berta.request("MKCOL", path).status == 201


@settings(_SETTINGS, max_examples=10)
@given(scripts, limits)
def test_from_any_earlier_token(busy: SampleOffice, script: Script, limit: int | None) -> None:
    _run(busy, script, limit)


@pytest.mark.soak
@settings(_SETTINGS, max_examples=1_500)
@given(scripts, limits)
def test_from_any_earlier_token_at_length(
    busy: SampleOffice, script: Script, limit: int | None
) -> None:
    _run(busy, script, limit)
