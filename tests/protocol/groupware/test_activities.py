"""The history of contacts and properties, and who sees what of it (T4, U7)."""

import pytest

from auth import blocks, identity
from auth.visibility import Visibility
from office import activities
from office.contacts.kinds import Kind
from office.errors import NotFoundError
from tests.builders import NOW_US
from tests.groupware_door import Device, GroupwareOffice, event, task
from tests.office_appointments import (
    add_contact,
    add_estate,
    item_id,
    see,
    untie_all,
    user_id,
)


@pytest.fixture(autouse=True)
def office(groupware: GroupwareOffice) -> GroupwareOffice:
    for name, seen in (("anna", "own"), ("jonas", "own")):
        see(groupware, name, Visibility(seen))
    add_contact(groupware, "vera")
    add_contact(groupware, "firma", kind=Kind.COMPANY)
    add_estate(groupware, "4711", "Villa am See")
    return groupware


def seen(office: GroupwareOffice, name: str, number: str) -> list[tuple[str, str]]:
    """Kind and title of what somebody sees of a history."""
    user = user_id(office, name)
    with office.store.read() as unit:
        who = identity.of_user(unit, user)
        of = activities.of_estate if number == "4711" else activities.of_contact
        return [(each.kind, each.title) for each in of(unit, who, number)]


class TestHistory:
    def test_appointments_meetings_and_tasks_by_their_time(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        guest = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")
        anna.put("calendar/a.ics", event("a", "4711 früh", start="DTSTART:20260501T100000Z"))
        anna.put("calendar/b.ics", event("b", "4711 spät", start="DTSTART:20260601T100000Z"))
        anna.put("calendar/c.ics", event("c", "4711 Runde", *guest))
        anna.put("tasks/t.ics", task("t", "4711 anrufen"))

        history = seen(groupware, "anna", "4711")

        assert [each for each in history if each[0] != "AUFGABE"] == [
            ("TERMIN", "4711 spät"),
            ("BESPRECHUNG", "4711 Runde"),  # once, though Jonas has a copy
            ("TERMIN", "4711 früh"),
        ]
        assert ("AUFGABE", "4711 anrufen") in history

    def test_whoever_sees_the_contact_sees_its_history(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "10001"))
        anna.put("calendar/b.ics", event("b", "10002"))
        anna.put("calendar/c.ics", event("c", "10001 10002"))
        anna.put("calendar/d.ics", event("d", "privat 10002", "CLASS:PRIVATE"))
        jonas.put("calendar/e.ics", event("e", "eigen 10002", "CLASS:PRIVATE"))

        with pytest.raises(NotFoundError):
            seen(groupware, "jonas", "10001")
        assert {title for _, title in seen(groupware, "jonas", "10002")} == {
            "10002",
            "eigen 10002",
        }
        assert len(seen(groupware, "anna", "10001")) == 2

    def test_a_closed_property_has_none(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "4711"))
        assert len(seen(groupware, "jonas", "4711")) == 1
        with groupware.store.write() as unit:
            [node] = unit.row("SELECT node_id FROM estate")
            blocks.block_on(unit, user_name="jonas", node_id=node, now_us=NOW_US)

        with pytest.raises(NotFoundError):
            seen(groupware, "jonas", "4711")

    def test_what_was_undone_is_not_in_it(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "4711"))
        untie_all(groupware, item_id(groupware, "anna", "a"))

        assert seen(groupware, "anna", "4711") == []
