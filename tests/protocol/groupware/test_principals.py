"""Principals and their reports (RFC 3744 section 9, RFC 3253 section 3.8)."""

import pytest
from lxml import etree

from auth import people
from tests.groupware_door import CAL, CS, DAV, Device, GroupwareOffice, event
from tests.large_collections import fill

TYPE = f"{DAV}resourcetype"


def ask(device: Device, path: str, body: str, **headers: str) -> etree._Element:
    reply = device.request("REPORT", path, body.encode(), **{"Depth": "0", **headers})
    assert reply.status in {200, 207}, reply.text
    return reply.xml


def hrefs(answer: etree._Element) -> list[str]:
    return [str(each.text) for each in answer.iterfind(f"{DAV}response/{DAV}href")]


def search(
    text: str,
    name: str = "displayname",
    *,
    more: str = "",
    test: str = "",
    match: str = "",
    namespace: str = "DAV:",
) -> str:
    return (
        f'<D:principal-property-search xmlns:D="DAV:"{test}><D:property-search><D:prop>'
        f'<x:{name} xmlns:x="{namespace}"/></D:prop><D:match{match}>{text}</D:match>'
        f"</D:property-search>{more}<D:prop><D:displayname/><D:principal-URL/></D:prop>"
        "</D:principal-property-search>"
    )


class TestSearch:
    @pytest.mark.parametrize("path", ["/principals/", "/dav/", "/dav/anna/"])
    def test_colleagues_are_found_by_name(self, anna: Device, path: str) -> None:
        assert hrefs(ask(anna, path, search("ONA"))) == ["/dav/jonas/"]

    @pytest.mark.parametrize(
        ("name", "namespace"),
        [("email-address-set", CS), ("calendar-user-address-set", CAL)],
    )
    def test_and_by_address(self, anna: Device, name: str, namespace: str) -> None:
        body = search("jonas@buero", name, namespace=namespace.strip("{}"))

        assert hrefs(ask(anna, "/principals/", body)) == ["/dav/jonas/"]

    def test_groups_are_found_too(self, anna: Device) -> None:
        assert hrefs(ask(anna, "/principals/", search("Verwaltung"))) == [
            "/principals/verwaltung/"
        ]

    @pytest.mark.parametrize(
        ("match", "text", "found"),
        [
            ("starts-with", "jo", True),
            ("starts-with", "onas", False),
            ("ends-with", "nas", True),
            ("ends-with", "jon", False),
            ("equals", "JONAS", True),
            ("equals", "jona", False),
            ("contains", "ona", True),
        ],
    )
    def test_apples_kinds_of_match(self, anna: Device, match: str, text: str, found: bool) -> None:  # noqa: FBT001
        body = search(text, match=f' match-type="{match}"')

        assert hrefs(ask(anna, "/principals/", body)) == (["/dav/jonas/"] if found else [])

    def test_all_searches_hold_or_any(self, anna: Device) -> None:
        other = (
            "<D:property-search><D:prop><D:displayname/></D:prop><D:match>anna</D:match>"
            "</D:property-search>"
        )

        assert hrefs(ask(anna, "/principals/", search("jonas", more=other))) == []
        either = search("jonas", more=other, test=' test="anyof"')
        assert hrefs(ask(anna, "/principals/", either)) == ["/dav/anna/", "/dav/jonas/"]

    def test_what_can_not_be_searched_matches_nothing(self, anna: Device) -> None:
        assert hrefs(ask(anna, "/principals/", search("", "getetag"))) == []

    def test_a_calendar_holds_no_principals_unless_all_are_meant(self, anna: Device) -> None:
        where = "<D:apply-to-principal-collection-set/>"

        assert hrefs(ask(anna, "/dav/anna/calendar/", search("jonas"))) == []
        everywhere = ask(anna, "/dav/anna/calendar/", search("jonas", more=where))
        assert hrefs(everywhere) == ["/dav/jonas/"]

    def test_who_is_not_active_is_not_found(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        with groupware.store.write() as unit:
            people.block(unit, "jonas")

        assert hrefs(ask(anna, "/principals/", search("jonas"))) == []

    @pytest.mark.parametrize(
        "body",
        [
            (
                '<D:principal-property-search xmlns:D="DAV:"><D:property-search/>'
                "</D:principal-property-search>"
            ),
            search("a", match=' match-type="regex"'),
        ],
    )
    def test_nonsense_is_400(self, anna: Device, body: str) -> None:
        assert anna.request("REPORT", "/principals/", body.encode(), Depth="0").status == 400

    def test_another_depth_is_400(self, anna: Device) -> None:
        reply = anna.request("REPORT", "/principals/", search("a").encode(), Depth="1")

        assert reply.status == 400

    def test_what_can_be_searched_is_told(self, anna: Device) -> None:
        body = '<D:principal-search-property-set xmlns:D="DAV:"/>'

        answer = ask(anna, "/principals/", body)

        told = {str(each[0].tag) for each in answer.iter(f"{DAV}prop")}
        assert told == {
            f"{DAV}displayname",
            f"{CS}email-address-set",
            f"{CAL}calendar-user-address-set",
            f"{CAL}calendar-user-type",
        }


class TestPrincipals:
    def test_a_colleague_has_name_and_address(self, anna: Device) -> None:
        names = (f"{DAV}displayname", f"{CS}email-address-set", f"{DAV}principal-URL", TYPE)

        found = anna.propfind("/dav/jonas/", *names).found()

        assert found[names[0]].text == "jonas"
        assert found[names[1]][0].text == "jonas@buero.example"
        assert found[names[2]][0].text == "/dav/jonas/"
        assert [str(each.tag) for each in found[TYPE]] == [f"{DAV}principal"]

    def test_ones_groups_are_told_to_oneself(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        berta = groupware.person("berta", "administration")
        name = f"{DAV}group-membership"

        def groups(device: Device) -> list[str | None]:
            found = device.propfind("/dav/anna/", name).found()[name]
            return [each.text for each in found]

        assert groups(anna) == groups(berta) == ["/principals/mitarbeiter/"]
        assert groups(groupware.people["jonas"]) == []

    def test_a_groups_members_are_told_to_who_manages_users(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        berta = groupware.person("berta", "administration")
        name = f"{DAV}group-member-set"

        def members(device: Device) -> list[str | None]:
            found = device.propfind("/principals/mitarbeiter/", name).found()[name]
            return [each.text for each in found]

        assert members(anna) == ["/dav/anna/"]
        assert members(berta) == ["/dav/anna/", "/dav/jonas/"]

    @pytest.mark.parametrize(
        "path", ["/principals/neu/", "/principals/anna/", "/dav/mitarbeiter/"]
    )
    def test_what_is_none(self, anna: Device, path: str) -> None:
        assert anna.propfind(path, f"{DAV}displayname").status == 404


def expand(inner: str) -> str:
    return f'<D:expand-property xmlns:D="DAV:">{inner}</D:expand-property>'


class TestExpand:
    def test_an_href_becomes_what_it_names(self, anna: Device) -> None:
        body = expand(
            '<D:property name="owner"><D:property name="displayname"/>'
            '<D:property name="pushkey" namespace="http://calendarserver.org/ns/"/></D:property>'
        )

        answer = ask(anna, "/dav/anna/calendar/", body)

        owner = answer.find(f".//{DAV}owner/{DAV}response")
        assert owner is not None
        assert owner.findtext(f"{DAV}href") == "/dav/anna/"
        assert owner.findtext(f".//{DAV}displayname") == "anna"
        assert "404" in str(owner.findall(f"{DAV}propstat/{DAV}status")[1].text)

    def test_without_inner_properties_the_href_stays(self, anna: Device) -> None:
        answer = ask(anna, "/dav/anna/", expand('<D:property name="principal-URL"/>'))

        assert answer.findtext(f".//{DAV}principal-URL/{DAV}href") == "/dav/anna/"

    def test_through_groups_and_back(self, groupware: GroupwareOffice) -> None:
        berta = groupware.person("berta", "administration")
        body = expand(
            '<D:property name="group-member-set"><D:property name="group-membership">'
            '<D:property name="displayname"/></D:property></D:property>'
        )

        answer = ask(berta, "/principals/mitarbeiter/", body)

        names = [each.text for each in answer.iter(f"{DAV}displayname")]
        assert names == ["Mitarbeiter", "Mitarbeiter"]

    def test_a_few_words_do_not_ask_for_millions(self, groupware: GroupwareOffice) -> None:
        berta = groupware.person("berta", "administration")
        inner = '<D:property name="displayname"/>'
        for level in range(26):
            name = "group-member-set" if level % 2 else "group-membership"
            inner = f'<D:property name="{name}">{inner}</D:property>'

        reply = berta.request("REPORT", "/principals/mitarbeiter/", expand(inner).encode())

        assert reply.status == 507
        assert "number-of-matches-within-limits" in reply.conditions

    def test_a_name_that_comes_again_is_answered_once(self, anna: Device) -> None:
        twice = (
            '<D:property name="owner"><D:property name="displayname"/></D:property>'
            '<D:property name="owner"><D:property name="principal-URL"/></D:property>'
        )

        answer = ask(anna, "/dav/anna/calendar/", expand(twice * 1_000))

        [owner] = answer.iter(f"{DAV}owner")
        told = {str(each.tag) for each in owner.iterfind(f".//{DAV}prop/*")}
        assert told == {f"{DAV}displayname", f"{DAV}principal-URL"}

    def test_more_names_than_a_propfind_takes_are_413(self, anna: Device) -> None:
        def status(*levels: int) -> int:
            inner = "".join(
                f'<D:property name="owner" namespace="urn:{level}">'
                + "".join(f'<D:property name="x{n}"/>' for n in range(count - 1))
                + "</D:property>"
                for level, count in enumerate(levels)
            )
            return anna.request("REPORT", "/dav/anna/", expand(inner).encode()).status

        assert status(500) == status(250, 250) == 207
        assert status(501) == status(250, 251) == 413

    def test_an_answer_has_a_size(self, groupware: GroupwareOffice) -> None:
        berta = groupware.person("berta", "administration")
        long = f'<D:property name="x" namespace="urn:{"x" * 200_000}"/>'
        inner = f'<D:property name="group-member-set">{long}</D:property>'
        for _ in range(6):
            inner = f'<D:property name="group-membership">{inner}</D:property>'
            inner = f'<D:property name="group-member-set">{inner}</D:property>'

        few = berta.request(
            "REPORT",
            "/principals/mitarbeiter/",
            expand(f'<D:property name="group-member-set">{long}</D:property>').encode(),
        )
        many = berta.request("REPORT", "/principals/mitarbeiter/", expand(inner).encode())

        assert few.status == 207
        assert many.status == 507
        assert "number-of-matches-within-limits" in many.conditions

    def test_hrefs_that_name_nobody_count_too(self, anna: Device) -> None:
        hrefs = "".join(f"<D:href>/dav/nobody{n}/</D:href>" for n in range(2_001))
        value = f'<x xmlns="urn:x">{hrefs}</x>'
        anna.request(
            "PROPPATCH",
            "/dav/anna/calendar/",
            f'<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>{value}</D:prop></D:set>'
            "</D:propertyupdate>".encode(),
        )
        inner = '<D:property name="x" namespace="urn:x"><D:property name="owner"/></D:property>'

        reply = anna.request("REPORT", "/dav/anna/calendar/", expand(inner).encode())

        assert reply.status == 507

    @pytest.mark.parametrize(
        "name", ["", "a b", "{x}y", "a=&quot;b&quot;", "1a", "-a", "a:b", "a\u00d7", "a;"]
    )
    def test_no_name_is_400(self, anna: Device, name: str) -> None:
        body = expand(f'<D:property name="{name}"/>')

        assert anna.request("REPORT", "/dav/anna/", body.encode()).status == 400

    @pytest.mark.parametrize("name", ["_", "Straße", "a-1.b\u00b7", "名"])
    def test_any_name_of_an_element_may_be_asked_for(self, anna: Device, name: str) -> None:
        answer = ask(anna, "/dav/anna/", expand(f'<D:property name="{name}"/>'))

        assert [str(each.tag) for each in answer.iter(f"{DAV}{name}")] == [f"{DAV}{name}"]

    def test_of_an_object(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        body = expand('<D:property name="getetag"/><D:property name="owner"/>')

        answer = ask(anna, "/dav/anna/calendar/a.ics", body)

        assert answer.findtext(f".//{DAV}owner/{DAV}href") == "/dav/anna/"


def match(what: str) -> str:
    return (
        f'<D:principal-match xmlns:D="DAV:">{what}<D:prop><D:displayname/></D:prop>'
        "</D:principal-match>"
    )


class TestMatch:
    def test_oneself_and_ones_groups(self, anna: Device) -> None:
        found = hrefs(ask(anna, "/principals/", match("<D:self/>")))

        assert found == ["/dav/anna/", "/principals/mitarbeiter/"]

    def test_a_long_answer_comes_in_pieces(self, groupware: GroupwareOffice, anna: Device) -> None:
        fill(groupware, anna, "calendar", 300)
        wanted = "<D:acl/><D:supported-report-set/><D:supported-privilege-set/>"
        body = (
            '<D:principal-match xmlns:D="DAV:"><D:principal-property><D:owner/>'
            f"</D:principal-property><D:prop>{wanted}</D:prop></D:principal-match>"
        )

        blocks = [*anna.blocks("REPORT", "/dav/anna/calendar-300/", body.encode(), Depth="0")]

        assert len(blocks) > 1
        assert max(map(len, blocks)) < 80_000
        assert b"".join(blocks).count(b"<D:response>") == 300

    def test_what_names_one_in_a_property(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        body = match("<D:principal-property><D:owner/></D:principal-property>")

        assert hrefs(ask(anna, "/dav/anna/", body)) == [
            "/dav/anna/calendar/",
            "/dav/anna/calendar/a.ics",
            "/dav/anna/tasks/",
            "/dav/anna/contacts/",
            "/dav/anna/inbox/",
            "/dav/anna/outbox/",
            "/dav/anna/office/",
        ]
        among_principals = hrefs(ask(anna, "/principals/", body))
        assert among_principals == ["/dav/anna/", "/principals/mitarbeiter/"]

    @pytest.mark.parametrize(
        "what", ["", "<D:self/><D:principal-property><D:owner/></D:principal-property>"]
    )
    def test_either_is_needed(self, anna: Device, what: str) -> None:
        reply = anna.request("REPORT", "/principals/", match(what).encode())

        assert reply.status == 400


class TestAccessLists:
    def test_a_collection_is_its_owners(self, anna: Device) -> None:
        names = (f"{DAV}acl", f"{DAV}current-user-privilege-set", f"{DAV}owner")

        found = anna.propfind("/dav/anna/calendar/", *names).found()

        [entry] = found[names[0]]
        assert entry.findtext(f"{DAV}principal/{DAV}href") == "/dav/anna/"
        assert entry.find(f"{DAV}protected") is not None
        granted = {str(each.tag) for each in entry.iterfind(f"{DAV}grant/{DAV}privilege/*")}
        mine = {str(each.tag) for each in found[names[1]].iterfind(f"{DAV}privilege/*")}
        assert granted == mine
        assert f"{DAV}write" in granted
        assert found[names[2]][0].text == "/dav/anna/"

    @pytest.mark.parametrize(
        "path", ["/dav/", "/principals/", "/dav/anna/", "/dav/anna/calendar/", "/dav/jonas/"]
    )
    def test_every_privilege_is_one_of_the_supported(self, anna: Device, path: str) -> None:
        names = (
            f"{DAV}current-user-privilege-set",
            f"{DAV}acl",
            f"{DAV}supported-privilege-set",
            f"{DAV}acl-restrictions",
            f"{DAV}inherited-acl-set",
        )

        found = anna.propfind(path, *names).found()

        assert set(found) == set(names)
        supported = {str(each.tag) for each in found[names[2]].iterfind(f".//{DAV}privilege/*")}
        for name in names[:2]:
            used = {str(each.tag) for each in found[name].iterfind(f".//{DAV}privilege/*")}
            assert used <= supported

    def test_the_principals_of_an_access_list(self, anna: Device) -> None:
        body = (
            '<D:acl-principal-prop-set xmlns:D="DAV:"><D:prop><D:displayname/></D:prop>'
            "</D:acl-principal-prop-set>"
        )

        answer = ask(anna, "/dav/anna/calendar/", body)

        assert hrefs(answer) == ["/dav/anna/"]
        assert answer.findtext(f".//{DAV}displayname") == "anna"

    @pytest.mark.parametrize("path", ["/dav/anna/", "/dav/anna/calendar/"])
    def test_room_is_shown(self, anna: Device, path: str) -> None:
        names = (f"{DAV}quota-used-bytes", f"{DAV}quota-available-bytes")

        found = anna.propfind(path, *names).found()

        assert all(int(found[name].text or "") > 0 for name in names)
