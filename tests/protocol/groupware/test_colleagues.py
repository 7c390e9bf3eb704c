"""Colleagues' appointments in one's own home: which, how far, and that nobody else's is (T1)."""

import pytest

from auth import blocks, people, rights
from auth.rights import FunctionRight
from auth.visibility import Visibility
from office.contacts.kinds import Kind
from storage import collections
from tests.builders import NOW_US
from tests.groupware_door import CAL, DAV, Device, GroupwareOffice, event
from tests.office_appointments import (
    add_contact,
    add_estate,
    assign,
    profile,
    remove_contact,
    see,
    user_id,
)

DAY_US = 24 * 3600 * 1_000_000


@pytest.fixture(autouse=True)
def office(groupware: GroupwareOffice) -> GroupwareOffice:
    """Berta wants Anna's appointments; customer 10001 is Anna's, the firm 10002 everybody's."""
    groupware.person("berta", "administration")
    for name, seen in (("anna", "own"), ("jonas", "own"), ("berta", "all")):
        see(groupware, name, Visibility(seen))
    add_contact(groupware, "vera")
    add_contact(groupware, "firma", kind=Kind.COMPANY)
    profile(groupware, "berta", colleagues=frozenset({user_id(groupware, "anna")}))
    homes(groupware.people["berta"])  # as programs look before they ask for what is in it
    return groupware


@pytest.fixture
def berta(groupware: GroupwareOffice) -> Device:
    return groupware.people["berta"]


def place(office: GroupwareOffice, name: str = "anna") -> str:
    """Where a colleague's appointments are in one's own home."""
    return f"colleague-{user_id(office, name)}/"


def titles(device: Device, path: str) -> list[str]:
    """What is in a calendar."""
    found = []
    for href in device.names(path):
        text = device.request("GET", href).text
        found += [line[8:] for line in text.splitlines() if line.startswith("SUMMARY:")]
    return sorted(found)


class TestWhatIsInIt:
    def test_office_appointments_only(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        anna.put("calendar/b.ics", event("b", "Zahnarzt"))
        anna.put("calendar/c.ics", event("c", "Heimlich 10001", "CLASS:PRIVATE"))
        anna.put("calendar/d.ics", event("d", "Vertraulich 10001", "CLASS:CONFIDENTIAL"))

        where = place(groupware)
        assert titles(berta, where) == ["Termin 10001"]
        [href] = berta.names(where)
        got = berta.request("GET", href)
        assert got.body == anna.get("calendar/a.ics").body
        assert got.headers["etag"] == anna.get("calendar/a.ics").headers["etag"]
        query = (
            f'<C:calendar-query xmlns:C="{CAL[1:-1]}" xmlns:D="DAV:"><D:prop><D:getetag/></D:prop>'
            '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
            '<C:time-range start="20260504T000000Z" end="20260505T000000Z"/>'
            "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
        )
        assert set(berta.report(where, query.encode()).hrefs) == {href}

    def test_changes_come_as_deltas(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        where = place(groupware)
        first = berta.sync(where)
        [href] = first.changed

        anna.put("calendar/p.ics", event("p", "Zahnarzt"))
        assert berta.sync(where, first.token).token == first.token
        anna.put("calendar/a.ics", event("a", "Termin 10001 verlegt"))
        second = berta.sync(where, first.token)
        assert set(second.changed) == {href}
        assert second.changed[href] != first.changed[href]
        anna.put("calendar/a.ics", event("a", "Zahnarzt"))
        third = berta.sync(where, second.token)
        assert (third.changed, third.gone) == ({}, {href})
        anna.put("calendar/a.ics", event("a", "doch 10002"))
        fourth = berta.sync(where, third.token)
        assert set(fourth.changed) == {href}

    def test_nothing_of_a_customer_that_one_may_not_see(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        let_see_colleagues(groupware, "jonas", "anna")
        anna.put("calendar/a.ics", event("a", "Termin 10001 10002"))
        anna.put("calendar/b.ics", event("b", "Termin 10002"))
        where = place(groupware)
        first = jonas.sync(where)
        assert titles(jonas, where) == ["Termin 10002"]

        assign(groupware, "10001", "jonas")
        second = jonas.sync(where, first.token)
        assert (len(second.changed), second.gone) == (1, set())
        see(groupware, "jonas", Visibility.NONE)
        third = jonas.sync(where, second.token)
        assert (third.changed, third.gone) == ({}, set(second.changed))

    def test_a_contact_that_is_removed_ties_no_longer(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        first = berta.sync(place(groupware))

        remove_contact(groupware, "10001")

        assert berta.sync(place(groupware), first.token).gone == set(first.changed)
        assert anna.get("calendar/a.ics").status == 200

    def test_a_property_that_is_closed_to_the_viewer(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        add_estate(groupware, "4711", "Villa am See")
        anna.put("calendar/a.ics", event("a", "Termin 4711"))
        first = berta.sync(place(groupware))
        assert len(first.changed) == 1

        with groupware.store.write() as unit:
            [node] = unit.row("SELECT node_id FROM estate")
            blocks.block_on(unit, user_name="berta", node_id=node, now_us=NOW_US)

        assert berta.sync(place(groupware), first.token).gone == set(first.changed)

    def test_what_grew_too_old(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        profile(groupware, "berta", appointment_days=10)
        anna.put("calendar/a.ics", event("a", "alt 10001"))
        groupware.clock.now_us += 5 * DAY_US
        anna.put("calendar/b.ics", event("b", "neu 10001"))
        first = berta.sync(place(groupware))
        assert len(first.changed) == 2

        groupware.clock.now_us += 6 * DAY_US
        second = berta.sync(place(groupware), first.token)

        assert len(second.gone) == 1
        assert titles(berta, place(groupware)) == ["neu 10001"]

    def test_nothing_can_be_changed_there(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        [href] = berta.names(place(groupware))

        refused = [
            berta.request("PUT", href, event("a", "anders 10001")),
            berta.request("DELETE", href),
            berta.put(place(groupware) + "x.ics", event("x", "10001")),
            berta.request("DELETE", berta.own(place(groupware))),
            berta.move(href.removeprefix("/dav/berta/"), "calendar/a.ics"),
        ]

        assert {each.status for each in refused} == {403}
        assert titles(berta, place(groupware)) == ["Termin 10001"]
        name = f"{DAV}current-user-privilege-set"
        found = berta.propfind(berta.own(place(groupware)), name).found()[name]
        kinds = {str(each.tag).rpartition("}")[2] for each in found.iterfind(f"{DAV}privilege/*")}
        assert "write-content" not in kinds


def let_see_colleagues(office: GroupwareOffice, name: str, *colleagues: str) -> None:
    """Give somebody the right to choose, and let them choose these."""
    with office.store.write() as unit:
        rights.give(unit, name, [FunctionRight.SEE_DEPARTMENT_APPOINTMENTS])
    chosen = frozenset(user_id(office, each) for each in colleagues)
    profile(office, name, colleagues=chosen)
    homes(office.people[name])


def homes(device: Device) -> set[str]:
    """The colleagues' calendars in one's home."""
    return {each for each in device.names("") if "/colleague-" in each}


class TestWhetherItIsThere:
    def test_it_comes_and_goes_with_the_profile(
        self, groupware: GroupwareOffice, berta: Device
    ) -> None:
        assert homes(berta) == {berta.own(place(groupware))}
        name = f"{DAV}displayname"
        found = berta.propfind(berta.own(place(groupware)), name).found()
        assert found[name].text == "anna"

        profile(groupware, "berta", colleagues=frozenset())
        assert homes(berta) == set()
        assert berta.propfind(berta.own(place(groupware)), name).status == 404

    def test_without_the_right_only_oneself(
        self, groupware: GroupwareOffice, jonas: Device
    ) -> None:
        let_see_colleagues(groupware, "jonas", "anna", "berta")
        assert len(homes(jonas)) == 2

        with groupware.store.write() as unit:
            rights.take(unit, "jonas", [FunctionRight.SEE_DEPARTMENT_APPOINTMENTS])

        assert homes(jonas) == set()

    def test_a_closed_calendar_is_gone_at_once(
        self, groupware: GroupwareOffice, anna: Device, berta: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        [href] = berta.names(place(groupware))
        with groupware.store.write() as unit:
            found = collections.find(unit, user_id(groupware, "anna"), "calendar")
            assert found is not None
            calendar = found.id
            blocks.block_on_collection(
                unit, user_name="berta", collection_id=calendar, now_us=NOW_US
            )

        assert berta.request("GET", href).status == 404
        assert homes(berta) == set()
        with groupware.store.write() as unit:
            blocks.unblock_on_collection(unit, user_name="berta", collection_id=calendar)
        assert len(homes(berta)) == 1
        assert berta.names(place(groupware)) == {href}

    def test_a_blocked_colleague_is_none(self, groupware: GroupwareOffice, berta: Device) -> None:
        assert len(homes(berta)) == 1
        with groupware.store.write() as unit:
            people.block(unit, "anna")
        assert homes(berta) == set()
        with groupware.store.write() as unit:
            people.unblock(unit, "anna")
        assert len(homes(berta)) == 1

    def test_for_nobody_else(self, groupware: GroupwareOffice, jonas: Device) -> None:
        path = groupware.people["berta"].own(place(groupware))

        assert jonas.propfind(path).status == 404
        assert jonas.propfind(jonas.own(place(groupware))).status == 404
