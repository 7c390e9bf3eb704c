"""PUT: RFC 9110 section 9.3.4, RFC 4918 section 9.7, and what uploads of real clients need."""

import io
import os
from types import SimpleNamespace

import pytest

from office.tracking import Act
from storage.local_blobs import LocalBlobs
from tests.documents_door import Client, CutBody, SampleOffice

DOC = "/Home/a.txt"


def blobs_on_disk(blobs: LocalBlobs) -> int:
    return len(list(blobs.addresses()))


class TestSaving:
    def test_a_new_one_is_201_and_a_replaced_one_204(self, anna: Client) -> None:
        first, second = anna.put(DOC, b"first"), anna.put(DOC, b"second")

        assert (first.status, first.note.act) == (201, Act.CREATED)
        assert (second.status, second.note.act) == (204, Act.CHANGED)
        assert first.headers["etag"] != second.headers["etag"]
        assert anna.get(DOC).headers["etag"] == second.headers["etag"]

    def test_the_same_bytes_of_another_type_keep_the_new_type(self, anna: Client) -> None:
        name = "/Home/Plan.cad"
        anna.put(name, b"x", Content_Type="application/x-old")

        again = anna.put(name, b"x", Content_Type="application/x-new")

        assert (again.note.act, again.note.version) == (Act.SAME, 1)
        assert anna.get(name).headers["content-type"] == "application/x-new"
        anna.put(name, b"x")
        assert anna.get(name).headers["content-type"] == "application/x-new"

    def test_the_same_bytes_again_are_no_new_version(self, anna: Client) -> None:
        first = anna.put(DOC, b"same")

        again = anna.put(DOC, b"same")

        assert (again.status, again.note.act, again.note.version) == (204, Act.SAME, 1)
        assert again.headers["etag"] == first.headers["etag"]

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/Home", 405),  # section 9.7.2
            ("/Home/neu/", 405),
            ("/Home/nirgends/a.txt", 409),  # section 9.7.1
            ("/Home/a.txt/b.txt", 409),
            ("/neu.txt", 403),
            ("/Objekte/neu.txt", 403),
            ("/Home/a:b.txt", 403),
            ("/Home/nul.txt", 403),
            ("/Home/punkt.", 403),
            (f"/Home/{'x' * 256}", 403),
        ],
    )
    def test_where_no_document_can_be(self, anna: Client, path: str, status: int) -> None:
        anna.put(DOC)

        reply = anna.put(path)

        assert reply.status == status
        assert "<X:" in reply.text or "D:need-privileges" in reply.text

    def test_a_name_that_is_there_may_stay_though_windows_cannot_hold_it(
        self, office: SampleOffice, anna: Client
    ) -> None:
        anna.put("/Home/b.txt")
        with office.store.write() as unit:
            unit.execute("UPDATE node SET name = :new WHERE name = 'b.txt'", {"new": "a:b"})

        assert anna.put("/Home/a:b", b"x").status == 204


class TestBody:
    def test_chunked(self, anna: Client) -> None:
        assert anna.put(DOC, io.BytesIO(b"x" * 1_000_000)).status == 201
        assert len(anna.get(DOC).body) == 1_000_000

    def test_a_cut_one_leaves_the_old_document(self, office: SampleOffice, anna: Client) -> None:
        anna.put(DOC, b"old")

        reply = anna.send("PUT", DOC, CutBody(b"ne"), {}, announced=100)

        assert reply.status == 400
        assert anna.get(DOC).body == b"old"
        assert blobs_on_disk(office.blobs) == 1
        assert office.blobs.sweep_temporary(older_than_seconds=-1) == 0

    def test_a_short_one_that_ends_in_silence_is_no_document(self, anna: Client) -> None:
        # 1,000 of 100,000 announced bytes: the length is compared whatever the server says.
        assert anna.send("PUT", DOC, b"x" * 1000, {}, announced=100_000).status == 400
        assert anna.get(DOC).status == 404

    def test_finder_announces_the_length_beside_chunks(self, anna: Client) -> None:
        right, wrong = (
            anna.put(path, io.BytesIO(b"abc"), X_Expected_Entity_Length=length)
            for path, length in ((DOC, "3"), ("/Home/b.txt", "4"))
        )

        assert (right.status, wrong.status) == (201, 400)
        assert anna.get("/Home/b.txt").status == 404

    def test_a_part_is_not_taken_for_the_whole(self, anna: Client) -> None:
        # RFC 9110 section 14.5.
        anna.put(DOC, b"whole")

        assert anna.put(DOC, b"wh", Content_Range="bytes 0-1/5").status == 400
        assert anna.get(DOC).body == b"whole"

    def test_an_encoded_one_is_415(self, anna: Client) -> None:
        assert anna.put(DOC, b"x", Content_Encoding="gzip").status == 415

    def test_more_than_the_disk_has_is_507(self, anna: Client) -> None:
        reply = anna.send("PUT", DOC, b"x", {}, announced=1 << 55)

        assert reply.status == 507
        assert "sufficient-disk-space" in reply.conditions

    @pytest.mark.parametrize("announced", [None, 20 << 20])
    def test_a_disk_that_fills_up_on_the_way_keeps_its_reserve(
        self,
        office: SampleOffice,
        anna: Client,
        monkeypatch: pytest.MonkeyPatch,
        announced: int | None,
    ) -> None:
        """A chunked body says no length, and others write while any body comes."""
        body = io.BytesIO(bytes(20 << 20))
        reserve = office.settings.storage.free_space_reserve_bytes
        begun = 30 << 20

        def disk(_folder: object) -> SimpleNamespace:
            # For each byte of ours somebody else writes three.
            free = reserve + begun - 4 * body.tell()
            return SimpleNamespace(f_bavail=free, f_bfree=free, f_blocks=1 << 60, f_frsize=1)

        monkeypatch.setattr(os, "statvfs", disk)

        reply = anna.send("PUT", DOC, body, {}, announced=announced)

        assert reply.status == 507
        assert "sufficient-disk-space" in reply.conditions
        assert body.tell() < 10 << 20
        monkeypatch.undo()
        assert anna.get(DOC).status == 404

    def test_of_unknown_length_none_is_begun_on_a_full_disk(
        self, anna: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        full = SimpleNamespace(f_bavail=0, f_bfree=0, f_blocks=1, f_frsize=1)
        monkeypatch.setattr(os, "statvfs", lambda _folder: full)
        body = io.BytesIO(b"x")

        assert anna.put(DOC, body).status == 507
        assert body.tell() == 0

    def test_a_body_is_not_read_where_it_would_be_refused(self, anna: Client) -> None:
        body = io.BytesIO(b"x")

        anna.put("/Objekte/neu.txt", body)

        assert body.tell() == 0

    def test_a_block_in_the_middle_ends_it(self, office: SampleOffice, anna: Client) -> None:
        class Meanwhile(CutBody):
            def read(self, size: int = -1) -> bytes:
                office.block("anna", "/Home/Ordner")
                return b"late"[:size]

        anna.request("MKCOL", "/Home/Ordner")

        reply = anna.put("/Home/Ordner/a.txt", Meanwhile(b""))

        assert reply.status == 404
        assert blobs_on_disk(office.blobs) <= 1
        with office.store.read() as unit:
            assert unit.rows("SELECT name FROM node WHERE name = 'a.txt'") == []


class TestTimes:
    def test_rclone_tells_the_documents_own(self, anna: Client) -> None:
        reply = anna.put(DOC, b"x", X_OC_Mtime="784111777")

        assert reply.headers["x-oc-mtime"] == "accepted"
        assert anna.get(DOC).headers["last-modified"] == "Sun, 06 Nov 1994 08:49:37 GMT"

    @pytest.mark.parametrize("value", ["soon", "nan", "-1", "1e30"])
    def test_one_that_is_none_is_400(self, anna: Client, value: str) -> None:
        assert anna.put(DOC, b"x", X_OC_Mtime=value).status == 400


class TestType:
    def test_the_name_says_it_first_then_the_writer(self, anna: Client) -> None:
        anna.put("/Home/a.pdf", b"x", Content_Type="text/plain")
        anna.put("/Home/ohne", b"x", Content_Type="image/tiff; q=1")
        anna.put("/Home/krumm", b"x", Content_Type="a\x7f/b")

        assert anna.get("/Home/a.pdf").headers["content-type"] == "application/pdf"
        assert anna.get("/Home/ohne").headers["content-type"] == "image/tiff"
        assert anna.get("/Home/krumm").headers["content-type"] == "application/octet-stream"
