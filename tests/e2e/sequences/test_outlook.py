"""Outlook by the add-in CalDav Synchronizer, and the calendar of Windows 10."""

from xml.etree import ElementTree as ET

import pytest

from tests.e2e.accounts import EVERY_WAY, HOME, Connect, Vera, card, event, task
from tests.e2e.dialects import (
    Changes,
    Dialect,
    Program,
    clark,
    components_of,
    data_of,
    href_in,
    hrefs_in,
    kinds_of,
    privileges_of,
    value,
)

pytestmark = EVERY_WAY

AGENT = "CalDavSynchronizer/4.6.0"
WINDOWS = "MSFT-WIN-3/10.0.19045"
DIALECT = Dialect("<?xml version='1.0'?>\n", {"D": "D", "C": "C", "CR": "A", "CS": "S", "A": "E"})
ICS = "text/calendar; charset=UTF-8"
VCF = "text/vcard"
XML = {"Content_Type": "application/xml; charset=utf-8"}


@pytest.fixture
def outlook(connect: Connect, vera: Vera) -> Program:
    return Program(connect(AGENT, vera.computer), DIALECT, XML)


@pytest.fixture
def phone(connect: Connect, vera: Vera) -> Program:
    return Program(connect("DAVx5/4.5.17 (at.bitfire.davdroid)", vera.phone), DIALECT, XML)


class TestSettingUp:
    @pytest.mark.parametrize("entered", ["/.well-known/caldav/", "/dav/vera/", "/"])
    def test_calendars_and_tasks_are_found(
        self, outlook: Program, calendar: str, task_list: str, entered: str
    ) -> None:
        asked = ("D:current-user-principal", "D:principal-URL", "D:resourcetype")
        where = outlook.follows(entered, *asked) if "well-known" in entered else entered
        principal = href_in(outlook.finds(where, *asked), "D:current-user-principal")
        found = outlook.finds(principal, "C:calendar-home-set")
        lists = outlook.lists(
            href_in(found, "C:calendar-home-set"),
            "D:resourcetype",
            "D:displayname",
            "A:calendar-color",
            "C:supported-calendar-component-set",
        )

        offered = {href: each for href, each in lists.items() if "C:calendar" in kinds_of(each)}
        assert {calendar, task_list, f"{HOME}calendar/", f"{HOME}tasks/"} <= set(offered)
        # One without a name is not offered.
        assert all(value(each, "D:displayname") for each in offered.values())
        assert components_of(offered[task_list]) == {"VTODO"}

    def test_the_address_that_was_chosen_is_tested(self, outlook: Program, calendar: str) -> None:
        assert "calendar-access" in outlook.options(calendar)
        assert "C:calendar" in kinds_of(outlook.finds(calendar, "D:resourcetype"))
        may = privileges_of(outlook.finds(calendar, "D:current-user-privilege-set"))
        assert {"D:write-content", "D:bind", "D:unbind"} <= may
        assert hrefs_in(outlook.finds(calendar, "D:owner"), "D:owner") == [HOME]
        addresses = outlook.finds(HOME, "C:calendar-user-address-set")
        assert "mailto:vera@musterbuero.example" in hrefs_in(
            addresses, "C:calendar-user-address-set"
        )
        assert "calendar-proxy" not in outlook.options(HOME)

    def test_address_books_are_found(self, outlook: Program, book: str) -> None:
        context = outlook.follows("/.well-known/carddav/", "D:current-user-principal")
        found = outlook.finds(context, "D:current-user-principal")
        principal = href_in(found, "D:current-user-principal")
        home = href_in(
            outlook.finds(principal, "CR:addressbook-home-set"), "CR:addressbook-home-set"
        )
        lists = outlook.lists(home, "D:resourcetype", "D:displayname")

        assert "CR:addressbook" in kinds_of(lists[book])
        assert value(lists[book], "D:displayname").startswith("Büro")
        assert "addressbook" in outlook.options(book)

    def test_rooms_are_looked_for_in_vain(self, outlook: Program) -> None:
        body = DIALECT.document(
            "D:principal-property-search",
            DIALECT.element(
                "D:property-search",
                DIALECT.element("D:prop", DIALECT.element("C:calendar-user-type")),
                DIALECT.element("D:match", "ROOM"),
            ),
        )

        heard = outlook.reports("/principals/", body, 0)

        assert not heard.members


class TestSyncing:
    def changes(self, outlook: Program, path: str, token: str) -> Changes:
        """It asks with Depth 0 and puts the token in as it came, unescaped."""
        assert not set(token) & set("&<>\"'")
        return outlook.syncs(path, token, "D:getetag", depth=0)

    def test_a_year_around_today_is_compared(
        self, outlook: Program, phone: Program, calendar: str
    ) -> None:
        tag = phone.saves(f"{calendar}a.ics", event("a"), ICS, If_None_Match="*")
        old = event("alt").replace(b":20260504T", b":20200504T")
        phone.saves(f"{calendar}alt.ics", old, ICS, If_None_Match="*")
        weekly = event("jf", "Jour fixe", "RRULE:FREQ=WEEKLY").replace(
            b":20260504T", b":20200504T"
        )
        jour_fixe = phone.saves(f"{calendar}jf.ics", weekly, ICS, If_None_Match="*")
        span = DIALECT.element("C:time-range", start="20250601T000000Z", end="20270601T000000Z")

        query = DIALECT.calendar_query("VEVENT", span, names=["D:getetag"])
        listed = outlook.reports(calendar, query).members

        assert {href: each.text("getetag") for href, each in listed.items()} == {
            f"{calendar}a.ics": tag,
            f"{calendar}jf.ics": jour_fixe,
        }
        fetched = outlook.fetches(calendar, listed, "D:displayname")
        assert data_of(fetched[f"{calendar}jf.ics"]) == weekly

    def test_or_only_what_changed(self, outlook: Program, phone: Program, calendar: str) -> None:
        hrefs = [f"{calendar}{n}.ics" for n in range(3)]
        tags = {href: phone.saves(href, event(href), ICS, If_None_Match="*") for href in hrefs}
        first = self.changes(outlook, calendar, "")
        assert first.tags == tags
        assert phone("DELETE", hrefs[0], If_Match=tags[hrefs[0]]).status == 204
        newer = phone.saves(hrefs[1], event(hrefs[1], "Neu"), ICS, If_Match=tags[hrefs[1]])

        told = self.changes(outlook, calendar, first.token)

        assert told.gone == {hrefs[0]}
        assert told.tags == {hrefs[1]: newer}
        assert self.changes(outlook, calendar, told.token).changed == {}

    def test_an_appointment_is_made_changed_and_deleted(
        self, outlook: Program, phone: Program, calendar: str
    ) -> None:
        known = phone.syncs(calendar, "")
        href = f"{calendar}0e27d1ad-0f54-4a6e-8c55-2f8fd3a04be8.ics"
        made = outlook("PUT", href, event("0e27"), Content_Type=ICS, If_None_Match="*")
        assert made.status == 201
        # Where there is a Location it asks there from now on.
        assert "location" not in made.headers
        tag = made.headers["etag"]
        # Older versions call what they change XML; the calendar knows better than to believe it.
        newer = outlook.saves(href, event("0e27", "Verlegt"), ICS, If_Match=tag)
        assert phone.syncs(calendar, known.token).tags == {href: newer}

        assert outlook("PUT", href, event("0e27"), Content_Type=ICS, If_Match=tag).status == 412
        assert outlook("DELETE", href, If_Match=tag).status == 412
        assert outlook("DELETE", href, If_Match=newer).status == 204
        assert outlook("DELETE", href, If_Match=newer).status in {404, 412}
        assert phone.syncs(calendar, known.token).gone == {href}

    def test_the_zones_of_windows_become_those_of_everybody(
        self, outlook: Program, phone: Program, calendar: str
    ) -> None:
        """With its zone changed the object is not what was sent, and the answer has no ETag."""
        sent = event("w").replace(b"Europe/Berlin", b"W. Europe Standard Time")
        href = f"{calendar}w.ics"
        made = outlook("PUT", href, sent, Content_Type=ICS, If_None_Match="*")
        assert made.status == 201
        assert "etag" not in made.headers

        tag = outlook("GET", href).headers["etag"]
        fetched = phone.fetches(calendar, [href])[href]
        assert fetched.text("getetag") == tag
        told = data_of(fetched)
        assert b"DTSTART;TZID=Europe/Berlin:20260504T100000\r\n" in told
        assert b"TZID:Europe/Berlin\r\n" in told
        assert b"W. Europe" not in told

    def test_tasks(self, outlook: Program, phone: Program, task_list: str) -> None:
        due = task("t", "Exposé", "DUE:20260505T080000Z", "STATUS:NEEDS-ACTION")
        tag = outlook.saves(f"{task_list}t.ics", due, ICS, If_None_Match="*")
        query = DIALECT.calendar_query("VTODO", names=["D:getetag"])

        listed = phone.reports(task_list, query).members

        assert {href: each.text("getetag") for href, each in listed.items()} == {
            f"{task_list}t.ics": tag
        }

    def test_contacts(self, outlook: Program, phone: Program, book: str) -> None:
        body = card("k", "Jonas Keil", "EMAIL;TYPE=INTERNET:keil@musterbuero.example")
        tag = phone.saves(f"{book}k.vcf", body, VCF, If_None_Match="*")
        listed = outlook.lists(book, "D:getetag", "D:getcontenttype")
        # It leaves the book itself out, and what has no tag.
        assert listed[book].text("getetag") is None
        assert listed[f"{book}k.vcf"].text("getetag") == tag
        assert value(listed[f"{book}k.vcf"], "D:getcontenttype").startswith("text/vcard")
        fetched = outlook.fetches(book, [f"{book}k.vcf"], "D:getcontenttype", depth=0)
        assert data_of(fetched[f"{book}k.vcf"]) == body

        newer = outlook.saves(f"{book}k.vcf", card("k", "J. Keil"), VCF, If_Match=tag)
        assert phone.syncs(book, "").tags == {f"{book}k.vcf": newer}
        assert outlook("DELETE", f"{book}k.vcf", If_Match=newer).status == 204
        assert set(outlook.lists(book, "D:getetag")) == {book}

    def test_a_token_that_is_not_known_is_403_with_its_name(
        self, outlook: Program, calendar: str
    ) -> None:
        stale = outlook.reports(calendar, DIALECT.sync("x:/4711", ["D:getetag"]), 0)

        # Nothing else makes it start anew.
        assert stale.status == 403
        error = ET.fromstring(stale.body)
        assert error.find(clark("D:valid-sync-token")) is not None


def test_windows_calendar_asks_the_calendar_itself(
    connect: Connect, vera: Vera, calendar: str
) -> None:
    """Depth 0 of a calendar-query would be the calendar alone, and no appointment is that."""
    windows = Program(connect(WINDOWS, vera.computer), DIALECT, XML)
    tag = windows.saves(f"{calendar}a.ics", event("a"), ICS, If_None_Match="*")
    span = DIALECT.element("C:time-range", start="20260401T000000Z", end="20260601T000000Z")

    query = DIALECT.calendar_query("VEVENT", span, names=["D:getetag"])
    listed = windows.reports(calendar, query, 0).members

    assert {href: each.text("getetag") for href, each in listed.items()} == {
        f"{calendar}a.ics": tag
    }
