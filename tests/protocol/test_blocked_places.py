"""Ways round a block: a lock inside, a copy, an If header, a rename, a destination."""

from pathlib import Path

import pytest

from office.tracking import Act
from storage.store import Store
from tests.documents_door import Client, Reply, SampleOffice, url
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

    @pytest.mark.parametrize("method", ["COPY", "MOVE"])
    def test_it_is_no_destination(self, anna: Client, method: str) -> None:
        anna.put("/Home/a.txt")

        onto, below = (
            anna.request(method, "/Home/a.txt", Destination=url(path))
            for path in (FOLDER, DOCUMENT)
        )

        assert (onto.status, below.status) == (404, 409)
        assert "Balken" not in onto.text + below.text
        assert anna.get("/Home/a.txt").status == 200

    def test_a_listing_on_the_way_leaves_it_out(self, anna: Client) -> None:
        for page in (anna.propfind(ESTATE, Depth="1"), anna.get(ESTATE)):
            assert "Freigabe" in page.text
            assert "Dachboden" not in page.text

    def test_a_renamed_parent_does_not_open_it(self, anna: Client, office: SampleOffice) -> None:
        moved = office.clients["jonas"].move(FOLDER, f"{RELEASE}/Bilder", If=_token(office))

        assert moved.status == 201
        assert anna.get(f"{RELEASE}/Bilder/Balken.jpg").status == 404
        assert "Bilder" not in anna.propfind(RELEASE, Depth="1").text


NOBODYS = f"{ESTATE}/Nirgends"
"""A folder that nobody ever made."""


class TestLikeNothing:
    """Below a blocked folder every answer is the one below a folder that nobody ever made."""

    @pytest.fixture
    def anna(self, office: SampleOffice) -> Client:
        office.block(STAFF, FOLDER)
        anna = office.clients[STAFF]
        anna.put("/Home/a.txt")
        return anna

    @pytest.mark.parametrize("name", ["Balken.jpg", "neu.txt", "Innen/neu.txt", "x:y"])
    @pytest.mark.parametrize("method", ["GET", "PUT", "MKCOL", "LOCK", "DELETE", "PROPFIND"])
    def test_for_a_request_there(self, anna: Client, method: str, name: str) -> None:
        replies = [_ask(anna, method, f"{folder}/{name}") for folder in (FOLDER, NOBODYS)]

        assert _all_of(replies[0]) == _all_of(replies[1])
        assert replies[0].note.act is Act.REFUSED
        assert replies[0].note.path == f"{FOLDER}/{name}".strip("/")
        assert replies[1].note.act is not Act.REFUSED

    @pytest.mark.parametrize("method", ["PUT", "MKCOL", "LOCK", "DELETE"])
    @pytest.mark.parametrize("condition", ["If_Match", "If_None_Match"])
    def test_under_a_condition(self, anna: Client, method: str, condition: str) -> None:
        header = {condition: "*"}

        replies = [
            _ask(anna, method, f"{folder}/Balken.jpg", **header) for folder in (FOLDER, NOBODYS)
        ]

        assert _all_of(replies[0]) == _all_of(replies[1])
        assert replies[0].note.act is Act.REFUSED

    @pytest.mark.parametrize("overwrite", ["T", "F"])
    @pytest.mark.parametrize("method", ["COPY", "MOVE"])
    def test_for_a_destination(self, anna: Client, method: str, overwrite: str) -> None:
        hidden, nowhere = (
            anna.request(
                method,
                "/Home/a.txt",
                Destination=url(f"{folder}/Balken.jpg"),
                Overwrite=overwrite,
            )
            for folder in (FOLDER, NOBODYS)
        )

        assert _all_of(hidden) == _all_of(nowhere)
        note = hidden.note
        assert (note.act, note.path, note.target_path, note.version, note.size) == (
            Act.REFUSED,
            DOCUMENT.strip("/"),
            "",
            None,
            None,
        )
        assert note.node_id == _node(anna.office, FOLDER)

    @pytest.mark.parametrize("name", ["", "/Balken.jpg", "/neu.txt"])
    @pytest.mark.parametrize("lock_depth", ["infinity", "0"])
    def test_for_a_tag_in_an_if_header(self, anna: Client, name: str, lock_depth: str) -> None:
        token = anna.lock(ESTATE, Depth=lock_depth).token

        for condition in (f"(<{token}>)", f"(Not <{token}>)", '(["x"])', '(Not ["x"])'):
            statuses = [
                anna.put("/Home/a.txt", b"x", If=f"<{url(folder + name)}> {condition}").status
                for folder in (FOLDER, NOBODYS)
            ]
            assert statuses[0] == statuses[1], condition

    @pytest.mark.parametrize("method", ["GET", "PUT", "MKCOL", "LOCK", "DELETE", "COPY", "MOVE"])
    def test_its_own_name_is_not_there_for_reading_and_not_free(
        self, anna: Client, method: str
    ) -> None:
        reply = (
            anna.request(method, "/Home/a.txt", Destination=url(FOLDER))
            if method in {"COPY", "MOVE"}
            else _ask(anna, method, FOLDER)
        )

        assert _all_of(reply) == _all_of(anna.get(NOBODYS))
        assert (reply.note.act, reply.note.path) == (Act.REFUSED, FOLDER.strip("/"))

    def test_the_journal_names_nothing_of_a_free_name_beside_it(self, anna: Client) -> None:
        assert anna.put(f"{ESTATE}/neu.txt").note.act is Act.CREATED


def _ask(client: Client, method: str, path: str, /, **headers: str) -> Reply:
    if method == "LOCK":
        return client.lock(path, **headers)
    if method == "PROPFIND":
        headers["Depth"] = "0"
    return client.request(method, path, b"x" if method == "PUT" else b"", **headers)


def _all_of(reply: Reply) -> tuple[int, dict[str, str], bytes]:
    return reply.status, dict(reply.headers), reply.body


def _node(office: SampleOffice, path: str) -> int | None:
    return office.clients[ADMINISTRATOR].propfind(path).note.node_id


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
