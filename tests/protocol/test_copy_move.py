"""COPY and MOVE: RFC 4918 sections 9.8, 9.9, 10.3 and 10.6."""

import pytest

from office.tracking import Act
from tests.documents_door import Client, SampleOffice, url

METHODS = pytest.mark.parametrize("method", ["COPY", "MOVE"])
NOTE = b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><n xmlns="urn:n">1</n></D:prop></D:set>'
NOTE += b"</D:propertyupdate>"


@pytest.fixture(autouse=True)
def tree(anna: Client) -> None:
    """/Home/a.txt and /Home/Ordner/{b.txt,Innen/c.txt}."""
    anna.put("/Home/a.txt", b"a")
    anna.request("MKCOL", "/Home/Ordner")
    anna.put("/Home/Ordner/b.txt", b"b")
    anna.request("MKCOL", "/Home/Ordner/Innen")
    anna.put("/Home/Ordner/Innen/c.txt", b"c")


def send(client: Client, method: str, source: str, target: str, /, **headers: str) -> int:
    return client.request(method, source, Destination=url(target), **headers).status


class TestBoth:
    @METHODS
    def test_to_a_free_name_is_201(self, anna: Client, method: str) -> None:
        assert send(anna, method, "/Home/a.txt", "/Home/neu.txt") == 201
        assert anna.get("/Home/neu.txt").body == b"a"
        assert (anna.get("/Home/a.txt").status == 200) is (method == "COPY")

    @METHODS
    def test_over_something_is_204(self, anna: Client, method: str) -> None:
        assert send(anna, method, "/Home/a.txt", "/Home/Ordner/b.txt", Overwrite="T") == 204
        assert anna.get("/Home/Ordner/b.txt").body == b"a"

    @METHODS
    def test_overwrite_f_is_412(self, anna: Client, method: str) -> None:
        assert send(anna, method, "/Home/a.txt", "/Home/Ordner/b.txt", Overwrite="F") == 412
        assert anna.get("/Home/Ordner/b.txt").body == b"b"

    @METHODS
    def test_a_folder_goes_with_all_that_is_in_it(self, anna: Client, method: str) -> None:
        assert send(anna, method, "/Home/Ordner", "/Home/Neu") == 201
        assert anna.get("/Home/Neu/Innen/c.txt").body == b"c"

    @METHODS
    def test_a_replaced_folder_keeps_nothing_of_its_own(self, anna: Client, method: str) -> None:
        # Sections 9.8.4 and 9.9.3: as if the destination were deleted before.
        anna.request("MKCOL", "/Home/Alt")
        anna.put("/Home/Alt/alt.txt")

        assert send(anna, method, "/Home/Ordner", "/Home/Alt") == 204
        assert anna.get("/Home/Alt/alt.txt").status == 404
        assert anna.get("/Home/Alt/b.txt").body == b"b"

    @METHODS
    @pytest.mark.parametrize(
        ("source", "target", "status"),
        [
            ("/Home/nichts", "/Home/neu", 404),
            ("/Home/a.txt", "/Home/nirgends/neu", 409),
            ("/Home/a.txt", "/Home/Ordner/b.txt/neu", 409),
            ("/Home/a.txt", "/Home/a.txt", 403),
            ("/Home/Ordner", "/Home/Ordner/Innen/neu", 403),
            ("/Home/Ordner/Innen", "/Home/Ordner", 403),
            ("/Home/a.txt", "/Home/x:y", 403),
            ("/Home/a.txt", "/Objekte/neu.txt", 403),
            ("/Home/a.txt", "/Ressourcen/neu.txt", 403),
            ("/", "/Home/alles", 403),
        ],
    )
    def test_what_cannot_be(
        self, anna: Client, method: str, source: str, target: str, status: int
    ) -> None:
        assert send(anna, method, source, target) == status
        assert anna.get("/Home/Ordner/Innen/c.txt").body == b"c"

    @METHODS
    def test_dead_properties_and_the_tag_go_along(self, anna: Client, method: str) -> None:
        anna.request("PROPPATCH", "/Home/Ordner/b.txt", NOTE)
        tag = anna.get("/Home/Ordner/b.txt").headers["etag"]

        send(anna, method, "/Home/Ordner", "/Home/Neu")

        assert anna.propfind("/Home/Neu/b.txt", "{urn:n}n").found()["{urn:n}n"].text == "1"
        assert anna.get("/Home/Neu/b.txt").headers["etag"] == tag

    @METHODS
    def test_no_byte_is_copied(self, office: SampleOffice, anna: Client, method: str) -> None:
        before = sorted(office.blobs.addresses())

        send(anna, method, "/Home/Ordner", "/Home/Neu")

        assert sorted(office.blobs.addresses()) == before

    @METHODS
    def test_a_document_that_would_vanish_is_refused(self, anna: Client, method: str) -> None:
        # Nothing is kept under such a name: the document would be lost.
        assert send(anna, method, "/Home/a.txt", "/Home/._a.txt") == 403
        assert anna.get("/Home/a.txt").body == b"a"


class TestDestination:
    @METHODS
    def test_a_path_alone_is_enough(self, anna: Client, method: str) -> None:
        reply = anna.request(method, "/Home/a.txt", Destination="/files/Home/neu%20%C3%A4.txt")

        assert reply.status == 201
        assert anna.get("/Home/neu ä.txt").body == b"a"

    @METHODS
    @pytest.mark.parametrize(
        ("destination", "status"),
        [
            ("", 400),
            ("https://elsewhere.example/files/Home/neu", 502),  # section 9.8.5
            ("https://office.example/dav/neu", 502),
            ("/files/Home/a%2Fb", 400),
            ("/files/Home/%2e%2e/b", 400),
            ("/files/Home/a?b", 400),
            ("/files/Home/a b", 400),
            ("/files/Home/%00", 400),
            ("/files/Home/%ff", 400),
            ("ftp://office.example/files/Home/neu", 400),
        ],
    )
    def test_what_it_cannot_be(
        self, anna: Client, method: str, destination: str, status: int
    ) -> None:
        reply = anna.request(method, "/Home/a.txt", Destination=destination)

        assert reply.status == status
        assert anna.get("/Home/a.txt").body == b"a"

    def test_missing_it_is_400(self, anna: Client) -> None:
        assert anna.request("COPY", "/Home/a.txt").status == 400

    def test_overwrite_is_t_or_f(self, anna: Client) -> None:
        assert send(anna, "COPY", "/Home/a.txt", "/Home/b.txt", Overwrite="X") == 400


class TestDepth:
    def test_copy_0_takes_the_folder_alone(self, anna: Client) -> None:
        anna.request("PROPPATCH", "/Home/Ordner", NOTE)

        assert send(anna, "COPY", "/Home/Ordner", "/Home/Neu", Depth="0") == 201
        assert anna.names("/Home/Neu") == []
        assert anna.propfind("/Home/Neu", "{urn:n}n").found()

    @pytest.mark.parametrize(
        ("method", "depth"), [("COPY", "1"), ("MOVE", "1"), ("MOVE", "0"), ("COPY", "x")]
    )
    def test_others_are_400(self, anna: Client, method: str, depth: str) -> None:
        assert send(anna, method, "/Home/Ordner", "/Home/Neu", Depth=depth) == 400


class TestLocks:
    @METHODS
    def test_a_locked_folder_does_not_keep_its_documents_from_being_saved(
        self, anna: Client, method: str
    ) -> None:
        # Section 7.4: a lock of Depth 0 guards the members' names; no name changes here.
        anna.lock("/Home/Ordner")

        assert send(anna, method, "/Home/a.txt", "/Home/Ordner/b.txt") == 204
        assert send(anna, method, "/Home/Ordner/b.txt", "/Home/neu.txt") == (
            201 if method == "COPY" else 423
        )

    @METHODS
    def test_a_new_name_in_a_locked_folder_is_refused(self, anna: Client, method: str) -> None:
        anna.lock("/Home/Ordner")

        assert send(anna, method, "/Home/a.txt", "/Home/Ordner/neu.txt") == 423

    @METHODS
    def test_a_locked_document_is_not_saved_over(
        self, anna: Client, jonas: Client, estate: str, method: str
    ) -> None:
        anna.put(f"{estate}/b.txt")
        jonas.lock(f"{estate}/b.txt")

        assert send(anna, method, "/Home/a.txt", f"{estate}/b.txt") == 423
        assert anna.get("/Home/a.txt").status == 200


class TestBounds:
    @pytest.fixture(autouse=True)
    def most(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("office.documents.COPY_NODES_MAX", 4)

    def test_a_copy_of_as_much_as_may_be(self, anna: Client) -> None:
        assert send(anna, "COPY", "/Home/Ordner", "/Home/Neu") == 201

    def test_one_of_more_is_507(self, anna: Client) -> None:
        anna.put("/Home/Ordner/d.txt")

        assert send(anna, "COPY", "/Home/Ordner", "/Home/Neu") == 507
        assert anna.get("/Home/Neu").status == 404


class TestNodes:
    def test_a_move_keeps_the_node_a_copy_makes_one(self, anna: Client) -> None:
        before = anna.get("/Home/a.txt").note.node_id

        anna.copy("/Home/a.txt", "/Home/kopie.txt")
        anna.move("/Home/a.txt", "/Home/neu.txt")

        assert anna.get("/Home/neu.txt").note.node_id == before
        assert anna.get("/Home/kopie.txt").note.node_id != before

    def test_a_copy_onto_a_document_is_its_next_version(self, anna: Client) -> None:
        before = anna.get("/Home/Ordner/b.txt").note

        anna.copy("/Home/a.txt", "/Home/Ordner/b.txt")

        after = anna.get("/Home/Ordner/b.txt").note
        assert after.node_id == before.node_id
        assert (before.version, after.version) == (1, 2)

    def test_a_move_onto_a_document_is_its_next_version_too(self, anna: Client) -> None:
        anna.request("PROPPATCH", "/Home/a.txt", NOTE)
        before = anna.get("/Home/Ordner/b.txt").note

        note = anna.move("/Home/a.txt", "/Home/Ordner/b.txt").note

        after = anna.get("/Home/Ordner/b.txt").note
        assert after.node_id == before.node_id == note.node_id
        assert (before.version, after.version, note.version) == (1, 2, 2)
        assert anna.get("/Home/Ordner/b.txt").body == b"a"
        assert anna.propfind("/Home/Ordner/b.txt", "{urn:n}n").found()["{urn:n}n"].text == "1"
        assert anna.get("/Home/a.txt").status == 404

    def test_locks_at_the_destination_stay_the_sources_go(self, anna: Client) -> None:
        # RFC 4918 section 7.6: what is moved to where a lock is joins it.
        ours = anna.lock("/Home/a.txt").token
        there = anna.lock("/Home/Ordner/b.txt").token

        moved = anna.move("/Home/a.txt", "/Home/Ordner/b.txt", If=f"(<{ours}>) (<{there}>)")

        assert moved.status == 204
        assert anna.put("/Home/Ordner/b.txt", b"x").status == 423
        assert anna.put("/Home/Ordner/b.txt", b"x", If=f"(<{there}>)").status == 204
        assert anna.unlock("/Home/Ordner/b.txt", ours).status == 409

    @METHODS
    def test_the_same_bytes_again_are_no_new_version(self, anna: Client, method: str) -> None:
        anna.put("/Home/Ordner/b.txt", b"a", Content_Type="text/x-old")
        anna.put("/Home/a.txt", b"a", Content_Type="text/x-new")
        before = anna.get("/Home/Ordner/b.txt").note.version

        assert send(anna, method, "/Home/a.txt", "/Home/Ordner/b.txt") == 204

        assert anna.get("/Home/Ordner/b.txt").note.version == before

    @METHODS
    def test_a_block_on_a_replaced_folder_holds_on(
        self, office: SampleOffice, jonas: Client, anna: Client, method: str, estate: str
    ) -> None:
        anna.request("MKCOL", f"{estate}/Ordner")
        office.block("jonas", f"{estate}/Ordner")

        assert send(anna, method, "/Home/Ordner", f"{estate}/Ordner") == 204

        assert anna.get(f"{estate}/Ordner/b.txt").status == 200
        assert jonas.get(f"{estate}/Ordner/b.txt").status == 404
        assert "Ordner" not in jonas.propfind(estate, Depth="1").text

    def test_the_journal_learns_both_ends(self, anna: Client) -> None:
        note = anna.move("/Home/a.txt", "/Home/neu.txt").note

        assert (note.act, note.path, note.target_path) == (
            Act.MOVED,
            "Home/a.txt",
            "Home/neu.txt",
        )


def test_a_rename_of_letters_only(anna: Client) -> None:
    # Names are case-sensitive: Explorer renames a.txt to A.txt in one step.
    assert send(anna, "MOVE", "/Home/a.txt", "/Home/A.txt", Overwrite="F") == 201
    assert anna.get("/Home/A.txt").body == b"a"
