"""POST of a new object (RFC 5995), and what answers bring along (RFC 7240, 8144)."""

import pytest

from tests.groupware_door import DAV, Device, card, event, task

MINIMAL, WHOLE = "return=minimal", "return=representation"
PROPPATCH = (
    b'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>Neu</D:displayname></D:prop>'
    b"</D:set></D:propertyupdate>"
)
# A zone that has to be put in: what is stored is not what was sent.
MENDED = event("m", start="DTSTART;TZID=W. Europe Standard Time:20260504T100000")


class TestPost:
    @pytest.mark.parametrize(
        ("path", "body", "suffix"),
        [("calendar/", event("a"), ".ics"), ("contacts/", card("a"), ".vcf")],
    )
    def test_the_server_names_it(self, anna: Device, path: str, body: bytes, suffix: str) -> None:
        reply = anna.request("POST", anna.own(path), body)

        where = reply.headers["location"]
        assert reply.status == 201
        assert where.startswith(anna.own(path))
        assert where.endswith(suffix)
        got = anna.request("GET", where)
        assert (got.body, got.headers["etag"]) == (body, reply.headers["etag"])
        assert anna.names(path) == {where}

    def test_the_collection_says_where(self, anna: Device) -> None:
        name = f"{DAV}add-member"

        found = anna.propfind("/dav/anna/calendar/", name).found()

        assert found[name][0].text == "/dav/anna/calendar/"

    def test_what_had_to_be_mended_has_no_tag(self, anna: Device) -> None:
        reply = anna.request("POST", anna.own("calendar/"), MENDED)

        assert reply.status == 201
        assert "etag" not in reply.headers

    def test_a_uid_that_is_there_is_told_with_its_place(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.request("POST", anna.own("calendar/"), event("a"))

        assert reply.status == 409
        assert "no-uid-conflict" in reply.conditions
        assert "/dav/anna/calendar/a.ics" in reply.text

    def test_a_task_is_no_appointment(self, anna: Device) -> None:
        reply = anna.request("POST", anna.own("calendar/"), task("t"))

        assert reply.status == 403
        assert "supported-calendar-component" in reply.conditions

    def test_it_is_told_to_the_next_sync(self, anna: Device) -> None:
        token = anna.sync("calendar").token

        where = anna.request("POST", anna.own("calendar/"), event("a")).headers["location"]

        assert set(anna.sync("calendar", token).changed) == {where}

    @pytest.mark.parametrize("path", ["", "calendar/a.ics"])
    def test_only_collections_take_it(self, anna: Device, path: str) -> None:
        assert anna.request("POST", anna.own(path), event("a")).status == 405

    def test_none_that_is_not_there(self, anna: Device) -> None:
        assert anna.request("POST", anna.own("neu/"), event("a")).status == 404


class TestRepresentation:
    def test_a_put_brings_what_is_stored(self, anna: Device) -> None:
        reply = anna.put("calendar/m.ics", MENDED, Prefer=WHOLE)

        assert reply.status == 201
        assert reply.headers["preference-applied"] == WHOLE
        assert reply.headers["content-location"] == "/dav/anna/calendar/m.ics"
        got = anna.get("calendar/m.ics")
        assert (reply.body, reply.headers["etag"]) == (got.body, got.headers["etag"])
        assert b"BEGIN:VTIMEZONE" in reply.body
        assert anna.put("calendar/m.ics", MENDED, Prefer=WHOLE).status == 200

    def test_a_post_too(self, anna: Device) -> None:
        reply = anna.request("POST", anna.own("calendar/"), event("a"), Prefer=WHOLE)

        assert (reply.status, reply.body) == (201, event("a"))
        assert reply.headers["content-location"] == reply.headers["location"]

    def test_a_failed_condition_brings_what_is_there(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]

        reply = anna.put("calendar/a.ics", event("a", "Neu"), If_Match='"x"', Prefer=WHOLE)

        assert (reply.status, reply.body) == (412, event("a"))
        assert reply.headers["etag"] == tag
        assert reply.headers["content-location"] == "/dav/anna/calendar/a.ics"

    def test_or_says_only_that_where_nothing_is(self, anna: Device) -> None:
        reply = anna.put("calendar/a.ics", event("a"), If_Match='"x"', Prefer=WHOLE)

        assert reply.status == 412
        assert "content-location" not in reply.headers

    def test_without_the_wish_nothing_comes(self, anna: Device) -> None:
        reply = anna.put("calendar/a.ics", event("a"))

        assert reply.body == b""
        assert "preference-applied" not in reply.headers


class TestMinimal:
    @pytest.mark.parametrize("headers", [{"Prefer": MINIMAL}, {"Brief": "t"}])
    def test_a_proppatch_that_succeeds_is_a_plain_200(
        self, anna: Device, headers: dict[str, str]
    ) -> None:
        reply = anna.request("PROPPATCH", anna.own("calendar/"), PROPPATCH, **headers)

        assert (reply.status, reply.body) == (200, b"")
        assert reply.headers.get("preference-applied") == headers.get("Prefer")

    def test_one_that_fails_says_why(self, anna: Device) -> None:
        body = PROPPATCH.replace(b"displayname", b"acl")

        reply = anna.request("PROPPATCH", anna.own("calendar/"), body, Prefer=MINIMAL)

        assert reply.status == 207
        assert "cannot-modify-protected-property" in reply.text

    def test_every_report_leaves_the_missing_out(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        prop = '<D:prop><D:getetag/><x xmlns="urn:x"/></D:prop>'
        cal = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
        filter_ = '<C:filter><C:comp-filter name="VCALENDAR"/></C:filter>'
        bodies = (
            f'<D:sync-collection xmlns:D="DAV:"><D:sync-token/>{prop}</D:sync-collection>',
            f"<C:calendar-query {cal}>{prop}{filter_}</C:calendar-query>",
            (
                f"<C:calendar-multiget {cal}>{prop}<D:href>/dav/anna/calendar/a.ics</D:href>"
                "</C:calendar-multiget>"
            ),
            (
                f'<D:principal-match xmlns:D="DAV:"><D:principal-property><D:owner/>'
                f"</D:principal-property>{prop}</D:principal-match>"
            ),
        )
        for body in bodies:
            full = anna.report("calendar/", body.encode(), Depth="0")
            small = anna.report("calendar/", body.encode(), Depth="0", Prefer=MINIMAL)

            assert "404 Not Found" in full.text
            assert "404 Not Found" not in small.text
            assert small.headers["preference-applied"] == MINIMAL
            assert small.headers["vary"] == "Prefer, Brief"

    def test_a_listing_without_its_collection(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.propfind(
            "/dav/anna/calendar/", f"{DAV}getetag", Depth="1", Prefer="depth-noroot"
        )

        assert reply.hrefs == ["/dav/anna/calendar/a.ics"]
        assert reply.headers["preference-applied"] == "depth-noroot"
