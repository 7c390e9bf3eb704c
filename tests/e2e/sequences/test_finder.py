"""Finder's “connect to server”: WebDAVFS of macOS 14."""

import unicodedata
from urllib.parse import quote, unquote

import pytest

from tests.e2e.dav_client import DAV, Client
from tests.e2e.offices import MakeClient
from tests.e2e.server_process import Device, Office

WEBDAVFS = "WebDAVFS/3.0.0 (03008000) Darwin/23.4.0 (arm64)"
LISTED = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">\n<D:prop>\n'
    b"<D:getlastmodified/>\n<D:getcontentlength/>\n<D:creationdate/>\n<D:resourcetype/>\n"
    b"</D:prop>\n</D:propfind>\n"
)
QUOTA = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="DAV:">\n<D:prop>\n'
    b"<D:quota-available-bytes/>\n<D:quota-used-bytes/>\n<D:quota/>\n<D:quotaused/>\n"
    b"</D:prop>\n</D:propfind>\n"
)
LOCK_BODY = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:">\n'
    b"<D:lockscope><D:exclusive/></D:lockscope>\n<D:locktype><D:write/></D:locktype>\n"
    b"<D:owner>\n<D:href>http://www.apple.com/webdav_fs/</D:href>\n</D:owner>\n</D:lockinfo>\n"
)
TIMES = (
    b'<?xml version="1.0" encoding="utf-8"?>\n<D:propertyupdate xmlns:D="DAV:">\n<D:set>\n'
    b'<D:prop>\n<A:appledoubleheader xmlns:A="http://www.apple.com/webdav_fs/props/">'
    b"AAUWBwACAAAAAAAA</A:appledoubleheader>\n</D:prop>\n</D:set>\n</D:propertyupdate>\n"
)
PROBED = [
    "._.",
    ".DS_Store",
    ".metadata_never_index",
    ".ql_disablethumbnails",
    "Contents",
    "Backups.backupdb",
    ".hidden",
]


@pytest.fixture
def finder(make_client: MakeClient, anna: Device) -> Client:
    return make_client(WEBDAVFS, anna, Accept="*/*", Connection="keep-alive")


class TestConnecting:
    def test_it_is_asked_to_sign_in_and_finds_class_2(
        self, make_client: MakeClient, anna: Device
    ) -> None:
        finder = make_client(WEBDAVFS)

        refused = finder("OPTIONS", "/files/")
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Basic realm=")

        finder.authorization = anna.authorization
        heard = finder("OPTIONS", "/files/")
        assert heard.status == 200
        # Without class 2 it mounts for reading only.
        assert "2" in heard.headers["dav"].split(", ")

    def test_the_mount_shows_folders_and_room(self, finder: Client, folder: str) -> None:
        assert finder("PROPFIND", "/files/", LISTED, Depth="0").members["/files/"].is_collection
        members = finder("PROPFIND", "/files/", LISTED, Depth="1").members
        assert {"/files/Objekte/", "/files/Home/"} <= set(members)

        room = finder("PROPFIND", folder, QUOTA, Depth="0").members[f"{folder}/"]

        assert int(room.text("quota-available-bytes") or 0) > 0
        assert int(room.text("quota-used-bytes") or 0) > 0
        assert room.missing == {f"{DAV}quota", f"{DAV}quotaused"}

    @pytest.mark.parametrize("name", PROBED)
    def test_what_it_probes_for_is_not_there(self, finder: Client, folder: str, name: str) -> None:
        assert finder("PROPFIND", f"{folder}/{name}", LISTED, Depth="0").status == 404
        assert finder("HEAD", f"{folder}/{name}").status == 404


class TestCopyingIn:
    @pytest.mark.parametrize("empty_puts", [1, 3])
    def test_a_file_arrives_in_chunks(self, finder: Client, folder: str, empty_puts: int) -> None:
        path = f"{folder}/Grundriss.pdf"
        content = bytes(range(256)) * 2000
        parts = [content[at : at + 70_000] for at in range(0, len(content), 70_000)]

        assert finder("PROPFIND", path, LISTED, Depth="0").status == 404
        for turn in range(empty_puts):
            assert finder("PUT", path).status == (204 if turn else 201)
        locked = finder("LOCK", path, LOCK_BODY, Depth="0", Timeout="Second-600")
        assert locked.status == 200
        assert locked.active_lock[1:] == ("0", "Second-600")
        token = locked.lock_token
        saved = finder(
            "PUT",
            path,
            iter(parts),
            If=f"(<{token}>)",
            X_Expected_Entity_Length=str(len(content)),
        )
        assert saved.status == 204
        changed = finder("PROPPATCH", path, TIMES, If=f"(<{token}>)", Content_Type="text/xml")
        assert len(changed.members[path].found) == 1
        assert finder("UNLOCK", path, Lock_Token=f"<{token}>").status == 204

        shown = finder("PROPFIND", folder, LISTED, Depth="1").members[path]
        assert shown.text("getcontentlength") == str(len(content))
        heard = finder("GET", path)
        assert heard.headers["content-length"] == str(len(content))
        assert heard.body == content

    def test_a_file_that_came_short_is_not_taken(self, finder: Client, folder: str) -> None:
        path = f"{folder}/Grundriss.pdf"
        finder("PUT", path, b"before")

        refused = finder("PUT", path, iter([b"x" * 999]), X_Expected_Entity_Length="1000")

        assert refused.status == 400
        assert finder("GET", path).body == b"before"

    def test_a_lock_is_refreshed_under_its_token(self, finder: Client, folder: str) -> None:
        path = f"{folder}/a.txt"
        finder("PUT", path)
        token = finder("LOCK", path, LOCK_BODY, Depth="0", Timeout="Second-600").lock_token

        again = finder("LOCK", path, If=f"(<{token}>)", Timeout="Second-600")

        assert again.status == 200
        assert again.active_lock[0] == token

    def test_a_name_in_pieces_is_the_same_name(
        self, finder: Client, make_client: MakeClient, jonas: Device, folder: str
    ) -> None:
        pieces = quote(unicodedata.normalize("NFD", "Größe Zürich.txt"))
        whole = quote("Größe Zürich.txt")
        assert pieces != whole

        assert finder("PUT", f"{folder}/{pieces}", b"x").status == 201

        assert set(finder("PROPFIND", folder, LISTED, Depth="1").members) == {
            f"{folder}/",
            f"{folder}/{whole}",
        }
        assert finder("GET", f"{folder}/{pieces}").body == b"x"
        assert make_client("curl/8", jonas)("GET", f"{folder}/{whole}").body == b"x"

    def test_a_file_is_renamed_to_a_name_in_pieces(
        self, finder: Client, office: Office, folder: str
    ) -> None:
        pieces = quote(unicodedata.normalize("NFD", "Übergabe.txt"))
        finder("PUT", f"{folder}/a.txt", b"x")

        moved = finder(
            "MOVE", f"{folder}/a.txt", Destination=office.url(f"{folder}/{pieces}"), Overwrite="T"
        )

        assert moved.status == 201
        [name] = set(finder("PROPFIND", folder, LISTED, Depth="1").members) - {f"{folder}/"}
        assert unquote(name).endswith("/Übergabe.txt")


class TestLitter:
    @pytest.mark.parametrize("name", ["._Grundriss.pdf", ".DS_Store"])
    def test_it_is_taken_and_gone(self, finder: Client, folder: str, name: str) -> None:
        path = f"{folder}/{name}"

        assert finder("PUT", path).status == 201
        token = finder("LOCK", path, LOCK_BODY, Depth="0", Timeout="Second-600").lock_token
        saved = finder(
            "PUT",
            path,
            iter([b"\0\5\x16\7" * 1000]),
            If=f"(<{token}>)",
            X_Expected_Entity_Length="4000",
        )
        assert saved.status in {201, 204}
        assert finder("PROPPATCH", path, TIMES, If=f"(<{token}>)").status == 207
        assert finder("UNLOCK", path, Lock_Token=f"<{token}>").status == 204

        assert finder("GET", path).status == 404
        assert finder("PROPFIND", path, LISTED, Depth="0").status == 404
        assert set(finder("PROPFIND", folder, LISTED, Depth="1").members) == {f"{folder}/"}
        assert finder("DELETE", path).status in {204, 404}

    def test_it_moves_along_with_its_file(
        self, finder: Client, office: Office, folder: str
    ) -> None:
        finder("PUT", f"{folder}/a.txt", b"x")
        finder("PUT", f"{folder}/._a.txt", b"y")

        moved = finder(
            "MOVE", f"{folder}/a.txt", Destination=office.url(f"{folder}/b.txt"), Overwrite="T"
        )
        litter = finder("MOVE", f"{folder}/._a.txt", Destination=office.url(f"{folder}/._b.txt"))

        assert moved.status == 201
        # It looks for the file first, so 404 is what it knows.
        assert litter.status == 404
        assert set(finder("PROPFIND", folder, LISTED, Depth="1").members) == {
            f"{folder}/",
            f"{folder}/b.txt",
        }

    def test_a_folder_full_of_it_is_empty(self, finder: Client, folder: str) -> None:
        finder("MKCOL", f"{folder}/Fotos")
        finder("PUT", f"{folder}/Fotos/.DS_Store", b"x")
        finder("PUT", f"{folder}/Fotos/._a.jpg", b"x")

        assert finder("DELETE", f"{folder}/Fotos").status == 204
