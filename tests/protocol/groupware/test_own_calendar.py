"""One's own default calendar as the profile cuts it; DELETE and MOVE in it (T2, C4)."""

import pytest

from auth.visibility import Visibility
from jobs import office_deletes
from office import hiding
from office.half_moves import MINUTE_US
from office.sync_settings import Conflicts, Deletes
from storage.store import Unit
from tests import statements
from tests.builders import a_device
from tests.groupware_door import DAV, Device, GroupwareOffice, event
from tests.office_appointments import (
    add_contact,
    item_id,
    profile,
    see,
    ties_of,
    user_id,
)
from tests.office_book import logged
from tests.protocol.groupware.test_colleagues import homes, titles

DAY_US = 24 * 3600 * 1_000_000
CALENDAR = "calendar/"


@pytest.fixture(autouse=True)
def office(groupware: GroupwareOffice) -> GroupwareOffice:
    groupware.person("berta", "administration")
    for name, seen in (("anna", "own"), ("jonas", "own"), ("berta", "all")):
        see(groupware, name, Visibility(seen))
    add_contact(groupware, "vera")
    return groupware


def old_and_new(office: GroupwareOffice, device: Device) -> None:
    """Two appointments, of which the first is older than ten days."""
    device.put("calendar/old.ics", event("old", "alt"))
    office.clock.now_us += 11 * DAY_US
    device.put("calendar/new.ics", event("new", "neu"))


class TestTheProfileCuts:
    def test_what_is_too_old_leaves_by_a_delta_and_comes_back(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        old_and_new(groupware, anna)
        first = anna.sync(CALENDAR)
        assert len(first.changed) == 2

        profile(groupware, "anna", appointment_days=10)
        second = anna.sync(CALENDAR, first.token)
        assert (second.changed, second.gone) == ({}, {anna.own("calendar/old.ics")})
        assert anna.get("calendar/old.ics").status == 404
        assert anna.sync(CALENDAR, second.token).token == second.token
        profile(groupware, "anna", appointment_days=None)
        third = anna.sync(CALENDAR, second.token)
        assert (set(third.changed), third.gone) == ({anna.own("calendar/old.ics")}, set())

    def test_time_alone_does(self, groupware: GroupwareOffice, anna: Device) -> None:
        profile(groupware, "anna", appointment_days=10)
        assert anna.names(CALENDAR) == set()
        anna.put("calendar/a.ics", event("a", "alt"))
        first = anna.sync(CALENDAR)
        groupware.clock.now_us += 9 * DAY_US
        assert anna.sync(CALENDAR, first.token).token == first.token

        groupware.clock.now_us += 2 * DAY_US

        assert anna.sync(CALENDAR, first.token).gone == set(first.changed)

    def test_it_is_off(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        anna.request("MKCALENDAR", anna.own("verein/"))
        anna.put("verein/b.ics", event("b"))

        profile(groupware, "anna", appointments=False)

        assert anna.names(CALENDAR) == set()
        assert anna.names("verein/") == {anna.own("verein/b.ics")}
        assert anna.put("calendar/c.ics", event("c")).status == 201
        assert anna.names(CALENDAR) == set()
        profile(groupware, "anna", appointments=True)
        assert anna.names(CALENDAR) == {anna.own(f"calendar/{each}.ics") for each in "ac"}

    def test_nobody_finds_what_is_aside(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        profile(groupware, "anna", appointments=False)
        anna.names(CALENDAR)

        with groupware.store.read() as unit:
            [name] = unit.row("SELECT name FROM collection WHERE role = 'aside'")
        assert not [each for each in anna.names("") if "aside" in each]
        assert anna.propfind(anna.own(f"{name}/"), f"{DAV}getetag").status == 404
        assert anna.put(f"{name}/x.ics", event("x")).status in {404, 409}
        assert anna.request("DELETE", anna.own(f"{name}/")).status == 404

    def test_colleagues_still_see_it(self, groupware: GroupwareOffice, anna: Device) -> None:
        berta = groupware.people["berta"]
        profile(groupware, "berta", colleagues=frozenset({user_id(groupware, "anna")}))
        homes(berta)
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        where = f"colleague-{user_id(groupware, 'anna')}/"
        first = berta.sync(where)

        profile(groupware, "anna", appointments=False)
        assert anna.names(CALENDAR) == set()

        assert berta.sync(where, first.token).token == first.token
        assert titles(berta, where) == ["Termin 10001"]

    @pytest.mark.parametrize("condition", [{}, {"If_None_Match": "*"}])
    def test_a_put_of_its_uid_updates_it(
        self, groupware: GroupwareOffice, anna: Device, condition: dict[str, str]
    ) -> None:
        old_and_new(groupware, anna)
        was = item_id(groupware, "anna", "old")
        profile(groupware, "anna", appointment_days=10)
        assert len(anna.names(CALENDAR)) == 1

        reply = anna.put("calendar/again.ics", event("old", "wieder da"), **condition)

        assert reply.status in {201, 204}, reply.text
        assert titles(anna, CALENDAR) == ["neu", "wieder da"]
        assert item_id(groupware, "anna", "old") == was

    def test_a_put_by_its_tag_too_but_by_no_other(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        old_and_new(groupware, anna)
        tag = anna.get("calendar/old.ics").headers["etag"]
        profile(groupware, "anna", appointment_days=10)
        anna.names(CALENDAR)
        changed = event("old", "wieder da")

        assert anna.put("calendar/old.ics", changed, If_Match='"x"').status == 412
        assert titles(anna, CALENDAR) == ["neu"]
        assert anna.put("calendar/old.ics", changed, If_Match=tag).status == 204
        assert titles(anna, CALENDAR) == ["neu", "wieder da"]

    def test_another_object_of_its_name_stays_when_it_comes_back(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        old_and_new(groupware, anna)
        profile(groupware, "anna", appointment_days=10)
        anna.names(CALENDAR)
        assert anna.put("calendar/old.ics", event("other", "anderer")).status == 201

        profile(groupware, "anna", appointment_days=None)

        assert titles(anna, CALENDAR) == ["alt", "anderer", "neu"]
        assert "SUMMARY:anderer" in anna.get("calendar/old.ics").text

    def test_a_meeting_that_changes_comes_back(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        guests = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")
        anna.put("calendar/m.ics", event("m", "Besprechung", *guests))
        profile(groupware, "jonas", appointment_days=10)
        groupware.clock.now_us += 11 * DAY_US
        assert jonas.names(CALENDAR) == set()

        anna.put("calendar/m.ics", event("m", "Besprechung, verlegt", *guests))

        assert titles(jonas, CALENDAR) == ["Besprechung, verlegt"]
        with groupware.store.read() as unit:
            assert _count(unit, "m", "jonas") == 1

    def test_a_poll_without_change_asks_as_little_as_ever(
        self, groupware: GroupwareOffice, anna: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        profile(groupware, "anna", appointment_days=10)
        old_and_new(groupware, anna)
        token = anna.sync(CALENDAR).token
        anna.request("MKCALENDAR", anna.own("verein/"))
        plain = anna.sync("verein/").token

        asked = statements.count(lambda: anna.sync(CALENDAR, token), monkeypatch)
        of_others = statements.count(lambda: anna.sync("verein/", plain), monkeypatch)

        assert asked == of_others


def _count(unit: Unit, uid: str, owner: str) -> int:
    row = unit.row(
        "SELECT count(*) FROM item i JOIN collection c ON c.id = i.collection_id"
        " JOIN principal p ON p.id = c.owner_id"
        " WHERE i.uid = :uid AND p.name = :owner AND c.role <> 'inbox'",
        {"uid": uid, "owner": owner},
    )
    return int(row[0])


class TestDeletedOnADevice:
    def test_an_office_appointment_is_hidden_and_can_be_brought_back(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        anna.put("calendar/p.ics", event("p", "Zahnarzt"))
        first = anna.sync(CALENDAR)

        assert anna.delete("calendar/a.ics").status == 204
        assert anna.delete("calendar/p.ics").status == 204

        second = anna.sync(CALENDAR, first.token)
        assert second.gone == set(first.changed)
        assert ties_of(groupware, "anna", "a") == {("10001", "number")}
        anna_id = user_id(groupware, "anna")
        with groupware.store.write() as unit:
            [row] = hiding.listed(unit, anna_id, viewer_id=anna_id, most=9)
            assert row.name == "Termin 10001"
            assert hiding.bring_back(unit, anna_id, row.item_id)
        third = anna.sync(CALENDAR, second.token)
        assert set(third.changed) == {anna.own("calendar/a.ics")}

    def test_refused_it_is_sent_again_under_another_tag(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        profile(groupware, "anna", appointment_deletes=Deletes.REFUSE)
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        first = anna.sync(CALENDAR)

        assert anna.delete("calendar/a.ics").status == 403

        second = anna.sync(CALENDAR, first.token)
        assert set(second.changed) == set(first.changed)
        assert second.changed != first.changed
        assert anna.get("calendar/a.ics").body == event("a", "Termin 10001")

    def test_deleted_only_with_the_right(self, groupware: GroupwareOffice, anna: Device) -> None:
        berta = groupware.people["berta"]
        for name in ("anna", "berta"):
            profile(groupware, name, appointment_deletes=Deletes.DELETE)
            groupware.people[name].put("calendar/a.ics", event("a", "Termin 10001"))

        assert anna.delete("calendar/a.ics").status == 204
        assert berta.delete("calendar/a.ics").status == 204
        groupware.clock.now_us += MINUTE_US + 1
        assert office_deletes.carry_out(groupware.store, now_us=groupware.clock()) == 1

        with groupware.store.read() as unit:
            assert (_count(unit, "a", "anna"), _count(unit, "a", "berta")) == (1, 0)

    def test_a_stale_delete_does_nothing(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))

        assert anna.delete("calendar/a.ics", If_Match='"x"').status == 412
        assert len(anna.names(CALENDAR)) == 1

    def test_its_uid_put_again_shows_it_again(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        was = item_id(groupware, "anna", "a")
        anna.delete("calendar/a.ics")

        assert anna.put("calendar/b.ics", event("a", "Termin 10001")).status in {201, 204}

        assert anna.names(CALENDAR) == {anna.own("calendar/b.ics")}
        assert item_id(groupware, "anna", "a") == was
        profile(groupware, "anna", appointment_days=10)
        assert anna.names(CALENDAR) == {anna.own("calendar/b.ics")}

    def test_a_meeting_of_the_office_is_hidden_and_nobody_hears_of_it(
        self, anna: Device, jonas: Device
    ) -> None:
        guests = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")
        anna.put("calendar/m.ics", event("m", "Besprechung 10001", *guests))

        assert anna.delete("calendar/m.ics").status == 204

        assert anna.names(CALENDAR) == set()
        assert titles(jonas, CALENDAR) == ["Besprechung 10001"]


class TestMoved:
    @pytest.fixture(autouse=True)
    def elsewhere(self, anna: Device) -> None:
        anna.request("MKCALENDAR", anna.own("verein/"))

    def test_it_stays_in_the_office_and_a_copy_is_private(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        was = item_id(groupware, "anna", "a")

        assert anna.move("calendar/a.ics", "verein/a.ics").status == 201

        assert (anna.names(CALENDAR), len(anna.names("verein/"))) == (set(), 1)
        with groupware.store.read() as unit:
            assert _count(unit, "a", "anna") == 2

        assert anna.move("verein/a.ics", "calendar/back.ics").status == 201
        assert anna.names(CALENDAR) == {anna.own("calendar/back.ics")}
        assert anna.names("verein/") == set()
        assert item_id(groupware, "anna", "a") == was
        assert ties_of(groupware, "anna", "a") == {("10001", "number")}

    def test_a_private_one_just_moves(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put("calendar/p.ics", event("p", "Zahnarzt"))

        assert anna.move("calendar/p.ics", "verein/p.ics").status == 201

        with groupware.store.read() as unit:
            assert _count(unit, "p", "anna") == 1

    def test_within_the_calendar_it_keeps_its_row(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put("calendar/a.ics", event("a", "Termin 10001"))

        assert anna.move("calendar/a.ics", "calendar/b.ics").status == 201

        assert anna.names(CALENDAR) == {anna.own("calendar/b.ics")}
        assert ties_of(groupware, "anna", "a") == {("10001", "number")}


def second_device(office: GroupwareOffice, name: str) -> Device:
    """Another device of somebody's."""
    with office.store.write() as unit:
        enrolment = a_device(unit, name, "Telefon")
    return Device(office, name, enrolment.password)


class TestConflicts:
    @pytest.fixture
    def phone(self, groupware: GroupwareOffice, anna: Device) -> Device:
        """The phone, which knows an appointment that the other device then changes."""
        anna.put("calendar/a.ics", event("a", "Termin 10001"))
        phone = second_device(groupware, "anna")
        with logged(groupware):
            first = phone.sync(CALENDAR)
        with logged(groupware):
            phone.sync(CALENDAR, first.token)
        anna.put("calendar/a.ics", event("a", "Termin 10001, verlegt"))
        return phone

    def test_a_stale_change_that_names_no_state_is_answered_and_sent_again(
        self, anna: Device, phone: Device
    ) -> None:
        before = anna.sync(CALENDAR)

        reply = phone.put("calendar/a.ics", event("a", "Zu spät 10001"))

        assert (reply.status, reply.headers.get("etag")) == (204, None)
        assert titles(anna, CALENDAR) == ["Termin 10001, verlegt"]
        again = anna.sync(CALENDAR, before.token)
        assert set(again.changed) == set(before.changed)
        assert again.changed != before.changed

    def test_a_private_one_follows_the_rfc(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        anna.put("calendar/p.ics", event("p", "Zahnarzt"))
        with logged(groupware):
            first = phone.sync(CALENDAR)
        with logged(groupware):
            phone.sync(CALENDAR, first.token)
        anna.put("calendar/p.ics", event("p", "Zahnarzt später"))

        assert phone.put("calendar/p.ics", event("p", "Zu spät")).status == 204

        assert "Zu spät" in titles(anna, CALENDAR)

    def test_the_device_wins_where_the_profile_says_so(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        profile(groupware, "anna", appointment_conflicts=Conflicts.DEVICE)
        old = anna.put("calendar/a.ics", event("a", "Termin 10001")).headers["etag"]
        anna.put("calendar/a.ics", event("a", "Termin 10001, verlegt"))
        changed = event("a", "Termin 10001, doch")

        assert anna.put("calendar/a.ics", changed, If_Match='"x"').status == 412
        assert anna.put("calendar/a.ics", changed, If_Match=old).status == 204
        assert titles(anna, CALENDAR) == ["Termin 10001, doch"]

    def test_both_are_kept_where_the_profile_says_so(
        self, groupware: GroupwareOffice, anna: Device, phone: Device
    ) -> None:
        profile(groupware, "anna", appointment_conflicts=Conflicts.BOTH)

        assert phone.put("calendar/a.ics", event("a", "Zu spät 10001")).status == 204
        stale = phone.put("calendar/a.ics", event("a", "Noch später 10001"), If_Match='"x"')

        assert stale.status == 412
        assert [each.partition(" (")[0] for each in titles(anna, CALENDAR)] == [
            "Noch später 10001",
            "Termin 10001, verlegt",
            "Zu spät 10001",
        ]
        assert "(Konflikt\\, Telefon\\, " in "".join(titles(anna, CALENDAR))
