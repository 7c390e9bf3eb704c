"""RFC 3744 as documents and folders show it, and reports about principals asked there."""

import pytest

from tests.documents_door import DAV, Client, SampleOffice


def ask(client: Client, path: str, body: str) -> list[tuple[str, str | None]]:
    """Href and display name of each answer."""
    reply = client.request("REPORT", path, body.encode(), Depth="0")
    assert reply.status == 207, reply.text
    return [
        (str(each.findtext(f"{DAV}href")), each.findtext(f".//{DAV}displayname"))
        for each in reply.xml.iterfind(f"{DAV}response")
    ]


def granted(client: Client, path: str) -> dict[str, set[str]]:
    """The privileges of each principal in the access list."""
    found = client.propfind(path, f"{DAV}acl").found()[f"{DAV}acl"]
    return {
        str(entry.findtext(f"{DAV}principal/{DAV}href")): {
            str(each.tag).removeprefix(DAV)
            for each in entry.iterfind(f"{DAV}grant/{DAV}privilege/*")
        }
        for entry in found
    }


class TestAcl:
    def test_groups_are_named_with_what_they_may_do(self, anna: Client, estate: str) -> None:
        shown = granted(anna, estate)

        assert "write" in shown["/principals/mitarbeiter/"]
        assert "write" not in shown["/principals/kollaboration/"]
        assert "read" in shown["/principals/kollaboration/"]

    def test_a_home_is_its_owners(self, anna: Client) -> None:
        shown = granted(anna, "/Home")

        assert list(shown) == ["/dav/anna/"]
        assert {"read", "write", "bind", "unbind"} <= shown["/dav/anna/"]

    def test_it_says_of_oneself_what_the_own_privileges_say(
        self, office: SampleOffice, estate: str
    ) -> None:
        name = f"{DAV}current-user-privilege-set"
        for group in ("administration", "verwaltung", "mitarbeiter", "kollaboration"):
            client = office.person(f"in-{group}", group)
            for path in ("/", "/Objekte", estate, f"{estate}/Fotos", "/Ressourcen", "/Adressen"):
                found = client.propfind(path, name).found()[name]
                own = {str(each.tag).removeprefix(DAV) for each in found.iter()}

                assert granted(client, path)[f"/principals/{group}/"] == own & {
                    "read", "read-acl", "read-current-user-privilege-set", "write",
                    "write-content", "write-properties", "bind", "unbind",
                }  # fmt: skip

    def test_nobodys_block_is_told(self, office: SampleOffice, anna: Client, estate: str) -> None:
        before = granted(anna, estate)

        office.block("jonas", estate)

        assert granted(anna, estate) == before

    def test_owner_and_where_principals_are(self, anna: Client, estate: str) -> None:
        names = (
            f"{DAV}owner",
            f"{DAV}current-user-principal",
            f"{DAV}principal-collection-set",
        )

        home = anna.propfind("/Home", *names).found()
        shared = anna.propfind(estate, *names).found()

        assert [home[name][0].text for name in names] == [
            "/dav/anna/",
            "/dav/anna/",
            "/principals/",
        ]
        assert len(shared[names[0]]) == 0

    @pytest.mark.parametrize("name", ["acl", "owner", "sync-token", "supported-report-set"])
    def test_no_client_sets_them(self, anna: Client, name: str) -> None:
        body = (
            f'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:{name}/></D:prop></D:set>'
            "</D:propertyupdate>"
        )

        reply = anna.request("PROPPATCH", "/Home", body.encode())

        assert "cannot-modify-protected-property" in reply.text


class TestReports:
    def test_the_principals_of_an_access_list(self, anna: Client, estate: str) -> None:
        body = (
            '<D:acl-principal-prop-set xmlns:D="DAV:"><D:prop><D:displayname/></D:prop>'
            "</D:acl-principal-prop-set>"
        )

        assert ("/principals/mitarbeiter/", "Mitarbeiter") in ask(anna, estate, body)
        assert ask(anna, "/Home", body) == [("/dav/anna/", "anna")]

    def test_an_href_becomes_what_it_names(self, anna: Client) -> None:
        body = (
            '<D:expand-property xmlns:D="DAV:"><D:property name="getetag"/>'
            '<D:property name="current-user-principal"><D:property name="displayname"/>'
            "</D:property></D:expand-property>"
        )

        assert ask(anna, "/Home", body) == [("/files/Home/", "anna")]

    def test_colleagues_are_found_where_principals_are(self, anna: Client) -> None:
        def search(more: str) -> str:
            return (
                '<D:principal-property-search xmlns:D="DAV:"><D:property-search><D:prop>'
                f"<D:displayname/></D:prop><D:match>jon</D:match></D:property-search>{more}"
                "<D:prop><D:displayname/></D:prop></D:principal-property-search>"
            )

        assert ask(anna, "/Home", search("")) == []
        found = ask(anna, "/Home", search("<D:apply-to-principal-collection-set/>"))
        assert found == [("/dav/jonas/", "jonas")]
