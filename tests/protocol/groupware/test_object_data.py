"""calendar-data and address-data in reports, and vCards by Accept (RFC 4791 9.6, 6352 10.4)."""

import pytest

from dav_providers.groupware import object_data
from tests.documents_door import Reply
from tests.groupware_door import CAL, CARD, DAV, Device, card, event

SERIES = event("a", "Jour fixe", "RRULE:FREQ=DAILY;COUNT=9")
MOVED = (
    b"BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:20260506T100000Z\r\n"
    b"DTSTART:20260520T100000Z\r\nSUMMARY:Verlegt\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
OLD = card("a", "Anna Berg", "BDAY:1985-04-12", "TEL;TYPE=home,pref:1")
NEW = OLD.replace(b"VERSION:3.0", b"VERSION:4.0").replace(b"1985-04-12", b"19850412")
NEW = NEW.replace(b"TYPE=home,pref", b"TYPE=home;PREF=1")
SYNC = "<D:sync-token/><D:sync-level>1</D:sync-level>"
ALL_EVENTS = (
    '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter>'
    "</C:filter>"
)


def reports(device: Device, data: str, path: str = "calendar") -> list[Reply]:
    """The same wish in every report that brings objects."""
    is_card = path == "contacts"
    kind, namespace = ("addressbook", "carddav") if is_card else ("calendar", "caldav")
    suffix = "vcf" if is_card else "ics"
    bodies = {
        f"C:{kind}-query": "<C:filter/>" if is_card else ALL_EVENTS,
        f"C:{kind}-multiget": f"<D:href>/dav/anna/{path}/a.{suffix}</D:href>",
        "D:sync-collection": SYNC,
    }
    return [
        device.report(
            path,
            f'<{name} xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:{namespace}">'
            f"<D:prop><D:getetag/>{data}</D:prop>{inner}</{name}>".encode(),
        )
        for name, inner in bodies.items()
    ]


def data_of(replies: list[Reply], name: str = f"{CAL}calendar-data") -> str:
    """The data, which all *replies* agree on."""
    found = {reply.xml.findtext(f".//{name}") for reply in replies}
    assert len(found) == 1, found
    return str(found.pop())


class TestCalendarData:
    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        whole = SERIES.replace(b"END:VCALENDAR\r\n", MOVED)
        assert anna.put("calendar/a.ics", whole).status == 201

    def test_parts(self, anna: Device) -> None:
        wanted = (
            '<C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/>'
            '<C:comp name="VEVENT"><C:prop name="SUMMARY"/><C:prop name="UID" novalue="yes"/>'
            "</C:comp></C:comp></C:calendar-data>"
        )

        assert data_of(reports(anna, wanted)).split("\r\n") == [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "BEGIN:VEVENT",
            "UID:",
            "SUMMARY:Jour fixe",
            "END:VEVENT",
            "BEGIN:VEVENT",
            "UID:",
            "SUMMARY:Verlegt",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]

    def test_all_of_it_spelled_out(self, anna: Device) -> None:
        wanted = (
            '<C:calendar-data content-type="text/calendar" version="2.0">'
            '<C:comp name="VCALENDAR"><C:allprop/><C:allcomp/></C:comp></C:calendar-data>'
        )

        assert data_of(reports(anna, wanted)).encode() == anna.get("calendar/a.ics").body

    def test_instances_and_of_these_parts(self, anna: Device) -> None:
        wanted = (
            '<C:calendar-data><C:comp name="VCALENDAR"><C:comp name="VEVENT">'
            '<C:prop name="DTSTART"/></C:comp></C:comp>'
            '<C:expand start="20260506T000000Z" end="20260508T000000Z"/></C:calendar-data>'
        )

        found = data_of(reports(anna, wanted))

        assert found.split("\r\n")[1:-2] == [
            "BEGIN:VEVENT",
            "DTSTART:20260507T100000Z",
            "END:VEVENT",
        ]

    def test_changed_instances_of_a_time(self, anna: Device) -> None:
        def wanted(day: int) -> str:
            return (
                f'<C:calendar-data><C:limit-recurrence-set start="202605{day:02}T000000Z" '
                f'end="202605{day + 1:02}T000000Z"/></C:calendar-data>'
            )

        assert "Verlegt" in data_of(reports(anna, wanted(20)))
        assert "Verlegt" in data_of(reports(anna, wanted(6)))
        assert "Verlegt" not in data_of(reports(anna, wanted(7)))
        assert "RRULE" in data_of(reports(anna, wanted(7)))

    @pytest.mark.parametrize(
        ("wanted", "status", "condition"),
        [
            ('<C:calendar-data version="3.0"/>', 403, "supported-calendar-data"),
            (
                '<C:calendar-data content-type="application/calendar+json"/>',
                403,
                "supported-calendar-data",
            ),
            ('<C:calendar-data><C:expand start="20260506T000000Z"/></C:calendar-data>', 400, ""),
            ('<C:calendar-data><C:comp name="VEVENT"/></C:calendar-data>', 400, ""),
            (
                '<C:calendar-data><C:comp name="VCALENDAR"><C:prop/></C:comp></C:calendar-data>',
                400,
                "",
            ),
        ],
    )
    def test_what_can_not_be_given_is_refused(
        self, anna: Device, wanted: str, status: int, condition: str
    ) -> None:
        for reply in reports(anna, wanted):
            assert reply.status == status
            assert not condition or reply.xml.find(f"{CAL}{condition}") is not None


class TestAddressData:
    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        assert anna.put("contacts/a.vcf", OLD).status == 201

    def data(self, anna: Device, wanted: str) -> str:
        return data_of(reports(anna, wanted, "contacts"), f"{CARD}address-data")

    def test_parts(self, anna: Device) -> None:
        wanted = (
            '<C:address-data><C:prop name="FN"/><C:prop name="TEL" novalue="yes"/>'
            "</C:address-data>"
        )

        assert self.data(anna, wanted).split("\r\n")[2:-2] == [
            "FN:Anna Berg",
            "TEL;TYPE=home,pref:",
        ]

    @pytest.mark.parametrize(
        "wanted", ["<C:address-data/>", "<C:address-data><C:allprop/></C:address-data>"]
    )
    def test_all_of_it(self, anna: Device, wanted: str) -> None:
        assert self.data(anna, wanted).encode() == OLD

    def test_in_the_version_that_is_asked_for(self, anna: Device) -> None:
        wanted = '<C:address-data content-type="text/vcard" version="4.0"/>'

        assert self.data(anna, wanted).encode() == NEW

    def test_without_a_word_it_is_as_it_was_sent(self, anna: Device) -> None:
        anna.put("contacts/a.vcf", NEW)

        assert self.data(anna, "<C:address-data/>").encode() == NEW

    def test_another_version_there_is_none_of(self, anna: Device) -> None:
        for reply in reports(anna, '<C:address-data version="2.1"/>', "contacts"):
            assert reply.status == 403
            assert reply.xml.find(f"{CARD}supported-address-data-conversion") is not None

    def test_the_tag_of_a_report_is_that_of_the_object(self, anna: Device) -> None:
        stored = anna.get("contacts/a.vcf").headers["etag"]

        for reply in reports(anna, '<C:address-data version="4.0"/>', "contacts"):
            assert reply.xml.findtext(f".//{DAV}getetag") == stored


ODD_CARD = card("b", "Jonas Keil", "NOTE:a\r\n\r\n ", "BDAY:1990-01-02")
"""With a line that is empty only when it is unfolded."""
ODD_SERIES = SERIES.replace(b"SUMMARY:", b"COMMENT:a\r\n\r\n \r\nSUMMARY:")


class TestOddLines:
    def test_do_not_shift_a_card(self, anna: Device) -> None:
        assert anna.put("contacts/a.vcf", ODD_CARD).status == 201
        wanted = '<C:address-data version="4.0"><C:prop name="BDAY"/></C:address-data>'

        data = data_of(reports(anna, wanted, "contacts"), f"{CARD}address-data")

        assert data.split("\r\n")[1:-2] == ["VERSION:4.0", "BDAY:19900102"]

    def test_do_not_shift_an_instance(self, anna: Device) -> None:
        times = '<C:expand start="20260506T000000Z" end="20260507T000000Z"/>'
        wanted = f"<C:calendar-data>{times}</C:calendar-data>"
        assert anna.put("calendar/a.ics", SERIES).status == 201
        plain = data_of(reports(anna, wanted))
        assert anna.put("calendar/a.ics", ODD_SERIES).status == 204

        odd = data_of(reports(anna, wanted))

        assert odd == plain.replace("SUMMARY:", "COMMENT:a\r\n\r\n \r\nSUMMARY:")


class TestFallback:
    """One object that can't be made what is wanted is given as it is stored."""

    @pytest.mark.parametrize(
        ("function", "wanted"),
        [
            ("in_version", '<C:address-data version="4.0"/>'),
            ("part_of_card", '<C:address-data><C:prop name="FN"/></C:address-data>'),
        ],
    )
    def test_a_card(
        self, anna: Device, monkeypatch: pytest.MonkeyPatch, function: str, wanted: str
    ) -> None:
        assert anna.put("contacts/a.vcf", OLD).status == 201
        monkeypatch.setattr(object_data, function, _fail)

        found = data_of(reports(anna, wanted, "contacts"), f"{CARD}address-data")

        assert found.encode() == OLD

    @pytest.mark.parametrize(
        ("function", "inner"),
        [
            ("instances", '<C:expand start="20260506T000000Z" end="20260508T000000Z"/>'),
            ("expanded", '<C:expand start="20260506T000000Z" end="20260508T000000Z"/>'),
            (
                "limited_overrides",
                '<C:limit-recurrence-set start="20260506T000000Z" end="20260508T000000Z"/>',
            ),
            (
                "limited_free_busy",
                '<C:limit-freebusy-set start="20260506T000000Z" end="20260508T000000Z"/>',
            ),
            ("part_of_calendar", '<C:comp name="VCALENDAR"><C:allprop/></C:comp>'),
        ],
    )
    def test_a_calendar_object(
        self, anna: Device, monkeypatch: pytest.MonkeyPatch, function: str, inner: str
    ) -> None:
        assert anna.put("calendar/a.ics", SERIES).status == 201
        monkeypatch.setattr(object_data, function, _fail)

        found = data_of(reports(anna, f"<C:calendar-data>{inner}</C:calendar-data>"))

        assert found.encode() == SERIES


def _fail(*_: object, **__: object) -> str:
    raise IndexError("list index out of range")


class TestAccept:
    VERSION_4 = "text/vcard; version=4.0"

    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        assert anna.put("contacts/a.vcf", OLD).status == 201

    @pytest.mark.parametrize(
        "accept",
        [
            "*/*",
            "text/vcard",
            "text/vcard;version=3.0",
            "text/html",
            "text/vcard;q=0.5, */*;q=0.1",
        ],
    )
    def test_stored_bytes_go_to_whoever_takes_them(self, anna: Device, accept: str) -> None:
        plain = anna.get("contacts/a.vcf")
        reply = anna.get("contacts/a.vcf", Accept=accept)

        assert reply.body == plain.body == OLD
        assert reply.headers["etag"] == plain.headers["etag"]
        assert reply.headers["vary"] == "Accept"

    def test_another_version_has_another_tag(self, anna: Device) -> None:
        plain = anna.get("contacts/a.vcf")
        reply = anna.get("contacts/a.vcf", Accept=self.VERSION_4)

        assert reply.body == NEW
        assert reply.headers["content-type"] == "text/vcard; charset=utf-8; version=4.0"
        assert reply.headers["etag"] != plain.headers["etag"]
        assert not reply.headers["etag"].startswith("W/")

    def test_who_has_it_in_that_version_is_told_so(self, anna: Device) -> None:
        tag = anna.get("contacts/a.vcf", Accept=self.VERSION_4).headers["etag"]

        again = anna.get("contacts/a.vcf", Accept=self.VERSION_4, If_None_Match=tag)
        other = anna.get("contacts/a.vcf", If_None_Match=tag)

        assert (again.status, again.headers["etag"], again.headers["vary"]) == (304, tag, "Accept")
        assert other.status == 200

    def test_who_has_seen_it_in_that_version_may_change_it(self, anna: Device) -> None:
        tag = anna.get("contacts/a.vcf", Accept=self.VERSION_4).headers["etag"]

        first = anna.put("contacts/a.vcf", NEW, If_Match=tag)
        second = anna.put("contacts/a.vcf", OLD, If_Match=tag)

        assert (first.status, second.status) == (204, 412)

    def test_a_version_there_is_none_of(self, anna: Device) -> None:
        reply = anna.get("contacts/a.vcf", Accept="text/vcard;version=2.1")

        assert reply.status == 406
        assert reply.xml.find(f"{CARD}supported-address-data-conversion") is not None

    def test_events_have_one_version(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.get("calendar/a.ics", Accept=self.VERSION_4)

        assert (reply.status, "vary" in reply.headers) == (200, False)
