"""What others do between a meeting's look-up and its saving, and in which order all is held."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from auth import identity
from office import collections, item_store
from office.errors import MeetingError
from office.filling.desk import Desk
from office.filling.items import ItemFill, Places
from office.filling.report import Outcome, Report, Told, Why
from office.items import DEFAULT_LIMITS
from office.meetings import clearing
from office.work import GroupwareWork
from storage import collections as rows
from storage import items
from storage.local_blobs import LocalBlobs
from tests.documents_door import Reply
from tests.groupware_door import Device, GroupwareOffice, event
from tests.meetings import (
    PATH,
    UID,
    answer,
    attendee,
    copy_of,
    has_copy,
    meeting,
    messages,
    status_of,
)

JONAS = attendee("jonas")
_DEFAULT = (
    '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
    "<C:schedule-default-calendar-URL><D:href>/dav/{}/{}/</D:href>"
    "</C:schedule-default-calendar-URL></D:prop></D:set></D:propertyupdate>"
)

Meanwhile = Callable[..., None]


def choose(device: Device, name: str) -> Reply:
    """Let invitations go to another calendar."""
    body = _DEFAULT.format(device.name, name).encode()
    return device.request("PROPPATCH", device.own("inbox/"), body)


@pytest.fixture
def meanwhile(groupware: GroupwareOffice, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something done after the look-up of what is saved next, and before that is held."""
    if groupware.store.is_sqlite:
        pytest.skip("There is one writer at a time.")
    hold = collections.hold_with

    def prepare(*acts: Callable[[], Reply]) -> None:
        left = list(acts)

        def acting(work: GroupwareWork, *rest: Any) -> Any:
            if left:
                act = left.pop(0)
                with monkeypatch.context() as own:
                    own.setattr(collections, "hold_with", hold)
                    assert act().status < 300
            return hold(work, *rest)

        monkeypatch.setattr(collections, "hold_with", acting)

    return prepare


class TestOvertaken:
    def test_a_condition_is_asked_of_what_is_there_now(
        self, anna: Device, meanwhile: Meanwhile
    ) -> None:
        tag = anna.put(PATH, event(UID, "Erste")).headers["etag"]
        meanwhile(lambda: anna.put(PATH, event(UID, "Zweite"), If_Match=tag))

        assert anna.put(PATH, meeting(JONAS), If_Match=tag).status == 412
        assert "Zweite" in copy_of(anna)[1]

    def test_what_was_deleted_is_made_anew(
        self, anna: Device, jonas: Device, meanwhile: Meanwhile
    ) -> None:
        anna.put(PATH, event(UID, "Erste"))
        meanwhile(lambda: anna.delete(PATH))

        assert anna.put(PATH, meeting(JONAS)).status == 201
        assert status_of(copy_of(anna)[1], "jonas") == "1.2"
        assert has_copy(jonas)

    def test_what_was_made_is_replaced(self, anna: Device, meanwhile: Meanwhile) -> None:
        meanwhile(lambda: anna.put(PATH, event(UID, "Erste")))

        assert anna.put(PATH, meeting(JONAS)).status == 204
        assert status_of(copy_of(anna)[1], "jonas") == "1.2"

    def test_a_colleagues_calendar_that_goes_is_not_written_to(
        self, anna: Device, jonas: Device, meanwhile: Meanwhile
    ) -> None:
        assert jonas.request("MKCALENDAR", jonas.own("termine/")).status == 201
        assert choose(jonas, "termine").status == 207

        def away() -> Reply:
            assert choose(jonas, "calendar").status == 207
            return jonas.delete("termine/")

        meanwhile(away)

        assert anna.put(PATH, meeting(JONAS)).status == 201
        assert has_copy(jonas)

    def test_what_a_colleague_saved_of_the_same_uid_is_seen(
        self, anna: Device, jonas: Device, meanwhile: Meanwhile
    ) -> None:
        assert jonas.request("MKCALENDAR", jonas.own("termine/")).status == 201
        meanwhile(lambda: jonas.put("termine/x.ics", event(UID, "Arzt")))

        assert anna.put(PATH, meeting(JONAS)).status == 201
        assert status_of(copy_of(anna)[1], "jonas") == "5.3"
        assert not has_copy(jonas)

    def test_who_is_overtaken_for_ever_is_told_to_come_again(
        self, anna: Device, jonas: Device, meanwhile: Meanwhile
    ) -> None:
        saves = [event(UID, f"Stand {number}") for number in range(10)]
        meanwhile(*(lambda each=each: anna.put(PATH, each) for each in saves))

        reply = anna.put(PATH, meeting(JONAS))

        assert (reply.status, reply.headers["retry-after"]) == (503, "1")
        assert "Stand" in copy_of(anna)[1]
        assert not has_copy(jonas)


class Watch:
    """What each transaction holds, in the order in which it takes it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: list[tuple[Any, set[int]]] = []
        hold, set_default = rows.hold, rows.set_default

        def watched_hold(unit: Any, *rest: Any, **more: Any) -> Any:
            found = hold(unit, *rest, **more)
            held = self.of(unit)
            new = {each.id for each in found} - held
            assert not held or not new or min(new) > max(held), (held, new)
            held |= new
            return found

        def watched_default(unit: Any, owner_id: int, collection_id: int) -> None:
            asked = "SELECT id FROM collection WHERE owner_id = :owner AND role = 'default'"
            old = {row[0] for row in unit.rows(asked, {"owner": owner_id})}
            assert old | {collection_id} <= self.of(unit)
            set_default(unit, owner_id, collection_id)

        monkeypatch.setattr(rows, "hold", watched_hold)
        monkeypatch.setattr(rows, "set_default", watched_default)

    def of(self, unit: Any) -> set[int]:
        """What *unit* holds."""
        for each, held in self.held:
            if each is unit:
                return held
        self.held.append((unit, set()))
        return self.held[-1][1]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


class TestOrder:
    def test_a_calendar_goes_with_meetings_of_others(
        self, anna: Device, jonas: Device, watch: Watch
    ) -> None:
        assert jonas.request("MKCALENDAR", jonas.own("termine/")).status == 201
        choose(jonas, "termine")
        for uid in ("a", "b"):
            anna.put(f"calendar/{uid}.ics", meeting(JONAS, uid=uid))
        choose(jonas, "calendar")
        watch.held.clear()

        assert jonas.delete("termine/").status == 204
        assert [len(held) > 1 for _, held in watch.held] == [False, True]
        assert messages(anna) == ["REPLY", "REPLY"]

    def test_the_default_is_chosen(self, jonas: Device, watch: Watch) -> None:
        assert jonas.request("MKCALENDAR", jonas.own("termine/")).status == 201
        for name in ("termine", "calendar", "termine"):
            assert "200" in choose(jonas, name).text
        assert max(len(held) for _, held in watch.held) > 2

    def test_a_calendar_goes_portion_after_portion(
        self, anna: Device, jonas: Device, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(clearing, "MOST_AT_ONCE", 2)
        assert anna.request("MKCALENDAR", anna.own("termine/")).status == 201
        for number in range(5):
            anna.put(f"termine/{number}.ics", meeting(JONAS, uid=str(number)))
        watch.held.clear()

        assert anna.delete("termine/").status == 204

        assert len(watch.held) == 1 + 3
        assert messages(jonas) == ["CANCEL"] * 5
        assert anna.delete("termine/").status == 404

    def test_the_default_keeps_its_meetings(
        self, anna: Device, jonas: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whether it may go is asked before the first portion, and not only with the last.

        Else colleagues would hear that the first meetings are cancelled, and the calendar stay.
        """
        monkeypatch.setattr(clearing, "MOST_AT_ONCE", 1)
        assert anna.request("MKCALENDAR", anna.own("termine/")).status == 201
        choose(anna, "termine")
        for number in range(2):
            anna.put(f"termine/{number}.ics", meeting(JONAS, uid=str(number)))

        assert anna.delete("termine/").status == 403
        assert messages(jonas) == ["REQUEST"] * 2


class TestPastTheDesk:
    def test_a_file_leaves_a_meeting_as_it_is(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device, tmp_path: Path
    ) -> None:
        anna.put(PATH, meeting(JONAS))
        answer(jonas, "ACCEPTED")
        before = copy_of(anna)
        with groupware.store.read() as unit:
            [[anna_id]] = unit.rows("SELECT id FROM principal WHERE name = 'anna'")
        desk = Desk(groupware.store, LocalBlobs(tmp_path), anna_id, lambda: 10**9)
        report = Report()
        other = event("anderer", "Anderer").replace(b"END:VCALENDAR\r\n", b"")
        same = meeting(JONAS, summary="Neu").split(b"PRODID:-//Test//EN\r\n")[1]

        ItemFill(desk, Places(), report).take_calendar("alt.ics", BytesIO(other + same))

        assert copy_of(anna) == before
        assert report.counts == {Outcome.REFUSED: 1, Outcome.CREATED: 1}
        [told] = report.told[Outcome.REFUSED]
        assert isinstance(told, Told)
        assert told.why is Why.MEETING

    def test_nothing_else_replaces_one(self, groupware: GroupwareOffice, anna: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        with groupware.store.write() as unit:
            [[anna_id]] = unit.rows("SELECT id FROM principal WHERE name = 'anna'")
            [held] = rows.hold(unit, anna_id, ["calendar"])
            item = items.find(unit, held.place, "besprechung.ics")
            assert item
            read = item_store.read(held, event(UID, "Neu"), DEFAULT_LIMITS)
            work = GroupwareWork(unit, identity.of_user(unit, anna_id), 1)
            with pytest.raises(MeetingError):
                item_store.put(work, held, item, item.href, read.content)
