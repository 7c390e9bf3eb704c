"""Calendar and Reminders on iPhone, iPad and Mac: one program sets up, others sync."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest

from tests.e2e.accounts import BERLIN, EVERY_WAY, HOME, Connect, Vera, event, task
from tests.e2e.dialects import (
    Dialect,
    Program,
    changes_in,
    components_of,
    conditions_in,
    data_of,
    href_in,
    hrefs_in,
    kinds_of,
    outcomes_in,
    privileges_of,
    reports_of,
    value,
)
from tests.e2e.server_process import Device

pytestmark = EVERY_WAY

DIALECT = Dialect(
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    {"D": "A", "C": "B", "CR": "C", "CS": "D", "A": "E", "ME": "F", "MM": "G"},
    is_inline=True,
)
ICS = "text/calendar"
WHO = ("D:current-user-principal", "D:principal-URL", "D:resourcetype")
PRINCIPAL = (
    "C:calendar-home-set",
    "C:calendar-user-address-set",
    "D:current-user-principal",
    "D:displayname",
    "CS:dropbox-home-URL",
    "CS:email-address-set",
    "CS:notification-URL",
    "D:principal-collection-set",
    "D:principal-URL",
    "D:resource-id",
    "C:schedule-inbox-URL",
    "C:schedule-outbox-URL",
    "D:supported-report-set",
)
HOME_LIST = (
    "D:add-member",
    "CS:allowed-sharing-modes",
    "ME:autoprovisioned",
    "ME:bulk-requests",
    "C:calendar-alarm",
    "A:calendar-color",
    "C:calendar-description",
    "C:calendar-free-busy-set",
    "A:calendar-order",
    "C:calendar-timezone",
    "D:current-user-privilege-set",
    "C:default-alarm-vevent-date",
    "C:default-alarm-vevent-datetime",
    "D:displayname",
    "CS:getctag",
    "CS:invite",
    "A:language-code",
    "A:location-code",
    "D:owner",
    "CS:pre-publish-url",
    "CS:publish-url",
    "CS:push-transports",
    "CS:pushkey",
    "D:quota-available-bytes",
    "D:quota-used-bytes",
    "A:refreshrate",
    "D:resource-id",
    "D:resourcetype",
    "C:schedule-calendar-transp",
    "C:schedule-default-calendar-URL",
    "CS:source",
    "CS:subscribed-strip-alarms",
    "CS:subscribed-strip-attachments",
    "CS:subscribed-strip-todos",
    "C:supported-calendar-component-set",
    "C:supported-calendar-component-sets",
    "D:supported-report-set",
    "D:sync-token",
)
POLL = ("CS:getctag", "D:sync-token")


@dataclass(frozen=True, slots=True)
class Family:
    """The programs of one system."""

    accounts: str
    calendar: str
    reminders: str


FAMILIES = {
    "ios": Family(
        "iOS/18.5 (22F76) accountsd/1.0",
        "iOS/18.5 (22F76) dataaccessd/1.0",
        "iOS/18.5 (22F76) remindd/1.0",
    ),
    "macos": Family(
        "macOS/26.5.1 (25F80) accountsd/113",
        "macOS/12.6.3 (21G419) CalendarAgent/961.4.2",
        "macOS/26.5.1 (25F80) remindd/3976",
    ),
}
TIMEZONE = "&#13;\n".join(
    ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Apple Inc.//macOS//EN", *BERLIN, "END:VCALENDAR")
)
XML: Mapping[str, str] = {"Content_Type": "text/xml", "Brief": "t", "Prefer": "return=minimal"}
Start = Callable[..., Program]


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


@pytest.fixture
def start(connect: Connect) -> Start:
    """Starts one of Apple's programs."""

    def program(agent: str, device: Device | None = None) -> Program:
        client = connect(agent, device, Accept="*/*", Accept_Language="de-DE,de;q=0.9")
        return Program(client, DIALECT, XML)

    return program


def sign_in(program: Program, device: Device) -> None:
    program.client.authorization = device.authorization


class TestSettingUp:
    def test_an_account_is_verified_and_its_lists_found(
        self, start: Start, vera: Vera, family: Family, calendar: str
    ) -> None:
        accounts = start(family.accounts)
        asked = accounts.asks("/.well-known/caldav", 0, *WHO)
        assert asked.status == 401
        assert asked.headers["www-authenticate"].startswith("Basic realm=")
        sign_in(accounts, vera.phone)
        context = accounts.follows("/.well-known/caldav", *WHO)
        principal = href_in(accounts.finds(context, *WHO), "D:current-user-principal")
        # Where the name and password are proven: an OPTIONS that lets anybody in is distrusted.
        accounts.client.authorization = None
        assert accounts("OPTIONS", principal).status == 401
        sign_in(accounts, vera.phone)
        assert "calendar-access" in accounts.options(principal)

        agent = start(family.calendar, vera.phone)
        assert {"access-control", "calendar-access"} <= agent.options(principal)
        found = agent.finds(principal, *PRINCIPAL)
        home = href_in(found, "C:calendar-home-set")
        assert home == HOME
        assert href_in(found, "D:principal-URL") == principal
        assert "mailto:vera@musterbuero.example" in hrefs_in(found, "C:calendar-user-address-set")
        everybody = href_in(found, "D:principal-collection-set")
        searched = DIALECT.document("D:principal-search-property-set")
        assert agent.reports(everybody, searched, 0).status in {200, 207}

        lists = agent.lists(home, *HOME_LIST)
        mine = lists[calendar]
        assert {"D:collection", "C:calendar"} == kinds_of(mine)
        assert components_of(mine) == {"VEVENT"}
        assert components_of(lists[f"{home}calendar/"]) == {"VEVENT"}
        assert components_of(lists[f"{home}tasks/"]) == {"VTODO"}
        assert {"D:read", "D:write", "D:bind", "D:unbind"} <= privileges_of(mine)
        assert {"D:sync-collection", "C:calendar-multiget"} <= reports_of(mine)
        assert value(mine, "D:displayname").startswith("Büro ")
        assert value(mine, "CS:getctag")
        assert value(mine, "D:sync-token")
        assert href_in(mine, "D:owner") == principal
        # A minimal answer has no word of what there is not.
        assert mine.missing == frozenset()

    @pytest.mark.parametrize("path", ["/", "/principals/"])
    def test_without_the_well_known_address_it_finds_its_way_too(
        self, start: Start, vera: Vera, family: Family, path: str
    ) -> None:
        accounts = start(family.accounts)
        assert accounts.asks(path, 0, *WHO).status == 401
        sign_in(accounts, vera.phone)

        assert href_in(accounts.finds(path, *WHO), "D:current-user-principal") == HOME

    def test_an_address_of_other_servers_asks_for_the_password_first(
        self, start: Start, vera: Vera, family: Family
    ) -> None:
        accounts = start(family.accounts)
        assert accounts.asks("/calendar/dav/vera/user/", 0, *WHO).status == 401
        sign_in(accounts, vera.phone)

        assert accounts.asks("/calendar/dav/vera/user/", 0, *WHO).status == 404

    def test_a_wrong_password_is_told(self, start: Start, vera: Vera, family: Family) -> None:
        accounts = start(family.accounts)
        sign_in(accounts, Device("vera", vera.phone.password[:-6] + "000000"))

        assert accounts.asks("/.well-known/caldav", 0, *WHO).status == 401
        assert accounts("OPTIONS", HOME).status == 401

    def test_what_is_said_of_a_calendar_is_kept_what_of_the_account_is_not(
        self, start: Start, vera: Vera, family: Family, calendar: str
    ) -> None:
        agent = start(family.calendar, vera.phone)

        kept = agent(
            "PROPPATCH",
            calendar,
            DIALECT.proppatch(
                A__calendar_order="4", A__calendar_color="#FF2968FF", D__displayname="Notar"
            ),
            **XML,
        )
        # It prefers a minimal answer (RFC 8144 section 2.2).
        assert (kept.status, kept.body) == (200, b"")
        not_kept = agent("PROPPATCH", HOME, DIALECT.proppatch(C__default_alarm_vevent_date=""))
        assert outcomes_in(not_kept) == {"C:default-alarm-vevent-date": "403"}

        shown = start(family.calendar, vera.computer).lists(HOME, *HOME_LIST)[calendar]
        assert value(shown, "A:calendar-order") == "4"
        assert value(shown, "A:calendar-color") == "#FF2968FF"
        assert value(shown, "D:displayname") == "Notar"

    def test_nobody_is_anybodys_delegate(self, start: Start, vera: Vera, family: Family) -> None:
        agent = start(family.calendar, vera.computer)
        assert "calendar-proxy" not in agent.options(HOME)
        proxies = DIALECT.document(
            "D:expand-property",
            *(
                DIALECT.element("D:property", name=name, namespace="http://calendarserver.org/ns/")
                for name in ("calendar-proxy-write-for", "calendar-proxy-read-for")
            ),
        )

        heard = agent.reports(HOME, proxies, 0)

        assert heard.status == 207
        assert "calendar-proxy" not in heard.body.decode()


class TestCalendar:
    @pytest.fixture
    def phone(self, start: Start, family: Family, vera: Vera) -> Program:
        return start(family.calendar, vera.phone)

    @pytest.fixture
    def mac(self, start: Start, vera: Vera) -> Program:
        return start(FAMILIES["macos"].calendar, vera.computer)

    def test_an_appointment_is_made_here_and_changed_there(
        self, phone: Program, mac: Program, calendar: str
    ) -> None:
        before = value(phone.lists(HOME, *POLL)[calendar], "CS:getctag")
        empty = phone.syncs(calendar, "")
        assert empty.changed == {}
        assert empty.gone == frozenset()
        known_there = mac.syncs(calendar, "").token
        href = f"{calendar}2A1F2C0E-75B3-4D7C-9C35-4C4B5B6B37B4.ics"
        made = event("2A1F2C0E-75B3-4D7C-9C35-4C4B5B6B37B4")
        tag = phone.saves(href, made, ICS, If_None_Match="*")
        assert phone("PUT", href, made, Content_Type=ICS, If_None_Match="*").status == 412

        assert value(mac.lists(HOME, *POLL)[calendar], "CS:getctag") != before
        told = mac.syncs(calendar, known_there)
        assert told.tags == {href: tag}
        fetched = mac.fetches(calendar, told.changed, "C:schedule-tag", "CS:created-by")
        assert data_of(fetched[href]) == made
        moved = event("2A1F2C0E-75B3-4D7C-9C35-4C4B5B6B37B4", "Notar", "SEQUENCE:1")
        newer = mac.saves(href, moved, ICS, If_Match=tag)
        assert newer != tag

        late = phone(
            "PUT", href, event("2A1F2C0E-75B3-4D7C-9C35-4C4B5B6B37B4", "Spät"), If_Match=tag
        )
        assert late.status == 412
        told = phone.syncs(calendar, empty.token)
        assert told.tags == {href: newer}
        assert data_of(phone.fetches(calendar, told.changed)[href]) == moved
        assert phone.syncs(calendar, told.token).changed == {}

    def test_what_is_deleted_here_goes_there(
        self, phone: Program, mac: Program, calendar: str
    ) -> None:
        hrefs = [f"{calendar}{number}.ics" for number in range(3)]
        tags = [phone.saves(href, event(href), ICS, If_None_Match="*") for href in hrefs]
        known = mac.syncs(calendar, "")
        assert known.tags == dict(zip(hrefs, tags, strict=True))

        assert phone("DELETE", hrefs[0], If_Match=tags[1]).status == 412
        assert phone("DELETE", hrefs[0], If_Match=tags[0]).status == 204

        told = mac.syncs(calendar, known.token)
        assert told.changed == {}
        assert told.gone == {hrefs[0]}
        assert mac("GET", hrefs[0]).status == 404
        # Who syncs for the first time never hears of what went before.
        assert phone.syncs(calendar, "").gone == frozenset()

    def test_a_token_of_another_server_leads_to_a_first_sync(
        self, phone: Program, calendar: str
    ) -> None:
        href = f"{calendar}a.ics"
        phone.saves(href, event("a"), ICS, If_None_Match="*")

        body = DIALECT.sync("http://radicale.org/ns/sync/0af3c1", ["D:getetag"])
        stale = phone.reports(calendar, body)

        assert stale.status == 403
        assert conditions_in(stale) == {"D:valid-sync-token"}
        assert set(phone.syncs(calendar, "").changed) == {href}

    def test_only_what_is_not_long_past_is_asked_for(self, phone: Program, calendar: str) -> None:
        for uid in ("neu", "alt"):
            phone.saves(f"{calendar}{uid}.ics", event(uid), ICS, If_None_Match="*")
        old = event("alt").replace(b":20260504T", b":20160504T")
        assert phone("PUT", f"{calendar}alt.ics", old, Content_Type=ICS).status == 204

        since = DIALECT.element("C:time-range", start="20260401T000000Z")
        body = DIALECT.calendar_query("VEVENT", since, names=["D:getetag", "D:resourcetype"])

        assert set(phone.reports(calendar, body).members) == {f"{calendar}neu.ics"}

    def test_an_appointment_changes_its_calendar(
        self, phone: Program, mac: Program, calendar: str, other_calendar: str
    ) -> None:
        source, target = f"{calendar}a.ics", f"{other_calendar}a.ics"
        tag = phone.saves(source, event("a"), ICS, If_None_Match="*")
        known, known_of_other = mac.syncs(calendar, ""), mac.syncs(other_calendar, "")

        moved = phone("MOVE", source, Destination=phone.url(target), Overwrite="F", If_Match=tag)

        assert moved.status == 201
        assert mac.syncs(calendar, known.token).gone == {source}
        assert mac.syncs(other_calendar, known_of_other.token).tags == {target: tag}
        assert mac("GET", target).body == event("a")

    def test_to_the_calendar_of_another_server_it_does_not_go(
        self, phone: Program, calendar: str, other_calendar: str
    ) -> None:
        phone.saves(f"{calendar}a.ics", event("a"), ICS, If_None_Match="*")
        elsewhere = f"https://dav.anderswo.example{other_calendar}a.ics"

        assert phone("MOVE", f"{calendar}a.ics", Destination=elsewhere).status == 502
        assert phone("GET", f"{calendar}a.ics").status == 200

    def test_a_calendar_is_made_on_the_mac_and_deleted_again(
        self, mac: Program, phone: Program, calendar: str
    ) -> None:
        path = calendar[:-1] + "-am-mac/"
        made = mac(
            "MKCALENDAR",
            path,
            DIALECT.document(
                "C:mkcalendar",
                DIALECT.element(
                    "D:set",
                    DIALECT.element(
                        "D:prop",
                        DIALECT.element("D:displayname", "Urlaub"),
                        DIALECT.element("A:calendar-color", "#1BADF8FF"),
                        DIALECT.element("A:calendar-order", "9"),
                        DIALECT.element("C:calendar-free-busy-set", DIALECT.element("C:YES")),
                        DIALECT.element("C:calendar-timezone", TIMEZONE),
                        DIALECT.element(
                            "C:supported-calendar-component-set",
                            DIALECT.element("C:comp", name="VEVENT"),
                        ),
                    ),
                ),
            ),
            **XML,
        )
        assert made.status == 201
        shown = phone.lists(HOME, *HOME_LIST)[path]
        assert value(shown, "D:displayname") == "Urlaub"
        assert value(shown, "A:calendar-color") == "#1BADF8FF"
        assert components_of(shown) == {"VEVENT"}

        assert mac("DELETE", path).status == 204
        assert path not in phone.lists(HOME, *HOME_LIST)
        # What every user has stays; the Mac shows its sentence.
        refused = mac("DELETE", f"{HOME}calendar/")
        assert refused.status == 403
        assert b"every user" in refused.body


class TestReminders:
    @pytest.fixture
    def reminders(self, start: Start, family: Family, vera: Vera) -> Program:
        return start(family.reminders, vera.phone)

    def test_they_lie_in_lists_of_their_own(
        self, reminders: Program, calendar: str, task_list: str
    ) -> None:
        lists = reminders.lists(HOME, *HOME_LIST)
        takes_tasks = {
            href
            for href, member in lists.items()
            if "C:calendar" in kinds_of(member) and "VTODO" in components_of(member)
        }
        assert f"{HOME}tasks/" in takes_tasks
        assert task_list in takes_tasks
        assert calendar not in takes_tasks
        sets = reminders.finds(HOME, "C:supported-calendar-component-sets")
        assert len(sets.found["{urn:ietf:params:xml:ns:caldav}supported-calendar-component-sets"])

        wrong = reminders("PUT", f"{calendar}t.ics", task("t"), Content_Type=ICS)
        assert wrong.status == 403
        assert conditions_in(wrong) == {"C:supported-calendar-component"}
        wrong = reminders("PUT", f"{task_list}e.ics", event("e"), Content_Type=ICS)
        assert conditions_in(wrong) == {"C:supported-calendar-component"}
        tag = reminders.saves(f"{task_list}t.ics", task("t"), ICS, If_None_Match="*")
        assert reminders.syncs(task_list, "").tags == {f"{task_list}t.ics": tag}

    def test_one_is_ticked_off_on_the_other_device(
        self, reminders: Program, start: Start, vera: Vera, task_list: str
    ) -> None:
        mac = start(FAMILIES["macos"].reminders, vera.computer)
        href = f"{task_list}7B0C.ics"
        first = task("7B0C", "Schlüssel holen", "PRIORITY:1", "X-APPLE-SORT-ORDER:662113")
        tag = reminders.saves(href, first, ICS, If_None_Match="*")
        known = reminders.syncs(task_list, "")
        assert data_of(mac.fetches(task_list, [href])[href]) == first

        done = task("7B0C", "Schlüssel holen", "STATUS:COMPLETED", "COMPLETED:20260505T080000Z")
        mac.saves(href, done, ICS, If_Match=tag)

        told = reminders.syncs(task_list, known.token)
        assert data_of(reminders.fetches(task_list, told.changed)[href]) == done

    def test_all_of_a_list_come_whether_they_have_a_date_or_not(
        self, reminders: Program, task_list: str
    ) -> None:
        for uid, line in (("a", "DUE:20260505T080000Z"), ("b", "STATUS:COMPLETED")):
            body = task(uid, uid, line)
            reminders.saves(f"{task_list}{uid}.ics", body, ICS, If_None_Match="*")

        found = reminders.reports(
            task_list, DIALECT.calendar_query("VTODO", names=["D:getetag", "D:getcontenttype"])
        )

        assert set(found.members) == {f"{task_list}a.ics", f"{task_list}b.ics"}
        kinds = {value(member, "D:getcontenttype") for member in found.members.values()}
        assert all(re.match(r"text/calendar;.*component=vtodo", kind) for kind in kinds)


def test_a_sync_that_is_asked_in_parts_loses_nothing(
    start: Start, vera: Vera, calendar: str
) -> None:
    """OneCalendar, beside Apple's on many iPhones, asks for a thousand at a time."""
    program = start("OneCalendar/2026.1", vera.phone)
    hrefs = {f"{calendar}{number}.ics" for number in range(5)}
    for href in hrefs:
        program.saves(href, event(href), ICS, If_None_Match="*")
    limit = DIALECT.element("D:limit", DIALECT.element("D:nresults", "2"))

    token, found = "", set[str]()
    for _ in range(3):
        body = DIALECT.sync(token, ["D:getetag"], limit)
        heard = program.reports(calendar, body)
        is_cut = b"507 Insufficient Storage" in heard.body
        token = heard.body.rpartition(b"<D:sync-token>")[2].partition(b"<")[0].decode()
        found |= {href for href in hrefs if href.encode() in heard.body}
        assert is_cut == (found != hrefs)

    assert found == hrefs
    assert changes_in(program.reports(calendar, DIALECT.sync(token, ["D:getetag"]))).changed == {}
