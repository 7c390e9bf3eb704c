"""Appointments tied to contacts and properties: what is found, and what stays undone (T2, T4)."""

import pytest

from auth.visibility import Visibility
from office.contacts.kinds import Kind
from storage import appointments, ties
from storage import people as person_rows
from tests.groupware_door import Device, GroupwareOffice, event, task
from tests.office_appointments import add_contact, add_estate, item_id, see, ties_of


@pytest.fixture(autouse=True)
def people(groupware: GroupwareOffice) -> None:
    for name in ("anna", "jonas"):
        see(groupware, name, Visibility.OWN)


class TestWhatIsFound:
    @pytest.mark.parametrize(
        ("line", "origin"),
        [
            ("X-DEEDBOX-CONTACT:10001", "x-property"),
            ("URL:https://office.example/console/contacts/10001", "url"),
            ("CONTACT:Vera Holm\\, 10001", "contact"),
            ("CONTACT:Vera Holm <Vera@holm.example>", "contact"),
            ('CONTACT;ALTREP="https://b.example/console/contacts/10001":V', "contact"),
            ("ATTENDEE;CN=Vera:mailto:vera@holm.example", "e-mail"),
            ("LOCATION:bei 10001\\, Berlin", "number"),
            ("DESCRIPTION:Kunde:10001.", "number"),
        ],
    )
    def test_a_customer_by_what_the_object_says(
        self, groupware: GroupwareOffice, anna: Device, line: str, origin: str
    ) -> None:
        add_contact(groupware, "vera", "EMAIL:vera@holm.example")

        assert anna.put("calendar/a.ics", event("a", "Besichtigung", line)).status == 201

        assert ties_of(groupware, "anna", "a") == {("10001", origin)}

    def test_a_property_by_its_number_in_the_title(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add_estate(groupware, "4711", "Villa am See")

        anna.put("calendar/a.ics", event("a", "Besichtigung (4711)"))
        anna.put("tasks/t.ics", task("t", "4711 anrufen"))

        assert ties_of(groupware, "anna", "a") == {("4711", "number")}
        assert ties_of(groupware, "anna", "t") == {("4711", "number")}

    @pytest.mark.parametrize("title", ["14711", "4711-2", "47 11", "A4711", "22.4711.1"])
    def test_nothing_by_a_part_of_a_word(
        self, groupware: GroupwareOffice, anna: Device, title: str
    ) -> None:
        add_estate(groupware, "4711", "Villa am See")

        anna.put("calendar/a.ics", event("a", title))

        assert ties_of(groupware, "anna", "a") == set()

    def test_no_customer_that_the_owner_may_not_see(
        self, groupware: GroupwareOffice, jonas: Device
    ) -> None:
        add_contact(groupware, "vera", "EMAIL:vera@holm.example")

        jonas.put("calendar/a.ics", event("a", "10001", "ATTENDEE:mailto:vera@holm.example"))

        assert ties_of(groupware, "jonas", "a") == set()

    def test_nothing_in_further_calendars(self, groupware: GroupwareOffice, anna: Device) -> None:
        add_contact(groupware, "vera")
        anna.request("MKCALENDAR", anna.own("verein/"))

        anna.put("verein/a.ics", event("a", "10001"))
        assert ties_of(groupware, "anna", "a") == set()

        anna.move("verein/a.ics", "calendar/a.ics")
        assert ties_of(groupware, "anna", "a") == {("10001", "number")}

    def test_what_kind_it_is(self, groupware: GroupwareOffice, anna: Device) -> None:
        add_contact(groupware, "vera", "EMAIL:vera@holm.example")
        guest = "ATTENDEE:mailto:vera@holm.example"

        anna.put("calendar/a.ics", event("a", "10001", "TRANSP:TRANSPARENT"))
        anna.put("calendar/b.ics", event("b", "Gespräch", guest))
        anna.put("tasks/c.ics", task("c", "10001"))
        anna.put("calendar/d.ics", event("d", "10001", "X-DEEDBOX-KIND:WIEDERVORLAGE"))
        anna.put("calendar/d.ics", event("d", "10001 später"))

        with groupware.store.read() as unit:
            rows = [appointments.find(unit, item_id(groupware, "anna", each)) for each in "abcd"]
        assert [row and row.kind for row in rows] == [
            "TERMIN",
            "BESPRECHUNG",
            "AUFGABE",
            "WIEDERVORLAGE",
        ]


class TestWhatFollows:
    def test_what_nothing_speaks_for_any_more(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add_contact(groupware, "vera")
        anna.put("calendar/a.ics", event("a", "10001"))

        anna.put("calendar/a.ics", event("a", "Zahnarzt"))

        assert ties_of(groupware, "anna", "a") == set()

    def test_a_meeting_ties_each_ones_copy_by_what_they_see(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add_contact(groupware, "vera")
        add_contact(groupware, "firma", kind=Kind.COMPANY)
        guests = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")

        reply = anna.put("calendar/m.ics", event("m", "10001 und 10002", *guests))
        assert reply.status == 201, reply.text

        assert ties_of(groupware, "anna", "m") == {("10001", "number"), ("10002", "number")}
        assert ties_of(groupware, "jonas", "m") == {("10002", "number")}

    def test_every_change_takes_a_number_of_the_offices(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        add_contact(groupware, "vera")

        def last() -> int:
            with groupware.store.read() as unit:
                return int(unit.row("SELECT modseq FROM collection WHERE role = 'records'")[0])

        before = last()
        anna.put("calendar/p.ics", event("p", "Zahnarzt"))
        assert last() == before
        anna.put("calendar/a.ics", event("a", "10001"))
        assert last() == before + 1
        anna.put("calendar/a.ics", event("a", "10001 neu"))
        assert last() == before + 2

    def test_addresses_follow_the_card(self, groupware: GroupwareOffice, anna: Device) -> None:
        add_contact(groupware, "vera", "EMAIL:vera@holm.example")
        [href] = anna.names("office/")
        changed = anna.request("GET", href).body.replace(b"vera@holm", b"vera@neu")
        assert anna.request("PUT", href, changed).status == 204

        anna.put("calendar/a.ics", event("a", "x", "ATTENDEE:mailto:vera@holm.example"))
        anna.put("calendar/b.ics", event("b", "x", "ATTENDEE:mailto:VERA@neu.example"))

        assert ties_of(groupware, "anna", "a") == set()
        assert ties_of(groupware, "anna", "b") == {("10001", "e-mail")}


def test_any_words_are_looked_for_in_one_query(groupware: GroupwareOffice) -> None:
    with groupware.store.read() as unit:
        found = ties.matches(
            unit,
            person_rows.find_principal(unit, "anna") or 0,
            contact_numbers=[str(each) for each in range(1000)],
            estate_numbers=["a'b", '"', "ü"],
            email_keys=[],
        )

    assert found == []
