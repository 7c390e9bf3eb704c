"""Data rights on folders: granted to users, groups and everybody, inherited, seen on the wire."""

import pytest

from auth import rights
from auth.grants import EVERYBODY
from auth.rights import DataRight, FunctionRight
from office import granting
from office.errors import FixedError, ForbiddenError, KindError, NotFoundError
from tests.builders import NOW_US
from tests.documents_door import DAV, Client, SampleOffice, url

READ, WRITE, MANAGE = DataRight.READ, DataRight.WRITE, DataRight.MANAGE
OTHER = "/Objekte/4712 Marktplatz"
SYNC = (
    '<D:sync-collection xmlns:D="DAV:"><D:sync-token>{}</D:sync-token><D:sync-level>1'
    "</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
)


def grant(office: SampleOffice, who: str, right: DataRight, path: str) -> None:
    with office.store.write() as unit:
        granting.grant(unit, who, right, path)


def revoke(office: SampleOffice, who: str, path: str) -> None:
    with office.store.write() as unit:
        granting.revoke(unit, who, path)


def privileges(client: Client, path: str) -> set[str]:
    name = f"{DAV}current-user-privilege-set"
    found = client.propfind(path, name).found()[name]
    return {str(each.tag).removeprefix(DAV) for each in found.iterfind(f"{DAV}privilege/*")}


def sync(client: Client, path: str, token: str = "") -> tuple[int, list[str], str]:
    """Status, names told (hrefs) and the next token."""
    reply = client.request("REPORT", path, SYNC.format(token).encode(), Depth="0")
    if reply.status != 207:
        return reply.status, [], ""
    return 207, reply.hrefs, str(reply.xml.findtext(f"{DAV}sync-token"))


@pytest.fixture
def closed(office: SampleOffice, estate: str, anna: Client) -> SampleOffice:
    """Two properties with a document each, and nobody but Administration granted anything."""
    office.person("berta", "administration")
    office.estate("4712", "Marktplatz")
    for path in (estate, OTHER):
        assert anna.put(f"{path}/Fotos/Bild.jpg").status == 201
    revoke(office, EVERYBODY, "/Objekte")
    return office


class TestWithoutAGrant:
    @pytest.mark.usefixtures("closed")
    def test_nothing_is_there(self, anna: Client, estate: str) -> None:
        assert anna.names("/") == ["/files/Adressen/", "/files/Home/", "/files/Ressourcen/"]
        for path in ("/Objekte", estate, f"{estate}/Fotos/Bild.jpg"):
            for method in ("GET", "PROPFIND", "DELETE", "PROPPATCH", "REPORT", "UNLOCK"):
                reply = anna.request(method, path, Depth="0")
                assert reply.status in {400, 404}, (method, path, reply.text)
                assert reply.status == anna.request(method, "/Nichts", Depth="0").status

    def test_administration_sees_all(self, closed: SampleOffice, estate: str) -> None:
        berta = closed.clients["berta"]

        assert len(berta.names("/Objekte")) == 2
        assert berta.put(f"{estate}/Neu.txt").status == 201


class TestGranted:
    @pytest.mark.parametrize("who", ["anna", "mitarbeiter", EVERYBODY])
    def test_to_a_user_a_group_or_everybody(
        self, closed: SampleOffice, anna: Client, estate: str, who: str
    ) -> None:
        grant(closed, who, READ, estate)

        assert anna.get(f"{estate}/Fotos/Bild.jpg").status == 200
        assert anna.put(f"{estate}/Fotos/Bild.jpg", b"new").status == 403
        assert anna.get(f"{OTHER}/Fotos/Bild.jpg").status == 404

        grant(closed, who, WRITE, f"{estate}/Fotos")

        assert anna.put(f"{estate}/Fotos/Bild.jpg", b"new").status == 204
        assert anna.put(f"{estate}/Neu.jpg", b"new").status == 403
        assert anna.request("DELETE", f"{estate}/Fotos").status == 403

    def test_the_way_to_it_is_seen_and_nothing_beside(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", WRITE, f"{estate}/Fotos")

        assert "/files/Objekte/" in anna.names("/")
        assert anna.names("/Objekte") == [url(f"{estate}/").partition("example")[2]]
        assert anna.names(estate) == [url(f"{estate}/Fotos/").partition("example")[2]]
        assert len(anna.names(f"{estate}/Fotos")) == 1
        assert privileges(anna, estate) == {
            "read",
            "read-acl",
            "read-current-user-privilege-set",
        }
        assert "bind" in privileges(anna, f"{estate}/Fotos")
        for method in ("DELETE", "PROPPATCH", "LOCK", "MOVE"):
            where = {"Destination": url("/Home/Weg")} if method == "MOVE" else {}
            assert anna.request(method, estate, LOCK_OR_SET[method], **where).status == 403, method

    def test_what_clients_wrote_on_the_way_is_not_told(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        for path in (estate, f"{estate}/Fotos", f"{estate}/Fotos/Privat"):
            closed.clients["berta"].request("MKCOL", path)
            closed.clients["berta"].request("PROPPATCH", path, LOCK_OR_SET["PROPPATCH"])
        grant(closed, "anna", READ, f"{estate}/Fotos/Privat")

        def holds(path: str) -> list[str]:
            reply = anna.propfind(path, "{urn:x}x", Depth="1")
            return [href for href in reply.hrefs if reply.found(href)]

        assert holds("/Objekte") == holds(estate) == []
        assert [each.rpartition("/Fotos/")[2] for each in holds(f"{estate}/Fotos")] == ["Privat/"]

    def test_copying_the_way_takes_only_what_is_seen(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        closed.clients["berta"].put(f"{estate}/Grundrisse/Plan.pdf")
        grant(closed, "anna", READ, f"{estate}/Fotos")

        assert anna.copy("/Objekte", "/Home/Alles").status == 201

        [inner] = anna.names("/Home/Alles")
        [photos] = anna.names(f"/Home/Alles/{estate.rpartition('/')[2]}")
        assert inner.endswith("/4711%20Lindenallee%203/")
        assert photos.endswith("/Fotos/")

    def test_a_block_beats_it_and_hides_the_way(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", MANAGE, f"{estate}/Fotos")
        closed.block("anna", f"{estate}/Fotos")

        assert anna.get(f"{estate}/Fotos/Bild.jpg").status == 404
        assert anna.get(estate).status == 404
        assert "/files/Objekte/" not in anna.names("/")

    def test_writing_needs_the_function_right_as_well(
        self, closed: SampleOffice, estate: str
    ) -> None:
        karl = closed.person("karl", "kollaboration")
        grant(closed, "karl", MANAGE, estate)
        assert karl.put(f"{estate}/Neu.txt").status == 403

        with closed.store.write() as unit:
            rights.give(unit, "karl", [FunctionRight.EDIT_DOCUMENTS])

        assert karl.put(f"{estate}/Neu.txt").status == 201

    def test_new_properties_need_write_among_them(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", WRITE, estate)
        assert anna.request("MKCOL", "/Objekte/4713 Neu").status == 403

        grant(closed, "mitarbeiter", WRITE, "/Objekte")

        assert anna.request("MKCOL", "/Objekte/4713 Neu").status == 201

    def test_resources_can_be_granted_for_writing(
        self, office: SampleOffice, anna: Client
    ) -> None:
        assert anna.put("/Ressourcen/Logo.png").status == 403

        grant(office, "mitarbeiter", WRITE, "/Ressourcen")

        assert anna.put("/Ressourcen/Logo.png").status == 201

    def test_what_moves_takes_its_grants_along(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", READ, f"{estate}/Fotos")

        closed.clients["berta"].move(f"{estate}/Fotos", f"{OTHER}/Bilder")

        assert anna.get(f"{OTHER}/Bilder/Bild.jpg").status == 200
        assert anna.get(estate).status == 404


LOCK_OR_SET = {
    "PROPPATCH": (
        b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
        b"</D:propertyupdate>"
    ),
    "LOCK": (
        b'<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope><D:locktype>'
        b"<D:write/></D:locktype></D:lockinfo>"
    ),
    "DELETE": b"",
    "MOVE": b"",
}


class TestManage:
    def test_whoever_manages_a_folder_says_who_else_may(
        self, closed: SampleOffice, anna: Client, jonas: Client, estate: str
    ) -> None:
        grant(closed, "jonas", MANAGE, estate)
        grant(closed, "anna", WRITE, estate)
        for who, path in ((anna, estate), (jonas, OTHER), (jonas, "/Ressourcen")):
            with pytest.raises((ForbiddenError, NotFoundError)), closed.store.write() as unit:
                granting.grant(unit, "mitarbeiter", READ, path, who=who.identity())

        with closed.store.write() as unit:
            granting.revoke(unit, "anna", estate, who=jonas.identity())
            granting.grant(unit, "anna", READ, f"{estate}/Fotos", who=jonas.identity())

        assert anna.put(f"{estate}/Fotos/Bild.jpg").status == 403

    def test_owners_manage_their_calendars(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        with office.store.write() as unit:
            granting.grant(unit, "anna", WRITE, "/dav/jonas/calendar", who=jonas.identity())
        with pytest.raises(ForbiddenError), office.store.write() as unit:
            granting.grant(unit, EVERYBODY, READ, "/dav/jonas/calendar", who=anna.identity())
        with pytest.raises(NotFoundError), office.store.write() as unit:
            granting.grant(unit, EVERYBODY, READ, "/dav/jonas/contacts", who=anna.identity())


class TestWhereNothingIsGranted:
    @pytest.mark.parametrize("path", ["/", "/Adressen", "/Home"])
    def test_is_refused(self, office: SampleOffice, path: str) -> None:
        with pytest.raises((FixedError, NotFoundError)):
            grant(office, "anna", READ, path)

    def test_documents_are_granted_with_their_folder(
        self, office: SampleOffice, anna: Client, estate: str
    ) -> None:
        anna.put(f"{estate}/Plan.pdf")

        with pytest.raises(KindError):
            grant(office, "anna", READ, f"{estate}/Plan.pdf")

    def test_nothing_is_taken_back_that_was_not_granted(
        self, office: SampleOffice, estate: str
    ) -> None:
        with pytest.raises(NotFoundError):
            revoke(office, "anna", estate)


class TestTokens:
    def test_a_folder_gone_through_tells_only_what_is_seen(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", READ, f"{estate}/Fotos")
        _, told, token = sync(anna, estate)
        assert [href.rpartition("/Fotos")[1] for href in told] == ["/Fotos"]

        closed.clients["berta"].put(f"{estate}/Geheim.txt")
        closed.clients["berta"].request("DELETE", f"{estate}/Geheim.txt")
        assert sync(anna, estate, token) == (207, [], token)

        grant(closed, "anna", READ, f"{estate}/Grundrisse")
        assert sync(anna, estate, token)[0] == 403
        assert len(sync(anna, estate)[1]) == 2

    def test_a_token_from_before_a_grant_went_is_not_answered(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", READ, f"{estate}/Fotos")
        grant(closed, "anna", READ, estate)
        _, told, token = sync(anna, estate)
        assert len(told) > 1

        revoke(closed, "anna", estate)

        assert sync(anna, estate, token)[0] == 403
        assert len(sync(anna, estate)[1]) == 1

    def test_a_listing_tells_the_token_that_a_report_takes(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        grant(closed, "anna", READ, f"{estate}/Fotos")
        listing = anna.propfind("/Objekte", f"{DAV}sync-token", Depth="1")

        for href in listing.hrefs:
            shown = str(listing.found(href)[f"{DAV}sync-token"].text)
            path = {"/files/Objekte/": "/Objekte"}.get(href, estate)
            assert sync(anna, path, shown) == (207, [], shown)


class TestAccessLists:
    def test_name_whom_something_was_granted_to(
        self, closed: SampleOffice, anna: Client, estate: str
    ) -> None:
        with closed.store.write() as unit:
            rights.add_group(unit, "partner", now_us=NOW_US)
        grant(closed, "anna", WRITE, estate)
        grant(closed, "partner", READ, estate)

        entries = anna.propfind(f"{estate}/Fotos", f"{DAV}acl").found()[f"{DAV}acl"]

        shown = {
            str(each.findtext(f"{DAV}principal/{DAV}href") or "all"): {
                str(name.tag).removeprefix(DAV)
                for name in each.iterfind(f"{DAV}grant/{DAV}privilege/*")
            }
            for each in entries
        }
        assert set(shown) == {
            "/principals/administration/",
            "/principals/partner/",
            "/dav/anna/",
        }
        assert "write" in shown["/dav/anna/"]
        assert "write" not in shown["/principals/partner/"]

    def test_everybody_is_whoever_is_signed_in(self, anna: Client, estate: str) -> None:
        entries = anna.propfind(estate, f"{DAV}acl").found()[f"{DAV}acl"]

        assert entries.find(f"{DAV}ace/{DAV}principal/{DAV}authenticated") is not None


class TestLocks:
    def test_end_with_the_right_to_write(
        self, office: SampleOffice, anna: Client, jonas: Client, estate: str
    ) -> None:
        anna.put(f"{estate}/Plan.pdf")
        assert anna.lock(f"{estate}/Plan.pdf").status == 200
        assert jonas.put(f"{estate}/Plan.pdf", b"later").status == 423
        grant(office, "jonas", WRITE, "/Objekte")

        grant(office, EVERYBODY, READ, "/Objekte")

        assert jonas.put(f"{estate}/Plan.pdf", b"later").status == 204

    def test_of_others_stay(self, office: SampleOffice, anna: Client, estate: str) -> None:
        anna.put(f"{estate}/Plan.pdf")
        anna.lock(f"{estate}/Plan.pdf")

        with office.store.write() as unit:
            granting.set_groups(unit, "jonas", ("kollaboration",))
            assert unit.row("SELECT count(*) FROM lock")[0] == 1
            granting.set_groups(unit, "anna", ("kollaboration",))
            assert unit.row("SELECT count(*) FROM lock")[0] == 0
