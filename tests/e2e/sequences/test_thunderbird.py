"""Thunderbird: its calendar, and its address book, which is another program in many ways."""

import re
from collections.abc import Iterable

import pytest

from tests.e2e.accounts import EVERY_WAY, HOME, Connect, Vera, card, event, task
from tests.e2e.dav_client import Heard, Member
from tests.e2e.dialects import (
    Dialect,
    Program,
    changes_in,
    conditions_in,
    data_of,
    hrefs_in,
    kinds_of,
    privileges_of,
    reports_of,
    value,
)

pytestmark = EVERY_WAY

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.5.0"
WRITING = {"D:write", "D:write-content", "D:write-properties", "D:all"}
ICS = "text/calendar; charset=utf-8"


def thunderbird(connect: Connect, vera: Vera, dialect: Dialect, kind: str) -> Program:
    client = connect(
        AGENT,
        vera.computer,
        Accept="text/xml",
        Accept_Language="de,en-US;q=0.7,en;q=0.3",
        Accept_Charset="utf-8,*;q=0.1",
        Priority="u=4, i",
    )
    return Program(client, dialect, {"Content_Type": kind})


class TestCalendar:
    DIALECT = Dialect(
        '<?xml version="1.0" encoding="UTF-8"?>\n', {"D": "D", "C": "C", "CS": "CS", "A": "A"}
    )
    # Its sync-collection is in the default namespace, unlike all else.
    SYNC = Dialect('<?xml version="1.0" encoding="UTF-8"?>\n', {"D": ""})
    DETECT = (
        "D:resourcetype",
        "D:owner",
        "D:displayname",
        "D:current-user-principal",
        "D:current-user-privilege-set",
        "A:calendar-color",
        "C:calendar-home-set",
    )
    CHECK = (
        "D:resourcetype",
        "D:owner",
        "D:current-user-principal",
        "D:current-user-privilege-set",
        "D:supported-report-set",
        "C:supported-calendar-component-set",
        "CS:getctag",
    )
    LIST = ("D:resourcetype", "D:displayname", "D:current-user-privilege-set", "A:calendar-color")
    SYNCED = ("D:getcontenttype", "D:getetag")

    @pytest.fixture
    def program(self, connect: Connect, vera: Vera) -> Program:
        return thunderbird(connect, vera, self.DIALECT, "text/xml; charset=utf-8")

    @pytest.fixture
    def phone(self, connect: Connect, vera: Vera) -> Program:
        client = connect("DAVx5/4.5.17 (at.bitfire.davdroid)", vera.phone)
        return Program(client, self.DIALECT, {"Content_Type": "application/xml"})

    def sync(self, program: Program, path: str, token: str) -> Heard:
        return program.reports(path, self.SYNC.sync(token, self.SYNCED))

    def test_it_is_found_by_the_servers_name(self, program: Program, calendar: str) -> None:
        context = program.follows("/.well-known/caldav", *self.DETECT)
        found = program.finds(context, *self.DETECT)
        assert "C:calendar" not in kinds_of(found)
        [principal] = hrefs_in(found, "D:current-user-principal")
        calendars: dict[str, Member] = {}
        for home in hrefs_in(
            program.finds(principal, "C:calendar-home-set"), "C:calendar-home-set"
        ):
            calendars |= {
                href: member
                for href, member in program.lists(home, *self.LIST).items()
                if "C:calendar" in kinds_of(member)
            }

        assert {calendar, f"{HOME}calendar/", f"{HOME}tasks/"} <= set(calendars)
        assert f"{HOME}contacts/" not in calendars
        assert privileges_of(calendars[calendar]) & WRITING
        assert value(calendars[calendar], "D:displayname").startswith("Büro")

    @pytest.mark.parametrize("location", ["/", "/dav/", "/dav/vera/"])
    def test_by_another_address_too(self, program: Program, location: str) -> None:
        found = program.finds(location, *self.DETECT)

        leads = [
            name
            for name in ("C:calendar-home-set", "D:current-user-principal")
            if any(name.partition(":")[2] in tag for tag in found.found)
        ]
        assert hrefs_in(found, leads[0]) == [HOME]

    def test_the_address_of_one_calendar_is_enough(self, program: Program, calendar: str) -> None:
        found = program.finds(calendar, *self.DETECT)

        assert "C:calendar" in kinds_of(found)
        assert value(found, "D:displayname").startswith("Büro")
        assert hrefs_in(found, "D:owner") == [HOME]

    def test_what_it_asks_at_each_start(self, program: Program, calendar: str) -> None:
        found = program.finds(calendar, *self.CHECK)
        assert "C:calendar" in kinds_of(found)
        assert privileges_of(found) & WRITING
        assert "D:sync-collection" in reports_of(found)
        assert value(found, "CS:getctag")
        # With these it sends no invitations of its own.
        assert {"calendar-access", "calendar-auto-schedule"} <= program.options(HOME)
        asked = program.finds(HOME, "C:calendar-home-set", "C:schedule-inbox-URL")
        assert hrefs_in(asked, "C:schedule-inbox-URL") == [f"{HOME}inbox/"]

    def test_it_syncs_and_fetches_what_changed(
        self, program: Program, phone: Program, calendar: str
    ) -> None:
        bodies = {f"{calendar}{number}.ics": event(f"e{number}") for number in range(3)}
        tags = {
            href: phone.saves(href, body, ICS, If_None_Match="*") for href, body in bodies.items()
        }
        first = changes_in(self.sync(program, calendar, ""))
        assert first.tags == tags
        kinds = {value(each, "D:getcontenttype") for each in first.changed.values()}
        assert all(kind.startswith("text/calendar") for kind in kinds)
        fetched = program.fetches(calendar, first.changed)
        assert {href: data_of(each) for href, each in fetched.items()} == bodies

        gone, changed, _ = bodies
        assert phone("DELETE", gone, If_Match=tags[gone]).status == 204
        newer = phone.saves(changed, event("e1", "Verlegt"), ICS, If_Match=tags[changed])
        told = changes_in(self.sync(program, calendar, first.token))
        assert told.tags == {changed: newer}
        assert told.gone == {gone}

    def test_an_appointment_is_made_changed_and_deleted(
        self, program: Program, phone: Program, calendar: str
    ) -> None:
        href = f"{calendar}5f3a9d5c-6a61-4dd5-8f57-1d3fd7c0a3a1.ics"
        known = phone.syncs(calendar, "")
        body = event("5f3a9d5c-6a61-4dd5-8f57-1d3fd7c0a3a1")
        tag = program.saves(href, body, ICS, If_None_Match="*")
        # It looks at once what the server made of it.
        assert data_of(program.fetches(calendar, [href])[href]) == body

        newer = program.saves(
            href, event("5f3a9d5c-6a61-4dd5-8f57-1d3fd7c0a3a1", "Notar"), ICS, If_Match=tag
        )
        assert phone.syncs(calendar, known.token).tags == {href: newer}
        late = program("PUT", href, body, Content_Type=ICS, If_Match=tag)
        # The dialogue: overwrite, or take theirs.
        assert late.status == 412
        assert program("DELETE", href, If_Match=tag).status == 412
        assert program("DELETE", href, If_Match=newer).status == 204
        assert phone.syncs(calendar, known.token).gone == {href}

    def test_a_token_that_is_not_known_is_dropped_after_any_4xx(
        self, program: Program, calendar: str
    ) -> None:
        program.saves(f"{calendar}a.ics", event("a"), ICS, If_None_Match="*")

        stale = self.sync(program, calendar, "http://sabre.io/ns/sync/4711")

        assert stale.status == 403
        assert conditions_in(stale) == {"D:valid-sync-token"}
        # An empty error it takes for a limit of requests, and keeps its token.
        assert b'<D:error xmlns:D="DAV:"/>' not in stale.body
        assert set(changes_in(self.sync(program, calendar, "")).changed) == {f"{calendar}a.ics"}

    def test_names_come_back_as_it_encodes_them(self, program: Program, calendar: str) -> None:
        """It decodes hrefs and encodes them in its own way when it asks for them."""
        href = f"{calendar}%40%28Notar%29%20K%C3%B6ln%21.ics"
        program.saves(href, event("n"), ICS, If_None_Match="*")
        [told] = changes_in(self.sync(program, calendar, "")).changed

        body = self.DIALECT.multiget(
            "C:calendar-multiget",
            [f"{calendar}@(Notar)%20K%C3%B6ln!.ics"],
            self.DIALECT.empty(["D:getetag", "C:calendar-data"]),
        )
        [member] = program.reports(calendar, body).members.values()

        assert member.href == told
        assert data_of(member) == event("n")

    def test_tasks_are_kept_in_their_list(self, program: Program, task_list: str) -> None:
        tag = program.saves(f"{task_list}t.ics", task("t"), ICS, If_None_Match="*")

        assert changes_in(self.sync(program, task_list, "")).tags == {f"{task_list}t.ics": tag}


class TestAddressBook:
    DIALECT = Dialect(
        '<?xml version="1.0" encoding="utf-8"?>\n', {"D": "", "CR": "card", "CS": "cs"}
    )
    FETCH = ("D:resourcetype", "D:getetag", "CS:getctag")

    @pytest.fixture
    def program(self, connect: Connect, vera: Vera) -> Program:
        return thunderbird(connect, vera, self.DIALECT, "text/xml")

    @pytest.fixture
    def phone(self, connect: Connect, vera: Vera) -> Program:
        client = connect("DAVx5/4.5.17 (at.bitfire.davdroid)", vera.phone)
        return Program(client, self.DIALECT, {"Content_Type": "application/xml"})

    def fetch_all(self, program: Program, book: str) -> tuple[dict[str, bytes], str]:
        """All cards by href, and the token to go on with, in three requests."""
        hrefs = [
            href
            for href, member in program.lists(book, *self.FETCH).items()
            if "D:collection" not in kinds_of(member)
        ]
        cards = program.fetches(book, hrefs) if hrefs else {}
        token = program.finds(book, "D:displayname", "CS:getctag", "D:sync-token")
        return {href: data_of(each) for href, each in cards.items()}, value(token, "D:sync-token")

    def changes(self, program: Program, book: str, token: str) -> Heard:
        return program.reports(book, self.DIALECT.sync(token, ["D:getetag", "CR:address-data"]))

    def save(self, program: Program, href: str, body: bytes) -> bytes:
        """PUT without a condition, then what the server has under that name."""
        assert program("PUT", href, body, Content_Type="text/vcard").status in {201, 204}
        return data_of(program.fetches(href.rpartition("/")[0] + "/", [href])[href])

    def test_it_is_found_by_the_servers_name(self, program: Program, book: str) -> None:
        context = program.follows("/.well-known/carddav", "D:current-user-principal")
        found = program.finds(context, "D:current-user-principal")
        [principal] = hrefs_in(found, "D:current-user-principal")
        asked = program.finds(principal, "CR:addressbook-home-set")
        # It looks at the first one only.
        home = hrefs_in(asked, "CR:addressbook-home-set")[0]
        books = {
            href: member
            for href, member in program.lists(
                home, "D:resourcetype", "D:displayname", "D:current-user-privilege-set"
            ).items()
            if "CR:addressbook" in kinds_of(member)
        }

        assert {book, f"{HOME}contacts/"} <= set(books)
        assert {"D:read"} <= privileges_of(books[book])
        assert privileges_of(books[book]) & WRITING

    @pytest.mark.parametrize("location", ["/dav/", "/dav/vera/", "/"])
    def test_by_another_address_too(self, program: Program, location: str) -> None:
        found = program.finds(
            location,
            "D:resourcetype",
            "D:displayname",
            "D:current-user-principal",
            "D:current-user-privilege-set",
        )

        assert hrefs_in(found, "D:current-user-principal") == [HOME]

    def test_all_cards_come_in_one_answer_and_then_the_changes(
        self, program: Program, phone: Program, book: str
    ) -> None:
        bodies = {f"{book}c{n}.vcf": card(f"c{n}", f"Kundin Nr.{n}") for n in range(30)}
        for href, body in bodies.items():
            phone.saves(href, body, "text/vcard", If_None_Match="*")
        cards, token = self.fetch_all(program, book)
        assert cards == bodies

        gone, changed, *_ = bodies
        assert phone("DELETE", gone).status == 204
        phone("PUT", changed, card("c1", "Umbenannt"), Content_Type="text/vcard")
        heard = self.changes(program, book, token)
        told = changes_in(heard)

        # The lines are compared as text.
        lines = set(re.findall(rb"<D:status>(.*?)</D:status>", heard.body))
        assert lines == {b"HTTP/1.1 200 OK", b"HTTP/1.1 404 Not Found"}
        assert told.gone == {gone}
        assert data_of(told.changed[changed]) == card("c1", "Umbenannt")
        assert changes_in(self.changes(program, book, told.token)).changed == {}

    def test_a_card_is_made_changed_and_deleted_without_conditions(
        self, program: Program, phone: Program, book: str
    ) -> None:
        known = phone.syncs(book, "")
        href = f"{book}3a7c9c1e-0f52-4a38-9a54-7fcb1e0d2a11.vcf"
        body = card("3a7c9c1e-0f52-4a38-9a54-7fcb1e0d2a11", "Anna Berg", version="4.0")
        assert self.save(program, href, body) == body
        changed = body.replace(b"END:", b"NOTE:K\xc3\xa4uferin\r\nEND:")
        assert self.save(program, href, changed) == changed
        told = phone.syncs(book, known.token)
        assert data_of(phone.fetches(book, told.changed)[href]) == changed

        assert program("DELETE", href).status == 204
        assert phone.syncs(book, told.token).gone == {href}
        assert program("DELETE", href).status == 404

    def test_a_card_without_uid_comes_back_with_one(self, program: Program, book: str) -> None:
        body = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ohne UID\r\nEND:VCARD\r\n"

        assert re.search(
            rb"\r\nUID:urn:uuid:[\da-f-]{36}\r\n", self.save(program, f"{book}o.vcf", body)
        )

    def test_a_token_that_is_not_known_is_400_and_all_is_fetched_anew(
        self, program: Program, phone: Program, book: str
    ) -> None:
        body = card("a", "Anna Berg")
        phone.saves(f"{book}a.vcf", body, "text/vcard", If_None_Match="*")

        stale = self.changes(program, book, "http://sabre.io/ns/sync/4711")

        # A 403 is an exception to it, after which it asks with the same token for ever.
        assert stale.status == 400
        assert conditions_in(stale) == {"D:valid-sync-token"}
        cards, token = self.fetch_all(program, book)
        assert cards == {f"{book}a.vcf": body}
        assert changes_in(self.changes(program, book, token)).changed == {}
        # All others hear what RFC 6578 says.
        assert phone.reports(book, self.DIALECT.sync("x", ["D:getetag"])).status == 403

    def test_a_book_that_is_empty(self, program: Program, book: str) -> None:
        cards, token = self.fetch_all(program, book)

        assert cards == {}
        assert changes_in(self.changes(program, book, token)).token == token


def test_neither_ever_hears_a_4xx_of_a_home(connect: Connect, vera: Vera) -> None:
    """After one Thunderbird switches a calendar off, and nobody sees why."""
    names: Iterable[str] = TestCalendar.LIST
    program = thunderbird(connect, vera, TestCalendar.DIALECT, "text/xml; charset=utf-8")

    assert [program.asks(HOME, depth, *names).status for depth in (0, 1)] == [207, 207]
