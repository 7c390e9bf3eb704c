"""Evolution and GNOME Online Accounts: both address books and calendars in one search."""

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

AGENT = "Evolution/3.56.2"
DIALECT = Dialect(
    '<?xml version="1.0" encoding="utf-8"?>\n',
    {"D": "", "C": "C", "CR": "A", "CS": "CS", "A": "IC"},
)
ICS = 'text/calendar; charset="utf-8"'
VCF = 'text/vcard; charset="utf-8"'
MINIMAL = "return=minimal"
BATCH = 100
DISCOVER = (
    "D:resourcetype",
    "D:current-user-principal",
    "D:principal-URL",
    "C:calendar-home-set",
    "C:calendar-user-address-set",
    "CR:addressbook-home-set",
)
LIST = (
    "D:resourcetype",
    "C:supported-calendar-component-set",
    "D:displayname",
    "C:calendar-description",
    "CR:addressbook-description",
    "A:calendar-color",
    "A:calendar-order",
    "D:supported-report-set",
    "D:current-user-privilege-set",
)


def evolution(connect: Connect, device: Device | None) -> Program:
    client = connect(
        AGENT,
        device,
        # It ends each connection after its answer.
        Connection="close",
        Cache_Control="no-cache",
        Pragma="no-cache",
        Accept_Language="de, en;q=0.9",
    )
    return Program(client, DIALECT, {"Content_Type": 'application/xml; charset="utf-8"'})


@pytest.fixture
def program(connect: Connect, vera: Vera) -> Program:
    return evolution(connect, vera.computer)


@pytest.fixture
def other(connect: Connect, vera: Vera) -> Program:
    return evolution(connect, vera.phone)


class TestSettingUp:
    def test_it_finds_all_lists_by_the_servers_name(
        self,
        connect: Connect,
        program: Program,
        calendar: str,
        task_list: str,
        book: str,
    ) -> None:
        stranger = evolution(connect, None)
        assert stranger.asks("/", 0, *DISCOVER).status == 401
        [principal] = hrefs_in(program.finds("/", *DISCOVER), "D:current-user-principal")
        # The root has no lists; the well-known addresses are asked too.
        for service in ("caldav", "carddav"):
            context = program.follows(f"/.well-known/{service}", *DISCOVER)
            assert hrefs_in(program.finds(context, *DISCOVER), "D:current-user-principal") == [
                principal
            ]
        found = program.finds(principal, *DISCOVER)
        assert "mailto:vera@musterbuero.example" in hrefs_in(found, "C:calendar-user-address-set")
        home = href_in(found, "C:calendar-home-set")
        assert home == href_in(found, "CR:addressbook-home-set")
        lists = program.lists(home, *LIST)

        assert components_of(lists[calendar]) == {"VEVENT"}
        assert components_of(lists[task_list]) == {"VTODO"}
        assert "CR:addressbook" in kinds_of(lists[book])
        for each in (calendar, task_list, book):
            assert {"D:write-content", "D:bind", "D:unbind"} <= privileges_of(lists[each])
            assert "D:sync-collection" in reports_of(lists[each])
        assert "calendar-access" in program.options(home)
        assert "calendar-auto-schedule" in program.options(home)

    def test_there_are_no_notes(self, program: Program) -> None:
        assert program.asks("/.well-known/webdav/Notes/", 0, *DISCOVER).status == 404

    def test_a_calendar_is_made_coloured_and_deleted(
        self, program: Program, calendar: str
    ) -> None:
        path = calendar[:-1] + "-evolution/"
        components = DIALECT.element(
            "C:supported-calendar-component-set", DIALECT.element("C:comp", name="VEVENT")
        )
        prop = DIALECT.element(
            "D:prop", DIALECT.element("D:displayname", "Objekt 4711"), components
        )
        body = DIALECT.document("C:mkcalendar", DIALECT.element("D:set", prop))
        assert program("MKCALENDAR", path, body, **program.xml_headers).status == 201
        coloured = program(
            "PROPPATCH",
            path,
            DIALECT.proppatch(A__calendar_color="#62a0ea"),
            **program.xml_headers,
        )
        assert coloured.status == 207

        shown = program.lists(HOME, *LIST)[path]
        assert value(shown, "A:calendar-color") == "#62a0ea"
        assert value(shown, "D:displayname") == "Objekt 4711"
        assert program("DELETE", path, Depth="infinity").status == 204


class TestSyncing:
    @staticmethod
    def fetch(program: Program, path: str, hrefs: list[str]) -> dict[str, Member]:
        found: dict[str, Member] = {}
        for at in range(0, len(hrefs), BATCH):
            found |= program.fetches(path, hrefs[at : at + BATCH])
        return found

    def test_a_token_has_what_it_takes_for_one(self, program: Program, calendar: str) -> None:
        token = program.syncs(calendar, "").token

        # Without one of these it does not believe that it is a token.
        assert ":" in token or "/" in token

    def test_appointments_are_listed_by_a_query_and_fetched(
        self, program: Program, other: Program, calendar: str
    ) -> None:
        ctag = value(program.finds(calendar, "CS:getctag"), "CS:getctag")
        bodies = {f"{calendar}{number}.ics": event(f"e{number}") for number in range(5)}
        tags = {
            href: other.saves(href, body, ICS, If_None_Match="*", Prefer=MINIMAL)
            for href, body in bodies.items()
        }

        assert value(program.finds(calendar, "CS:getctag"), "CS:getctag") != ctag
        query = DIALECT.calendar_query("VEVENT", names=["D:getetag"])
        listed = program.reports(calendar, query).members
        assert {href: each.text("getetag") for href, each in listed.items()} == tags
        fetched = self.fetch(program, calendar, [*listed])
        assert {href: data_of(each) for href, each in fetched.items()} == bodies

    def test_then_by_token(self, program: Program, other: Program, task_list: str) -> None:
        tags = {
            href: other.saves(href, task(href), ICS, If_None_Match="*", Prefer=MINIMAL)
            for href in (f"{task_list}a.ics", f"{task_list}b.ics")
        }
        first = program.syncs(task_list, "")
        assert first.tags == tags
        gone, changed = tags
        assert other("DELETE", gone, If_Match=tags[gone]).status == 204
        newer = other.saves(changed, task(changed, "Anrufen"), ICS, If_Match=tags[changed])

        told = program.syncs(task_list, first.token)

        assert told.gone == {gone}
        assert told.tags == {changed: newer}

    def test_many_contacts(
        self, program: Program, connect: Connect, vera: Vera, book: str
    ) -> None:
        bodies = {f"{book}c{n}.vcf": card(f"c{n}", f"Kundin Nr.{n}") for n in range(120)}
        writer = connect("test", vera.phone, Content_Type=VCF)
        for href, body in bodies.items():
            assert writer("PUT", href, body).status == 201

        fetched = self.fetch(program, book, [*program.syncs(book, "").changed])

        assert {href: data_of(each) for href, each in fetched.items()} == bodies

    def test_a_conflict_is_told(self, program: Program, other: Program, calendar: str) -> None:
        href = f"{calendar}a.ics"
        tag = program.saves(href, event("a"), ICS, If_None_Match="*", Prefer=MINIMAL)
        other.saves(href, event("a", "Dort"), ICS, If_Match=tag, Prefer=MINIMAL)

        for method in ("PUT", "DELETE"):
            body = event("a", "Hier") if method == "PUT" else None
            assert program(method, href, body, Content_Type=ICS, If_Match=tag).status == 412
        read = program("GET", href)
        assert read.body == event("a", "Dort")
        assert read.headers["content-type"].startswith("text/calendar")
        # What it has is not sent again.
        assert program("GET", href, If_None_Match=read.headers["etag"]).status == 304

    def test_a_token_that_is_not_known_is_named(self, program: Program, book: str) -> None:
        stale = program.reports(book, DIALECT.sync("data:,4711_99", ["D:getetag"]))

        assert stale.status == 403
        assert conditions_in(stale) == {"D:valid-sync-token"}

    def test_a_contact_is_found_as_it_is_typed(self, program: Program, book: str) -> None:
        for uid, name in (("a", "Anna Berg"), ("b", "Jonas Keil")):
            program.saves(f"{book}{uid}.vcf", card(uid, name), VCF, If_None_Match="*")
        match = DIALECT.element(
            "CR:text-match", "kei", **{"collation": "i;unicode-casemap", "match-type": "contains"}
        )
        body = DIALECT.document(
            "CR:addressbook-query",
            DIALECT.element("D:prop", DIALECT.empty(["D:getetag"])),
            DIALECT.element("CR:filter", DIALECT.element("CR:prop-filter", match, name="FN")),
        )

        assert set(program.reports(book, body).members) == {f"{book}b.vcf"}
