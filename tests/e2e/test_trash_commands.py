"""Commands about what was: the trash, earlier versions, and what the journal says of them."""

import pytest

from office import documents, layout, places
from office.command import in_place_of
from office.work import Work
from storage import blobs, people
from storage.tree import Content
from tests.builders import NOW_US
from tests.e2e.commands import Installation, deedbox, office, run

__all__ = ["deedbox", "office", "run"]

FOLDER = "/files/Objekte/4711 Parkallee/Fotos"
NAMES = ("Objekte", "4711 Parkallee", "Fotos", "Dach.txt")


def act(office: Installation, *names: str, text: str = "") -> None:
    """Save *text* there as Anna would, or delete what is there."""
    store = office.store()
    with store.write() as unit:
        where = layout.load(unit)
        person = people.find(unit, "anna")
        assert person is not None
        work = Work(unit, in_place_of(person), where, NOW_US)
        place = places.find(unit, work.who, where, names)
        if text:
            sha256 = text.ljust(64, "0")
            blobs.record(unit, sha256, len(text), now_us=NOW_US)
            documents.put(work, place, Content(sha256, len(text), "text/plain"))
        else:
            documents.delete(work, place)
    store.close()


@pytest.fixture
def filled(office: Installation) -> Installation:
    """A document of two versions, and another that was deleted."""
    office.json("estate", "add", "4711", "Parkallee")
    act(office, *NAMES, text="one")
    act(office, *NAMES, text="three")
    act(office, *NAMES[:3], "Keller.txt", text="cellar")
    act(office, *NAMES[:3], "Keller.txt")
    return office


def test_versions(filled: Installation) -> None:
    [kept] = filled.json("versions", "list", f"{FOLDER}/Dach.txt")["versions"]
    assert (kept["version"], kept["bytes"]) == (1, 3)
    assert kept["path"].startswith(f"{FOLDER}/.versions/Dach.txt/2026-")

    told = filled.json("versions", "restore", "Objekte/4711 Parkallee/Fotos/Dach.txt", "1")

    assert told == {"path": f"{FOLDER}/Dach.txt", "version": 3}
    listed = filled.json("versions", "list", f"{FOLDER}/Dach.txt")["versions"]
    assert [each["version"] for each in listed] == [2, 1]
    elsewhere = ("--to", f"{FOLDER}/Alt.txt")
    assert (
        filled.json("versions", "restore", f"{FOLDER}/Dach.txt", "2", *elsewhere)["version"] == 1
    )
    assert filled("versions", "restore", f"{FOLDER}/Dach.txt", "1", *elsewhere).code == 1
    assert filled("versions", "restore", f"{FOLDER}/Dach.txt", "99").code == 1
    assert filled("versions", "list", FOLDER).code == 1
    [*_, last] = filled.json("journal")["journal"]
    assert (last["action"], last["version"]) == ("restored", 1)


def test_the_trash(filled: Installation) -> None:
    [row] = filled.json("trash", "list")["trash"]
    assert (row["path"], row["folder"], row["bytes"]) == (f"{FOLDER}/Keller.txt", False, 6)
    assert row["trash"].endswith("/Fotos/Keller.txt")
    assert filled.json("trash", "list", "/files/Objekte/4712")["trash"] == []

    act(filled, *NAMES[:3], "Keller.txt", text="new")
    taken = filled.json("trash", "restore", row["trash"], code=1)
    assert "is there already" in taken["error"]
    there = filled.json("trash", "restore", row["trash"], "--to", f"{FOLDER}/Alt.txt")["path"]
    assert there == f"{FOLDER}/Alt.txt"
    assert filled.json("trash", "list")["trash"] == []
    assert filled("trash", "restore", row["trash"]).code == 1
    assert filled("trash", "restore", FOLDER).code == 1


def test_it_is_emptied_for_ever(filled: Installation) -> None:
    assert filled("trash", "empty", stdin="n\n").code == 1
    act(filled, "Home", "Notiz.txt", text="note")
    act(filled, "Home", "Notiz.txt")
    assert filled.json("trash", "empty", "Ressourcen", "--yes")["removed"] == 0
    assert filled.json("trash", "empty", "--older-than", "36000", "--yes")["removed"] == 0

    assert filled.json("trash", "empty", "--yes")["removed"] == 1

    [row] = filled.json("trash", "list", "--user", "anna")["trash"]
    assert row["path"] == "/files/Home/Notiz.txt"
    assert filled.json("trash", "empty", "--user", "anna", "--yes")["removed"] == 1
    assert filled.json("trash", "list", "--user", "anna")["trash"] == []
