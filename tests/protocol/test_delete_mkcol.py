"""DELETE and MKCOL: RFC 4918 sections 9.3 and 9.6; properties made and kept by folders."""

import io
from collections.abc import Callable

import pytest

from office.tracking import Act
from tests.documents_door import Client, SampleOffice

NEW = "/Objekte/4712 Marktplatz"


class TestMkcol:
    def test_it_makes_a_folder(self, anna: Client) -> None:
        reply = anna.request("MKCOL", "/Home/Ordner")

        assert (reply.status, reply.note.act) == (201, Act.FOLDER_CREATED)
        assert anna.names("/Home") == ["/files/Home/Ordner/"]

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/Home", 405),
            ("/", 405),
            ("/Home/a.txt", 405),
            ("/Home/nirgends/neu", 409),
            ("/Home/a.txt/neu", 409),
            ("/neu", 403),
            ("/Home/x:y", 403),
            ("/Ressourcen/neu", 403),
            ("/Adressen/neu", 403),
        ],
    )
    def test_where_it_cannot(self, anna: Client, path: str, status: int) -> None:
        anna.put("/Home/a.txt")

        assert anna.request("MKCOL", path).status == status

    @pytest.mark.parametrize("carried", [bytes, io.BytesIO])
    def test_a_body_is_415(
        self, anna: Client, carried: Callable[[bytes], bytes | io.BytesIO]
    ) -> None:
        assert anna.request("MKCOL", "/Home/neu", carried(b"<x/>")).status == 415
        assert anna.names("/Home") == []

    def test_if_none_match_on_what_is_there(self, anna: Client) -> None:
        assert anna.request("MKCOL", "/Home", If_None_Match="*").status in {405, 412}


class TestDelete:
    def test_a_document(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        reply = anna.request("DELETE", "/Home/a.txt")

        assert (reply.status, reply.note.act, reply.note.path) == (
            204,
            Act.DELETED,
            "Home/a.txt",
        )
        assert anna.get("/Home/a.txt").status == 404

    def test_a_folder_with_all_below_it(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt")

        assert anna.request("DELETE", "/Home/Ordner").status == 204
        assert anna.names("/Home") == []

    @pytest.mark.parametrize(("depth", "status"), [("0", 400), ("1", 400), ("infinity", 204)])
    def test_of_a_folder_is_deep(self, anna: Client, depth: str, status: int) -> None:
        # Section 9.6.1.
        anna.request("MKCOL", "/Home/Ordner")

        assert anna.request("DELETE", "/Home/Ordner", Depth=depth).status == status

    def test_what_is_not_there_is_404(self, anna: Client) -> None:
        assert anna.request("DELETE", "/Home/nichts").status == 404

    def test_an_old_version_named_by_if_match_stays(self, anna: Client) -> None:
        tag = anna.put("/Home/a.txt", b"first").headers["etag"]
        anna.put("/Home/a.txt", b"second")

        assert anna.request("DELETE", "/Home/a.txt", If_Match=tag).status == 412
        assert anna.get("/Home/a.txt").body == b"second"


class TestWords:
    """What a person reads is this office's sentence, not an engine's or a wrong promise."""

    def test_a_folder_where_a_document_is(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        reply = anna.request("MKCOL", "/Home/a.txt")

        assert reply.status == 405
        assert "Something of that name is there already." in reply.text
        assert "resource-must-be-null" in reply.text

    @pytest.mark.parametrize("path", ["/a.txt", "/Adressen/a.txt"])
    def test_what_nobody_can_be_granted(self, anna: Client, path: str) -> None:
        reply = anna.put(path)

        assert reply.status == 403
        assert "Nothing can be put directly in here." in reply.text
        assert "administrator" not in reply.text

    def test_what_an_administrator_can_grant(self, jonas: Client) -> None:
        assert "an administrator can grant it" in jonas.put("/Ressourcen/a.txt").text


class TestFixed:
    @pytest.mark.parametrize("path", ["/", "/Objekte", "/Adressen", "/Ressourcen", "/Home"])
    def test_nobody_deletes_or_moves_the_top(self, anna: Client, path: str) -> None:
        assert anna.request("DELETE", path).status == 403
        assert anna.move(path, "/Home/weg").status == 403

    def test_nor_a_property_nor_its_release(self, anna: Client, estate: str) -> None:
        for path in (estate, f"{estate}/Freigabe"):
            assert anna.request("DELETE", path).status == 403
            assert anna.move(path, "/Home/weg").status == 403
        assert anna.move(f"{estate}/Freigabe", f"{estate}/Frei").status == 403

    def test_the_templates_other_folders_may_go(self, anna: Client, estate: str) -> None:
        assert anna.request("DELETE", f"{estate}/Grundrisse").status == 204


class TestEstates:
    def test_a_folder_makes_a_property_with_its_template(self, anna: Client) -> None:
        assert anna.request("MKCOL", NEW).status == 201

        names = [href.rstrip("/").rpartition("/")[2] for href in anna.names(NEW)]
        assert "Freigabe" in names
        assert "Fotos" in names

    def test_two_properties_have_two_numbers(self, anna: Client) -> None:
        reply = anna.request("MKCOL", "/Objekte/4711 Anderswo")

        assert reply.status == 409
        assert "4711" in reply.text
        assert anna.names("/Objekte") == ["/files/Objekte/4711%20Lindenallee%203/"]

    def test_a_new_folder_gets_the_next_number_until_it_is_renamed(
        self, office: SampleOffice, anna: Client
    ) -> None:
        # Explorer makes "Neuer Ordner" first and renames it then.
        assert anna.request("MKCOL", "/Objekte/Neuer Ordner").status == 201
        assert numbers(office) == {"4711": "Lindenallee 3", "4712": "Neuer Ordner"}

        assert anna.move("/Objekte/Neuer Ordner", "/Objekte/4800 Am Hang").status == 201
        assert numbers(office) == {"4711": "Lindenallee 3", "4800": "Am Hang"}
        assert anna.get("/Objekte/4800 Am Hang/Freigabe").status == 200

    def test_a_name_that_is_only_a_number_takes_it(
        self, office: SampleOffice, anna: Client
    ) -> None:
        assert anna.request("MKCOL", "/Objekte/4800").status == 201
        assert anna.request("MKCOL", "/Objekte/4711").status == 409
        assert numbers(office) == {"4711": "Lindenallee 3", "4800": ""}

        assert anna.move("/Objekte/4800", "/Objekte/4800 Am Hang").status == 201
        assert numbers(office)["4800"] == "Am Hang"

    def test_a_rename_to_anothers_number_is_refused(
        self, office: SampleOffice, anna: Client, estate: str
    ) -> None:
        anna.request("MKCOL", NEW)

        assert anna.move(NEW, "/Objekte/4711 Marktplatz").status == 409
        assert anna.move(NEW, estate).status == 403
        assert numbers(office)["4712"] == "Marktplatz"

    def test_a_copy_of_a_property_is_none(self, office: SampleOffice, anna: Client) -> None:
        assert anna.copy("/Objekte/4711 Lindenallee 3", "/Objekte/4799 Kopie").status == 403
        assert anna.copy("/Objekte/4711 Lindenallee 3", "/Home/Kopie").status == 201
        assert anna.request("DELETE", "/Home/Kopie/Freigabe").status == 204
        assert set(numbers(office)) == {"4711"}


def numbers(office: SampleOffice) -> dict[str, str]:
    with office.store.read() as unit:
        return dict(unit.rows("SELECT number, title FROM estate"))
