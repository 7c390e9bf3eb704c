"""Preferences on documents (RFC 7240, 8144), and MKCOL with properties (RFC 5689)."""

import pytest

from tests.documents_door import DAV, Client, SampleOffice

MINIMAL, WHOLE = "return=minimal", "return=representation"
PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><x xmlns="urn:x">1</x></D:prop></D:set>'
    b"</D:propertyupdate>"
)


class TestRepresentation:
    def test_a_put_brings_what_is_stored(self, anna: Client) -> None:
        reply = anna.put("/Home/a.txt", b"first", Prefer=WHOLE, Range="bytes=1-2")

        assert (reply.status, reply.body) == (201, b"first")
        assert reply.headers["content-location"] == "/files/Home/a.txt"
        assert reply.headers["content-type"].startswith("text/plain")
        assert reply.headers["etag"] == anna.get("/Home/a.txt").headers["etag"]
        assert reply.headers["preference-applied"] == WHOLE
        assert anna.put("/Home/a.txt", b"second", Prefer=WHOLE).status == 200

    def test_an_empty_one(self, anna: Client) -> None:
        reply = anna.put("/Home/a.txt", b"", Prefer=WHOLE)

        assert (reply.status, reply.body) == (201, b"")

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PROPPATCH"])
    def test_a_failed_condition_brings_what_is_there(self, anna: Client, method: str) -> None:
        anna.put("/Home/a.txt", b"theirs")
        body = PROPPATCH if method == "PROPPATCH" else b"mine" if method == "PUT" else b""

        reply = anna.request(method, "/Home/a.txt", body, If_Match='"x"', Prefer=WHOLE)

        assert (reply.status, reply.body) == (412, b"theirs")
        assert reply.headers["content-location"] == "/files/Home/a.txt"

    def test_nothing_of_a_place_that_is_hidden(self, office: SampleOffice, anna: Client) -> None:
        path = "/Objekte/4711 Lindenallee 3/Fotos/a.txt"
        anna.put(path, b"secret")
        office.block("anna", "/Objekte/4711 Lindenallee 3/Fotos")

        reply = anna.put(path, b"mine", If_Match='"x"', Prefer=WHOLE)

        assert reply.status == 412
        assert b"secret" not in reply.body


class TestMinimal:
    @pytest.mark.parametrize("headers", [{"Prefer": MINIMAL}, {"Brief": "t"}])
    def test_a_proppatch_that_succeeds_is_a_plain_200(
        self, anna: Client, headers: dict[str, str]
    ) -> None:
        reply = anna.request("PROPPATCH", "/Home", PROPPATCH, **headers)

        assert (reply.status, reply.body) == (200, b"")
        assert "{urn:x}x" in anna.propfind("/Home", "{urn:x}x").found()

    def test_a_listing_says_what_it_went_by(self, anna: Client) -> None:
        reply = anna.propfind("/Home", "{urn:x}x", Prefer=f"{MINIMAL}, depth-noroot", Depth="1")

        assert reply.hrefs == []
        assert reply.headers["preference-applied"] == f"{MINIMAL}, depth-noroot"

    def test_another_word_for_it_is_none(self, anna: Client) -> None:
        reply = anna.propfind("/Home", "{urn:x}x", Prefer='x="return=minimal"')

        assert [each.status for each in reply.propstats()] == [404]

    def test_prefer_goes_before_brief(self, anna: Client) -> None:
        reply = anna.propfind("/Home", "{urn:x}x", Prefer=WHOLE, Brief="t")

        assert [each.status for each in reply.propstats()] == [404]


def mkcol(inner: str) -> bytes:
    return (f'<D:mkcol xmlns:D="DAV:"><D:set><D:prop>{inner}</D:prop></D:set></D:mkcol>').encode()


PLAIN = "<D:resourcetype><D:collection/></D:resourcetype>"


class TestExtendedMkcol:
    def test_properties_come_along(self, anna: Client) -> None:
        reply = anna.request("MKCOL", "/Home/a", mkcol(f'{PLAIN}<x xmlns="urn:x">1</x>'))

        assert reply.status == 201
        assert anna.propfind("/Home/a", "{urn:x}x").found()["{urn:x}x"].text == "1"

    def test_another_type_is_refused_by_its_precondition(self, anna: Client) -> None:
        inner = (
            "<D:resourcetype><D:collection/>"
            '<C:calendar xmlns:C="urn:ietf:params:xml:ns:caldav"/></D:resourcetype>'
        )

        reply = anna.request("MKCOL", "/Home/a", mkcol(inner))

        assert reply.status == 403
        assert "valid-resourcetype" in reply.conditions
        assert anna.names("/Home") == []

    def test_a_protected_property_makes_nothing(self, anna: Client) -> None:
        body = mkcol(f'{PLAIN}<D:getetag>"x"</D:getetag><x xmlns="urn:x">1</x>')

        reply = anna.request("MKCOL", "/Home/a", body)

        assert reply.status == 424
        assert reply.xml.tag == f"{DAV}mkcol-response"
        statuses = [each.text for each in reply.xml.iterfind(f"{DAV}propstat/{DAV}status")]
        assert statuses == ["HTTP/1.1 403 Forbidden", "HTTP/1.1 424 Failed Dependency"]
        assert anna.names("/Home") == []

    def test_too_much_makes_nothing(self, anna: Client) -> None:
        large = "x" * (300 * 1024)

        reply = anna.request("MKCOL", "/Home/a", mkcol(f'{PLAIN}<x xmlns="urn:x">{large}</x>'))

        assert reply.status == 507
        assert anna.names("/Home") == []

    def test_so_many_properties_as_a_change_sets(self, anna: Client) -> None:
        def many(count: int) -> bytes:
            return mkcol("".join(f'<x{number} xmlns="urn:x"/>' for number in range(count)))

        assert anna.request("MKCOL", "/Home/viel", many(500)).status == 201
        assert anna.request("MKCOL", "/Home/zuviel", many(501)).status == 413
        assert anna.names("/Home") == ["/files/Home/viel/"]

    def test_a_property_of_the_office_too(self, anna: Client) -> None:
        reply = anna.request("MKCOL", "/Objekte/4799 Hof", mkcol(f'{PLAIN}<x xmlns="urn:x"/>'))

        assert reply.status == 201
        assert len(anna.names("/Objekte/4799 Hof")) > 1
