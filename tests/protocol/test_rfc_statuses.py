"""What each RFC's section wants said to a single request: statuses, preconditions, propstats.

The lines of docs/compliance.md that longer tests do not show on their own.
"""

import io

import pytest

from tests.documents_door import DAV, Client, SampleOffice, prop_body, url

NOTE = "/Home/Notiz.txt"


class Unread(io.BytesIO):
    """A body that must not be touched."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise AssertionError(f"{size} bytes of the body were asked for")


def _update(*instructions: str) -> bytes:
    inner = "".join(instructions)
    return f'<D:propertyupdate xmlns:D="DAV:" xmlns:x="urn:x">{inner}</D:propertyupdate>'.encode()


def _set(prop: str) -> str:
    return f"<D:set><D:prop>{prop}</D:prop></D:set>"


class TestPut:
    """RFC 9110 sections 8.4 and 14.5, RFC 4918 section 9.7."""

    def test_a_part_is_never_taken_for_the_whole(self, anna: Client) -> None:
        anna.put(NOTE, b"whole")

        assert anna.put(NOTE, b"pa", Content_Range="bytes 0-1/5").status == 400
        assert anna.get(NOTE).body == b"whole"

    def test_a_coded_body_is_415(self, anna: Client) -> None:
        assert anna.put(NOTE, b"\x1f\x8b", Content_Encoding="gzip").status == 415
        assert anna.put(NOTE, b"x", Content_Encoding="identity").status == 201

    def test_a_collection_is_405(self, anna: Client) -> None:
        assert anna.put("/Home", b"x").status == 405
        assert anna.put("/Home/new/", b"x").status == 405

    def test_without_a_parent_it_is_409(self, anna: Client) -> None:
        assert anna.put("/Home/missing/Notiz.txt", b"x").status == 409

    def test_what_can_be_refused_before_is_refused_unread(
        self, anna: Client, jonas: Client
    ) -> None:
        path = "/Objekte/4711 Lindenallee 3/a.txt"
        anna.put(path, b"x")
        anna.lock(path)

        assert jonas.put(path, Unread()).status == 423
        assert anna.put(path, Unread(), If_Match='"other"').status == 412
        assert anna.put(path, Unread(), If_None_Match="*").status == 412
        assert anna.put("/Adressen/a.txt", Unread()).status == 403


class TestGet:
    """RFC 4918 sections 9.4 and 15, RFC 9110 section 8.8."""

    def test_a_collection_is_a_plain_list(self, anna: Client) -> None:
        anna.put("/Home/Plan & Co.txt", b"x")

        page = anna.get("/Home")

        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "Plan &amp; Co.txt" in page.text

    def test_properties_and_headers_say_the_same(self, office: SampleOffice, anna: Client) -> None:
        for path in (NOTE, "/Home/bytes", "/Home/told"):
            office.clock.advance(1)
            anna.put(path, b"x", Content_Type="image/x-test" if path == "/Home/told" else "")
            heard, found = anna.get(path), anna.propfind(path).found()

            for name, header in (
                ("getetag", "etag"),
                ("getlastmodified", "last-modified"),
                ("getcontentlength", "content-length"),
                ("getcontenttype", "content-type"),
            ):
                assert found[DAV + name].text == heard.headers[header], name
        assert heard.headers["content-type"] == "image/x-test"
        assert anna.get(NOTE).headers["content-type"].startswith("text/plain")

    def test_the_tag_changes_with_the_bytes_and_with_nothing_else(self, anna: Client) -> None:
        tag = anna.put(NOTE, b"one").headers["etag"]

        anna.request("PROPPATCH", NOTE, _update(_set("<x:a>1</x:a>")))
        anna.move(NOTE, "/Home/moved")
        assert anna.get("/Home/moved").headers["etag"] == tag
        assert anna.put("/Home/moved", b"one").headers["etag"] == tag
        assert anna.put("/Home/moved", b"two").headers["etag"] != tag


class TestMkcol:
    """RFC 4918 section 9.3."""

    @pytest.mark.parametrize("body", [b"hello", b'<other xmlns="DAV:"/>', b"<mkcol/>"])
    def test_a_body_is_415(self, anna: Client, body: bytes) -> None:
        assert anna.request("MKCOL", "/Home/a", body).status == 415
        assert anna.request("MKCOL", "/Home/a", io.BytesIO(body)).status == 415
        assert anna.names("/Home") == []

    def test_what_is_there_is_405_and_a_missing_parent_409(self, anna: Client) -> None:
        assert anna.request("MKCOL", "/Home/a").status == 201

        assert anna.request("MKCOL", "/Home/a").status == 405
        assert anna.request("MKCOL", "/Home/b/c").status == 409


class TestPropfind:
    """RFC 4918 section 9.1, RFC 8144 section 2.1, RFC 4331, RFC 5397."""

    def test_propname_tells_names_without_values(self, anna: Client) -> None:
        anna.put(NOTE, b"x")
        anna.request("PROPPATCH", NOTE, _update(_set("<x:a>1</x:a>")))

        body = b'<propfind xmlns="DAV:"><propname/></propfind>'
        found = anna.request("PROPFIND", NOTE, body, Depth="0").found()

        assert {f"{DAV}getetag", f"{DAV}resourcetype", "{urn:x}a"} <= set(found)
        assert {each.text for each in found.values()} == {None}

    def test_quota_is_no_part_of_allprop_but_may_be_included(self, anna: Client) -> None:
        name = f"{DAV}quota-available-bytes"
        body = (
            b'<propfind xmlns="DAV:"><allprop/><include><quota-available-bytes/></include>'
            b"</propfind>"
        )

        assert name not in anna.propfind("/Home").found()
        assert int(anna.request("PROPFIND", "/Home", body, Depth="0").found()[name].text or "") > 0

    def test_what_is_missing_is_404_unless_a_minimal_answer_is_preferred(
        self, anna: Client
    ) -> None:
        names = (f"{DAV}displayname", f"{DAV}group", "{urn:x}a")

        full = anna.propfind("/Home", *names).propstats()
        minimal = anna.propfind("/Home", *names, Prefer="return=minimal").propstats()
        brief = anna.propfind("/Home", *names, Brief="t").propstats()

        assert {each.status: set(each.properties) for each in full} == {
            200: {names[0]},
            404: set(names[1:]),
        }
        assert [each.status for each in minimal] == [each.status for each in brief] == [200]

    @pytest.mark.parametrize("headers", [{"Depth": "infinity"}, {}])
    def test_infinite_depth_is_403_with_its_precondition(
        self, anna: Client, headers: dict[str, str]
    ) -> None:
        reply = anna.request("PROPFIND", "/Home", b"", **headers)

        assert reply.status == 403
        assert "propfind-finite-depth" in reply.conditions

    def test_a_collection_has_no_entity_tag(self, anna: Client) -> None:
        [missing] = anna.propfind("/Home", f"{DAV}getetag").propstats()

        assert (missing.status, set(missing.properties)) == (404, {f"{DAV}getetag"})


class TestProppatch:
    """RFC 4918 section 9.2."""

    @pytest.mark.parametrize("name", ["getetag", "displayname", "lockdiscovery", "sync-token"])
    def test_a_protected_property_refuses_all_with_424_for_the_rest(
        self, anna: Client, name: str
    ) -> None:
        anna.put(NOTE, b"x")

        body = _update(_set("<x:a>1</x:a>"), _set(f"<D:{name}>2</D:{name}>"))
        reply = anna.request("PROPPATCH", NOTE, body)

        assert reply.status == 207
        stats = {each.status: set(each.properties) for each in reply.propstats()}
        assert stats == {403: {DAV + name}, 424: {"{urn:x}a"}}
        assert b"cannot-modify-protected-property" in reply.body
        assert "{urn:x}a" not in anna.propfind(NOTE).found()

    def test_a_value_is_kept_with_its_language_and_namespaces(self, anna: Client) -> None:
        anna.put(NOTE, b"x")
        value = '<x:a xml:lang="de">Grüße <y:b xmlns:y="urn:y" c="1"/> </x:a>'

        anna.request("PROPPATCH", NOTE, _update(_set(value)))

        found = anna.propfind(NOTE, "{urn:x}a").found()["{urn:x}a"]
        assert found.text == "Grüße "
        assert found.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"
        assert (found[0].tag, found[0].get("c"), found[0].tail) == ("{urn:y}b", "1", " ")


class TestCopyMove:
    """RFC 4918 sections 9.8 and 9.9."""

    @pytest.mark.parametrize("method", ["COPY", "MOVE"])
    def test_the_destination_is_needed_and_on_this_server(self, anna: Client, method: str) -> None:
        anna.put(NOTE, b"x")

        assert anna.request(method, NOTE).status == 400
        elsewhere = "https://elsewhere.example/files/Home/b"
        assert anna.request(method, NOTE, Destination=elsewhere).status == 502
        assert anna.request(method, NOTE, Destination="/other/b").status == 502
        assert anna.request(method, NOTE, Destination=url(NOTE)).status == 403

    def test_depth_1_is_no_depth_of_a_copy_and_0_none_of_a_move(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/a")

        assert anna.copy("/Home/a", "/Home/b", Depth="1").status == 400
        assert anna.move("/Home/a", "/Home/b", Depth="0").status == 400
        assert anna.copy("/Home/a", "/Home/b", Depth="0").status == 201
        assert anna.copy("/Home/a", "/Home/a/b").status == 403

    def test_what_is_there_is_412_where_it_may_not_be_overwritten(self, anna: Client) -> None:
        anna.put(NOTE, b"a")
        anna.put("/Home/b", b"b")

        assert anna.copy(NOTE, "/Home/b", Overwrite="F").status == 412
        assert anna.copy(NOTE, "/Home/b", Overwrite="T").status == 204
        assert anna.get("/Home/b").body == b"a"

    def test_a_node_keeps_its_identity_when_it_moves_or_is_copied_over(self, anna: Client) -> None:
        first = anna.put(NOTE, b"a").note
        other = anna.put("/Home/b", b"b").note
        anna.request("PROPPATCH", NOTE, _update(_set("<x:a>1</x:a>")))

        anna.copy(NOTE, "/Home/b")
        anna.move(NOTE, "/Home/moved")

        copied, moved = anna.get("/Home/b").note, anna.get("/Home/moved").note
        assert (copied.node_id, copied.version) == (other.node_id, 2)
        assert (moved.node_id, moved.version) == (first.node_id, 1)
        for path in ("/Home/b", "/Home/moved"):
            assert anna.propfind(path, "{urn:x}a").found()["{urn:x}a"].text == "1"


class TestLock:
    """RFC 4918 sections 6, 7, 9.10 and 9.11."""

    def test_a_conflict_names_the_lock_in_the_way(self, anna: Client, jonas: Client) -> None:
        folder = "/Objekte/4711 Lindenallee 3/Fotos"
        anna.put(f"{folder}/a.jpg")
        anna.lock(folder, Depth="infinity")

        lock = jonas.lock(f"{folder}/a.jpg")
        save = jonas.put(f"{folder}/a.jpg")

        assert lock.status == 423
        assert "no-conflicting-lock" in lock.conditions
        assert save.status == 423
        assert "lock-token-submitted" in save.conditions
        assert save.xml.findtext(f".//{DAV}href") == url(folder).removeprefix(
            "https://office.example"
        )

    def test_depth_1_and_a_refresh_without_token_are_400(self, anna: Client) -> None:
        anna.put(NOTE, b"x")

        assert anna.lock(NOTE, Depth="1").status == 400
        assert anna.request("LOCK", NOTE).status == 400

    def test_a_refresh_keeps_the_token_and_sends_no_lock_token(self, anna: Client) -> None:
        anna.put(NOTE, b"x")
        token = anna.lock(NOTE, Timeout="Second-60").token

        again = anna.request("LOCK", NOTE, If=f"(<{token}>)", Timeout="Second-600")

        assert again.status == 200
        assert "lock-token" not in again.headers
        [held] = again.xml.iter(f"{DAV}activelock")
        assert held.findtext(f"{DAV}locktoken/{DAV}href") == token
        assert held.findtext(f"{DAV}timeout") == "Second-600"

    def test_its_time_is_counted_down_and_then_it_is_no_longer_shown(
        self, office: SampleOffice, anna: Client, jonas: Client
    ) -> None:
        path = "/Objekte/4711 Lindenallee 3/a.txt"
        anna.put(path)
        anna.lock(path, Timeout="Second-100")

        def times() -> list[str | None]:
            found = jonas.propfind(path, f"{DAV}lockdiscovery").found()[f"{DAV}lockdiscovery"]
            return [each.text for each in found.iter(f"{DAV}timeout")]

        office.clock.advance(40)
        assert times() == ["Second-60"]
        assert jonas.put(path).status == 423
        office.clock.advance(60)
        assert times() == []
        assert jonas.put(path).status == 204

    def test_unlock_is_its_holders_alone(self, anna: Client, jonas: Client) -> None:
        path = "/Objekte/4711 Lindenallee 3/a.txt"
        anna.put(path, b"x")
        token = anna.lock(path).token

        assert jonas.unlock(path, token).status == 403
        unknown = anna.unlock(path, "opaquelocktoken:unknown")
        assert unknown.status == 409
        assert "lock-token-matches-request-uri" in unknown.conditions
        assert anna.unlock(path, token).status == 204

    def test_unlock_works_through_whatever_the_lock_covers(self, anna: Client) -> None:
        anna.request("MKCOL", "/Home/a")
        anna.put("/Home/a/b", b"x")
        token = anna.lock("/Home/a", Depth="infinity").token

        assert anna.unlock("/Home/a/b", token).status == 204
        assert anna.put("/Home/a/b", b"y").status == 204

    def test_a_copy_has_no_lock_and_a_move_loses_it(self, anna: Client) -> None:
        anna.put(NOTE, b"x")
        token = anna.lock(NOTE).token

        assert anna.copy(NOTE, "/Home/copy").status == 201
        assert anna.put("/Home/copy", b"y").status == 204
        assert anna.move(NOTE, "/Home/moved", If=f"(<{token}>)").status == 201
        assert anna.put("/Home/moved", b"y").status == 204


class TestOtherRFCs:
    def test_a_missing_right_is_named_with_its_resource(self, office: SampleOffice) -> None:
        reader = office.person("clara", "kollaboration")
        path = "/Objekte/4711 Lindenallee 3/Fotos"

        reply = reader.put(f"{path}/a.jpg")

        assert reply.status == 403
        resource = reply.xml.find(f"{DAV}need-privileges/{DAV}resource")
        assert resource is not None
        assert str(resource.findtext(f"{DAV}href")).endswith("/Fotos/a.jpg")
        assert resource.find(f"{DAV}privilege/{DAV}bind") is not None

    def test_who_only_reads_is_shown_so(self, office: SampleOffice, anna: Client) -> None:
        reader = office.person("clara", "kollaboration")
        path = "/Objekte/4711 Lindenallee 3/Fotos"
        names = (f"{DAV}current-user-privilege-set", f"{DAV}supportedlock")

        def shown(client: Client) -> tuple[set[str], int]:
            privileges, locks = (client.propfind(path, *names).found()[name] for name in names)
            found = {str(each.tag) for each in privileges.iterfind(f"{DAV}privilege/*")}
            return {name.removeprefix(DAV) for name in found}, len(locks)

        reading = {"read", "read-acl", "read-current-user-privilege-set"}
        assert shown(reader) == (reading, 0)
        assert shown(anna)[1] == 2
        assert {"write-content", "write-properties", "bind", "unbind"} <= shown(anna)[0]

    @pytest.mark.parametrize("method", ["ACL", "SEARCH", "MKCALENDAR"])
    def test_methods_of_rfcs_that_are_not_served_are_405(self, anna: Client, method: str) -> None:
        body = prop_body("sync-collection", [f"{DAV}getetag"])

        reply = anna.request(method, "/Home", body)

        assert reply.status == 405
        assert "PROPFIND" in reply.headers["allow"]
