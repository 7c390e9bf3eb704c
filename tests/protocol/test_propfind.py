"""PROPFIND: RFC 4918 section 9.1 and 15, RFC 4331 (quota), RFC 8144 (return=minimal)."""

import pytest
from lxml import etree

from dav_providers.documents import listing
from storage import tree
from storage.store import Unit
from tests import statements
from tests.documents_door import Client, Reply, SampleOffice

DAV = "{DAV:}"
EXPLORER = (
    *("resourcetype", "getcontentlength", "getlastmodified", "creationdate"),
    *("displayname", "lockdiscovery", "getetag"),
)


class TestDepth:
    def test_0_is_the_resource_alone(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        assert anna.propfind("/Home").hrefs == ["/files/Home/"]

    def test_1_adds_the_members_collections_with_a_slash(self, anna: Client) -> None:
        anna.put("/Home/b ä.txt")
        anna.request("MKCOL", "/Home/c")

        hrefs = anna.propfind("/Home", Depth="1").hrefs

        assert hrefs[0] == "/files/Home/"
        assert sorted(hrefs[1:]) == ["/files/Home/b%20%C3%A4.txt", "/files/Home/c/"]

    def test_1_on_a_document_is_the_document(self, anna: Client) -> None:
        anna.put("/Home/a.txt")

        assert anna.propfind("/Home/a.txt", Depth="1").hrefs == ["/files/Home/a.txt"]

    @pytest.mark.parametrize("depth", ["infinity", "Infinity", None])
    def test_infinity_is_refused_also_when_unsaid(self, anna: Client, depth: str | None) -> None:
        headers = {} if depth is None else {"Depth": depth}

        reply = anna.request("PROPFIND", "/Home", **headers)

        assert reply.status == 403
        assert "propfind-finite-depth" in reply.conditions

    def test_anything_else_is_400(self, anna: Client) -> None:
        assert anna.propfind("/Home", Depth="2").status == 400

    def test_what_is_not_there_is_404(self, anna: Client) -> None:
        assert anna.propfind("/Home/nichts").status == 404


class TestNames:
    def test_prop_answers_404_for_what_is_missing(self, anna: Client) -> None:
        anna.put("/Home/a.txt")
        wanted = (f"{DAV}getetag", f"{DAV}group", "{urn:x}colour")

        stats = anna.propfind("/Home/a.txt", *wanted).propstats()

        assert {stat.status: set(stat.properties) for stat in stats} == {
            200: {f"{DAV}getetag"},
            404: {f"{DAV}group", "{urn:x}colour"},
        }

    @pytest.mark.parametrize("header", [{"Prefer": "return=minimal"}, {"Brief": "t"}])
    def test_minimal_leaves_the_404_out(self, anna: Client, header: dict[str, str]) -> None:
        stats = anna.propfind("/Home", f"{DAV}displayname", "{urn:x}colour", **header).propstats()

        assert [stat.status for stat in stats] == [200]

    def test_allprop_is_section_15_and_the_dead_ones(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"abc")
        anna.request("PROPPATCH", "/Home/a.txt", set_body(b'<x xmlns="urn:x">1</x>'))

        names = set(anna.propfind("/Home/a.txt").found())

        rfc = (*EXPLORER, "getcontenttype", "supportedlock")
        assert names == {"{urn:x}x", *(DAV + name for name in rfc)}

    def test_include_adds_to_allprop(self, anna: Client) -> None:
        body = (
            b'<D:propfind xmlns:D="DAV:"><D:allprop/><D:include><D:quota-available-bytes/>'
            b"</D:include></D:propfind>"
        )

        found = anna.request("PROPFIND", "/Home", body, Depth="0").found()

        assert f"{DAV}quota-available-bytes" in found
        assert f"{DAV}quota-used-bytes" not in found

    def test_propname_gives_names_without_values(self, anna: Client) -> None:
        anna.put("/Home/a.txt", b"abc")
        anna.request("PROPPATCH", "/Home/a.txt", set_body(b'<x xmlns="urn:x">1</x>'))
        body = b'<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>'

        [stat] = anna.request("PROPFIND", "/Home/a.txt", body, Depth="0").propstats()

        assert {"{urn:x}x", f"{DAV}getcontentlength"} <= set(stat.properties)
        assert not [each for each in stat.properties.values() if each.text or len(each)]

    @pytest.mark.parametrize(
        "body",
        [
            b"<D:propfind xmlns:D='DAV:'/>",
            b"<D:propfind xmlns:D='DAV:'><D:allprop/><D:propname/></D:propfind>",
            b"<not closed",
            b"<D:prop xmlns:D='DAV:'/>",
        ],
    )
    def test_a_body_that_asks_nothing_is_400(self, anna: Client, body: bytes) -> None:
        assert anna.request("PROPFIND", "/Home", body, Depth="0").status == 400

    def test_a_doctype_is_refused_by_name(self, anna: Client) -> None:
        body = (
            b'<!DOCTYPE x [<!ENTITY a "b">]><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'
        )

        reply = anna.request("PROPFIND", "/Home", body, Depth="0")

        assert reply.status == 403
        assert "no-external-entities" in reply.conditions


class TestValues:
    def test_of_a_document(self, anna: Client) -> None:
        tag = anna.put("/Home/Plan.pdf", b"abc").headers["etag"]

        found = anna.propfind("/Home/Plan.pdf").found()

        texts = {name.removeprefix(DAV): each.text for name, each in found.items()}
        assert texts["getcontentlength"] == "3"
        assert texts["getetag"] == tag
        assert texts["getcontenttype"] == "application/pdf"
        assert texts["displayname"] == "Plan.pdf"
        assert texts["getlastmodified"] == "Mon, 21 Sep 2026 14:13:20 GMT"
        assert texts["creationdate"] == "2026-09-21T14:13:20Z"
        assert len(found[f"{DAV}resourcetype"]) == 0

    def test_a_collection_has_neither_length_nor_tag(self, anna: Client) -> None:
        found = anna.propfind("/Home").found()

        assert found[f"{DAV}resourcetype"].find(f"{DAV}collection") is not None
        assert found[f"{DAV}displayname"].text == "Home"
        for name in ("getcontentlength", "getetag", "getcontenttype"):
            assert DAV + name not in found

    def test_quota_is_the_disks(self, anna: Client) -> None:
        names = (f"{DAV}quota-available-bytes", f"{DAV}quota-used-bytes")

        found = anna.propfind("/", *names).found()

        assert all(int(str(found[name].text)) > 0 for name in names)

    @pytest.mark.parametrize("name", ["a&b.txt", "ä ö.txt", "100%.txt", "x;y=1.txt", "#1.txt"])
    def test_any_name_comes_back_as_it_is(self, anna: Client, name: str) -> None:
        anna.put(f"/Home/{name}", b"x")

        reply = anna.propfind("/Home", f"{DAV}displayname", Depth="1")

        assert reply.found(reply.hrefs[1])[f"{DAV}displayname"].text == name

    def test_decomposed_names_are_one_with_composed_ones(self, anna: Client) -> None:
        anna.put("/Home/Ma\u0308rz.txt", b"x")

        assert anna.get("/Home/M\u00e4rz.txt").body == b"x"


def test_the_top_shows_the_shared_folders_and_ones_own_home(anna: Client) -> None:
    assert anna.names("/") == [
        "/files/Adressen/",
        "/files/Home/",
        "/files/Objekte/",
        "/files/Ressourcen/",
    ]


@pytest.mark.parametrize("length", [1, 30])
def test_the_number_of_queries_does_not_grow_with_the_folder(
    anna: Client, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    for number in range(length):
        anna.put(f"/Home/{number}.txt", b"x")
        anna.request("PROPPATCH", f"/Home/{number}.txt", set_body(b'<x xmlns="urn:x"/>'))
    anna.lock("/Home/0.txt")
    names = (*(DAV + name for name in EXPLORER), "{urn:x}x")

    said = statements.noted(monkeypatch)

    reply = anna.propfind("/Home", *names, Depth="1")

    assert len(reply.hrefs) == length + 1
    # Who asks (again once the body is here), the way there, members, locks above and on them;
    # dead properties' length, the members' and the folder's own.
    assert len(said) == 9


def test_a_long_listing_is_streamed_and_whole(office: SampleOffice, anna: Client) -> None:
    with office.store.write() as unit:
        unit.execute_many(
            "INSERT INTO node (parent_id, tree_id, name, role, is_collection, size, content_type, "
            "created_us, modified_us, version, modseq) SELECT id, tree_id, :new, '', :no, 0, '', "
            "0, 0, 1, 1 FROM node WHERE role = 'home' AND name = 'anna'",
            [{"new": f"{number:04}.txt", "no": False} for number in range(3000)],
        )

    reply = anna.propfind("/Home", f"{DAV}getetag", Depth="1")

    assert "content-length" not in reply.headers
    assert reply.hrefs[1:] == [f"/files/Home/{number:04}.txt" for number in range(3000)]


def set_body(prop: bytes) -> bytes:
    return (
        b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>' + prop + b"</D:prop></D:set>"
        b"</D:propertyupdate>"
    )


def test_the_prefix_of_dav_is_always_D(anna: Client) -> None:  # noqa: N802 - Windows' word
    root = etree.fromstring(anna.propfind("/Home").body)

    assert {each.prefix for each in root.iter(f"{DAV}*")} == {"D"}


class TestBounds:
    @pytest.mark.parametrize(("count", "status"), [(500, 207), (501, 413)])
    def test_so_many_names_are_answered(self, anna: Client, count: int, status: int) -> None:
        names = [f"{{urn:n}}p{i}" for i in range(count)]

        assert anna.propfind("/Home", *names).status == status

    @pytest.fixture
    def few(self, office: SampleOffice, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """A listing has three members at most; how many rows were read for each."""
        monkeypatch.setitem(office.settings.limits.__dict__, "propfind_entries_max", 3)
        read: list[int] = []
        children = tree.children

        def counted(unit: Unit, parent_id: int, **bound: int) -> list[tree.NodeRow]:
            found = children(unit, parent_id, **bound)
            read.append(len(found))
            return found

        monkeypatch.setattr(tree, "children", counted)
        return read

    def test_no_more_rows_are_read_than_are_listed(self, anna: Client, few: list[int]) -> None:
        for name in "abcdefg":
            anna.put(f"/Home/{name}.txt")
        few.clear()

        listing, page = anna.propfind("/Home", Depth="1"), anna.get("/Home")

        assert (listing.status, page.status) == (507, 507)
        assert "number-of-matches-within-limits" in listing.conditions
        assert few == [4, 4]

    def test_what_is_hidden_does_not_count(
        self, office: SampleOffice, anna: Client, jonas: Client, estate: str, few: list[int]
    ) -> None:
        folder = f"{estate}/Mappe"
        for path in [folder, *(f"{folder}/{kind}{i}" for kind in "ab" for i in range(3))]:
            assert anna.request("MKCOL", path).status == 201
        for i in range(3):
            office.block("jonas", f"{folder}/a{i}")

        assert [href.rstrip("/")[-2:] for href in jonas.names(folder)] == ["b0", "b1", "b2"]
        assert few[-1] <= 3 + 1 + 3
        assert anna.propfind(folder, Depth="1").status == 507

    def test_a_listing_is_streamed_by_its_bytes(self, anna: Client) -> None:
        def put(count: int) -> Reply:
            for i in range(count):
                anna.put(f"/Home/{i}.txt")
                body = set_body(b'<n xmlns="urn:n">%s</n>' % (b"x" * 200_000))
                assert anna.request("PROPPATCH", f"/Home/{i}.txt", body).status == 207
            return anna.propfind("/Home", "{urn:n}n", Depth="1")

        small, large = put(1), put(4)

        assert int(small.headers["content-length"]) == len(small.body)
        assert "content-length" not in large.headers
        assert len(large.hrefs) == 5

    def test_members_with_too_much_of_their_own_are_507(
        self, anna: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listing, "_DEAD_BYTES", 10)
        anna.put("/Home/a.txt")
        assert (
            anna.request("PROPPATCH", "/Home/a.txt", set_body(b'<n xmlns="urn:n">x</n>')).status
            == 207
        )

        assert anna.propfind("/Home", "{urn:n}n", Depth="1").status == 507
        assert anna.propfind("/Home", f"{DAV}getetag", Depth="1").status == 207
