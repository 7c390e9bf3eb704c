"""DAVx5 on Android: it looks for contacts, then for calendars, and syncs each list by itself."""

from collections.abc import Sequence

import pytest

from tests.e2e.accounts import EVERY_WAY, HOME, Connect, Vera, card, event, task
from tests.e2e.dav_client import Member
from tests.e2e.dialects import (
    Dialect,
    Program,
    components_of,
    conditions_in,
    data_of,
    href_in,
    hrefs_in,
    kinds_of,
    privileges_of,
    reports_of,
    value,
)
from tests.e2e.server_process import Device

pytestmark = EVERY_WAY

AGENT = "DAVx5/4.5.17 (at.bitfire.davdroid)"
ICS = "text/calendar; charset=utf-8"
VCF = "text/vcard; charset=utf-8"
DIALECT = Dialect(
    "<?xml version='1.0' encoding='UTF-8' ?>",
    {"D": "", "C": "CAL", "CR": "CARD", "CS": "CS", "A": "ICAL", "P": "PUSH"},
)
BATCH = 10
FIND_BOOKS = (
    "D:resourcetype",
    "D:displayname",
    "CR:addressbook-description",
    "CR:addressbook-home-set",
    "D:current-user-principal",
)
FIND_CALENDARS = (
    "D:resourcetype",
    "D:displayname",
    "A:calendar-color",
    "C:calendar-description",
    "C:calendar-timezone",
    "D:current-user-privilege-set",
    "C:supported-calendar-component-set",
    "C:calendar-home-set",
    "D:current-user-principal",
)
REFRESH_PRINCIPAL = (
    "D:displayname",
    "D:resourcetype",
    "D:group-membership",
    "CR:addressbook-home-set",
    "C:calendar-home-set",
    "CS:calendar-proxy-read-for",
    "CS:calendar-proxy-write-for",
)
REFRESH_HOME = (
    "D:resourcetype",
    "D:displayname",
    "D:owner",
    "D:current-user-privilege-set",
    "CR:addressbook-description",
    "C:calendar-description",
    "A:calendar-color",
    "C:calendar-timezone",
    "C:calendar-timezone-id",
    "C:supported-calendar-component-set",
    "CS:source",
    "P:transports",
    "P:topic",
)
STATE = ("D:supported-report-set", "CS:getctag", "D:sync-token")


@pytest.fixture
def davx5(connect: Connect, vera: Vera) -> Program:
    # It signs in from its first request on.
    client = connect(AGENT, vera.phone, Accept_Language="de-DE, de;q=0.7, *;q=0.5", Accept="*/*")
    return Program(client, DIALECT, {"Content_Type": "application/xml; charset=utf-8"})


@pytest.fixture
def other(connect: Connect, vera: Vera) -> Program:
    """The same program on another device."""
    client = connect(AGENT, vera.computer, Accept="*/*")
    return Program(client, DIALECT, {"Content_Type": "application/xml; charset=utf-8"})


def fetched(program: Program, path: str, hrefs: Sequence[str]) -> dict[str, Member]:
    """What it fetches, ten at a time and with the formats that it reads."""
    is_book = hrefs[0].endswith(".vcf")
    data = (
        DIALECT.element("CR:address-data", **{"content-type": "text/vcard", "version": "4.0"})
        if is_book
        else DIALECT.element("C:calendar-data")
    )
    name = "CR:addressbook-multiget" if is_book else "C:calendar-multiget"
    wanted = DIALECT.empty(["D:getcontenttype", "D:getetag", "C:schedule-tag"]) + data
    found: dict[str, Member] = {}
    for at in range(0, len(hrefs), BATCH):
        body = DIALECT.multiget(name, hrefs[at : at + BATCH], wanted)
        found |= program.reports(path, body, 0).members
    return found


class TestSettingUp:
    @pytest.mark.parametrize("base", ["/", "/dav/"])
    def test_contacts_and_calendars_are_found_from_the_servers_name_alone(
        self, davx5: Program, base: str
    ) -> None:
        for service, names, token in (
            ("carddav", FIND_BOOKS, "addressbook"),
            ("caldav", FIND_CALENDARS, "calendar-access"),
        ):
            principal = href_in(davx5.finds(base, *names), "D:current-user-principal")
            assert token in davx5.options(principal)
            context = davx5.follows(f"/.well-known/{service}", "D:current-user-principal")
            found = davx5.finds(context, "D:current-user-principal")
            assert href_in(found, "D:current-user-principal") == principal

        asked = davx5.finds(HOME, "C:calendar-user-address-set", "D:displayname")
        assert "mailto:vera@musterbuero.example" in hrefs_in(asked, "C:calendar-user-address-set")

    def test_all_lists_are_offered(
        self, davx5: Program, calendar: str, task_list: str, book: str
    ) -> None:
        found = davx5.finds(HOME, *REFRESH_PRINCIPAL)
        # It looks for further homes at each group.
        for group in hrefs_in(found, "D:group-membership"):
            heard = davx5.asks(group, 0, "D:displayname", "C:calendar-home-set")
            assert heard.status == 207
            assert "/dav/" not in heard.body.decode()
        homes = {href_in(found, f"{each}-home-set") for each in ("CR:addressbook", "C:calendar")}
        # A home that is not 207 is forgotten with all that is in it.
        [home] = homes
        lists = davx5.lists(home, *REFRESH_HOME)

        assert "CR:addressbook" in kinds_of(lists[book])
        assert components_of(lists[calendar]) == {"VEVENT"}
        assert components_of(lists[task_list]) == {"VTODO"}
        assert {f"{HOME}{name}/" for name in ("calendar", "tasks", "contacts")} <= set(lists)
        for each in (calendar, task_list, book):
            # Without them it lets nobody write.
            assert {"D:write-content", "D:bind", "D:unbind"} <= privileges_of(lists[each])
            assert href_in(lists[each], "D:owner") == HOME
            assert "{https://bitfire.at/webdav-push}topic" in lists[each].missing

    def test_a_list_is_made_and_deleted(self, davx5: Program, calendar: str) -> None:
        path = calendar[:-1] + "-neu/"
        prop = DIALECT.element(
            "D:prop",
            DIALECT.element(
                "D:resourcetype", DIALECT.element("D:collection"), DIALECT.element("C:calendar")
            ),
            DIALECT.element("D:displayname", "Termine Köln"),
            DIALECT.element("A:calendar-color", "#8bc34aff"),
            DIALECT.element(
                "C:supported-calendar-component-set",
                DIALECT.element("C:comp", name="VEVENT"),
                DIALECT.element("C:comp", name="VTODO"),
            ),
        )
        body = DIALECT.document("D:mkcol", DIALECT.element("D:set", prop))

        assert davx5("MKCOL", path, body, Content_Type="application/xml").status == 201

        made = davx5.lists(HOME, *REFRESH_HOME)[path]
        assert components_of(made) == {"VEVENT", "VTODO"}
        assert value(made, "D:displayname") == "Termine Köln"
        assert davx5("DELETE", path).status == 204
        assert davx5.asks(path, 0, "D:displayname").status == 404


class TestSyncing:
    def test_a_calendar_comes_in_batches_and_then_by_its_changes(
        self, davx5: Program, other: Program, calendar: str
    ) -> None:
        bodies = {f"{calendar}{number}.ics": event(f"e{number}") for number in range(23)}
        tags = {
            href: other.saves(href, body, ICS, If_None_Match="*", Push_Dont_Notify='"abc"')
            for href, body in bodies.items()
        }
        state = davx5.finds(calendar, *STATE, "C:max-resource-size")
        assert "D:sync-collection" in reports_of(state)
        assert int(value(state, "C:max-resource-size")) > 100_000
        first = davx5.syncs(calendar, "", depth=0)
        assert first.tags == tags
        found = fetched(davx5, calendar, [*first.changed])
        assert {href: data_of(member) for href, member in found.items()} == bodies

        # The token that the state told is as good as the answer's: nothing is left out between.
        assert first.token == value(state, "D:sync-token")
        gone, changed = [*bodies][:2]
        assert other("DELETE", gone, If_Match=tags[gone]).status == 204
        newer = other.saves(changed, event("e1", "Verlegt"), ICS, If_Match=tags[changed])
        delta = davx5.syncs(calendar, first.token, depth=0)
        assert delta.tags == {changed: newer}
        assert delta.gone == {gone}
        assert davx5.syncs(calendar, delta.token, depth=0).tags == {}

    def test_contacts_too(self, davx5: Program, other: Program, book: str) -> None:
        state = davx5.finds(book, *STATE, "CR:max-resource-size", "CR:supported-address-data")
        versions = {
            each.get("version")
            for each in state.found["{urn:ietf:params:xml:ns:carddav}supported-address-data"]
        }
        assert "4.0" in versions
        body = card("c1", "Anna Berg", "CATEGORIES:Verkäufer", version="4.0")
        tag = davx5.saves(f"{book}c1.vcf", body, VCF, If_None_Match="*")

        told = other.syncs(book, value(state, "D:sync-token"), depth=0)

        assert told.tags == {f"{book}c1.vcf": tag}
        assert data_of(fetched(other, book, [*told.changed])[f"{book}c1.vcf"]) == body

    def test_only_the_last_months_are_wanted(self, davx5: Program, calendar: str) -> None:
        davx5.saves(f"{calendar}neu.ics", event("neu"), ICS, If_None_Match="*")
        old = event("alt").replace(b":20260504T", b":20250504T")
        davx5.saves(f"{calendar}alt.ics", old, ICS, If_None_Match="*")
        since = DIALECT.element("C:time-range", start="20260204T000000Z")

        found = davx5.reports(
            calendar, DIALECT.calendar_query("VEVENT", since, names=["D:getetag"])
        )

        assert set(found.members) == {f"{calendar}neu.ics"}

    def test_the_servers_version_wins_a_conflict(
        self, davx5: Program, other: Program, calendar: str
    ) -> None:
        href = f"{calendar}a.ics"
        tag = davx5.saves(href, event("a"), ICS, If_None_Match="*")
        known = davx5.syncs(calendar, "", depth=0)
        newer = other.saves(href, event("a", "Dort"), ICS, If_Match=tag)

        assert davx5("PUT", href, event("a", "Hier"), Content_Type=ICS, If_Match=tag).status == 412
        assert davx5("DELETE", href, If_Match=tag).status == 412
        assert davx5("PUT", href, event("a"), Content_Type=ICS, If_None_Match="*").status == 412

        told = davx5.syncs(calendar, known.token, depth=0)
        assert told.tags == {href: newer}
        assert data_of(fetched(davx5, calendar, [href])[href]) == event("a", "Dort")

    def test_what_the_other_device_deleted_meanwhile_is_made_anew_or_forgotten(
        self, davx5: Program, other: Program, calendar: str
    ) -> None:
        href = f"{calendar}a.ics"
        tag = davx5.saves(href, event("a"), ICS, If_None_Match="*")
        known = davx5.syncs(calendar, "", depth=0)
        assert other("DELETE", href, If_Match=tag).status == 204

        assert davx5("PUT", href, event("a"), Content_Type=ICS, If_Match=tag).status == 412
        assert davx5("DELETE", href).status == 404
        assert davx5.syncs(calendar, known.token, depth=0).gone == {href}
        # The same name and UID may come again: a deleted object keeps neither.
        davx5.saves(href, event("a", "Wieder da"), ICS, If_None_Match="*")
        assert set(davx5.syncs(calendar, known.token, depth=0).changed) == {href}

    def test_a_token_that_is_no_longer_known_leads_to_a_full_sync(
        self, davx5: Program, book: str
    ) -> None:
        davx5.saves(f"{book}a.vcf", card("a", "Anna Berg"), VCF, If_None_Match="*")
        token = value(davx5.finds(book, *STATE), "D:sync-token")

        # As after a restored backup: a number that was not given out yet.
        stale = davx5.reports(book, DIALECT.sync(f"{token}9", ["D:getetag"]), 0)

        assert stale.status == 403
        assert conditions_in(stale) == {"D:valid-sync-token"}
        assert set(davx5.syncs(book, "", depth=0).changed) == {f"{book}a.vcf"}

    def test_one_object_that_is_refused_stops_none_of_the_others(
        self, davx5: Program, calendar: str
    ) -> None:
        wrong = davx5("PUT", f"{calendar}t.ics", task("t"), Content_Type=ICS, If_None_Match="*")
        assert wrong.status == 403
        assert conditions_in(wrong) == {"C:supported-calendar-component"}

        davx5.saves(f"{calendar}a.ics", event("a"), ICS, If_None_Match="*")
        assert set(davx5.syncs(calendar, "", depth=0).changed) == {f"{calendar}a.ics"}

    def test_an_object_that_went_between_list_and_fetch_is_told(
        self, davx5: Program, calendar: str
    ) -> None:
        href = f"{calendar}a.ics"
        davx5.saves(href, event("a"), ICS, If_None_Match="*")
        davx5("DELETE", href)
        body = DIALECT.multiget("C:calendar-multiget", [href], DIALECT.element("D:getetag"))

        heard = davx5.reports(calendar, body, 0)

        assert b"<D:status>HTTP/1.1 404 Not Found</D:status>" in heard.body
        assert href.encode() in heard.body


def test_a_password_that_is_not_known_is_401_and_never_404(connect: Connect, vera: Vera) -> None:
    """After a 401 it asks its user; after a 404 of a home it would forget all lists."""
    unknown = Device("vera", vera.phone.password[:-6] + "000000")
    program = Program(connect(AGENT, unknown), DIALECT, {"Content_Type": "application/xml"})

    assert program.asks(HOME, 1, *REFRESH_HOME).status == 401
    sync = DIALECT.sync("", ["D:getetag"])
    assert program.reports(f"{HOME}calendar/", sync, 0).status == 401
