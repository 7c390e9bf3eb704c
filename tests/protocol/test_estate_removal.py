"""Removing a property: nothing of it is left, and clients find nothing there."""

import pytest

from auth.rights import DataRight
from office import estate_removal, granting
from office.errors import LockedError, NotFoundError
from office.estate_removal import Doomed
from storage import journal_search
from storage.journal_search import Search
from storage.store import Store
from tests.documents_door import DAV, Client, SampleOffice

INNER = "/Objekte/4711 Lindenallee 3/Fotos"


def _remove(office: SampleOffice, number: str = "4711") -> Doomed:
    with office.store.write() as unit:
        return estate_removal.remove(unit, office.layout, number, now_us=office.clock())


def _rows(store: Store) -> dict[str, int]:
    """How many rows each table has that hangs on places."""
    tables = ("estate", "node", "tree", "lock", "block", "node_grant", "dead_property")
    with store.read() as unit:
        return {each: int(unit.row(f"SELECT count(*) FROM {each}")[0]) for each in tables}


def test_all_of_it_goes(office: SampleOffice, anna: Client, estate: str) -> None:
    other = office.estate("4712", "Marktplatz")
    anna.put(f"{other}/bleibt.txt")
    before = _rows(office.store)
    office.estate("4713", "Seeweg")
    room = "/Objekte/4713 Seeweg/Fotos/Dach"
    assert anna.request("MKCOL", "/Objekte/4713 Seeweg/Fotos").status in {201, 405}
    assert anna.request("MKCOL", room).status == 201
    anna.put(f"{room}/Balken.jpg")
    anna.put(f"{room}/Ziegel.jpg")
    patch = (
        b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop>'
        b"</D:set></D:propertyupdate>"
    )
    assert anna.request("PROPPATCH", f"{room}/Balken.jpg", patch).status == 207
    assert anna.lock(room).status == 200
    office.block("jonas", room)
    with office.store.write() as unit:
        granting.grant(unit, "anna", DataRight.WRITE, room)
    office.clock.advance(10_000_000)  # the lock ran out: it stands in nobody's way

    doomed = _remove(office, "4713")

    assert doomed.path == "/files/Objekte/4713 Seeweg"
    assert doomed.documents == 2
    assert _rows(office.store) == before
    assert anna.propfind("/Objekte/4713 Seeweg").status == 404
    assert anna.get(f"{room}/Balken.jpg").status == 404
    assert anna.get(f"{other}/bleibt.txt").status == 200
    assert estate in str(anna.names("/Objekte")).replace("%20", " ")


def test_it_is_on_record(office: SampleOffice, anna: Client, estate: str) -> None:
    anna.put(f"{estate}/a.txt")
    with office.store.read() as unit:
        (node_id,) = unit.row("SELECT node_id FROM estate")

    _remove(office)

    with office.store.read() as unit:
        found = unit.rows("SELECT act, node_id FROM audit ORDER BY id DESC LIMIT 1")
        [entry] = journal_search.find(unit, Search(action="deleted"), limit=10)
    assert found == [("estate.removed", node_id)]
    assert entry.path == estate.strip("/")


def test_who_syncs_hears_of_it(office: SampleOffice, anna: Client) -> None:
    body = (
        b'<D:sync-collection xmlns:D="DAV:"><D:sync-token>%s</D:sync-token>'
        b"<D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>"
    )
    token = anna.request("REPORT", "/Objekte", body % b"").xml.findtext(f"{DAV}sync-token")

    _remove(office)

    told = anna.request("REPORT", "/Objekte", body % str(token).encode())
    [gone] = told.xml.iterfind(f"{DAV}response")
    assert "4711" in str(gone.findtext(f"{DAV}href"))
    assert "404" in str(gone.findtext(f"{DAV}status"))


@pytest.mark.parametrize("where", ["", "/Neu.txt", "/Fotos/Neu.txt"])
def test_a_lock_stands_in_the_way(
    office: SampleOffice, anna: Client, estate: str, where: str
) -> None:
    anna.request("MKCOL", f"{estate}/Fotos")
    assert anna.lock(f"{estate}{where}").status in {200, 201}

    with pytest.raises(LockedError):
        _remove(office)

    assert anna.propfind(estate).status == 207


def test_a_number_nobody_has_is_told(office: SampleOffice) -> None:
    with pytest.raises(NotFoundError, match="4999"):
        _remove(office, "4999")


def test_the_number_is_free_again(office: SampleOffice, anna: Client, estate: str) -> None:
    anna.put(f"{estate}/a.txt")
    _remove(office)

    assert anna.request("MKCOL", estate).status == 201
    assert anna.get(f"{estate}/a.txt").status == 404
    assert _remove(office).documents == 0
