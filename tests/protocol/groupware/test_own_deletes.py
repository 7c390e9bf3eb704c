"""Appointments of the office that devices delete, move, overwrite and bring back (T2, C4, C6)."""

import pytest

from auth.rights import DataRight
from auth.visibility import Visibility
from jobs import office_deletes
from office import granting, hiding
from office.appointments import desk
from office.appointments.desk import Ends
from office.half_moves import MINUTE_US
from office.sync_settings import Conflicts, Deletes
from tests.groupware_door import Device, GroupwareOffice, event
from tests.office_appointments import (
    add_contact,
    item_id,
    profile,
    see,
    ties_of,
    user_id,
    work_of,
)
from tests.office_book import logged
from tests.protocol.groupware.test_colleagues import titles
from tests.protocol.groupware.test_own_calendar import CALENDAR, DAY_US, second_device

A, ELSEWHERE = "calendar/a.ics", "verein/a.ics"
GUESTS = ("ORGANIZER:mailto:anna@buero.example", "ATTENDEE:mailto:jonas@buero.example")


@pytest.fixture(autouse=True)
def berta(groupware: GroupwareOffice, anna: Device) -> Device:
    """May delete; like Anna she has a calendar of her own making."""
    device = groupware.person("berta", "administration")
    for name, seen in (("anna", "own"), ("jonas", "own"), ("berta", "all")):
        see(groupware, name, Visibility(seen))
    add_contact(groupware, "vera")
    for each in (anna, device):
        each.request("MKCALENDAR", each.own("verein/"))
    return device


def places(office: GroupwareOffice, uid: str) -> list[str]:
    """In which calendars an object of this UID lies; the office's with a star."""
    with office.store.read() as unit:
        rows = unit.rows(
            "SELECT CASE c.role WHEN 'aside' THEN 'aside' ELSE c.name END,"
            " (SELECT count(*) FROM appointment a WHERE a.item_id = i.id)"
            " FROM item i JOIN collection c ON c.id = i.collection_id"
            " WHERE i.uid = :uid AND c.role <> 'inbox'",
            {"uid": uid},
        )
    return sorted(name + "*" * count for name, count in rows)


def pass_time(office: GroupwareOffice, microseconds: int = MINUTE_US + 1) -> int:
    """Let it pass, and the housekeeper come round; how much went from the office."""
    office.clock.now_us += microseconds
    return office_deletes.carry_out(office.store, now_us=office.clock())


class TestMoved:
    def test_over_something_it_stays_in_the_office_too(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put(A, event("a", "Termin 10001"))
        anna.put("verein/x.ics", event("x"))

        assert anna.move(A, "verein/x.ics", Overwrite="F").status == 412
        assert places(groupware, "a") == ["calendar*"]
        assert anna.move(A, "verein/x.ics").status == 204

        assert places(groupware, "a") == ["aside*", "verein"]
        assert places(groupware, "x") == []
        assert anna.delete("verein/x.ics").status == 204
        assert places(groupware, "a") == ["aside*"]

    def test_nothing_is_moved_over_it(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put(A, event("a", "Termin 10001"))
        anna.put("verein/x.ics", event("x"))
        anna.put("calendar/y.ics", event("y"))

        assert anna.move("verein/x.ics", A).status == 403
        assert anna.move("calendar/y.ics", A).status == 403

        assert places(groupware, "a") == ["calendar*"]

    def test_back_over_something(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put(A, event("a", "Termin 10001"))
        anna.move(A, ELSEWHERE)
        anna.put("calendar/x.ics", event("x"))

        assert anna.move(ELSEWHERE, "calendar/x.ics").status == 204

        assert places(groupware, "a") == ["calendar*"]
        assert anna.names(CALENDAR) == {anna.own("calendar/x.ics")}

    def test_back_it_brings_what_was_changed(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put(A, event("a", "Termin 10001"))
        was = item_id(groupware, "anna", "a")
        anna.move(A, ELSEWHERE)
        anna.put(ELSEWHERE, event("a", "Termin 10001, verlegt"))

        assert anna.move(ELSEWHERE, A).status == 201

        assert titles(anna, CALENDAR) == ["Termin 10001, verlegt"]
        assert item_id(groupware, "anna", "a") == was
        assert ties_of(groupware, "anna", "a") == {("10001", "number")}

    def test_so_does_a_private_one_over_what_was_cut_by_age(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put(A, event("a", "alt"))
        groupware.clock.now_us += 11 * DAY_US
        profile(groupware, "anna", appointment_days=10)
        assert anna.names(CALENDAR) == set()
        anna.put(ELSEWHERE, event("a", "neu"))

        assert anna.move(ELSEWHERE, A).status == 201

        assert titles(anna, CALENDAR) == ["neu"]
        assert places(groupware, "a") == ["calendar"]

    def test_a_meeting_of_the_office_stays(self, groupware: GroupwareOffice, anna: Device) -> None:
        """A copy of it nobody could write, and the office would lose the only one."""
        for uid, title in (("m", "Besprechung 10001"), ("n", "Besprechung")):
            anna.put(f"calendar/{uid}.ics", event(uid, title, *GUESTS))

        assert anna.move("calendar/m.ics", "verein/m.ics").status == 403
        assert anna.move("calendar/n.ics", "verein/n.ics").status == 201

        assert places(groupware, "m") == ["calendar", "calendar*"]
        assert places(groupware, "n") == ["calendar", "verein"]

    def test_what_is_the_offices_elsewhere_is_no_more_deleted(
        self, groupware: GroupwareOffice, anna: Device
    ) -> None:
        anna.put(ELSEWHERE, event("a", "Termin"))
        anna.move(ELSEWHERE, A)
        with work_of(groupware, "anna") as work:
            item = desk.get(work.unit, work.who, item_id(groupware, "anna", "a"))
            desk.tie(work, item, Ends(("10001",)))
        with groupware.store.write() as unit:
            unit.execute(
                "UPDATE item SET collection_id = (SELECT c.id FROM collection c JOIN principal p"
                " ON p.id = c.owner_id WHERE c.name = 'verein' AND p.name = 'anna')"
                " WHERE uid = 'a'",
                {},
            )

        assert anna.delete(ELSEWHERE).status == 403

        assert places(groupware, "a") == ["verein*"]


class TestOthers:
    """A colleague who may write the calendar."""

    @pytest.fixture
    def shared(self, groupware: GroupwareOffice, anna: Device, jonas: Device) -> str:
        anna.put(A, event("a", "Termin 10001"))
        anna.put("calendar/p.ics", event("p", "Zahnarzt"))
        with groupware.store.write() as unit:
            granting.grant(unit, "jonas", DataRight.WRITE, "/dav/anna/calendar/")
        [name] = [each for each in jonas.names("") if "shared" in each]
        return name.removeprefix(jonas.own(""))

    @pytest.mark.parametrize("wanted", [*Deletes])
    def test_they_do_not_delete_what_is_the_offices(
        self,
        groupware: GroupwareOffice,
        anna: Device,
        jonas: Device,
        shared: str,
        wanted: Deletes,
    ) -> None:
        for name in ("anna", "jonas"):
            profile(groupware, name, appointment_deletes=wanted)

        assert jonas.delete(f"{shared}a.ics").status == 403
        assert jonas.delete(f"{shared}p.ics").status == 204

        assert places(groupware, "a") == ["calendar*"]
        assert anna.names(CALENDAR) == {anna.own(A)}

    def test_nor_move_it_away(
        self, groupware: GroupwareOffice, jonas: Device, shared: str
    ) -> None:
        assert jonas.move(f"{shared}a.ics", "calendar/mine.ics").status == 403
        assert places(groupware, "a") == ["calendar*"]

    def test_who_only_reads_learns_nothing_of_conflicts(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device, shared: str
    ) -> None:
        with groupware.store.write() as unit:
            granting.grant(unit, "jonas", DataRight.READ, "/dav/anna/calendar/")
        tag = anna.get(A).headers["etag"]

        assert jonas.put(f"{shared}a.ics", event("a", "Meiner"), If_Match='"x"').status == 403
        assert jonas.delete(f"{shared}a.ics").status == 403

        assert anna.get(A).headers["etag"] == tag

    def test_what_they_change_meets_the_owners_profile(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device, shared: str
    ) -> None:
        profile(groupware, "anna", appointment_conflicts=Conflicts.BOTH)
        stale = jonas.put(f"{shared}a.ics", event("a", "Meiner 10001"), If_Match='"x"')

        assert stale.status == 412
        assert [each.partition(" (")[0] for each in titles(anna, CALENDAR)] == [
            "Meiner 10001",
            "Termin 10001",
            "Zahnarzt",
        ]


class TestInTwoHalves:
    @pytest.mark.parametrize("deletes_first", [True, False])
    @pytest.mark.parametrize("wanted", [*Deletes])
    def test_it_stays_in_the_office_whatever_the_policy(
        self, groupware: GroupwareOffice, berta: Device, wanted: Deletes, *, deletes_first: bool
    ) -> None:
        profile(groupware, "berta", appointment_deletes=wanted)
        text = event("a", "Termin 10001")
        berta.put(A, text)
        token = berta.sync(CALENDAR).token

        if deletes_first:
            answers = (berta.delete(A).status, berta.put(ELSEWHERE, text).status)
        else:
            put = berta.put(ELSEWHERE, text).status
            answers = (berta.delete(A).status, put)

        is_refused = deletes_first and wanted is Deletes.REFUSE
        assert answers == (403 if is_refused else 204, 201)
        assert pass_time(groupware) == 0
        assert places(groupware, "a") == ["aside*", "verein"]
        assert berta.sync(CALENDAR, token).gone == {berta.own(A)}

    def test_after_a_minute_a_copy_is_a_copy(
        self, groupware: GroupwareOffice, berta: Device
    ) -> None:
        profile(groupware, "berta", appointment_deletes=Deletes.REFUSE)
        text = event("a", "Termin 10001")
        berta.put(A, text)
        assert berta.delete(A).status == 403
        groupware.clock.now_us += MINUTE_US + 1

        assert berta.put(ELSEWHERE, text).status == 201

        assert places(groupware, "a") == ["calendar*", "verein"]

    @pytest.mark.parametrize("how", ["put", "brought back"])
    def test_what_comes_back_within_the_minute_stays(
        self, groupware: GroupwareOffice, berta: Device, how: str
    ) -> None:
        profile(groupware, "berta", appointment_deletes=Deletes.DELETE)
        text = event("a", "Termin 10001")
        berta.put(A, text)
        assert berta.delete(A).status == 204
        assert places(groupware, "a") == ["aside*"]

        if how == "put":
            assert berta.put("calendar/wieder.ics", text).status == 204
        else:
            item = item_id(groupware, "berta", "a")
            with groupware.store.write() as unit:
                assert hiding.bring_back(unit, user_id(groupware, "berta"), item)

        assert pass_time(groupware) == 0
        assert len(berta.names(CALENDAR)) == 1
        assert places(groupware, "a") == ["calendar*"]

    def test_it_goes_when_the_minute_is_over(
        self, groupware: GroupwareOffice, berta: Device
    ) -> None:
        profile(groupware, "berta", appointment_deletes=Deletes.DELETE)
        berta.put(A, event("a", "Termin 10001"))
        berta.delete(A)

        assert pass_time(groupware, MINUTE_US) == 0
        assert pass_time(groupware, 1) == 1
        assert places(groupware, "a") == []

    def test_who_takes_part_hears_of_it_at_once(
        self, groupware: GroupwareOffice, berta: Device, jonas: Device
    ) -> None:
        profile(groupware, "berta", appointment_deletes=Deletes.DELETE)
        guests = ("ORGANIZER:mailto:berta@buero.example", GUESTS[1])
        berta.put("calendar/m.ics", event("m", "Besprechung 10001", *guests))

        assert berta.delete("calendar/m.ics").status == 204

        assert "STATUS:CANCELLED" in jonas.request("GET", min(jonas.names(CALENDAR))).text


class TestPutBack:
    def test_refused_it_is_still_aside(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put(A, event("a", "Termin 10001"))
        anna.delete(A)

        reply = anna.put(f"calendar/{'x' * 400}.ics", event("a", "Termin 10001, neu"))

        assert reply.status >= 400
        assert places(groupware, "a") == ["aside*"]
        assert anna.names(CALENDAR) == set()

    def test_a_meeting_too(self, groupware: GroupwareOffice, anna: Device) -> None:
        meeting = event("m", "Besprechung 10001", *GUESTS)
        anna.put("calendar/m.ics", meeting)
        anna.delete("calendar/m.ics")
        assert anna.put(f"calendar/{'x' * 400}.ics", meeting).status >= 400
        assert anna.put("calendar/m.ics", meeting, If_Match='"x"').status == 412
        assert places(groupware, "m") == ["aside*", "calendar"]

        assert anna.put("calendar/again.ics", meeting).status == 204
        assert anna.names(CALENDAR) == {anna.own("calendar/again.ics")}


class TestTiesOfWhatLiesAside:
    def test_they_are_shown_and_undone(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put(A, event("a", "Termin 10001"))
        groupware.clock.now_us += 11 * DAY_US
        profile(groupware, "anna", appointment_days=10)
        assert anna.names(CALENDAR) == set()
        item = item_id(groupware, "anna", "a")

        with work_of(groupware, "anna") as work:
            found = desk.get(work.unit, work.who, item)
            assert [each.number for each in desk.shown(work.unit, work.who, found)] == ["10001"]
            desk.untie(work, found, Ends(("10001",)))
        assert ties_of(groupware, "anna", "a") == set()
        assert anna.names(CALENDAR) == set()

        with work_of(groupware, "anna") as work:
            desk.tie(work, desk.get(work.unit, work.who, item), Ends(("10001",)))
        assert ties_of(groupware, "anna", "a") == {("10001", "office")}
        assert anna.names(CALENDAR) == {anna.own(A)}  # by that it changed


class TestConflictsOfMeetings:
    @pytest.fixture
    def phone(self, groupware: GroupwareOffice, anna: Device) -> Device:
        """The phone, which knows a meeting that the other device then changes."""
        anna.put("calendar/m.ics", event("m", "Besprechung 10001", *GUESTS))
        phone = second_device(groupware, "anna")
        with logged(groupware):
            first = phone.sync(CALENDAR)
        with logged(groupware):
            phone.sync(CALENDAR, first.token)
        anna.put("calendar/m.ics", event("m", "Besprechung 10001, verlegt", *GUESTS))
        return phone

    def test_a_stale_change_is_answered_and_sent_again(
        self, anna: Device, jonas: Device, phone: Device
    ) -> None:
        before = anna.sync(CALENDAR)

        reply = phone.put("calendar/m.ics", event("m", "Zu spät 10001", *GUESTS))

        assert (reply.status, reply.headers.get("etag")) == (204, None)
        for each in (anna, jonas):
            assert titles(each, CALENDAR) == ["Besprechung 10001, verlegt"]
        again = anna.sync(CALENDAR, before.token)
        assert set(again.changed) == set(before.changed)
        assert again.changed != before.changed

    def test_its_schedule_tag_names_a_state(self, anna: Device, phone: Device) -> None:
        tag = anna.get("calendar/m.ics").headers["schedule-tag"]

        reply = phone.put(
            "calendar/m.ics", event("m", "Doch 10001", *GUESTS), If_Schedule_Tag_Match=tag
        )

        assert reply.status == 204
        assert titles(anna, CALENDAR) == ["Doch 10001"]

    def test_the_second_one_invites_nobody(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device, phone: Device
    ) -> None:
        profile(groupware, "anna", appointment_conflicts=Conflicts.BOTH)
        late = event("m", "Zu spät 10001", *GUESTS)

        assert phone.put("calendar/m.ics", late, If_Match='"x"').status == 412

        assert len(titles(anna, CALENDAR)) == 2
        assert len(titles(jonas, CALENDAR)) == 1
        copy = next(
            text
            for each in anna.names(CALENDAR)
            if "Konflikt" in (text := anna.request("GET", each).text).replace("\r\n ", "")
        )
        assert "ATTENDEE" not in copy
        assert "ORGANIZER" not in copy

    def test_the_device_wins_where_the_profile_says_so(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        profile(groupware, "anna", appointment_conflicts=Conflicts.DEVICE)
        anna.put("calendar/m.ics", event("m", "Besprechung 10001", *GUESTS))
        old = anna.get("calendar/m.ics").headers["etag"]
        anna.put("calendar/m.ics", event("m", "Besprechung 10001, verlegt", *GUESTS))
        changed = event("m", "Besprechung 10001, doch", *GUESTS)

        assert anna.put("calendar/m.ics", changed, If_Match='"x"').status == 412
        assert anna.put("calendar/m.ics", changed, If_Match=old).status == 204
        assert titles(jonas, CALENDAR) == ["Besprechung 10001, doch"]
