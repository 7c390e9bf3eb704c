"""MKCALENDAR, extended MKCOL and PROPPATCH (RFC 4791 section 5.3.1, 5689, 4918 section 9.2)."""

from urllib.parse import quote

import pytest

from tests.documents_door import Reply
from tests.groupware_door import CAL, CARD, DAV, Device, event, task

COLOUR = "{http://apple.com/ns/ical/}calendar-color"


def mkcalendar(device: Device, name: str, props: str = "") -> Reply:
    body = (
        '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
        'xmlns:A="http://apple.com/ns/ical/">'
        f"<D:set><D:prop>{props}</D:prop></D:set></C:mkcalendar>"
    )
    return device.request("MKCALENDAR", device.own(name), body.encode() if props else b"")


def mkcol(device: Device, name: str, types: str, props: str = "") -> Reply:
    body = (
        '<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
        'xmlns:CR="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>'
        f"<D:resourcetype><D:collection/>{types}</D:resourcetype>{props}"
        "</D:prop></D:set></D:mkcol>"
    )
    return device.request("MKCOL", device.own(name), body.encode())


def proppatch(device: Device, path: str, inner: str) -> Reply:
    body = (
        '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
        f'xmlns:A="http://apple.com/ns/ical/">{inner}</D:propertyupdate>'
    )
    return device.request("PROPPATCH", path, body.encode())


def setting(prop: str) -> str:
    return f"<D:set><D:prop>{prop}</D:prop></D:set>"


def components(device: Device, path: str) -> list[str | None]:
    name = f"{CAL}supported-calendar-component-set"
    return [each.get("name") for each in device.propfind(path, name).found()[name]]


class TestMakeCalendar:
    def test_it_takes_name_colour_and_components(self, anna: Device) -> None:
        reply = mkcalendar(
            anna,
            "team",
            "<D:displayname>Team &amp; Büro</D:displayname>"
            "<A:calendar-color>#ff0000ff</A:calendar-color>"
            '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
            "</C:supported-calendar-component-set>",
        )

        found = anna.propfind("/dav/anna/team/", f"{DAV}displayname", COLOUR).found()
        assert reply.status == 201
        assert found[f"{DAV}displayname"].text == "Team & Büro"
        assert found[COLOUR].text == "#ff0000ff"
        assert components(anna, "/dav/anna/team/") == ["VEVENT"]
        assert anna.put("team/a.ics", task("a")).status == 403

    def test_without_a_word_it_takes_all(self, anna: Device) -> None:
        assert mkcalendar(anna, "alles").status == 201

        assert components(anna, "/dav/anna/alles/") == ["VEVENT", "VJOURNAL", "VTODO"]
        assert anna.put("alles/a.ics", task("a")).status == 201
        assert anna.put("alles/b.ics", event("b")).status == 201

    def test_what_is_there_stays(self, anna: Device) -> None:
        reply = mkcalendar(anna, "calendar")

        assert reply.status == 403
        assert "resource-must-be-null" in reply.conditions

    @pytest.mark.parametrize("path", ["calendar/inner", "nothing/inner", "calendar/a/b"])
    def test_calendars_lie_in_a_home_only(self, anna: Device, path: str) -> None:
        reply = mkcalendar(anna, path)

        assert reply.status == 403
        assert reply.xml.find(f"{CAL}calendar-collection-location-ok") is not None

    def test_components_that_nobody_keeps(self, anna: Device) -> None:
        reply = mkcalendar(
            anna,
            "team",
            '<C:supported-calendar-component-set><C:comp name="VPOLL"/>'
            "</C:supported-calendar-component-set>",
        )

        assert reply.status == 403
        assert reply.xml.find(f"{CAL}supported-calendar-component") is not None

    def test_a_protected_property_makes_nothing(self, anna: Device) -> None:
        reply = mkcalendar(
            anna, "team", "<D:getetag>x</D:getetag><D:displayname>T</D:displayname>"
        )

        assert reply.status == 424
        assert "403" in reply.text
        assert anna.propfind("/dav/anna/team/").status == 404

    def test_an_email_address_makes_a_name_of_255_bytes_at_most(self, anna: Device) -> None:
        assert mkcalendar(anna, "x" * 255).status == 201
        assert mkcalendar(anna, "x" * 256).status == 403

    @pytest.mark.parametrize("name", ["\u202ekram", "te\u2066am", "team\ufeff"])
    def test_a_name_that_looks_like_another_one_is_refused(self, anna: Device, name: str) -> None:
        assert mkcalendar(anna, name).status == 403
        assert mkcol(anna, name, "<CR:addressbook/>").status == 403
        assert f"/dav/anna/{quote(name)}/" not in anna.propfind("/dav/anna/", Depth="1").hrefs

    def test_it_sets_so_many_properties_as_a_change_does(self, anna: Device) -> None:
        def many(count: int) -> str:
            return "".join(f"<D:a{number}>x</D:a{number}>" for number in range(count))

        assert mkcalendar(anna, "viel", many(500)).status == 201
        assert mkcalendar(anna, "zuviel", many(501)).status == 413


class TestExtendedMkcol:
    def test_an_address_book(self, anna: Device) -> None:
        assert mkcol(anna, "kunden", "<CR:addressbook/>").status == 201

        kind = anna.propfind("/dav/anna/kunden/", f"{DAV}resourcetype").found()
        assert kind[f"{DAV}resourcetype"].find(f"{CARD}addressbook") is not None

    def test_a_calendar(self, anna: Device) -> None:
        assert mkcol(anna, "team", "<C:calendar/>").status == 201
        assert anna.put("team/a.ics", event("a")).status == 201

    @pytest.mark.parametrize("types", ["", "<CR:addressbook/><C:calendar/>"])
    def test_other_kinds_are_refused_by_their_precondition(self, anna: Device, types: str) -> None:
        reply = mkcol(anna, "team", types)

        assert reply.status == 403
        assert "valid-resourcetype" in reply.conditions

    def test_a_plain_folder_is_refused(self, anna: Device) -> None:
        assert anna.request("MKCOL", anna.own("team")).status == 403

    def test_what_is_there_stays(self, anna: Device) -> None:
        reply = mkcol(anna, "contacts", "<CR:addressbook/>")

        assert reply.status == 405
        assert "resource-must-be-null" in reply.conditions

    def test_another_body_is_refused(self, anna: Device) -> None:
        assert anna.request("MKCOL", anna.own("x"), b"<D:propfind xmlns:D='DAV:'/>").status == 400


class TestProppatch:
    def test_name_colour_and_unknown_properties_are_kept_and_removed(self, anna: Device) -> None:
        where = "/dav/anna/calendar/"
        unknown = "{urn:x}y"
        proppatch(
            anna,
            where,
            setting(
                "<D:displayname> Termine </D:displayname>"
                "<A:calendar-color>#00ff00</A:calendar-color>"
                '<y xmlns="urn:x" lang="de"><z>ä</z></y>'
            ),
        )

        found = anna.propfind(where, f"{DAV}displayname", COLOUR, unknown).found()
        assert found[f"{DAV}displayname"].text == "Termine"
        assert found[COLOUR].text == "#00ff00"
        assert found[unknown].findtext("{urn:x}z") == "ä"

        proppatch(anna, where, "<D:remove><D:prop><A:calendar-color/></D:prop></D:remove>")
        assert COLOUR not in anna.propfind(where, COLOUR).found()

    def test_a_protected_property_refuses_all(self, anna: Device) -> None:
        where = "/dav/anna/calendar/"

        reply = proppatch(
            anna, where, setting("<D:displayname>X</D:displayname><D:getetag>y</D:getetag>")
        )

        assert reply.status == 207
        assert [(each.status, set(each.properties)) for each in reply.propstats()] == [
            (403, {f"{DAV}getetag"}),
            (424, {f"{DAV}displayname"}),
        ]
        name = anna.propfind(where, f"{DAV}displayname").found()[f"{DAV}displayname"]
        assert name.text == "Kalender"

    @pytest.mark.parametrize(
        "name",
        [
            "<D:sync-token/>",
            "<D:resourcetype/>",
            "<C:supported-calendar-component-set/>",
            "<C:calendar-data/>",
            "<D:owner/>",
            "<D:acl/>",
        ],
    )
    def test_what_the_server_keeps(self, anna: Device, name: str) -> None:
        reply = proppatch(anna, "/dav/anna/calendar/", setting(name))

        assert [each.status for each in reply.propstats()] == [403]

    @pytest.mark.parametrize("path", ["/dav/anna/", "/dav/anna/calendar/a.ics"])
    def test_homes_and_objects_keep_nothing_and_say_so(self, anna: Device, path: str) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = proppatch(anna, path, setting("<A:calendar-order>1</A:calendar-order>"))

        assert reply.status == 207
        assert [each.status for each in reply.propstats()] == [403]

    def test_it_changes_no_member(self, anna: Device) -> None:
        before = anna.sync("calendar").token

        proppatch(anna, "/dav/anna/calendar/", setting("<D:displayname>X</D:displayname>"))

        assert anna.sync("calendar").token == before

    def test_more_than_is_kept(self, anna: Device) -> None:
        much = "x" * 300_000

        reply = proppatch(anna, "/dav/anna/calendar/", setting(f"<A:note>{much}</A:note>"))

        assert reply.status == 507

    def test_bytes_are_what_is_counted(self, anna: Device) -> None:
        much = "ä" * 150_000

        reply = proppatch(anna, "/dav/anna/calendar/", setting(f"<A:note>{much}</A:note>"))

        assert reply.status == 507

    def test_a_displayname_of_1000_bytes_at_most(self, anna: Device) -> None:
        where = "/dav/anna/calendar/"

        def named(name: str) -> str:
            return f"<D:displayname>{name}</D:displayname>"

        assert proppatch(anna, where, setting(named("ä" * 500))).status == 207
        assert proppatch(anna, where, setting(named("ä" * 501))).status == 507
        assert mkcalendar(anna, "team", named("x" * 1_001)).status == 507

    def test_what_is_not_there(self, anna: Device) -> None:
        for path in ("/dav/anna/nothing/", "/dav/anna/calendar/nothing.ics"):
            assert proppatch(anna, path, setting("<A:x/>")).status == 404
