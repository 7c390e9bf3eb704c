"""What rights cost: under a millisecond of CPU for 1,000 entries and 20 groups, no query more."""

import time
from functools import partial

import pytest

from auth import people, rights
from auth.rights import DataRight, FunctionRight
from office import granting
from tests import statements
from tests.builders import NOW_US
from tests.documents_door import DAV, Client, SampleOffice

ENTRIES = 1_000
GROUPS = [f"gruppe-{number}" for number in range(20)]
NAMES = ("resourcetype", "getetag", "getcontentlength", "current-user-privilege-set")
MOST_SECONDS = 0.001
RUNS, MOST_RUNS = 15, 150


@pytest.fixture
def folder(office: SampleOffice, estate: str) -> str:
    """A folder of 1,000 documents; jonas is in 20 groups with rights and grants each."""
    with office.store.write() as unit:
        (folder_id, tree_id) = unit.row("SELECT id, tree_id FROM node WHERE name = 'Fotos'")
        unit.execute_many(
            "INSERT INTO node (parent_id, tree_id, name, role, is_collection, size, content_type,"
            " created_us, modified_us, version, modseq) VALUES (:parent, :tree, :name, '', :no, 0,"
            " '', 0, 0, 1, 1)",
            [
                {"parent": folder_id, "tree": tree_id, "name": f"{number:04}.jpg", "no": False}
                for number in range(ENTRIES)
            ],
        )
        for group in GROUPS:
            rights.add_group(unit, group, now_us=NOW_US)
            rights.give(unit, group, list(FunctionRight)[:5])
            for path in ("/Objekte", estate, f"{estate}/Fotos", f"{estate}/Grundrisse"):
                granting.grant(unit, group, DataRight.WRITE, path)
        people.set_groups(unit, "jonas", ["mitarbeiter", *GROUPS])
    return f"{estate}/Fotos"


def _seconds(client: Client, folder: str) -> float:
    begun = time.process_time()
    reply = client.propfind(folder, *(f"{DAV}{name}" for name in NAMES), Depth="1")
    spent = time.process_time() - begun
    assert reply.body.count(b"<D:response>") == ENTRIES + 1
    return spent


def test_of_a_long_listing(anna: Client, jonas: Client, folder: str) -> None:
    """The least that either takes: what a busy machine adds is no cost of rights."""
    plain = with_groups = float("inf")
    for run in range(MOST_RUNS):
        plain = min(plain, _seconds(anna, folder))
        with_groups = min(with_groups, _seconds(jonas, folder))
        if run >= RUNS and with_groups - plain < MOST_SECONDS:
            break

    assert with_groups - plain < MOST_SECONDS


def test_queries_are_the_same_for_one_entry_and_a_thousand(
    jonas: Client, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{DAV}{name}" for name in (*NAMES, "acl")]
    few = folder.rpartition("/")[0]

    thousand, one = (
        statements.count(partial(jonas.propfind, path, *names, Depth="1"), monkeypatch)
        for path in (folder, few)
    )

    assert thousand == one
