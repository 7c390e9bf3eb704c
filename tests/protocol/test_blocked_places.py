"""Ways round a block: a lock inside, a copy, an If header, a rename, a destination."""

from pathlib import Path

import pytest

from storage.store import Store
from tests.documents_door import Client, SampleOffice, url
from tests.rights_office import (
    ADMINISTRATOR,
    DOCUMENT,
    ELSEWHERE,
    ESTATE,
    FOLDER,
    RELEASE,
    STAFF,
    rights_office,
)


@pytest.fixture
def office(store: Store, tmp_path: Path) -> SampleOffice:
    return rights_office(store, tmp_path)


class TestLeaks:
    @pytest.fixture
    def anna(self, office: SampleOffice) -> Client:
        office.clients[ADMINISTRATOR].lock(DOCUMENT)
        office.block(STAFF, FOLDER)
        return office.clients[STAFF]

    @pytest.mark.parametrize("method", ["DELETE", "MOVE", "RENAME"])
    def test_a_lock_inside_is_refused_without_its_name(self, anna: Client, method: str) -> None:
        match method:
            case "RENAME":
                reply = anna.move(ESTATE, "/Objekte/4711 Umbenannt")
            case "MOVE":
                reply = anna.move(ESTATE, "/Home/Mein")
            case _:
                reply = anna.request(method, ESTATE)

        assert reply.status in {403, 423}
        assert "Dachboden" not in reply.text
        assert "Balken" not in reply.text
        assert "berta" not in reply.text

    def test_a_copy_leaves_it_behind(self, anna: Client) -> None:
        assert anna.copy(ESTATE, "/Home/Kopie").status == 201

        seen = anna.names("/Home/Kopie")

        assert "/files/Home/Kopie/Freigabe/" in seen
        assert not [href for href in seen if "Dachboden" in href]
        assert anna.get("/Home/Kopie/Dachboden/Balken.jpg").status == 404

    def test_an_if_header_does_not_feel_it(self, anna: Client, office: SampleOffice) -> None:
        [tag] = [reply.headers["etag"] for reply in [office.clients[ADMINISTRATOR].get(DOCUMENT)]]

        knows = anna.put("/Home/a.txt", b"x", If=f"<{url(DOCUMENT)}> ([{tag}])")
        guesses = anna.put("/Home/a.txt", b"x", If=f"<{url(DOCUMENT)}> (Not [{tag}])")

        assert knows.status == 412
        assert guesses.status == 201

    def test_it_is_no_destination(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        for method in ("COPY", "MOVE"):
            reply = anna.request(method, "/Home/a.txt", Destination=url(DOCUMENT))

            assert reply.status == 404
            assert "Balken" not in reply.text

    def test_a_listing_on_the_way_leaves_it_out(self, anna: Client) -> None:
        for page in (anna.propfind(ESTATE, Depth="1"), anna.get(ESTATE)):
            assert "Freigabe" in page.text
            assert "Dachboden" not in page.text

    def test_a_renamed_parent_does_not_open_it(self, anna: Client, office: SampleOffice) -> None:
        moved = office.clients["jonas"].move(FOLDER, f"{RELEASE}/Bilder", If=_token(office))

        assert moved.status == 201
        assert anna.get(f"{RELEASE}/Bilder/Balken.jpg").status == 404
        assert "Bilder" not in anna.propfind(RELEASE, Depth="1").text


class TestNumbers:
    """A property's number is the office's only one: that it is taken shows, whose it is not."""

    def test_the_title_of_a_blocked_property_is_not_told(self, office: SampleOffice) -> None:
        anna = office.clients[STAFF]
        office.block(STAFF, ESTATE)

        made = anna.request("MKCOL", "/Objekte/4711 Neubau")
        renamed = anna.move(ELSEWHERE, "/Objekte/4711 Marktplatz")

        for reply in (made, renamed):
            assert reply.status == 409
            assert "Lindenallee" not in reply.text
            assert "4711" in reply.text

    def test_of_one_that_is_seen_it_is(self, office: SampleOffice) -> None:
        reply = office.clients[STAFF].request("MKCOL", "/Objekte/4711 Neubau")

        assert (reply.status, "Lindenallee" in reply.text) == (409, True)


def _token(office: SampleOffice) -> str:
    """End the lock that stands in the way; an If header that always holds."""
    keeper = office.clients[ADMINISTRATOR]
    found = keeper.propfind(DOCUMENT, "{DAV:}lockdiscovery").found()["{DAV:}lockdiscovery"]
    token = found.findtext(".//{DAV:}locktoken/{DAV:}href")
    assert keeper.unlock(DOCUMENT, str(token)).status == 204
    return "(Not <DAV:no-lock>)"
