"""Ties that people of the office make and undo, in the office and in the object (A1, T5)."""

from datetime import UTC, date, datetime

import pytest

from auth.visibility import Visibility
from office.appointments import desk
from office.appointments.desk import Ends, Plan
from office.errors import ForbiddenError, NotFoundError
from tests.groupware_door import Device, GroupwareOffice, event
from tests.office_appointments import (
    add_contact,
    add_estate,
    item_id,
    see,
    ties_of,
    user_id,
    work_of,
)

BASE = "https://office.example/"
PLAN = Plan(
    "Besichtigung", datetime(2026, 5, 4, 10, tzinfo=UTC), datetime(2026, 5, 4, 11, tzinfo=UTC)
)


@pytest.fixture(autouse=True)
def office(groupware: GroupwareOffice) -> GroupwareOffice:
    for name in ("anna", "jonas"):
        see(groupware, name, Visibility.OWN)
    add_contact(groupware, "vera", name="Vera Holm")
    add_estate(groupware, "4711", "Villa am See")
    return groupware


def lines(text: str) -> list[str]:
    """The lines of an object as they are meant."""
    return text.replace("\r\n ", "").splitlines()


def tie(office: GroupwareOffice, uid: str, ends: Ends, *, name: str = "anna") -> None:
    with work_of(office, name) as work:
        item = desk.get(work.unit, work.who, item_id(office, "anna", uid))
        desk.tie(work, item, ends, base_url=BASE)


def untie(office: GroupwareOffice, uid: str, ends: Ends) -> None:
    with work_of(office, "anna") as work:
        item = desk.get(work.unit, work.who, item_id(office, "anna", uid))
        desk.untie(work, item, ends, base_url=BASE)


class TestMadeInTheOffice:
    def test_it_tells_what_it_is_about_and_nothing_of_being_busy(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        with work_of(groupware, "anna") as work:
            ends = Ends(("10001",), ("4711",))
            desk.add(work, work.who.user_id, PLAN._replace(note="Schlüssel"), ends, base_url=BASE)

        [href] = anna.names("calendar/")
        said = lines(anna.request("GET", href).text)
        page = "https://office.example/console"
        assert "X-DEEDBOX-CONTACT:10001" in said
        assert "X-DEEDBOX-ESTATE:4711" in said
        assert "CONTACT;X-DEEDBOX=1:Vera Holm (10001)" in said
        assert f"URL;X-DEEDBOX=1:{page}/contacts/10001" in said
        assert (
            f"DESCRIPTION:Schlüssel\\ndeedbox: Vera Holm (10001) {page}/contacts/10001\\;"
            f" Villa am See (4711) {page}/estates/4711"
        ) in said
        names = {each.partition(":")[0] for each in said}
        assert not names & {"STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"}

    def test_days_are_days(self, groupware: GroupwareOffice, anna: Device) -> None:
        plan = Plan("Urlaub", date(2026, 5, 4), date(2026, 5, 6))
        with work_of(groupware, "anna") as work:
            desk.add(work, work.who.user_id, plan, Ends(("10001",)))

        [href] = anna.names("calendar/")
        assert "DTSTART;VALUE=DATE:20260504" in lines(anna.request("GET", href).text)

    def test_in_nobody_elses_calendar(self, groupware: GroupwareOffice) -> None:
        with work_of(groupware, "jonas") as work, pytest.raises(ForbiddenError):
            desk.add(work, user_id(groupware, "anna"), PLAN, Ends(estates=("4711",)))


class TestTied:
    def test_once_however_often(self, groupware: GroupwareOffice, anna: Device) -> None:
        sent = event("a", "Zahnarzt", "DESCRIPTION:Krone\\, links", "URL:https://praxis.example")
        anna.put("calendar/a.ics", sent)

        tie(groupware, "a", Ends(("10001",)))
        first = anna.get("calendar/a.ics")
        tie(groupware, "a", Ends(("10001",)))

        assert anna.get("calendar/a.ics").body == first.body
        said = lines(first.text)
        assert "URL:https://praxis.example" in said
        assert said.count("X-DEEDBOX-CONTACT:10001") == 1
        [description] = [each for each in said if each.startswith("DESCRIPTION")]
        assert description.startswith("DESCRIPTION:Krone\\, links\\ndeedbox: Vera Holm (10001)")

    def test_it_stays_when_a_program_drops_the_lines(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Zahnarzt"))
        tie(groupware, "a", Ends(("10001",)))

        anna.put("calendar/a.ics", event("a", "Zahnarzt verlegt"))

        assert ties_of(groupware, "anna", "a") == {("10001", "office")}

    def test_undone_it_stays_undone(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Anruf 10001"))
        before = anna.get("calendar/a.ics").body
        tie(groupware, "a", Ends(("10001",), ("4711",)))
        told = anna.get("calendar/a.ics").body

        untie(groupware, "a", Ends(("10001",), ("4711",)))

        assert ties_of(groupware, "anna", "a") == set()
        assert anna.get("calendar/a.ics").body == before
        for body in (told, event("a", "Anruf"), before):
            anna.put("calendar/a.ics", body)
            assert ties_of(groupware, "anna", "a") == set()
        tie(groupware, "a", Ends(("10001",)))
        assert ties_of(groupware, "anna", "a") == {("10001", "office")}

    def test_so_does_one_that_was_found(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Anruf 10001"))
        untie(groupware, "a", Ends(("10001",)))

        for title in ("Anruf", "Anruf 10001 noch einmal"):
            anna.put("calendar/a.ics", event("a", title))

            assert ties_of(groupware, "anna", "a") == set()

    def test_a_meeting_tells_only_what_nobody_is_shown(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        guests = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")
        anna.put("calendar/m.ics", event("m", "Besprechung", *guests))

        tie(groupware, "m", Ends(("10001",)))

        said = lines(anna.get("calendar/m.ics").text)
        assert "X-DEEDBOX-CONTACT:10001" in said
        assert not [each for each in said if each.startswith(("CONTACT", "DESCRIPTION", "URL"))]

    def test_nothing_that_one_may_not_see(self, groupware: GroupwareOffice, jonas: Device) -> None:
        jonas.put("calendar/j.ics", event("j", "Zahnarzt"))
        with work_of(groupware, "jonas") as work:
            item = desk.get(work.unit, work.who, item_id(groupware, "jonas", "j"))
            with pytest.raises(NotFoundError, match="no contact 10001"):
                desk.tie(work, item, Ends(("10001",)))

    def test_no_other_ones_appointment(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Anruf 10001"))
        with work_of(groupware, "jonas") as work, pytest.raises(NotFoundError):
            desk.get(work.unit, work.who, item_id(groupware, "anna", "a"))
