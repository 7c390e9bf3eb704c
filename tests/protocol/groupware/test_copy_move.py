"""COPY and MOVE of objects (RFC 4918 sections 9.8 and 9.9): iOS moves between calendars."""

import pytest

from tests.groupware_door import CAL, CARD, DAV, HOST, Device, card, event, task


@pytest.fixture(autouse=True)
def _second(anna: Device) -> None:
    anna.request("MKCALENDAR", anna.own("zweiter"))


class TestMove:
    def test_between_calendars_both_tell_of_it(self, anna: Device) -> None:
        tag = anna.put("calendar/a.ics", event("a")).headers["etag"]
        before, other = anna.sync("calendar").token, anna.sync("zweiter").token

        reply = anna.move("calendar/a.ics", "zweiter/b.ics")

        assert reply.status == 201
        assert anna.sync("calendar", before).gone == {"/dav/anna/calendar/a.ics"}
        assert anna.sync("zweiter", other).changed == {"/dav/anna/zweiter/b.ics": tag}
        assert anna.get("zweiter/b.ics").body == event("a")

    def test_within_a_calendar_it_is_a_new_name(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.move("calendar/a.ics", "calendar/b.ics").status == 201
        assert anna.names("calendar") == {"/dav/anna/calendar/b.ics"}

    def test_over_another_object(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        anna.put("zweiter/b.ics", event("b"))

        assert anna.move("calendar/a.ics", "zweiter/b.ics", Overwrite="F").status == 412
        assert anna.move("calendar/a.ics", "zweiter/b.ics").status == 204
        assert anna.get("zweiter/b.ics").body == event("a")

    def test_back_again(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        token = anna.sync("calendar").token

        anna.move("calendar/a.ics", "zweiter/a.ics")
        anna.move("zweiter/a.ics", "calendar/a.ics")

        found = anna.sync("calendar", token)
        assert (set(found.changed), found.gone) == ({"/dav/anna/calendar/a.ics"}, set())

    def test_a_uid_that_is_there_stands_in_the_way(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))
        anna.put("zweiter/here.ics", event("a"))

        reply = anna.move("calendar/a.ics", "zweiter/b.ics")

        assert reply.status == 409
        condition = reply.xml.find(f"{CAL}no-uid-conflict")
        assert condition is not None
        assert condition.findtext(f"{DAV}href") == "/dav/anna/zweiter/here.ics"
        assert anna.get("calendar/a.ics").status == 200

    @pytest.mark.parametrize(
        ("target", "condition"),
        [
            ("contacts/a.vcf", f"{CARD}supported-address-data"),
            ("tasks/a.ics", f"{CAL}supported-calendar-component"),
        ],
    )
    def test_where_it_does_not_fit(self, anna: Device, target: str, condition: str) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.move("calendar/a.ics", target)

        assert reply.status == 403
        assert reply.xml.find(condition) is not None

    def test_a_contact_is_no_appointment(self, anna: Device) -> None:
        anna.put("contacts/a.vcf", card("a"))

        assert anna.move("contacts/a.vcf", "calendar/a.ics").status == 403

    @pytest.mark.parametrize(
        ("source", "target", "status"),
        [
            ("calendar/nothing.ics", "zweiter/a.ics", 404),
            ("nothing/a.ics", "zweiter/a.ics", 404),
            ("calendar/a.ics", "nothing/a.ics", 409),
            ("calendar/a.ics", "zweiter", 405),
            ("calendar/a.ics", "calendar/a.ics", 403),
            ("calendar", "dritter", 403),
        ],
    )
    def test_where_nothing_can_go(
        self, anna: Device, source: str, target: str, status: int
    ) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.move(source, target).status == status
        assert anna.get("calendar/a.ics").status == 200

    @pytest.mark.parametrize(
        "destination",
        [
            f"https://{HOST}/files/Home/a.ics",
            f"https://{HOST}/dav/jonas/calendar/a.ics",
            "https://elsewhere.example/dav/anna/zweiter/a.ics",
        ],
    )
    def test_out_of_ones_home(self, anna: Device, destination: str) -> None:
        anna.put("calendar/a.ics", event("a"))

        reply = anna.request("MOVE", anna.own("calendar/a.ics"), Destination=destination)

        assert reply.status == 502

    def test_without_a_destination(self, anna: Device) -> None:
        assert anna.request("MOVE", anna.own("calendar/a.ics")).status == 400

    def test_only_the_version_that_is_meant(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.move("calendar/a.ics", "zweiter/a.ics", If_Match='"old"').status == 412


class TestCopy:
    def test_both_are_there(self, anna: Device) -> None:
        anna.put("calendar/a.ics", event("a"))

        assert anna.copy("calendar/a.ics", "zweiter/a.ics").status == 201
        assert anna.get("calendar/a.ics").body == anna.get("zweiter/a.ics").body

    def test_beside_itself_it_would_have_the_uid_twice(self, anna: Device) -> None:
        anna.put("tasks/a.ics", task("a"))

        assert anna.copy("tasks/a.ics", "tasks/b.ics").status == 409
