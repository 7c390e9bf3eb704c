"""Windows Explorer with a mapped drive: the WebClient service's probe, then the MiniRedir."""

import re
from email.utils import parsedate_to_datetime

import pytest

from tests.e2e.dav_client import DAV, Client
from tests.e2e.offices import MakeClient
from tests.e2e.server_process import Device, Office, basic

PROBE = "DavClnt"
MINIREDIR = "Microsoft-WebDAV-MiniRedir/10.0.26100"
OLD_MINIREDIR = "Microsoft-WebDAV-MiniRedir/6.1.7601"
LOCK_BODY = (
    b'<?xml version="1.0" encoding="utf-8" ?><D:lockinfo xmlns:D="DAV:"><D:lockscope>'
    b"<D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>"
    b"<D:href>MUSTERBUERO\\anna</D:href></D:owner></D:lockinfo>"
)
WIN32_TIMES = (
    b'<?xml version="1.0" encoding="utf-8" ?><D:propertyupdate xmlns:D="DAV:" '
    b'xmlns:Z="urn:schemas-microsoft-com:"><D:set><D:prop>'
    b"<Z:Win32CreationTime>Tue, 03 Feb 2026 08:15:30 GMT</Z:Win32CreationTime>"
    b"<Z:Win32LastAccessTime>Fri, 20 Nov 2026 10:00:00 GMT</Z:Win32LastAccessTime>"
    b"<Z:Win32LastModifiedTime>Wed, 04 Feb 2026 16:45:10 GMT</Z:Win32LastModifiedTime>"
    b"<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes></D:prop></D:set>"
    b"</D:propertyupdate>"
)


@pytest.fixture
def explorer(make_client: MakeClient, anna: Device) -> Client:
    # What the MiniRedir puts into each request.
    return make_client(MINIREDIR, anna, Connection="Keep-Alive", translate="f", Pragma="no-cache")


class TestMapping:
    def test_the_probe_before_the_service_runs_is_asked_to_sign_in(
        self, make_client: MakeClient
    ) -> None:
        heard = make_client(PROBE)("OPTIONS", "/")

        assert heard.status == 401
        assert heard.headers["www-authenticate"].startswith("Basic realm=")

    @pytest.mark.parametrize("agent", [MINIREDIR, OLD_MINIREDIR])
    def test_the_redirector_walks_down_without_signing_in(
        self, make_client: MakeClient, folder: str, agent: str
    ) -> None:
        redirector = make_client(agent, translate="f")
        names = folder.strip("/").split("/")
        parents = ["/" + "/".join(names[:depth]) for depth in range(len(names) + 1)]

        for path in parents:
            heard = redirector("OPTIONS", path)

            assert heard.status == 200, path
            assert {"1", "2"} <= set(re.split(r",\s*", heard.headers["dav"]))
            assert heard.headers["ms-author-via"] == "DAV"
            assert {"PROPFIND", "LOCK", "PUT"} <= set(heard.headers["allow"].split(", "))

    def test_it_lists_what_it_was_told_only_with_credentials(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        redirector = make_client(MINIREDIR, translate="f")

        refused = redirector("PROPFIND", folder, Depth="0")
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Basic realm=")

        redirector.authorization = anna.authorization
        assert redirector("PROPFIND", folder, Depth="0").status == 207

    @pytest.mark.parametrize("path", ["/", "/files", "/files/", "/files/Objekte"])
    @pytest.mark.parametrize("depth", ["0", "1"])
    def test_each_parent_answers_an_empty_propfind(
        self, explorer: Client, path: str, depth: str
    ) -> None:
        members = explorer("PROPFIND", path, b"", Depth=depth).members

        own = members[path if path.endswith("/") else path + "/"]
        assert own.is_collection
        assert len(members) > 1 or depth == "0"

    def test_the_domain_before_the_name_is_no_obstacle(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        redirector = make_client(MINIREDIR)
        redirector.authorization = basic(f"MUSTERBUERO\\{anna.user_name}", anna.password)

        assert redirector("PROPFIND", folder, Depth="0").status == 207


class TestSaving:
    def test_a_file_is_copied_in(self, explorer: Client, folder: str) -> None:
        path = f"{folder}/Energieausweis%20M%C3%BCller.pdf"
        content = b"%PDF-1.7 " + bytes(range(256)) * 300

        assert explorer("PROPFIND", path, b"", Depth="0").status == 404
        assert explorer("PUT", path, b"").status == 201
        locked = explorer(
            "LOCK", path, LOCK_BODY, Content_Type="text/xml", Timeout="Second-3600", Depth="0"
        )
        assert locked.status == 200
        assert locked.active_lock[1:] == ("0", "Second-3600")
        token = locked.lock_token
        probed = explorer("HEAD", path)
        assert (probed.status, probed.headers["content-length"]) == (200, "0")
        saved = explorer("PUT", path, content, If=f"(<{token}>)")
        assert saved.status == 204
        times = explorer(
            "PROPPATCH", path, WIN32_TIMES, If=f"(<{token}>)", Content_Type="text/xml"
        )
        assert len(times.members[path].found) == 4
        # Some builds leave the brackets out, which RFC 4918 section 10.5 wants.
        assert explorer("UNLOCK", path, Lock_Token=token).status == 204

        shown = explorer("PROPFIND", path, b"", Depth="0").members[path]
        assert shown.text("getcontentlength") == str(len(content))
        assert shown.text("getlastmodified") == "Wed, 04 Feb 2026 16:45:10 GMT"
        created = shown.text("creationdate")
        assert created is not None
        assert created.startswith("2026-02-03T08:15:30")
        assert explorer("GET", path).body == content

    def test_the_times_are_also_taken_without_the_token(
        self, explorer: Client, folder: str
    ) -> None:
        path = f"{folder}/a.txt"
        explorer("PUT", path, b"a")
        token = explorer("LOCK", path, LOCK_BODY, Timeout="Second-3600").lock_token

        assert len(explorer("PROPPATCH", path, WIN32_TIMES).members[path].found) == 4
        assert explorer("UNLOCK", path, Lock_Token=f"<{token}>").status == 204

    def test_a_locked_file_is_the_holders_alone(
        self, explorer: Client, make_client: MakeClient, jonas: Device, folder: str
    ) -> None:
        path = f"{folder}/a.txt"
        explorer("PUT", path, b"anna")
        token = explorer("LOCK", path, LOCK_BODY, Timeout="Second-3600").lock_token
        other = make_client(MINIREDIR, jonas)

        assert other("PUT", path, b"jonas").status == 423
        assert other("PUT", path, b"jonas", If=f"(<{token}>)").status in {412, 423}
        assert other("LOCK", path, LOCK_BODY).status == 423
        assert other("DELETE", path).status == 423
        assert other("GET", path).body == b"anna"

    def test_a_folder_is_made_renamed_and_deleted(
        self, explorer: Client, office: Office, folder: str
    ) -> None:
        made, renamed = f"{folder}/Neuer%20Ordner", f"{folder}/Pl%C3%A4ne"

        assert explorer("MKCOL", made).status == 201
        moved = explorer("MOVE", made, Destination=office.url(renamed), Overwrite="F")
        assert moved.status == 201
        assert explorer("PROPFIND", made, b"", Depth="0").status == 404
        assert explorer("PROPFIND", renamed, b"", Depth="0").members[f"{renamed}/"].is_collection
        assert explorer("DELETE", renamed).status == 204
        assert f"{renamed}/" not in explorer("PROPFIND", folder, b"", Depth="1").members

    def test_a_file_renamed_onto_another_is_refused(
        self, explorer: Client, office: Office, folder: str
    ) -> None:
        explorer("PUT", f"{folder}/a.txt", b"a")
        explorer("PUT", f"{folder}/b.txt", b"b")

        moved = explorer(
            "MOVE", f"{folder}/a.txt", Destination=office.url(f"{folder}/b.txt"), Overwrite="F"
        )

        assert moved.status == 412
        assert explorer("GET", f"{folder}/b.txt").body == b"b"


class TestOpening:
    def test_a_listing_holds_what_explorer_shows(self, explorer: Client, folder: str) -> None:
        path = f"{folder}/Gr%C3%BCne%20Stra%C3%9Fe%20%26%20Co.txt"
        explorer("PUT", path, b"12345")

        members = explorer("PROPFIND", folder, b"", Depth="1").members

        assert set(members) == {f"{folder}/", path}
        assert members[f"{folder}/"].text("getcontentlength") is None
        shown = members[path]
        assert shown.text("getcontentlength") == "5"
        assert shown.text("displayname") == "Grüne Straße & Co.txt"
        modified = shown.text("getlastmodified")
        assert modified is not None
        assert parsedate_to_datetime(modified).utcoffset() is not None
        assert re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", shown.text("creationdate") or ""
        )
        assert shown.found[f"{DAV}resourcetype"].find("*") is None

    def test_the_whole_file_comes_with_its_length(self, explorer: Client, folder: str) -> None:
        content = bytes(range(256)) * 3000
        explorer("PUT", f"{folder}/foto.jpg", content)

        heard = explorer("GET", f"{folder}/foto.jpg")

        assert heard.headers["content-length"] == str(len(content))
        assert heard.body == content

    @pytest.mark.parametrize("name", ["desktop.ini", "thumbs.db", "autorun.inf", "folder.jpg"])
    def test_what_it_looks_for_everywhere_is_just_not_there(
        self, explorer: Client, folder: str, name: str
    ) -> None:
        assert explorer("PROPFIND", f"{folder}/{name}", b"", Depth="0").status == 404

    def test_an_umlaut_of_an_old_windows_is_understood(
        self, make_client: MakeClient, anna: Device, folder: str
    ) -> None:
        old = make_client(OLD_MINIREDIR, anna)

        assert old("PUT", f"{folder}/Pl%E4ne.txt", b"x").status == 201

        assert f"{folder}/Pl%C3%A4ne.txt" in old("PROPFIND", folder, b"", Depth="1").members
        assert old("GET", f"{folder}/Pl%E4ne.txt").body == b"x"

    def test_the_owner_file_of_word_is_a_file(self, explorer: Client, folder: str) -> None:
        path = f"{folder}/~%24Expos%C3%A9.docx"

        assert explorer("PUT", path, b"").status == 201
        token = explorer("LOCK", path, LOCK_BODY, Timeout="Second-3600").lock_token
        assert explorer("PUT", path, b"\x04Anna", If=f"(<{token}>)").status == 204
        assert explorer("UNLOCK", path, Lock_Token=f"<{token}>").status == 204
        # Explorer quotes ~ and $ in its own way; it is the same file.
        assert explorer("DELETE", f"{folder}/%7E%24Expos%C3%A9.docx").status == 204
        assert set(explorer("PROPFIND", folder, b"", Depth="1").members) == {f"{folder}/"}
