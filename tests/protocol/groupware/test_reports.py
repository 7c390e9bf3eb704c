"""sync-collection, multiget and the queries (RFC 6578, 4791 section 7, 6352 section 8)."""

from collections.abc import Sequence
from urllib.parse import quote

import pytest
from lxml import etree

from jobs.tombstones import forget_deletions
from tests.builders import NOW_US
from tests.documents_door import Reply
from tests.groupware_door import (
    CAL,
    CARD,
    DAV,
    HOST,
    Device,
    GroupwareOffice,
    card,
    changes_in,
    event,
    task,
)

LONG_AFTER_US = 2 * NOW_US
THUNDERBIRD = "Mozilla/5.0 (X11; Linux) Gecko/20100101 Thunderbird/140.0"


def multiget(device: Device, path: str, hrefs: Sequence[str], data: str = "") -> Reply:
    is_card = path.startswith("contacts")
    prefix, kind = ("addressbook", "address-data") if is_card else ("calendar", "calendar-data")
    namespace = "carddav" if is_card else "caldav"
    body = (
        f'<C:{prefix}-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:{namespace}">'
        f"<D:prop><D:getetag/>{data or f'<C:{kind}/>'}</D:prop>"
        + "".join(f"<D:href>{href}</D:href>" for href in hrefs)
        + f"</C:{prefix}-multiget>"
    )
    return device.report(path, body.encode())


def query(device: Device, filter_: str, data: str = "", path: str = "calendar") -> Reply:
    body = (
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
        f"<D:prop><D:getetag/>{data}</D:prop><C:filter>{filter_}</C:filter></C:calendar-query>"
    )
    return device.report(path, body.encode())


def in_time(start: str, end: str, component: str = "VEVENT") -> str:
    return (
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="{component}">'
        f'<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter>'
    )


class TestSyncCollection:
    def test_an_empty_token_lists_all_and_nothing_that_went(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]
        anna.put("calendar/b.ics", event("b"))
        anna.delete("calendar/b.ics")

        found = anna.sync("calendar")

        assert (found.changed, found.gone) == ({"/dav/anna/calendar/a.ics": tag}, set())

    def test_a_token_brings_what_changed_since(self, anna: Device) -> None:
        for name in "abc":
            anna.put(f"calendar/{name}.ics", event(name))
        token = anna.sync("calendar").token
        changed = anna.put("calendar/a.ics", event("a", "Notar")).headers["etag"]
        anna.delete("calendar/b.ics")

        found = anna.sync("calendar", token)

        assert found.changed == {"/dav/anna/calendar/a.ics": changed}
        assert found.gone == {"/dav/anna/calendar/b.ics"}
        assert anna.sync("calendar", found.token).changed == {}

    def test_a_limit_ends_in_507_and_goes_on_from_its_token(self, anna: Device) -> None:
        for i in range(5):
            anna.put(f"calendar/{i}.ics", event(str(i)))

        first = anna.sync("calendar", limit=3)
        second = anna.sync("calendar", first.token, limit=3)

        assert (len(first.changed), first.is_truncated) == (3, True)
        assert (len(second.changed), second.is_truncated) == (2, False)
        assert first.changed.keys() | second.changed.keys() == anna.names("calendar")

    @pytest.mark.parametrize("limit", ["0", "-1", "x", "", "99999999999"])
    def test_a_limit_that_is_none(self, anna: Device, limit: str) -> None:
        body = (
            '<D:sync-collection xmlns:D="DAV:"><D:sync-token/><D:sync-level>1</D:sync-level>'
            f"<D:limit><D:nresults>{limit}</D:nresults></D:limit><D:prop/></D:sync-collection>"
        )

        assert anna.report("calendar", body.encode()).status == 400

    def test_a_stale_token_is_told_by_its_precondition(self, anna: Device) -> None:
        for path in ("calendar", "contacts"):
            reply = anna.sync_reply(path, "deedbox:/sync/1/99/1")

            assert reply.status == 403
            assert reply.xml.find(f"{DAV}valid-sync-token") is not None

    def test_thunderbird_starts_anew_only_after_a_400(self, anna: Device) -> None:
        client = anna.on(THUNDERBIRD)

        book = client.sync_reply("contacts", "deedbox:/sync/1/99/1")
        calendar = client.sync_reply("calendar", "deedbox:/sync/1/99/1")

        assert (book.status, calendar.status) == (400, 403)
        assert book.xml.find(f"{DAV}valid-sync-token") is not None

    def test_a_token_from_before_what_is_remembered_is_stale(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        for name in "abc":
            anna.put(f"calendar/{name}.ics", event(name))
        early = anna.sync("calendar").token
        anna.delete("calendar/a.ics")
        late = anna.sync("calendar").token
        forget_deletions(groupware.store, tombstone_days=400, now_us=LONG_AFTER_US)

        stale = anna.sync_reply("calendar", early)
        first = anna.sync("calendar", limit=1)

        assert stale.status == 403
        assert stale.xml.find(f"{DAV}valid-sync-token") is not None
        assert anna.sync("calendar", late).token == late
        assert set(first.changed) == {"/dav/anna/calendar/b.ics"}
        assert set(anna.sync("calendar", first.token).changed) == {"/dav/anna/calendar/c.ics"}

    def test_the_token_of_another_collection_is_stale(self, anna: Device, jonas: Device) -> None:
        for foreign in (jonas.sync("calendar").token, anna.sync("contacts").token):
            assert anna.sync_reply("calendar", foreign).status == 403

    def test_it_can_bring_the_bytes_along(self, anna: Device) -> None:
        anna.put("contacts/a.vcf", card("a"))
        body = (
            '<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            "<D:sync-token/><D:sync-level>1</D:sync-level>"
            "<D:prop><D:getetag/><C:address-data/></D:prop></D:sync-collection>"
        )

        reply = anna.report("contacts", body.encode())

        assert reply.xml.findtext(f".//{CARD}address-data", "").encode() == card("a")

    def test_a_long_first_sync_is_whole(self, anna: Device) -> None:
        for i in range(501):
            anna.put(f"contacts/{i}.vcf", card(f"c{i}"))

        assert len(anna.sync("contacts").changed) == 501

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b'<D:sync-collection xmlns:D="DAV:"><D:prop/></D:sync-collection>',
            b'<!DOCTYPE x []><D:sync-collection xmlns:D="DAV:"/>',
        ],
    )
    def test_nonsense_is_refused(self, anna: Device, body: bytes) -> None:
        assert anna.report("calendar", body).status in {400, 403}

    def test_infinite_levels_are_not_told(self, anna: Device) -> None:
        body = (
            b'<D:sync-collection xmlns:D="DAV:"><D:sync-token/>'
            b"<D:sync-level>infinite</D:sync-level><D:prop/></D:sync-collection>"
        )

        assert "sync-traversal-supported" in anna.report("calendar", body).conditions

    def test_a_home_has_no_changes_to_tell(self, anna: Device) -> None:
        reply = anna.sync_reply("", "")

        assert reply.status == 403
        assert "supported-report" in reply.conditions


class TestMultiget:
    def test_bytes_tags_and_404s(self, anna: Device) -> None:
        sent = event("a", "Müller & <Söhne>")
        tag = anna.put("calendar/ä.ics", sent).headers["etag"]
        here = f"/dav/anna/calendar/{quote('ä.ics')}"
        missing = "/dav/anna/calendar/nothing.ics"

        reply = multiget(anna, "calendar", [here, missing])

        found = reply.found(here)
        assert (found[f"{CAL}calendar-data"].text or "").encode() == sent
        assert found[f"{DAV}getetag"].text == tag
        assert changes_in(reply).gone == {missing}

    def test_each_spelling_of_an_href_is_understood(self, anna: Device) -> None:
        anna.put("contacts/a b.vcf", card("a"))

        for href in (
            "/dav/anna/contacts/a%20b.vcf",
            f"https://{HOST}/dav/anna/contacts/a%20b.vcf",
        ):
            assert multiget(anna, "contacts", [href]).hrefs == ["/dav/anna/contacts/a%20b.vcf"]

    @pytest.mark.parametrize(
        "href",
        [
            "/dav/jonas/calendar/a.ics",
            "/dav/anna/tasks/a.ics",
            "/dav/anna/calendar/",
            "/files/Home/a.ics",
            "https://elsewhere.example/dav/anna/calendar/a.ics",
            "/dav/anna/calendar/../calendar/a.ics",
            "a.ics",
            "",
        ],
    )
    def test_what_is_not_a_member_is_404(self, anna: Device, jonas: Device, href: str) -> None:
        jonas.put("calendar/a.ics", event("a"))
        anna.put("tasks/a.ics", task("a"))

        reply = multiget(anna, "calendar", [href])

        assert reply.status == 207
        assert changes_in(reply).gone == {href} or (not href and "404" in reply.text)
        assert "BEGIN" not in reply.text

    def test_many_at_once(self, anna: Device) -> None:
        for i in range(201):
            anna.put(f"contacts/{i}.vcf", card(f"c{i}"))
        hrefs = sorted(anna.names("contacts"))

        assert multiget(anna, "contacts", hrefs).hrefs == hrefs

    def test_occurrences_can_be_had_one_by_one(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Jour fixe", "RRULE:FREQ=WEEKLY"))
        expand = (
            '<C:calendar-data><C:expand start="20260601T000000Z" end="20260622T000000Z"/>'
            "</C:calendar-data>"
        )

        reply = multiget(anna, "calendar", ["/dav/anna/calendar/a.ics"], expand)

        assert reply.text.count("BEGIN:VEVENT") == 3
        assert "RRULE" not in reply.text


class TestCalendarQuery:
    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        anna.put("calendar/once.ics", event("once"))
        anna.put("calendar/weekly.ics", event("weekly", "Jour fixe", "RRULE:FREQ=WEEKLY"))
        anna.put("calendar/done.ics", event("done", "Kurs", "RRULE:FREQ=DAILY;COUNT=3"))

    @pytest.mark.parametrize(
        ("start", "end", "names"),
        [
            ("20260504T000000Z", "20260505T000000Z", {"once", "weekly", "done"}),
            ("20260504T110000Z", "20260505T000000Z", set()),
            ("20260506T000000Z", "20260507T000000Z", {"done"}),
            ("20360505T000000Z", "20360506T000000Z", {"weekly"}),
            ("20360506T000000Z", "20360507T000000Z", set()),
            ("20000101T000000Z", "20000102T000000Z", set()),
        ],
    )
    def test_what_happens_in_a_time(
        self, anna: Device, start: str, end: str, names: set[str]
    ) -> None:
        # 4 May 2026 is a Monday, as is 5 May 2036.
        reply = query(anna, in_time(start, end))

        assert set(reply.hrefs) == {f"/dav/anna/calendar/{name}.ics" for name in names}

    def test_all_of_a_kind_with_their_bytes(self, anna: Device) -> None:
        reply = query(
            anna,
            '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter>',
            "<C:calendar-data/>",
        )

        data = {str(each.text).encode() for each in reply.xml.iter(f"{CAL}calendar-data")}
        assert len(data) == 3
        assert event("once") in data

    def test_text_in_a_property(self, anna: Device) -> None:
        filter_ = (
            '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
            '<C:prop-filter name="SUMMARY"><C:text-match>jour</C:text-match></C:prop-filter>'
            "</C:comp-filter></C:comp-filter>"
        )

        assert query(anna, filter_).hrefs == ["/dav/anna/calendar/weekly.ics"]

    def test_expanded_in_a_time(self, anna: Device) -> None:
        reply = query(
            anna,
            in_time("20260506T000000Z", "20260512T000000Z"),
            '<C:calendar-data><C:expand start="20260506T000000Z" end="20260512T000000Z"/>'
            "</C:calendar-data>",
        )

        assert reply.text.count("BEGIN:VEVENT") == 2

    @pytest.mark.parametrize(
        "filter_",
        [
            "",
            '<C:comp-filter name="VEVENT"/>',
            in_time("", "").replace(' start="" end=""', ""),
            in_time("20260504", "20260505"),
            in_time("20260505T000000Z", "20260504T000000Z"),
            in_time("20261350T000000Z", "20261351T000000Z"),
        ],
    )
    def test_no_filter_is_refused_by_its_precondition(self, anna: Device, filter_: str) -> None:
        reply = query(anna, filter_)

        assert reply.status == 403
        assert reply.xml.find(f"{CAL}valid-filter") is not None

    def test_ten_years_of_hours_are_refused_at_once(self, anna: Device) -> None:
        anna.put("calendar/h.ics", event("h", "Wache", "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8"))

        reply = query(
            anna,
            in_time("20260101T000000Z", "20360101T000000Z"),
            '<C:calendar-data><C:expand start="20260101T000000Z" end="20360101T000000Z"/>'
            "</C:calendar-data>",
        )

        assert reply.status == 507
        assert "number-of-matches-within-limits" in reply.conditions


class TestFreeBusy:
    def ask(self, anna: Device, inner: str) -> Reply:
        body = (
            '<C:free-busy-query xmlns:C="urn:ietf:params:xml:ns:caldav">'
            f"{inner}</C:free-busy-query>"
        )
        return anna.report("calendar", body.encode())

    def test_years_have_four_digits(self, anna: Device) -> None:
        reply = self.ask(anna, '<C:time-range start="00010101T000000Z" end="00010102T000000Z"/>')

        assert "DTSTART:00010101T000000Z" in reply.text.splitlines()

    def test_it_says_when_and_not_why(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Geheim", "RRULE:FREQ=DAILY;COUNT=2"))
        anna.put("calendar/b.ics", event("b", "Frei", "TRANSP:TRANSPARENT"))
        anna.put(
            "calendar/c.ics",
            event("c", "Danach", start="DTSTART:20260504T110000Z\r\nDURATION:PT1H"),
        )

        reply = self.ask(anna, '<C:time-range start="20260504T103000Z" end="20260506T000000Z"/>')

        lines = reply.text.splitlines()
        assert reply.headers["content-type"].startswith("text/calendar")
        assert [line for line in lines if line.startswith("FREEBUSY")] == [
            "FREEBUSY;FBTYPE=BUSY:20260504T103000Z/20260504T120000Z",
            "FREEBUSY;FBTYPE=BUSY:20260505T100000Z/20260505T110000Z",
        ]
        assert "Geheim" not in reply.text

    @pytest.mark.parametrize("inner", ["", '<C:time-range start="20260504T000000Z"/>'])
    def test_a_time_without_an_end_is_refused(self, anna: Device, inner: str) -> None:
        assert self.ask(anna, inner).status == 403


class TestAddressbookQuery:
    def ask(self, anna: Device, inner: str, limit: str = "") -> Reply:
        body = (
            '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            f"<D:prop><D:getetag/><C:address-data/></D:prop>{inner}{limit}</C:addressbook-query>"
        )
        return anna.report("contacts", body.encode())

    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        anna.put("contacts/a.vcf", card("a", "Anna Berg", "EMAIL:anna@berg.example"))
        anna.put("contacts/j.vcf", card("j", "Jonas Keil"))

    def test_a_text_in_a_field(self, anna: Device) -> None:
        filter_ = (
            '<C:filter><C:prop-filter name="FN"><C:text-match>keil</C:text-match>'
            "</C:prop-filter></C:filter>"
        )

        assert self.ask(anna, filter_).hrefs == ["/dav/anna/contacts/j.vcf"]

    def test_a_field_that_is_there(self, anna: Device) -> None:
        filter_ = '<C:filter><C:prop-filter name="EMAIL"/></C:filter>'

        assert self.ask(anna, filter_).hrefs == ["/dav/anna/contacts/a.vcf"]

    def test_no_filter_gives_all(self, anna: Device) -> None:
        assert len(self.ask(anna, "<C:filter/>").hrefs) == 2

    def test_a_limit_is_kept_and_told(self, anna: Device) -> None:
        limit = "<C:limit><C:nresults>1</C:nresults></C:limit>"

        reply = self.ask(anna, "<C:filter/>", limit)

        assert len(changes_in(reply).changed) == 1
        assert changes_in(reply).is_truncated


class TestOtherReports:
    @pytest.mark.parametrize(
        "name", ["{DAV:}version-tree", f"{CARD}addressbook-query", "{urn:x}unknown"]
    )
    def test_what_is_not_served_is_refused(self, anna: Device, name: str) -> None:
        reply = anna.report("calendar", etree.tostring(etree.Element(name)))

        assert reply.status == 403
        assert "supported-report" in reply.conditions
