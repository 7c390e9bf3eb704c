"""PROPPATCH and dead properties: RFC 4918 sections 4 and 9.2."""

import pytest
from lxml import etree

from tests.documents_door import Client, Reply

DOC = "/Home/a.txt"
WIN32 = "{urn:schemas-microsoft-com:}Win32"


@pytest.fixture(autouse=True)
def document(anna: Client) -> None:
    anna.put(DOC, b"first")


def update(client: Client, actions: str, path: str = DOC) -> Reply:
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:schemas-microsoft-com:">'
        f"{actions}</D:propertyupdate>"
    )
    return client.request("PROPPATCH", path, body.encode())


def setting(prop: str) -> str:
    return f"<D:set><D:prop>{prop}</D:prop></D:set>"


def removing(prop: str) -> str:
    return f"<D:remove><D:prop>{prop}</D:prop></D:remove>"


class TestDeadProperties:
    def test_xml_is_kept_with_its_namespaces_and_language(self, anna: Client) -> None:
        value = (
            '<n:note xmlns:n="urn:n" xmlns:m="urn:m" xml:lang="de"><m:part a="1">Größe &amp; '
            "mehr</m:part> m:ref</n:note>"
        )

        assert update(anna, setting(value)).status == 207
        [kept] = anna.propfind(DOC, "{urn:n}note").found().values()

        assert etree.tostring(kept, method="c14n", exclusive=True) == etree.tostring(
            etree.fromstring(value), method="c14n", exclusive=True
        )
        assert kept.nsmap["m"] == "urn:m"

    def test_a_language_from_above_comes_along(self, anna: Client) -> None:
        # Section 4.3: xml:lang in scope is part of the value.
        actions = '<D:set xml:lang="en"><D:prop><n xmlns="urn:n">x</n></D:prop></D:set>'

        update(anna, actions)
        [kept] = anna.propfind(DOC, "{urn:n}n").found().values()

        assert kept.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"

    def test_instructions_are_done_in_order(self, anna: Client) -> None:
        prop = '<n xmlns="urn:n">{}</n>'

        update(anna, setting(prop.format(1)) + removing(prop) + setting(prop.format(2)))

        assert anna.propfind(DOC, "{urn:n}n").found()["{urn:n}n"].text == "2"

    def test_removing_what_is_not_there_is_no_error(self, anna: Client) -> None:
        [stat] = update(anna, removing('<n xmlns="urn:n"/>')).propstats()

        assert stat.status == 200

    def test_they_are_bounded_for_each_document(self, anna: Client) -> None:
        def kept(name: str, length: int) -> int:
            return update(anna, setting(f"<{name}>{'x' * length}</{name}>")).status

        assert [kept(name, 100_000) for name in ("a", "b", "c")] == [207, 207, 507]
        assert set(anna.propfind(DOC, "a", "b", "c").found()) == {"a", "b"}
        # What is replaced does not count.
        assert kept("a", 120_000) == 207

    def test_a_property_without_a_namespace(self, anna: Client) -> None:
        update(anna, setting('<plain xmlns="">x</plain>'))

        assert anna.propfind(DOC).found()["plain"].text == "x"

    def test_they_go_with_a_copy_and_a_move_and_end_with_a_delete(self, anna: Client) -> None:
        update(anna, setting('<n xmlns="urn:n">1</n>'))
        anna.copy(DOC, "/Home/b.txt")
        anna.move(DOC, "/Home/c.txt")

        for path in ("/Home/b.txt", "/Home/c.txt"):
            assert anna.propfind(path, "{urn:n}n").found()["{urn:n}n"].text == "1"
        anna.request("DELETE", "/Home/c.txt")
        anna.put("/Home/c.txt")
        assert not anna.propfind("/Home/c.txt", "{urn:n}n").found()

    def test_a_save_keeps_them(self, anna: Client) -> None:
        update(anna, setting('<n xmlns="urn:n">1</n>'))
        anna.put(DOC, b"second")

        assert anna.propfind(DOC, "{urn:n}n").found()["{urn:n}n"].text == "1"

    def test_collections_have_them_too(self, anna: Client, estate: str) -> None:
        update(anna, setting('<n xmlns="urn:n">1</n>'), estate)

        assert anna.propfind(estate, "{urn:n}n").found()["{urn:n}n"].text == "1"


class TestProtected:
    @pytest.mark.parametrize(
        "name", ["getetag", "getcontentlength", "resourcetype", "lockdiscovery", "owner"]
    )
    def test_it_refuses_all(self, anna: Client, name: str) -> None:
        # Section 9.2: all instructions or none; 9.2.1: the others say 424.
        actions = setting(f'<D:{name}>x</D:{name}><n xmlns="urn:n">1</n>')

        reply = update(anna, actions)

        stats = {stat.status: set(stat.properties) for stat in reply.propstats()}
        assert stats == {403: {f"{{DAV:}}{name}"}, 424: {"{urn:n}n"}}
        assert "cannot-modify-protected-property" in reply.text
        assert not anna.propfind(DOC, "{urn:n}n").found()

    def test_removing_one_is_refused_too(self, anna: Client) -> None:
        assert update(anna, removing("<D:getetag/>")).propstats()[0].status == 403


class TestWindowsTimes:
    def test_they_are_applied(self, anna: Client) -> None:
        # Explorer sets them after a copy and expects to see them in the listing.
        actions = setting(
            "<Z:Win32LastModifiedTime>Sun, 06 Nov 1994 08:49:37 GMT</Z:Win32LastModifiedTime>"
            "<Z:Win32CreationTime>Sat, 05 Nov 1994 08:49:37 GMT</Z:Win32CreationTime>"
            "<Z:Win32LastAccessTime>Sun, 06 Nov 1994 08:49:37 GMT</Z:Win32LastAccessTime>"
            "<Z:Win32FileAttributes>00000020</Z:Win32FileAttributes>"
        )

        [stat] = update(anna, actions).propstats()
        found = anna.propfind(DOC).found()

        assert stat.status == 200
        assert len(stat.properties) == 4
        assert found["{DAV:}getlastmodified"].text == "Sun, 06 Nov 1994 08:49:37 GMT"
        assert found["{DAV:}creationdate"].text == "1994-11-05T08:49:37Z"
        assert found[f"{WIN32}FileAttributes"].text == "00000020"
        assert f"{WIN32}LastModifiedTime" not in found

    def test_the_content_and_its_tag_stay(self, anna: Client) -> None:
        before = anna.get(DOC)

        update(anna, setting("<Z:Win32LastModifiedTime>Sun, 06 Nov 1994 08:49:37 GMT"
                             "</Z:Win32LastModifiedTime>"))  # fmt: skip

        assert anna.get(DOC).headers["etag"] == before.headers["etag"]


def test_a_missing_document_is_404(anna: Client) -> None:
    assert update(anna, setting('<n xmlns="urn:n"/>'), "/Home/nichts").status == 404


def test_the_top_has_no_properties_of_its_own(anna: Client) -> None:
    reply = update(anna, setting('<n xmlns="urn:n"/>'), "/")

    assert reply.status == 403
    assert "need-privileges" in reply.conditions


@pytest.mark.parametrize("body", ["", "<a/>", '<D:propertyupdate xmlns:D="DAV:"/>'])
def test_a_body_that_changes_nothing_is_400(anna: Client, body: str) -> None:
    assert anna.request("PROPPATCH", DOC, body.encode()).status == 400
