"""Collections that were granted to others: in their own homes, under names of their own."""

import pytest

from auth import people as users
from auth.grants import EVERYBODY
from auth.rights import DataRight
from office import granting, people
from tests.builders import NOW_US
from tests.documents_door import Reply
from tests.groupware_door import CAL, DAV, Device, GroupwareOffice, card, event

READ, WRITE = DataRight.READ, DataRight.WRITE
CALENDAR, BOOK = "/dav/jonas/calendar", "/dav/jonas/contacts"
COLOUR = "{http://apple.com/ns/ical/}calendar-color"


def grant(office: GroupwareOffice, who: str, right: DataRight, path: str = CALENDAR) -> None:
    with office.store.write() as unit:
        granting.grant(unit, who, right, path)


def revoke(office: GroupwareOffice, who: str, path: str = CALENDAR) -> None:
    with office.store.write() as unit:
        granting.revoke(unit, who, path)


def shared(device: Device) -> list[str]:
    """The paths below one's own home of what others share, the oldest first."""
    base = device.own("shared-")
    numbers = [each.removeprefix(base) for each in device.names("") if each.startswith(base)]
    return [f"shared-{each}" for each in sorted(numbers, key=lambda each: int(each.rstrip("/")))]


def privileges(device: Device, path: str) -> set[str]:
    name = f"{DAV}current-user-privilege-set"
    found = device.propfind(device.own(path), name).found()[name]
    return {str(each.tag).rpartition("}")[2] for each in found.iterfind(f"{DAV}privilege/*")}


def set_name(device: Device, path: str, name: str, colour: str = "") -> Reply:
    colouring = (
        f'<x:calendar-color xmlns:x="http://apple.com/ns/ical/">{colour}</x:calendar-color>'
    )
    body = (
        '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>'
        f"<D:displayname>{name}</D:displayname>{colouring if colour else ''}"
        "</D:prop></D:set></D:propertyupdate>"
    )
    return device.request("PROPPATCH", device.own(path), body.encode())


def called(device: Device, path: str) -> str:
    found = device.propfind(device.own(path), f"{DAV}displayname").found()
    return str(found[f"{DAV}displayname"].text)


@pytest.fixture
def filled(groupware: GroupwareOffice, jonas: Device) -> GroupwareOffice:
    """Jonas has an appointment and a contact."""
    assert jonas.put("calendar/a.ics", event("a", "Notartermin")).status == 201
    assert jonas.put("contacts/a.vcf", card("a")).status == 201
    return groupware


class TestInOnesHome:
    @pytest.mark.parametrize("who", ["anna", "mitarbeiter", EVERYBODY])
    def test_it_is_there_once_granted(
        self, filled: GroupwareOffice, anna: Device, who: str
    ) -> None:
        assert shared(anna) == []

        grant(filled, who, READ)

        [path] = shared(anna)
        assert called(anna, path) == "Kalender (jonas)"
        assert b"Notartermin" in anna.get(f"{path}a.ics").body
        assert anna.names(path) == {anna.own(f"{path}a.ics")}
        owner = anna.propfind(anna.own(path), f"{DAV}owner").found()[f"{DAV}owner"]
        assert [each.text for each in owner] == ["/dav/jonas/"]

    def test_its_owner_has_it_at_one_address_only(
        self, filled: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        grant(filled, EVERYBODY, READ)
        [path] = shared(anna)

        assert shared(jonas) == []
        assert jonas.propfind(jonas.own(path), f"{DAV}owner").status == 404

    def test_reports_answer_for_it(self, filled: GroupwareOffice, anna: Device) -> None:
        grant(filled, "anna", READ)
        grant(filled, "anna", READ, BOOK)
        calendar, book = shared(anna)
        multiget = (
            '<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
            f"<C:calendar-data/></D:prop><D:href>{anna.own(calendar)}a.ics</D:href>"
            "</C:calendar-multiget>"
        )

        assert set(anna.sync(calendar).changed) == {anna.own(f"{calendar}a.ics")}
        assert set(anna.sync(book).changed) == {anna.own(f"{book}a.vcf")}
        assert "Notartermin" in anna.report(calendar, multiget.encode()).text

    def test_changes_come_to_all_who_have_it(
        self, filled: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        grant(filled, "anna", WRITE)
        [path] = shared(anna)
        token = jonas.sync("calendar").token

        assert anna.put(f"{path}b.ics", event("b")).status == 201

        assert set(jonas.sync("calendar", token).changed) == {jonas.own("calendar/b.ics")}


class TestForReading:
    def test_no_privilege_to_write_is_shown_or_had(
        self, filled: GroupwareOffice, anna: Device
    ) -> None:
        grant(filled, "anna", READ)
        [path] = shared(anna)

        assert privileges(anna, path) == {
            "read",
            "read-acl",
            "read-current-user-privilege-set",
            "read-free-busy",
        }
        assert "write-content" not in privileges(anna, f"{path}a.ics")
        refused = [
            anna.put(f"{path}a.ics", event("a", "Anders")),
            anna.put(f"{path}b.ics", event("b")),
            anna.delete(f"{path}a.ics"),
            anna.request("POST", anna.own(path), event("c")),
            anna.move(f"{path}a.ics", "calendar/a.ics"),
            anna.copy(f"{path}a.ics", f"{path}b.ics"),
        ]
        assert [(each.status, each.conditions) for each in refused[:1]] == [
            (403, {"need-privileges", "message"})
        ]
        assert {each.status for each in refused} == {403}
        assert anna.names(path) == {anna.own(f"{path}a.ics")}

    def test_copies_may_be_taken(self, filled: GroupwareOffice, anna: Device) -> None:
        grant(filled, "anna", READ)
        [path] = shared(anna)

        assert anna.copy(f"{path}a.ics", "calendar/a.ics").status == 201

    def test_write_gives_what_the_owner_has(self, filled: GroupwareOffice, anna: Device) -> None:
        grant(filled, "anna", READ)
        grant(filled, "anna", WRITE)
        [path] = shared(anna)

        assert {"write", "write-content", "bind", "unbind"} <= privileges(anna, path)
        assert anna.put(f"{path}a.ics", event("a", "Anders")).status == 204
        assert anna.move(f"{path}a.ics", "calendar/a.ics").status == 201


class TestNames:
    def test_name_and_colour_are_each_viewers_own(
        self, filled: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        set_name(jonas, "calendar/", "Jonas' Termine", "#00FF00")
        grant(filled, EVERYBODY, READ)
        [path] = shared(anna)
        vera = filled.person("vera")
        assert called(anna, path) == "Jonas' Termine (jonas)"

        assert set_name(anna, path, "Kollege", "#FF0000").status == 207

        colours = [
            device.propfind(device.own(where), COLOUR).found()[COLOUR].text
            for device, where in ((anna, path), (jonas, "calendar/"), (vera, path))
        ]
        assert (called(anna, path), called(jonas, "calendar/")) == ("Kollege", "Jonas' Termine")
        assert called(vera, path) == "Jonas' Termine (jonas)"
        assert colours == ["#FF0000", "#00FF00", "#00FF00"]

    def test_nobody_makes_a_collection_of_such_a_name(self, anna: Device) -> None:
        assert anna.request("MKCALENDAR", anna.own("shared-7/")).status == 403


class TestDelete:
    def test_takes_it_out_of_ones_home_only(
        self, filled: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        grant(filled, "anna", WRITE)
        [path] = shared(anna)

        assert anna.delete(path).status == 204

        assert shared(anna) == []
        assert anna.get(f"{path}a.ics").status == 404
        assert jonas.get("calendar/a.ics").status == 200
        grant(filled, "anna", WRITE)
        assert shared(anna) == [path]

    def test_what_everybody_has_stays(self, anna: Device) -> None:
        assert anna.delete("calendar/").status == 403


class TestTakenBack:
    def test_it_is_gone_at_the_next_request(self, filled: GroupwareOffice, anna: Device) -> None:
        grant(filled, "anna", WRITE)
        [path] = shared(anna)
        revoke(filled, "anna")

        assert shared(anna) == []
        for method in ("GET", "PROPFIND", "DELETE", "PUT"):
            body = event("a") if method == "PUT" else b""
            gone = anna.request(method, anna.own(f"{path}a.ics"), body, Depth="0")
            never = anna.request(method, anna.own("shared-999/a.ics"), body, Depth="0")
            assert (gone.status, gone.body) == (never.status, never.body)

    def test_a_block_beats_every_grant(self, filled: GroupwareOffice, anna: Device) -> None:
        grant(filled, "anna", WRITE)
        [path] = shared(anna)
        with filled.store.write() as unit:
            people.block_on_path(unit, "anna", CALENDAR, now_us=NOW_US)
            anna_row = users.get(unit, "anna")
            assert people.blocked_paths(unit, anna_row) == [CALENDAR]

        assert shared(anna) == []
        assert anna.get(f"{path}a.ics").status == 404

        with filled.store.write() as unit:
            people.unblock_on_path(unit, "anna", CALENDAR)
        assert shared(anna) == [path]

    def test_a_block_holds_for_ones_own_too(self, filled: GroupwareOffice, jonas: Device) -> None:
        with filled.store.write() as unit:
            people.block_on_path(unit, "jonas", CALENDAR, now_us=NOW_US)

        assert jonas.get("calendar/a.ics").status == 404
        assert jonas.own("calendar/") not in jonas.names("")


class TestAccessLists:
    def test_tell_the_owner_and_to_whom_it_was_granted(
        self, filled: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        grant(filled, "anna", WRITE)
        grant(filled, "kollaboration", READ)
        [path] = shared(anna)

        shown = [
            device.propfind(device.own(where), f"{DAV}acl").found()[f"{DAV}acl"]
            for device, where in ((anna, path), (jonas, "calendar/"))
        ]
        told = [
            {
                str(entry.findtext(f"{DAV}principal/{DAV}href")): entry.find(
                    f"{DAV}grant/{DAV}privilege/{DAV}write"
                )
                is not None
                for entry in entries
            }
            for entries in shown
        ]
        assert told[0] == told[1]
        assert told[0] == {
            "/dav/jonas/": True,
            "/dav/anna/": True,
            "/principals/kollaboration/": False,
        }

    def test_objects_of_a_calendar_know_their_owner(
        self, filled: GroupwareOffice, anna: Device
    ) -> None:
        grant(filled, "anna", READ)
        [path] = shared(anna)

        found = anna.propfind(anna.own(f"{path}a.ics"), f"{DAV}owner").found()

        assert [each.text for each in found[f"{DAV}owner"]] == ["/dav/jonas/"]
        assert f"{CAL}calendar-data" not in found


@pytest.mark.parametrize("place", ["inbox", "outbox"])
def test_nobody_has_anothers_inbox_whatever_was_granted(
    groupware: GroupwareOffice, anna: Device, jonas: Device, place: str
) -> None:
    with groupware.store.write() as unit:
        owner = users.get(unit, jonas.name)
        [found] = unit.rows(
            "SELECT id FROM collection WHERE owner_id = :owner AND name = :name",
            {"owner": owner.id, "name": place},
        )
        reader = users.get(unit, "anna")
        unit.execute(
            "INSERT INTO collection_grant (principal_id, collection_id, level)"
            " VALUES (:principal, :collection, 2)",
            {"principal": reader.id, "collection": found[0]},
        )

    assert shared(anna) == []
    assert anna.propfind(anna.own(f"shared-{found[0]}/"), f"{DAV}displayname").status == 404
    assert anna.put(f"shared-{found[0]}/a.ics", event("a")).status == 409
