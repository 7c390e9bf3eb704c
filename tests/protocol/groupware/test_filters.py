"""Filters as clients send them (RFC 4791 section 9.7, RFC 6352 section 10.5)."""

import pytest

from tests.documents_door import Reply
from tests.groupware_door import CAL, CARD, Device, card, changes_in, event, task


def query(device: Device, inner: str, data: str = "", path: str = "calendar") -> Reply:
    """A calendar-query for events or, in the list of tasks, tasks with *inner* in their filter."""
    name = "VTODO" if path == "tasks" else "VEVENT"
    return raw_query(
        device,
        f'<C:comp-filter name="VCALENDAR"><C:comp-filter name="{name}">{inner}'
        "</C:comp-filter></C:comp-filter>",
        data,
        path,
    )


def raw_query(device: Device, filter_: str, data: str = "", path: str = "calendar") -> Reply:
    body = (
        '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
        'xmlns:X="https://muster.example/">'
        f"<D:prop><D:getetag/>{data}</D:prop><C:filter>{filter_}</C:filter></C:calendar-query>"
    )
    return device.report(path, body.encode())


def names(reply: Reply) -> set[str]:
    assert reply.status == 207, reply.text
    return {href.rpartition("/")[2].partition(".")[0] for href in reply.hrefs}


def prop(name: str, inner: str) -> str:
    return f'<C:prop-filter name="{name}">{inner}</C:prop-filter>'


def text(value: str, *attributes: str) -> str:
    return f"<C:text-match {' '.join(attributes)}>{value}</C:text-match>"


class TestCalendars:
    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        anna.put("calendar/notary.ics", event("notary", "Notar Müller", "STATUS:CONFIRMED"))
        anna.put(
            "calendar/guests.ics",
            event(
                "guests",
                "Besichtigung",
                "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:jonas@keil.example",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:anna@berg.example",
                "BEGIN:VALARM",
                "ACTION:DISPLAY",
                "DESCRIPTION:Los",
                "TRIGGER:-PT30M",
                "END:VALARM",
            ),
        )
        anna.put(
            "calendar/weekly.ics",
            event("weekly", "Jour fixe", "RRULE:FREQ=WEEKLY", r"LOCATION:Büro\, 2. Stock"),
        )

    def test_what_another_namespace_adds_is_passed_over(self, anna: Device) -> None:
        inner = '<C:comp-filter name="VEVENT"/>'
        asked = f'<X:hint/><C:comp-filter name="VCALENDAR">{inner}</C:comp-filter>'

        assert names(raw_query(anna, asked)) == {"notary", "guests", "weekly"}

    @pytest.mark.parametrize(
        ("inner", "found"),
        [
            (prop("SUMMARY", text("NOTAR")), {"notary"}),
            (prop("SUMMARY", text("NOTAR", 'collation="i;octet"')), set()),
            (prop("SUMMARY", text("MÜLLER")), set()),
            (prop("SUMMARY", text("MÜLLER", 'collation="i;unicode-casemap"')), {"notary"}),
            (prop("SUMMARY", text("notar", 'negate-condition="yes"')), {"guests", "weekly"}),
            (prop("UID", text("guests", 'collation="i;octet"')), {"guests"}),
            (prop("LOCATION", text("büro, 2.", 'collation="i;unicode-casemap"')), {"weekly"}),
            (prop("STATUS", ""), {"notary"}),
            (prop("STATUS", "<C:is-not-defined/>"), {"guests", "weekly"}),
            (
                prop(
                    "ATTENDEE",
                    f"{text('jonas')}<C:param-filter name='PARTSTAT'>{text('NEEDS-ACTION')}"
                    "</C:param-filter>",
                ),
                {"guests"},
            ),
            (
                prop(
                    "ATTENDEE",
                    f"{text('anna')}<C:param-filter name='PARTSTAT'>{text('NEEDS-ACTION')}"
                    "</C:param-filter>",
                ),
                set(),
            ),
            (
                (
                    '<C:comp-filter name="VALARM"><C:time-range start="20260504T093000Z" '
                    'end="20260504T093100Z"/></C:comp-filter>'
                ),
                {"guests"},
            ),
            (
                '<C:comp-filter name="VALARM"><C:is-not-defined/></C:comp-filter>',
                {"notary", "weekly"},
            ),
            (
                '<C:time-range start="20360505T000000Z"/>' + prop("SUMMARY", text("fix")),
                {"weekly"},
            ),
            (
                prop("DTSTAMP", '<C:time-range start="20260101T000000Z" end="20260102T000000Z"/>'),
                {"notary", "guests", "weekly"},
            ),
            ("<X:unknown/>" + prop("SUMMARY", text("fix")), {"weekly"}),
        ],
    )
    def test_what_passes(self, anna: Device, inner: str, found: set[str]) -> None:
        assert names(query(anna, inner)) == found

    def test_bytes_come_along_whoever_answers(self, anna: Device) -> None:
        for inner in (prop("SUMMARY", text("NOTAR")), prop("STATUS", text("CONFIRMED"))):
            reply = query(anna, inner, "<C:calendar-data/>")

            data = reply.xml.findtext(f".//{CAL}calendar-data", "").encode()
            assert data == event("notary", "Notar Müller", "STATUS:CONFIRMED")

    def test_tasks_that_are_not_done(self, anna: Device) -> None:
        anna.put("tasks/open.ics", task("open"))
        done = task("done").replace(b"END:VTODO", b"COMPLETED:20260504T100000Z\r\nEND:VTODO")
        anna.put("tasks/done.ics", done)

        reply = query(anna, prop("COMPLETED", "<C:is-not-defined/>"), path="tasks")

        assert names(reply) == {"open"}

    @pytest.mark.parametrize(
        ("inner", "condition"),
        [
            ("<C:is-not-defined/>" + prop("SUMMARY", ""), "valid-filter"),
            (prop("SUMMARY", text("a") + text("b")), "valid-filter"),
            (prop("SUMMARY", text("a", 'negate-condition="perhaps"')), "valid-filter"),
            (prop("SUMMARY", "<C:unknown/>"), "valid-filter"),
            ("<C:prop-filter/>", "valid-filter"),
            ("<C:comp-filter/>", "valid-filter"),
            ('<C:time-range start="20260504T000000Z"/>' * 2, "valid-filter"),
            (prop("SUMMARY", '<C:time-range start="20260504T000000Z"/>'), "supported-filter"),
            (
                (
                    '<C:comp-filter name="X-MINE"><C:time-range start="20260504T000000Z"/>'
                    "</C:comp-filter>"
                ),
                "supported-filter",
            ),
            (prop("SUMMARY", text("a", 'collation="i;basic"')), "supported-collation"),
        ],
    )
    def test_what_is_no_filter_is_told_by_its_precondition(
        self, anna: Device, inner: str, condition: str
    ) -> None:
        reply = query(anna, inner)

        assert reply.status == 403
        assert reply.xml.find(f"{CAL}{condition}") is not None

    def test_a_time_without_a_kind_is_of_all_kinds(self, anna: Device) -> None:
        def in_2036(inner: str = "") -> Reply:
            time = '<C:time-range start="20360505T000000Z" end="20360506T000000Z"/>'
            return raw_query(
                anna, f'<C:comp-filter name="VCALENDAR">{time}{inner}</C:comp-filter>'
            )

        zone = '<C:comp-filter name="VTIMEZONE"/>'

        assert names(in_2036()) == {"weekly"}
        assert names(in_2036('<C:comp-filter name="VEVENT"/>')) == {"weekly"}
        assert names(in_2036(zone)) == set()

    def test_of_many_large_ones_all_are_looked_through(self, anna: Device) -> None:
        for i in range(30):
            padding = "X-PAD:" + "x" * 18_000
            word = "LOCATION:Notariat" if i == 29 else "LOCATION:Büro"
            anna.put(f"calendar/{i}.ics", event(f"large{i}", "Groß", padding, word))

        assert names(query(anna, prop("LOCATION", text("notariat")))) == {"29"}


def ask(device: Device, filter_: str, after: str = "", data: str = "") -> Reply:
    body = (
        '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
        f"<D:prop><D:getetag/>{data}</D:prop>{filter_}{after}</C:addressbook-query>"
    )
    return device.report("contacts", body.encode())


class TestContacts:
    @pytest.fixture(autouse=True)
    def _filled(self, anna: Device) -> None:
        anna.put(
            "contacts/anna.vcf",
            card("anna", "Anna Berg", "item1.EMAIL;TYPE=home:anna@berg.example"),
        )
        anna.put(
            "contacts/jonas.vcf",
            card("jonas", "Jonas Müller", "TEL;TYPE=cell:+49 170 1", "NOTE:kauft"),
        )

    @pytest.mark.parametrize(
        ("properties", "found"),
        [
            (prop("FN", text("müller")), {"jonas"}),
            (prop("FN", text("Jonas", 'match-type="equals"')), set()),
            (prop("FN", text("jonas", 'match-type="starts-with"')), {"jonas"}),
            (prop("FN", text("berg", 'match-type="ends-with"')), {"anna"}),
            (prop("EMAIL", text("berg")), {"anna"}),
            (prop("item1.EMAIL", text("berg")), {"anna"}),
            (prop("item2.EMAIL", text("berg")), set()),
            (
                prop("TEL", f'<C:param-filter name="TYPE">{text("cell")}</C:param-filter>'),
                {"jonas"},
            ),
            (prop("TEL", "<C:is-not-defined/>"), {"anna"}),
            (prop("NOTE", text("kauft")) + prop("EMAIL", text("berg")), {"anna", "jonas"}),
            (prop("FN", text("a", 'negate-condition="yes"')), set()),
        ],
    )
    def test_what_passes(self, anna: Device, properties: str, found: set[str]) -> None:
        assert names(ask(anna, f"<C:filter>{properties}</C:filter>")) == found

    def test_all_of_several(self, anna: Device) -> None:
        both = prop("FN", text("jonas")) + prop("EMAIL", text("berg"))

        assert names(ask(anna, f'<C:filter test="allof">{both}</C:filter>')) == set()

    def test_a_limit_ends_the_search(self, anna: Device) -> None:
        for i in range(5):
            anna.put(f"contacts/{i}.vcf", card(f"c{i}", "Vielzahl", "NOTE:kauft"))
        limit = "<C:limit><C:nresults>3</C:nresults></C:limit>"

        found = changes_in(ask(anna, f"<C:filter>{prop('NOTE', text('kauft'))}</C:filter>", limit))

        assert (len(found.changed), found.is_truncated) == (3, True)

    @pytest.mark.parametrize(
        ("filter_", "condition"),
        [
            ("<C:filter>" + prop("FN", text("a", 'collation="i;x"')) + "</C:filter>", "collation"),
            ("<C:filter>" + prop("FN", text("a", 'match-type="like"')) + "</C:filter>", "filter"),
            ('<C:filter test="some"/>', "filter"),
            ("<C:filter>" + prop("", text("a")) + "</C:filter>", "filter"),
        ],
    )
    def test_what_is_no_filter_is_told_by_its_precondition(
        self, anna: Device, filter_: str, condition: str
    ) -> None:
        reply = ask(anna, filter_)

        assert reply.status == 403
        assert reply.xml.find(f"{CARD}supported-{condition}") is not None
