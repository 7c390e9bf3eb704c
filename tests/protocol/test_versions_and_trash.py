"""Earlier versions and the trash through WebDAV: found, read, brought back, and never changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from dav_providers.documents.options import METHODS
from office import people
from office.tracking import Act
from tests.builders import NOW_US
from tests.documents_door import DAV, Client, Reply, SampleOffice, sample_office
from tests.forgetful import ForgetfulStore
from tests.protocol.test_access_matrix import send

ESTATE = "/Objekte/4711 Lindenallee 3"
TRASH = f"/.trash{ESTATE}"
DEAD = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)


def decoded(client: Client, folder: str) -> list[str]:
    """The names in a folder, as paths below ``/files``."""
    return [unquote(href).removeprefix("/files").rstrip("/") for href in client.names(folder)]


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def version_of(client: Client, path: str) -> str:
    """The path of the one earlier version of a document."""
    folder, _, name = path.rpartition("/")
    return only(decoded(client, f"{folder}/.versions/{name}"))


def in_trash(client: Client, root: str) -> str:
    """The path of the one thing that was deleted in a root."""
    path = only(decoded(client, f"/.trash{root}"))
    while (
        client.propfind(path, Depth="0").found(None)[f"{DAV}resourcetype"].find(f"{DAV}collection")
        is not None
        and path.count("/") < 20
    ):
        inside = decoded(client, path)
        if len(inside) != 1:
            return path
        path = inside[0]
    return path


class TestVersions:
    def test_a_save_keeps_what_was_there(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        tag = anna.get("/Home/a.txt").headers["etag"]
        anna.put("/Home/a.txt", b"second")

        path = version_of(anna, "/Home/a.txt")
        reply = anna.get(path)

        assert (reply.body, reply.headers["etag"]) == (b"first", tag)
        assert path.endswith("-1.txt")
        assert anna.get("/Home/a.txt").body == b"second"

    def test_the_same_bytes_and_an_empty_beginning_leave_none(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"")
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"first")

        assert decoded(anna, "/Home/.versions/a.txt") == []
        assert decoded(anna, "/Home/.versions") == []

    def test_they_are_not_listed_in_their_folder(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")

        assert decoded(anna, "/Home") == ["/Home/a.txt"]
        assert decoded(anna, "/Home/.versions") == ["/Home/.versions/a.txt"]

    @pytest.mark.parametrize("bring_back", [Client.copy, Client.move])
    def test_over_its_document_it_is_the_next_version(
        self, anna: Client, bring_back: Callable[..., object]
    ) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.request("PROPPATCH", "/Home/a.txt", DEAD)
        anna.put("/Home/a.txt", b"second")

        reply = bring_back(anna, version_of(anna, "/Home/a.txt"), "/Home/a.txt")

        assert (reply.status, reply.note.act, reply.note.version) == (204, Act.RESTORED, 3)  # type: ignore[attr-defined]
        assert anna.get("/Home/a.txt").body == b"first"
        bodies = [anna.get(each).body for each in decoded(anna, "/Home/.versions/a.txt")]
        assert bodies == [b"first", b"second"]
        assert "{urn:x}x" in anna.propfind("/Home/a.txt").found()

    def test_beside_it_it_is_a_new_document(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")

        reply = anna.copy(version_of(anna, "/Home/a.txt"), "/Home/b.txt", Overwrite="F")

        assert reply.status == 201
        assert anna.get("/Home/b.txt").body == b"first"

    def test_not_over_what_is_there_if_it_may_not(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")

        reply = anna.copy(version_of(anna, "/Home/a.txt"), "/Home/a.txt", Overwrite="F")

        assert reply.status == 412
        assert anna.get("/Home/a.txt").body == b"second"

    def test_a_copy_and_a_move_onto_a_document_are_saves(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/b.txt", b"second")
        anna.put("/Home/c.txt", b"third")
        anna.copy("/Home/b.txt", "/Home/a.txt")
        anna.move("/Home/c.txt", "/Home/a.txt")

        kept = [anna.get(each).body for each in decoded(anna, "/Home/.versions/a.txt")]

        assert kept == [b"first", b"second"]

    def test_they_go_along_with_a_move_and_not_with_a_copy(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt", b"first")
        anna.put("/Home/Ordner/a.txt", b"second")
        anna.copy("/Home/Ordner", "/Home/Kopie")
        anna.move("/Home/Ordner", "/Home/Neu")

        assert decoded(anna, "/Home/.versions") == []
        assert decoded(anna, "/Home/Kopie/.versions") == []
        assert anna.get(version_of(anna, "/Home/Neu/a.txt")).body == b"first"

    def test_what_was_moved_over_another_keeps_its_own_history(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")
        anna.put("/Home/b.txt", b"other")

        assert anna.move("/Home/a.txt", "/Home/b.txt").status == 204
        anna.move(in_trash(anna, "/Home"), "/Home/c.txt")

        assert anna.get(version_of(anna, "/Home/c.txt")).body == b"first"

    def test_conditions_hold(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")
        path = version_of(anna, "/Home/a.txt")
        tag = anna.get(path).headers["etag"]

        assert anna.get(path, If_None_Match=tag).status == 304
        assert anna.get(path, Range="bytes=1-2").body == b"ir"
        assert anna.copy(path, "/Home/a.txt", If='(["x"])').status == 412
        assert anna.copy(path, "/Home/a.txt", If_Match='"x"').status == 412
        assert anna.copy(path, "/Home/a.txt", If=f"([{tag}])").status == 204

    def test_the_journal_has_the_document_and_the_version(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        node_id = anna.put("/Home/a.txt", b"second").note.node_id

        note = anna.get(version_of(anna, "/Home/a.txt")).note

        assert (note.act, note.node_id, note.version, note.size) == (Act.READ, node_id, 1, 5)


class TestTrash:
    def test_what_was_deleted_lies_there(self, anna: Client) -> None:
        anna.put(f"{ESTATE}/Fotos/a.jpg", b"picture")
        tag = anna.get(f"{ESTATE}/Fotos/a.jpg").headers["etag"]
        anna.request("DELETE", f"{ESTATE}/Fotos/a.jpg")

        path = in_trash(anna, ESTATE)
        reply = anna.get(path)

        assert (reply.body, reply.headers["etag"]) == (b"picture", tag)
        assert path.endswith("/Fotos/a.jpg")
        assert anna.get(f"{ESTATE}/Fotos/a.jpg").status == 404

    def test_the_roots_are_listed_in_it_and_it_in_nothing(self, anna: Client) -> None:
        assert "/.trash" not in decoded(anna, "/")
        assert decoded(anna, "/.trash") == [
            f"/.trash{each}" for each in ("/Adressen", "/Home", "/Objekte", "/Ressourcen")
        ]
        assert decoded(anna, "/.trash/Objekte") == [TRASH]
        assert decoded(anna, TRASH) == []

    def test_the_same_comes_back_by_move(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")
        node_id = anna.request("PROPPATCH", "/Home/a.txt", DEAD).note.node_id
        anna.request("DELETE", "/Home/a.txt")

        reply = anna.move(in_trash(anna, "/Home"), "/Home/a.txt")

        assert (reply.status, reply.note.act, reply.note.node_id) == (201, Act.RESTORED, node_id)
        assert anna.get("/Home/a.txt").body == b"second"
        assert anna.get(version_of(anna, "/Home/a.txt")).body == b"first"
        assert "{urn:x}x" in anna.propfind("/Home/a.txt").found()
        assert decoded(anna, "/.trash/Home") == []

    def test_a_folder_comes_back_whole_and_elsewhere(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt", b"one")
        anna.put("/Home/Ordner/b.txt", b"two")
        anna.request("DELETE", "/Home/Ordner")
        path = in_trash(anna, "/Home")

        assert anna.copy(f"{path}/a.txt", "/Home/a.txt").status == 201
        assert anna.move(f"{path}/b.txt", "/Home/b.txt").status == 201
        assert anna.move(path, f"{ESTATE}/Fotos/Ordner").status == 201

        assert anna.get("/Home/a.txt").body == b"one"
        assert anna.get("/Home/b.txt").body == b"two"
        assert decoded(anna, f"{ESTATE}/Fotos/Ordner") == [f"{ESTATE}/Fotos/Ordner/a.txt"]

    def test_nothing_comes_back_where_a_name_is_taken(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"old")
        anna.request("DELETE", "/Home/a.txt")
        anna.put("/Home/a.txt", b"new")
        path = in_trash(anna, "/Home")

        assert anna.move(path, "/Home/a.txt", Overwrite="F").status == 412
        assert anna.get("/Home/a.txt").body == b"new"
        assert anna.move(path, "/Home/a.txt").status == 204
        assert anna.get("/Home/a.txt").body == b"old"
        assert anna.get(version_of(anna, "/Home/a.txt")).body == b"new"
        assert anna.get(path).status == 404

    def test_what_an_overwrite_clears_goes_there(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt", b"one")
        anna.put("/Home/b", b"two")

        assert anna.move("/Home/b", "/Home/Ordner").status == 204

        assert anna.get(f"{in_trash(anna, '/Home')}").body == b"one"

    def test_it_follows_the_folder_that_it_lay_in(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt", b"one")
        anna.request("DELETE", "/Home/Ordner/a.txt")
        anna.move("/Home/Ordner", f"{ESTATE}/Fotos/Neu")

        assert decoded(anna, "/.trash/Home") == []
        assert in_trash(anna, ESTATE).endswith("/Fotos/Neu/a.txt")

    def test_it_outlives_the_folder_that_it_lay_in(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/a.txt", b"one")
        anna.request("DELETE", "/Home/Ordner/a.txt")
        anna.request("DELETE", "/Home/Ordner")
        first, second = decoded(anna, "/.trash/Home")
        inner = next(e for e in (first, second) if anna.get(f"{e}/Ordner/a.txt").status == 200)

        assert anna.move(f"{inner}/Ordner/a.txt", "/Home/a.txt").status == 201
        assert len(decoded(anna, "/.trash/Home")) == 1

    def test_a_lock_ends_with_the_delete(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"one")
        token = anna.lock("/Home/a.txt").token
        anna.request("DELETE", "/Home/a.txt", If=f"(<{token}>)")
        anna.move(in_trash(anna, "/Home"), "/Home/a.txt")

        assert anna.put("/Home/a.txt", b"two").status == 204

    def test_a_home_s_trash_is_its_owner_s(self, anna: Client, jonas: Client) -> None:
        anna.put("/Home/a.txt", b"one")
        anna.request("DELETE", "/Home/a.txt")
        path = in_trash(anna, "/Home")

        assert decoded(jonas, "/.trash/Home") == []
        assert jonas.get(path).status == 404


class TestBlocks:
    @pytest.fixture
    def path(self, office: SampleOffice, anna: Client) -> str:
        """A document in the trash; the folder that it lay in is closed to Jonas."""
        anna.request("MKCOL", f"{ESTATE}/Fotos/Dach")
        anna.put(f"{ESTATE}/Fotos/Dach/a.jpg", b"first")
        anna.put(f"{ESTATE}/Fotos/Dach/a.jpg", b"second")
        with office.store.write() as unit:
            people.block_on_path(unit, "jonas", f"{ESTATE}/Fotos/Dach", now_us=NOW_US)
        anna.request("DELETE", f"{ESTATE}/Fotos/Dach/a.jpg")
        return in_trash(anna, ESTATE)

    def test_one_above_holds(self, jonas: Client, path: str) -> None:
        assert decoded(jonas, TRASH) == []
        assert jonas.get(path).status == 404
        assert jonas.copy(path, "/Home/a.jpg").status == 404
        assert jonas.move(path, "/Home/a.jpg").status == 404

    def test_one_above_holds_when_that_is_deleted_and_when_it_is_back(
        self, anna: Client, jonas: Client, path: str
    ) -> None:
        anna.request("DELETE", f"{ESTATE}/Fotos/Dach")

        assert decoded(jonas, TRASH) == []
        assert jonas.get(path).status == 404
        [folder] = [each for each in decoded(anna, TRASH) if each.split("/")[4] not in path]
        anna.move(f"{folder}/Fotos/Dach", f"{ESTATE}/Fotos/Dach2")
        anna.move(f"{path.rpartition('/Dach')[0]}/Dach2/a.jpg", f"{ESTATE}/Fotos/Dach2/a.jpg")
        assert anna.get(f"{ESTATE}/Fotos/Dach2/a.jpg").body == b"second"
        assert jonas.get(f"{ESTATE}/Fotos/Dach2/a.jpg").status == 404
        assert jonas.propfind(f"{ESTATE}/Fotos/.versions/Dach2").status == 404

    def test_versions_are_not_seen_either(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        anna.put(f"{ESTATE}/Fotos/a.jpg", b"first")
        anna.put(f"{ESTATE}/Fotos/a.jpg", b"second")
        path = version_of(anna, f"{ESTATE}/Fotos/a.jpg")
        assert jonas.get(path).body == b"first"

        with office.store.write() as unit:
            people.block_on_path(unit, "jonas", f"{ESTATE}/Fotos", now_us=NOW_US)

        assert jonas.get(path).status == 404
        assert jonas.propfind(f"{ESTATE}/Fotos/.versions").status == 404
        assert jonas.copy(path, "/Home/a.jpg").status == 404

    def test_nobody_takes_out_what_hides_something_from_them(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        anna.request("MKCOL", f"{ESTATE}/Fotos/Dach")
        anna.request("MKCOL", f"{ESTATE}/Fotos/Dach/Kammer")
        with office.store.write() as unit:
            people.block_on_path(unit, "jonas", f"{ESTATE}/Fotos/Dach/Kammer", now_us=NOW_US)
        anna.request("DELETE", f"{ESTATE}/Fotos/Dach")
        folder = f"{only(decoded(anna, TRASH))}/Fotos/Dach"

        assert decoded(jonas, folder) == []
        assert jonas.move(folder, "/Home/Dach").status == 403
        assert jonas.copy(folder, "/Home/Dach").status == 201
        assert decoded(jonas, "/Home/Dach") == []


def _is_told(reply: Reply) -> bool:
    return reply.conditions >= {"need-privileges"}


@pytest.fixture
def forgetful(database_url: str, tmp_path: Path) -> Iterator[SampleOffice]:
    """An office that can be told to keep nothing more."""
    store = ForgetfulStore(database_url)
    yield sample_office(store, tmp_path)
    store.close()


READ = {"OPTIONS": 200, "GET": 200, "HEAD": 200, "PROPFIND": 207}
CASES = {
    "/.trash": READ,
    "/.trash/Home": READ,
    "/Home/.versions": READ,
    "/Home/.versions/a.txt": READ,
    "version": READ | {"COPY": 201, "MOVE": 201},
    "moment": READ,
    "deleted": READ | {"COPY": 201, "MOVE": 201},
    "inside": READ | {"COPY": 201, "MOVE": 201},
    "/.trash/neu": {"OPTIONS": 200, "PUT": 403, "MKCOL": 403, "LOCK": 403},
    "/Home/.versions/neu": {"OPTIONS": 200, "PUT": 403, "MKCOL": 403, "LOCK": 403},
    "/Home/.versions/neu/neu": {"OPTIONS": 200, "PUT": 409, "MKCOL": 409, "LOCK": 409},
    "/nichts/.versions/neu": {"OPTIONS": 200, "PUT": 409, "MKCOL": 409, "LOCK": 409},
}


class TestEveryMethod:
    def test_the_table(self, forgetful: SampleOffice) -> None:
        anna, store = forgetful.person("anna"), forgetful.store
        anna.request("MKCOL", "/Home/Ordner")
        anna.put("/Home/Ordner/b.txt", b"one")
        anna.request("DELETE", "/Home/Ordner")
        anna.put("/Home/a.txt", b"first")
        anna.put("/Home/a.txt", b"second")
        moment = only(decoded(anna, "/.trash/Home"))
        named = {
            "version": version_of(anna, "/Home/a.txt"),
            "moment": moment,
            "deleted": f"{moment}/Ordner",
            "inside": f"{moment}/Ordner/b.txt",
        }
        assert isinstance(store, ForgetfulStore)
        store.is_forgetful = True

        wrong = [
            (place, method, reply.status, status)
            for place, known in CASES.items()
            for method in METHODS
            for status in [known.get(method, 403 if known.get("GET") else 404)]
            for reply in [send(anna, method, named.get(place, place))]
            if reply.status != status or (status == 403 and not _is_told(reply))
        ]

        assert wrong == []

    @pytest.mark.parametrize("name", [".versions", ".trash", ".Trash"])
    def test_nobody_makes_these_names(self, anna: Client, name: str) -> None:
        anna.put("/Home/a.txt", b"one")

        assert anna.put(f"/Home/{name}", b"x").status == 403
        assert anna.request("MKCOL", f"/Home/{name}").status == 403
        assert anna.copy("/Home/a.txt", f"/Home/{name}").status == 403
        assert anna.move("/Home/a.txt", f"/Home/{name}").status == 403
        assert anna.copy("/Home/a.txt", f"/Home/{name}/b.txt").status in {403, 409}
        assert anna.get("/Home/a.txt").body == b"one"
