"""GET and HEAD: RFC 9110 sections 9.3.1, 14 (ranges) and 8.8."""

import pytest

from office.tracking import Act
from storage.blobs import BlobMissingError
from tests.documents_door import Client, SampleOffice
from wire.dates import http_date

DOC = "/Home/zehn.bin"
TEN = b"0123456789"


@pytest.fixture(autouse=True)
def document(anna: Client) -> None:
    anna.put(DOC, TEN)


class TestWhole:
    def test_headers(self, anna: Client) -> None:
        reply = anna.get(DOC)

        assert (reply.status, reply.body) == (200, TEN)
        assert reply.headers["content-length"] == "10"
        assert reply.headers["accept-ranges"] == "bytes"
        assert reply.headers["cache-control"] == "private, no-cache"
        assert reply.headers["x-content-type-options"] == "nosniff"

    def test_the_journal_learns_document_and_version(self, anna: Client) -> None:
        anna.put(DOC, b"again")

        note = anna.get(DOC).note

        assert (note.act, note.path, note.version, note.size) == (
            Act.READ,
            "Home/zehn.bin",
            2,
            5,
        )

    def test_head_is_get_without_the_body(self, anna: Client) -> None:
        head, whole = anna.request("HEAD", DOC), anna.get(DOC)

        assert head.headers == whole.headers
        assert head.note.act is None

    def test_an_empty_document(self, anna: Client) -> None:
        anna.put("/Home/leer.txt", b"")

        reply = anna.get("/Home/leer.txt")

        assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")

    def test_the_time_told_is_never_later_than_the_answer(
        self, office: SampleOffice, anna: Client
    ) -> None:
        # RFC 9110 section 8.8.2.1; rclone finds its own time in the listing.
        seconds = office.clock() // 1_000_000
        anna.put(DOC, TEN, X_OC_Mtime=str(seconds + 1000))

        reply = anna.get(DOC)
        again = anna.get(DOC, If_None_Match=reply.headers["etag"])

        assert reply.headers["last-modified"] == http_date(seconds)
        assert (again.status, again.headers["last-modified"]) == (304, http_date(seconds))
        listed = anna.propfind(DOC, "{DAV:}getlastmodified").found()["{DAV:}getlastmodified"]
        assert listed.text == http_date(seconds + 1000)

    @pytest.mark.parametrize(
        ("name", "stored"),
        [
            ("seite.html", ""),
            ("bild.svg", "image/png"),
            ("feed.rdf", ""),
            ("ohne", "application/rdf+xml"),
            ("ohne", "application/vnd.oasis.opendocument.text+xml"),
            ("ohne", "video/x+xml"),
            ("ohne", "Text/HTML; charset=utf-8"),
            ("ohne", "application/vnd.mozilla.xul+xml"),
            ("ohne", "multipart/x-mixed-replace"),
            ("ohne", "application/x-never-heard-of"),
        ],
    )
    def test_what_a_browser_might_run_is_in_a_sandbox(
        self, anna: Client, name: str, stored: str
    ) -> None:
        anna.put(f"/Home/{name}", b"<script>alert(1)</script>", CONTENT_TYPE=stored)

        reply = anna.get(f"/Home/{name}")
        assert "." in name or reply.headers["content-type"] == stored.partition(";")[0].lower()
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("sandbox")

    @pytest.mark.parametrize(
        "name", ["plan.pdf", "foto.JPG", "notiz.txt", "vertrag.docx", "film.mp4", "ohne"]
    )
    def test_what_it_only_shows_or_saves_is_not(self, anna: Client, name: str) -> None:
        """Chrome shows no PDF in a sandbox."""
        anna.put(f"/Home/{name}", b"%PDF-1.7")

        assert "content-security-policy" not in anna.get(f"/Home/{name}").headers

    def test_lost_bytes_are_503_and_no_empty_document(
        self, office: SampleOffice, anna: Client
    ) -> None:
        with office.store.read() as unit:
            [row] = unit.rows("SELECT sha256 FROM blob")
        office.blobs.delete(row[0])

        reply = anna.get(DOC)

        assert reply.status == 503
        assert int(reply.headers["retry-after"]) > 0
        with pytest.raises(BlobMissingError):
            office.blobs.open(row[0])


class TestRanges:
    @pytest.mark.parametrize(
        ("wanted", "body", "shown"),
        [
            ("bytes=0-3", b"0123", "bytes 0-3/10"),
            ("bytes=7-", b"789", "bytes 7-9/10"),
            ("bytes=-2", b"89", "bytes 8-9/10"),
            ("bytes=5-99", b"56789", "bytes 5-9/10"),
        ],
    )
    def test_one(self, anna: Client, wanted: str, body: bytes, shown: str) -> None:
        reply = anna.get(DOC, Range=wanted)

        assert (reply.status, reply.body) == (206, body)
        assert reply.headers["content-range"] == shown
        assert reply.headers["content-length"] == str(len(body))

    def test_several_come_as_multipart(self, anna: Client) -> None:
        anna.put(DOC, TEN * 1000)
        reply = anna.get(DOC, Range="bytes=0-1,9998-9999")

        kind, _, boundary = reply.headers["content-type"].partition("; boundary=")
        parts = reply.body.split(b"--" + boundary.strip('"').encode())
        assert (reply.status, kind) == (206, "multipart/byteranges")
        assert [part.rstrip().rpartition(b"\r\n\r\n")[2] for part in parts[1:-1]] == [
            b"01",
            b"89",
        ]
        assert reply.note.ranges is not None
        assert list(reply.note.ranges) == [(0, 2), (9998, 2)]

    def test_beyond_the_end_is_416(self, anna: Client) -> None:
        reply = anna.get(DOC, Range="bytes=10-")

        assert reply.status == 416
        assert reply.headers["content-range"] == "bytes */10"

    @pytest.mark.parametrize("wanted", ["lines=1-2", "bytes=x", "bytes=5-2"])
    def test_what_cannot_be_read_gives_the_whole(self, anna: Client, wanted: str) -> None:
        assert (anna.get(DOC, Range=wanted).status, anna.get(DOC, Range=wanted).body) == (200, TEN)

    def test_if_range_with_another_version_gives_the_whole(self, anna: Client) -> None:
        tag = anna.get(DOC).headers["etag"]

        assert anna.get(DOC, Range="bytes=0-1", If_Range=tag).status == 206
        assert anna.get(DOC, Range="bytes=0-1", If_Range='"other"').status == 200
        assert anna.get(DOC, Range="bytes=0-1", If_Range=f"W/{tag}").status == 200

    def test_head_has_no_ranges(self, anna: Client) -> None:
        assert anna.request("HEAD", DOC, Range="bytes=0-1").status == 200


class TestFolders:
    def test_a_person_sees_a_list(self, anna: Client) -> None:
        anna.put("/Home/<b>.txt".replace("<", "(").replace(">", ")"))

        reply = anna.get("/Home")

        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        assert '<a href="/files/Home/zehn.bin">zehn.bin</a>' in reply.text
        assert reply.note.act is Act.LISTED

    def test_head_says_its_length(self, anna: Client) -> None:
        head = anna.request("HEAD", "/Home")

        assert head.headers["content-length"] == str(len(anna.get("/Home").body))


def test_what_is_not_there_is_404(anna: Client) -> None:
    for path in ("/Home/nichts", "/nichts", f"{DOC}/darunter"):
        assert anna.get(path).status == 404


@pytest.mark.parametrize("path", ["/Home/../Home", "/Home//a", "/Home/./a", "/Home/a\x01"])
def test_a_path_with_tricks_is_400(anna: Client, path: str) -> None:
    assert anna.get(path).status == 400


def test_a_document_stays_readable_while_it_is_replaced(
    office: SampleOffice, anna: Client
) -> None:
    # What a slow reader began with is what it gets to its end.
    with office.store.read() as unit:
        [row] = unit.rows("SELECT sha256 FROM blob")
    with office.blobs.open(row[0]) as begun:
        anna.put(DOC, b"replaced")

        assert begun.read() == TEN
