"""LibreOffice, davfs2, GVfs, Dolphin, rclone, cadaver and curl."""

from email.utils import formatdate

import pytest

from tests.e2e.dav_client import DAV, Client
from tests.e2e.offices import MakeClient
from tests.e2e.server_process import Device, Office

LIBREOFFICE = "LibreOffice 26.2.2.2 denylistedbackend/8.19.0 OpenSSL/3.5.4"
DAVFS2 = "davfs2/1.6.1 neon/0.32.2"
GVFS = "gvfs/1.57.2"
DOLPHIN = "Mozilla/5.0 (X11; Linux x86_64) KIO/6.11 kioworker/6.11"
RCLONE = "rclone/v1.75.0"
CADAVER = "cadaver/0.26 neon/0.34.0"


def _propfind(*names: str) -> bytes:
    asked = "".join(f"<{name}/>" for name in names)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>{asked}</prop>'
        "</propfind>"
    ).encode()


def _lockinfo(owner: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?><lockinfo xmlns="DAV:"><lockscope><exclusive/>'
        f"</lockscope><locktype><write/></locktype><owner>{owner}</owner></lockinfo>"
    ).encode()


class TestLibreOffice:
    """LibreOffice 26.2 on “File services”."""

    def test_a_document_is_opened_saved_and_closed(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        libreoffice = make_client(LIBREOFFICE, anna, Accept_Encoding="gzip, deflate")
        path = f"{folder}/Exposé.odt".replace("é", "%C3%A9")
        libreoffice("PUT", path, b"PK one")

        assert libreoffice("OPTIONS", path).headers["dav"].split(", ")[:2] == ["1", "2"]
        asked = _propfind("resourcetype", "IsReadOnly", "getcontenttype", "supportedlock")
        shown = libreoffice("PROPFIND", path, asked, Depth="0").members[path]
        assert shown.missing == {f"{DAV}IsReadOnly"}
        entries = shown.found[f"{DAV}supportedlock"].iterfind(f"{DAV}lockentry/{DAV}lockscope/*")
        assert f"{DAV}exclusive" in {each.tag for each in entries}
        locked = libreoffice("LOCK", path, _lockinfo("Anna Berg"), Depth="0", Timeout="Second-180")
        assert locked.active_lock[1:] == ("0", "Second-180")
        token = locked.lock_token
        assert libreoffice("GET", path).body == b"PK one"
        for _ in range(5):
            again = libreoffice("LOCK", path, If=f"(<{token}>)", Timeout="Second-180")
            assert again.active_lock[0] == token
        assert libreoffice("PUT", path, b"PK two", If=f"(<{token}>)").status == 204
        assert libreoffice("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        assert libreoffice("GET", path).body == b"PK two"

    def test_who_has_it_open_is_told(
        self, make_client: MakeClient, anna: Device, jonas: Device, folder: str
    ) -> None:
        path = f"{folder}/a.odt"
        make_client(LIBREOFFICE, anna)("LOCK", path, _lockinfo("Anna Berg"), Timeout="Second-180")
        other = make_client(LIBREOFFICE, jonas)

        assert other("LOCK", path, _lockinfo("Jonas Keil")).status == 423
        shown = other("PROPFIND", path, _propfind("lockdiscovery"), Depth="0").members[path]

        # Its dialogue shows the owner as its writer spelled it.
        [owner] = shown.found[f"{DAV}lockdiscovery"].iterfind(f"{DAV}activelock/{DAV}owner")
        assert owner.text == "Anna Berg"


class TestDavfs2:
    """davfs2 1.6 with use_locks, its default."""

    @pytest.fixture
    def davfs(self, make_client: MakeClient, anna: Device) -> Client:
        return make_client(DAVFS2, anna, TE="trailers", Connection="TE")

    def test_it_mounts(self, davfs: Client, folder: str) -> None:
        assert "2" in davfs("OPTIONS", f"{folder}/").headers["dav"].split(", ")
        asked = _propfind("quota-available-bytes", "quota-used-bytes")
        assert davfs("PROPFIND", f"{folder}/", asked, Depth="0").status == 207

    def test_a_cached_file_is_fetched_only_when_it_changed(
        self, davfs: Client, folder: str
    ) -> None:
        path = f"{folder}/a.txt"
        davfs("PUT", path, b"one")
        first = davfs("GET", path)
        etag, modified = first.headers["etag"], first.headers["last-modified"]
        assert etag.startswith('"')

        same = davfs("GET", path, If_None_Match=etag, If_Modified_Since=modified)
        assert same.status == 304
        assert same.body == b""
        assert same.headers["etag"] == etag

        davfs("PUT", path, b"two")
        changed = davfs("GET", path, If_None_Match=etag, If_Modified_Since=modified)
        assert (changed.status, changed.body) == (200, b"two")

    def test_a_file_is_made_and_changed_under_a_lock(self, davfs: Client, folder: str) -> None:
        path = f"{folder}/neu.txt"
        assert davfs("HEAD", path).status == 404
        locked = davfs("LOCK", path, _lockinfo("davfs2 anna"), Depth="0", Timeout="Second-1800")
        assert locked.status == 201
        token = locked.lock_token

        made = davfs("PUT", path, b"text", If=f"<{davfs.site.url(path)}> (<{token}>)")
        assert made.status in {201, 204}
        assert davfs("HEAD", path).headers["etag"] == made.headers["etag"]
        # It saves over what it knows, and nothing else.
        saved = davfs("PUT", path, b"more", If=f"(<{token}> [{made.headers['etag']}])")
        assert saved.status == 204
        stale = davfs("PUT", path, b"lost", If=f"(<{token}> [{made.headers['etag']}])")
        assert stale.status == 412
        assert davfs("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        assert davfs("GET", path).body == b"more"

    def test_somebody_elses_change_is_not_overwritten(
        self, davfs: Client, make_client: MakeClient, jonas: Device, folder: str
    ) -> None:
        path = f"{folder}/a.txt"
        etag = davfs("PUT", path, b"one").headers["etag"]
        make_client("curl/8", jonas)("PUT", path, b"jonas")

        assert davfs("PUT", path, b"anna", If_Match=etag).status == 412
        assert davfs("GET", path).body == b"jonas"

    def test_the_execute_bit_is_kept_as_a_property(self, davfs: Client, folder: str) -> None:
        path = f"{folder}/a.sh"
        davfs("PUT", path, b"#!/bin/sh")
        body = (
            b'<?xml version="1.0" encoding="utf-8"?><D:propertyupdate xmlns:D="DAV:"><D:set>'
            b'<D:prop><executable xmlns="http://apache.org/dav/props/">T</executable></D:prop>'
            b"</D:set></D:propertyupdate>"
        )

        assert davfs("PROPPATCH", path, body).status == 207

        name = "{http://apache.org/dav/props/}executable"
        assert davfs("PROPFIND", path, b"", Depth="0").members[path].found[name].text == "T"


class TestGVfs:
    """Nautilus through GVfs 1.57."""

    @pytest.fixture
    def gvfs(self, make_client: MakeClient, anna: Device) -> Client:
        return make_client(GVFS, anna, Accept_Language="de-DE, de;q=0.9")

    def test_a_file_comes_in_chunks_of_unknown_length(self, gvfs: Client, folder: str) -> None:
        path, content = f"{folder}/Foto.jpg", bytes(range(256)) * 4000

        made = gvfs("PUT", path, iter([content[:1000], content[1000:]]), If_None_Match="*")
        assert made.status == 201

        assert gvfs("GET", path).body == content
        assert gvfs("PUT", path, iter([b"x"]), If_None_Match="*").status == 412
        etag = made.headers["etag"]
        assert gvfs("PUT", path, iter([b"new"]), If_Match=etag).status == 204
        assert gvfs("PUT", path, iter([b"late"]), If_Match=etag).status == 412
        assert gvfs("GET", path).body == b"new"

    def test_a_file_is_renamed_and_copied(self, gvfs: Client, office: Office, folder: str) -> None:
        gvfs("PUT", f"{folder}/a.txt", iter([b"a"]))

        moved = gvfs(
            "MOVE", f"{folder}/a.txt", Destination=office.url(f"{folder}/b%20c.txt"), Overwrite="F"
        )
        copied = gvfs(
            "COPY",
            f"{folder}/b%20c.txt",
            Destination=office.url(f"{folder}/d.txt"),
            Overwrite="F",
            Depth="infinity",
        )

        assert (moved.status, copied.status) == (201, 201)
        members = gvfs("PROPFIND", f"{folder}/", b"", Depth="1").members
        assert set(members) == {f"{folder}/", f"{folder}/b%20c.txt", f"{folder}/d.txt"}

    def test_a_video_is_read_in_places(self, gvfs: Client, folder: str) -> None:
        content = bytes(range(256)) * 4000
        gvfs("PUT", f"{folder}/film.mp4", content)

        part = gvfs("GET", f"{folder}/film.mp4", Range="bytes=1000-1999")
        end = gvfs("GET", f"{folder}/film.mp4", Range="bytes=-100")

        assert (part.status, part.body) == (206, content[1000:2000])
        assert part.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
        assert (end.status, end.body) == (206, content[-100:])


class TestDolphin:
    def test_a_folder_is_listed_and_a_file_read(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        dolphin = make_client(DOLPHIN, anna, Accept_Encoding="gzip, deflate, br")
        dolphin("PUT", f"{folder}/a.txt", b"a", Overwrite="T")

        asked = _propfind(
            "creationdate", "getcontentlength", "displayname", "source", "getcontentlanguage",
            "getcontenttype", "getlastmodified", "getetag", "supportedlock", "lockdiscovery",
            "resourcetype",
        )  # fmt: skip
        members = dolphin("PROPFIND", f"{folder}/", asked, Depth="1").members

        assert members[f"{folder}/a.txt"].missing == {f"{DAV}source", f"{DAV}getcontentlanguage"}
        assert dolphin("GET", f"{folder}/a.txt").body == b"a"


class TestRclone:
    """rclone 1.75, vendor owncloud."""

    def test_a_file_keeps_its_time(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        rclone = make_client(RCLONE, anna, Accept_Encoding="gzip")
        path, seconds = f"{folder}/Stra%C3%9Fe.pdf", 1_738_684_800

        assert rclone("MKCOL", f"{folder}/").status == 405
        saved = rclone(
            "PUT",
            path,
            b"x" * 1000,
            X_OC_Mtime=f"{seconds}.500000000",
            OC_Checksum="SHA1:0123456789abcdef0123456789abcdef01234567",
            Content_Type="application/pdf",
        )

        assert saved.status == 201
        assert saved.headers["x-oc-mtime"] == "accepted"
        asked = _propfind("displayname", "getlastmodified", "getcontentlength", "resourcetype")
        shown = rclone("PROPFIND", path, asked, Depth="0").members[path]
        assert shown.text("getlastmodified") == formatdate(seconds, usegmt=True)
        assert shown.text("getcontentlength") == "1000"


class TestCadaver:
    def test_a_document_is_locked_edited_and_unlocked(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        cadaver = make_client(CADAVER, anna, TE="trailers", Connection="TE")
        path = f"{folder}/a.txt"
        cadaver("PUT", path, b"a")

        # A lock for ever is cut to the longest time that the office grants.
        locked = cadaver("LOCK", path, _lockinfo("anna"), Depth="0", Timeout="Infinite")
        assert locked.active_lock[2] == "Second-86400"
        token = locked.lock_token
        tagged = f"<{path}> (<{token}>)"
        assert cadaver("PUT", path, b"b", If=tagged).status == 204
        assert cadaver("PUT", path, b"c").status == 423
        assert cadaver("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        assert cadaver("GET", path).body == b"b"


class TestCurl:
    def test_a_large_file_is_asked_for_before_it_is_sent(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        curl = make_client("curl/8.14.1", anna, Accept="*/*")

        # http.client does not wait for the 100 and skips over it.
        saved = curl("PUT", f"{folder}/a.bin", b"x" * 2_000_000, Expect="100-continue")

        assert saved.status == 201
        assert curl("HEAD", f"{folder}/a.bin").headers["content-length"] == "2000000"
