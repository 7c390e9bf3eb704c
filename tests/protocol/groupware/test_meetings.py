"""Meetings between colleagues: what one's program writes, the others find (RFC 6638, RFC 5546)."""

import pytest

from auth import people as users
from auth.rights import DataRight
from office import granting
from tests.documents_door import Reply
from tests.groupware_door import CAL, DAV, Device, GroupwareOffice, event
from tests.meetings import (
    PATH,
    UID,
    answer,
    answers,
    attendee,
    calendar,
    copy_of,
    has_copy,
    meeting,
    messages,
    objects,
    status_of,
    vevent,
)

ANNA, JONAS, PETRA = (attendee(name) for name in ("anna", "jonas", "petra"))
WEEKLY = ("DTSTART:20270504T100000Z", "DTEND:20270504T110000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
SECOND = "RECURRENCE-ID:20270511T100000Z"


@pytest.fixture
def petra(groupware: GroupwareOffice) -> Device:
    return groupware.person("petra")


class TestInvitations:
    def test_a_colleague_finds_it_in_calendar_and_inbox(self, anna: Device, jonas: Device) -> None:
        put = anna.put(PATH, meeting(attendee("anna", "ACCEPTED"), JONAS))

        assert put.status == 201
        assert "etag" not in put.headers  # a status was written beside the attendee
        _, text = copy_of(jonas)
        assert answers(text) == [{"anna": "ACCEPTED", "jonas": "NEEDS-ACTION"}]
        assert "SCHEDULE-STATUS" not in text
        assert messages(jonas) == ["REQUEST"]
        assert messages(anna) == []
        assert status_of(copy_of(anna)[1], "jonas") == "1.2"

    def test_alarms_stay_at_home(self, anna: Device, jonas: Device) -> None:
        alarm = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "DESCRIPTION:x", "END:VALARM")
        anna.put(PATH, meeting(JONAS, *alarm))

        assert "VALARM" in copy_of(anna)[1]
        assert "VALARM" not in copy_of(jonas)[1]

    def test_what_says_nothing_new_sends_nothing(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        before = jonas.sync("calendar"), jonas.sync("inbox")

        anna.put(PATH, meeting(JONAS, "X-MOZ-GENERATION:2", "TRANSP:OPAQUE"))

        assert jonas.sync("calendar", before[0].token).changed == {}
        assert jonas.sync("inbox", before[1].token).changed == {}

    def test_own_alarms_and_answers_outlive_an_update(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        answer(jonas, "ACCEPTED")
        href, text = copy_of(jonas)
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM\n"
        own = text.replace("END:VEVENT", f"TRANSP:TRANSPARENT\n{alarm}END:VEVENT")
        assert jonas.request("PUT", href, own.replace("\n", "\r\n").encode()).status == 204

        anna.put(PATH, meeting(JONAS, "LOCATION:Saal"))

        _, text = copy_of(jonas)
        assert "LOCATION:Saal" in text
        assert "TRIGGER:-PT5M" in text
        assert "TRANSP:TRANSPARENT" in text
        assert answers(text) == [{"jonas": "ACCEPTED"}]

    def test_one_of_another_office_is_no_colleague(self, anna: Device) -> None:
        anna.put(PATH, meeting(attendee("kunde@example.net"), attendee("kein@buero.example")))

        text = copy_of(anna)[1]
        assert status_of(text, "kunde") == "5.2"
        assert status_of(text, "kein") == "5.2"

    def test_who_is_blocked_as_a_whole_gets_nothing(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        with groupware.store.write() as unit:
            users.block(unit, "jonas")

        anna.put(PATH, meeting(JONAS))

        assert status_of(copy_of(anna)[1], "jonas") == "3.7"
        with groupware.store.write() as unit:
            users.unblock(unit, "jonas")
        assert not has_copy(jonas)
        assert messages(jonas) == []

    def test_an_object_of_ones_own_is_not_overwritten(self, anna: Device, jonas: Device) -> None:
        jonas.put("calendar/privat.ics", event(UID, "Arzt"))

        anna.put(PATH, meeting(JONAS))

        assert status_of(copy_of(anna)[1], "jonas") == "5.3"
        assert "Arzt" in copy_of(jonas)[1]
        assert messages(jonas) == []

    def test_a_meeting_of_another_organizer_is_not_overwritten(
        self, anna: Device, jonas: Device, petra: Device
    ) -> None:
        petra.put(PATH, meeting("ORGANIZER:mailto:petra@buero.example", JONAS, summary="Ihres"))

        anna.put(PATH, meeting(JONAS, summary="Meines"))

        assert status_of(copy_of(anna)[1], "jonas") == "5.3"
        assert "SUMMARY:Ihres" in copy_of(jonas)[1]
        assert messages(jonas) == ["REQUEST"]

    def test_a_colleague_by_their_url(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting("ATTENDEE:/dav/jonas/"))

        assert has_copy(jonas)

    @pytest.mark.parametrize("address", ["mailto:a%00b@x.example", "/dav/%00/", "/dav/jonas%00/"])
    def test_an_address_that_hides_control_characters_is_nobodys(
        self, anna: Device, address: str
    ) -> None:
        """PostgreSQL takes no NUL to look for: without the rule it is an error there."""
        put = anna.put(PATH, meeting(f"ATTENDEE:{address}"))

        assert put.status == 201
        assert f"ATTENDEE;SCHEDULE-STATUS=3.7:{address}" in copy_of(anna)[1]
        assert "3.7" in ask(anna, f"ATTENDEE:{address}").text

    @pytest.mark.parametrize("agent", ["CLIENT", "NONE"])
    def test_who_is_told_otherwise_is_not_told(
        self, anna: Device, jonas: Device, agent: str
    ) -> None:
        put = anna.put(PATH, meeting(attendee("jonas", SCHEDULE_AGENT=agent)))

        assert put.headers["etag"]
        assert not has_copy(jonas)

    def test_an_agent_that_changes_takes_it_back(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))

        anna.put(PATH, meeting(attendee("jonas", SCHEDULE_AGENT="NONE")))

        assert "STATUS:CANCELLED" in copy_of(jonas)[1]

    def test_it_goes_where_the_colleague_wants_it(self, anna: Device, jonas: Device) -> None:
        jonas.request("MKCALENDAR", jonas.own("termine/"))
        body = (
            '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set>'
            "<D:prop><C:schedule-default-calendar-URL><D:href>/dav/jonas/termine/</D:href>"
            "</C:schedule-default-calendar-URL></D:prop></D:set></D:propertyupdate>"
        )
        assert " 200 " in jonas.request("PROPPATCH", jonas.own("inbox/"), body.encode()).text

        anna.put(PATH, meeting(JONAS))

        assert copy_of(jonas, path="termine/")
        assert not has_copy(jonas)
        refused = jonas.delete("termine/")
        assert refused.status == 403
        assert "default-calendar-needed" in refused.conditions


class TestAnswers:
    def test_an_answer_comes_to_the_organizer(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS, PETRA))
        tag = anna.get(PATH).headers["schedule-tag"]

        put = answer(jonas, "ACCEPTED")

        assert put.status == 204
        text = copy_of(anna)[1]
        assert answers(text) == [{"jonas": "ACCEPTED", "petra": "NEEDS-ACTION"}]
        assert status_of(text, "jonas") == "2.0"
        assert messages(anna) == ["REPLY"]
        assert anna.get(PATH).headers["schedule-tag"] == tag
        assert "SCHEDULE-STATUS=1.2:mailto:anna" in copy_of(jonas)[1]

    def test_a_deleted_invitation_is_declined(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))

        assert jonas.request("DELETE", copy_of(jonas)[0]).status == 204

        assert answers(copy_of(anna)[1]) == [{"jonas": "DECLINED"}]
        assert messages(anna) == ["REPLY"]

    def test_or_let_go_without_a_word(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))

        jonas.request("DELETE", copy_of(jonas)[0], Schedule_Reply="F")

        assert answers(copy_of(anna)[1]) == [{"jonas": "NEEDS-ACTION"}]
        assert messages(anna) == []

    def test_who_declined_and_deleted_is_asked_anew_when_it_is_moved(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(JONAS))
        jonas.request("DELETE", copy_of(jonas)[0])

        anna.put(PATH, meeting(JONAS, "LOCATION:Saal"))
        assert not has_copy(jonas)
        anna.put(PATH, meeting(JONAS, "DTSTART:20270504T120000Z", "DTEND:20270504T130000Z"))

        assert answers(copy_of(jonas)[1]) == [{"jonas": "NEEDS-ACTION"}]

    def test_an_organizer_can_not_answer_for_others(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        answer(jonas, "TENTATIVE")

        anna.put(PATH, meeting(attendee("jonas", "ACCEPTED"), "LOCATION:Saal"))

        assert answers(copy_of(anna)[1]) == [{"jonas": "TENTATIVE"}]
        assert answers(copy_of(jonas)[1]) == [{"jonas": "TENTATIVE"}]

    def test_an_answer_is_no_way_into_the_organizers_lines(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(JONAS, PETRA))
        href, text = copy_of(jonas)
        forged = text.replace(
            "PARTSTAT=NEEDS-ACTION:mailto:jonas@",
            'PARTSTAT="ACCEPTED:mailto:victim@x.example":mailto:jonas@',
        )
        assert forged != text

        jonas.request("PUT", href, forged.replace("\n", "\r\n").encode())

        text = copy_of(anna)[1]
        assert "victim" not in text.lower()
        assert answers(text) == [{"jonas": "NEEDS-ACTION", "petra": "NEEDS-ACTION"}]

    @pytest.mark.parametrize(
        ("was", "becomes"),
        [
            ("DTSTART:20270504T100000Z", "DTSTART:20270504T103000Z"),
            ("DTEND:20270504T110000Z", "DTEND:20270504T113000Z"),
            ("SUMMARY:Besprechung", "SUMMARY:Feier"),
            ("mailto:petra@", "mailto:paul@"),
            ("END:VEVENT", "RRULE:FREQ=DAILY\nEND:VEVENT"),
            ("END:VEVENT", "LOCATION:Saal\nEND:VEVENT"),
            ("ORGANIZER;CN=Anna:mailto:anna", "ORGANIZER:mailto:jonas"),
        ],
    )
    def test_an_attendee_changes_nothing_else(
        self, anna: Device, jonas: Device, was: str, becomes: str
    ) -> None:
        anna.put(PATH, meeting(JONAS, PETRA))
        href, text = copy_of(jonas)
        changed = text.replace(was, becomes)
        assert changed != text

        refused = jonas.request("PUT", href, changed.replace("\n", "\r\n").encode())

        assert refused.status == 403
        assert "allowed-attendee-scheduling-object-change" in refused.conditions
        assert copy_of(jonas)[1] == text

    def test_what_others_answered_stays_as_the_server_knows_it(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(JONAS, PETRA))
        href, text = copy_of(jonas)
        changed = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")

        jonas.request("PUT", href, changed.replace("\n", "\r\n").encode())

        wanted = [{"jonas": "ACCEPTED", "petra": "NEEDS-ACTION"}]
        assert answers(copy_of(jonas)[1]) == answers(copy_of(anna)[1]) == wanted

    def test_a_stranger_to_the_meeting_answers_nothing(self, anna: Device, petra: Device) -> None:
        anna.put(PATH, meeting(JONAS))

        petra.put(PATH, meeting(attendee("petra", "ACCEPTED"), JONAS))

        assert answers(copy_of(anna)[1]) == [{"jonas": "NEEDS-ACTION"}]
        assert messages(anna) == []
        assert "SCHEDULE-STATUS=5.3" in copy_of(petra)[1]


class TestRevisions:
    def test_a_meeting_that_is_moved_asks_anew(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        answer(jonas, "ACCEPTED")

        anna.put(
            PATH,
            meeting(
                attendee("jonas", "ACCEPTED"), "DTSTART:20270504T120000Z", "DTEND:20270504T130000Z"
            ),
        )

        for text in (copy_of(anna)[1], copy_of(jonas)[1]):
            assert "DTSTART:20270504T120000Z" in text
            assert answers(text) == [{"jonas": "NEEDS-ACTION"}]
            assert "\nSEQUENCE:1\n" in text

    def test_who_is_left_out_hears_that_it_is_cancelled(
        self, anna: Device, jonas: Device, petra: Device
    ) -> None:
        anna.put(PATH, meeting(JONAS, PETRA))

        anna.put(PATH, meeting(JONAS))

        assert "STATUS:CANCELLED" in copy_of(petra)[1]
        assert messages(petra) == ["CANCEL"]
        assert "STATUS:CANCELLED" not in copy_of(jonas)[1]

    def test_a_meeting_that_is_deleted_is_cancelled(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        answer(jonas, "ACCEPTED")

        assert anna.delete(PATH).status == 204

        assert not has_copy(anna)
        assert "STATUS:CANCELLED" in copy_of(jonas)[1]
        assert messages(jonas) == ["CANCEL"]
        inbox = anna.sync("inbox")
        assert jonas.request("DELETE", copy_of(jonas)[0]).status == 204
        assert anna.sync("inbox", inbox.token).changed == {}

    def test_what_is_no_meeting_any_more_is_cancelled(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))

        assert anna.put(PATH, event(UID, "Für mich")).status == 204

        assert "STATUS:CANCELLED" in copy_of(jonas)[1]
        assert "schedule-tag" not in anna.get(PATH).headers

    def test_a_calendar_that_goes_takes_its_meetings_along(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.request("MKCALENDAR", anna.own("projekt/"))
        anna.put("projekt/a.ics", meeting(JONAS))

        assert anna.delete("projekt/").status == 204

        assert "STATUS:CANCELLED" in copy_of(jonas)[1]


class TestSeries:
    def test_one_instance_is_declined(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        answer(jonas, "ACCEPTED")
        href, text = copy_of(jonas)
        one = "\n".join(
            vevent(
                SECOND,
                "DTSTART:20270511T100000Z",
                "DTEND:20270511T110000Z",
                attendee("jonas", "DECLINED"),
            )
        )
        changed = text.replace("END:VCALENDAR", f"{one}\nEND:VCALENDAR")

        put = jonas.request("PUT", href, changed.replace("\n", "\r\n").encode())

        assert put.status == 204, put.text
        text = copy_of(anna)[1]
        assert answers(text) == [{"jonas": "ACCEPTED"}, {"jonas": "DECLINED"}]
        assert SECOND in text

    def test_an_answer_to_one_instance_outlives_a_save_that_has_not_seen_it(
        self, anna: Device, jonas: Device
    ) -> None:
        tag = anna.put(PATH, meeting(*WEEKLY, JONAS)).headers["schedule-tag"]
        href, text = copy_of(jonas)
        changed = text.replace("END:VEVENT", "EXDATE:20270511T100000Z\nEND:VEVENT")
        jonas.request("PUT", href, changed.replace("\n", "\r\n").encode())

        anna.put(PATH, meeting(*WEEKLY, JONAS, "LOCATION:Saal"), If_Schedule_Tag_Match=tag)

        text = copy_of(anna)[1]
        assert answers(text) == [{"jonas": "NEEDS-ACTION"}, {"jonas": "DECLINED"}]
        assert text.count("LOCATION:Saal") == 2

    def test_an_instance_that_an_attendee_takes_out_is_declined(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        answer(jonas, "ACCEPTED")
        href, text = copy_of(jonas)
        changed = text.replace("END:VEVENT", "EXDATE:20270511T100000Z\nEND:VEVENT")

        jonas.request("PUT", href, changed.replace("\n", "\r\n").encode())

        assert answers(copy_of(anna)[1]) == [{"jonas": "ACCEPTED"}, {"jonas": "DECLINED"}]

    def test_who_is_left_out_of_one_instance_has_it_cancelled(
        self, anna: Device, jonas: Device, petra: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS, PETRA))
        one = vevent(SECOND, "DTSTART:20270511T100000Z", "DTEND:20270511T110000Z", JONAS)

        anna.put(PATH, calendar(vevent(*WEEKLY, JONAS, PETRA), one))

        text = copy_of(petra)[1]
        assert text.count("BEGIN:VEVENT") == 2
        assert "STATUS:CANCELLED" in text.split("BEGIN:VEVENT")[2]
        assert "EXDATE" not in text
        assert messages(petra) == ["CANCEL"]
        assert "CANCELLED" not in copy_of(jonas)[1]

    def test_an_instance_that_is_deleted_is_cancelled(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        answer(jonas, "ACCEPTED")

        anna.put(PATH, meeting(*WEEKLY, "EXDATE:20270511T100000Z", JONAS))

        text = copy_of(jonas)[1]
        assert "STATUS:CANCELLED" in text.split("BEGIN:VEVENT")[2]
        assert answers(text)[0] == {"jonas": "ACCEPTED"}
        assert messages(jonas) == ["CANCEL"]

    def test_who_is_invited_to_one_instance_hears_of_that_alone(
        self, anna: Device, petra: Device
    ) -> None:
        one = vevent(SECOND, "DTSTART:20270511T100000Z", "DTEND:20270511T110000Z", JONAS, PETRA)

        anna.put(PATH, calendar(vevent(*WEEKLY, JONAS), one))

        text = copy_of(petra)[1]
        assert text.count("BEGIN:VEVENT") == 1
        assert "RRULE" not in text
        assert SECOND in text

    def test_one_instance_that_is_moved_asks_anew_for_that_alone(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        answer(jonas, "ACCEPTED")
        one = vevent(
            SECOND,
            "DTSTART:20270511T120000Z",
            "DTEND:20270511T130000Z",
            attendee("jonas", "ACCEPTED"),
        )

        anna.put(PATH, calendar(vevent(*WEEKLY, attendee("jonas", "ACCEPTED")), one))

        wanted = [{"jonas": "ACCEPTED"}, {"jonas": "NEEDS-ACTION"}]
        assert answers(copy_of(anna)[1]) == answers(copy_of(jonas)[1]) == wanted

    def test_an_end_that_comes_sooner_asks_nobody(self, anna: Device, jonas: Device) -> None:
        endless = (*WEEKLY[:2], "RRULE:FREQ=WEEKLY")
        anna.put(PATH, meeting(*endless, JONAS))
        answer(jonas, "ACCEPTED")

        anna.put(PATH, meeting(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;UNTIL=20270520T100000Z", JONAS))

        assert answers(copy_of(jonas)[1]) == [{"jonas": "ACCEPTED"}]
        assert "UNTIL" in copy_of(jonas)[1]


class TestScheduleTags:
    def test_every_answer_about_a_meeting_has_it(self, anna: Device) -> None:
        put = anna.put(PATH, meeting(JONAS))
        told = anna.propfind(anna.own(PATH), f"{CAL}schedule-tag").found()

        tag = put.headers["schedule-tag"]
        assert anna.get(PATH).headers["schedule-tag"] == tag
        assert told[f"{CAL}schedule-tag"].text == tag
        moved = anna.move(PATH, "calendar/neu.ics")
        assert moved.headers["schedule-tag"] != tag

    def test_what_is_no_meeting_has_none(self, anna: Device) -> None:
        put = anna.put("calendar/a.ics", event("a"))

        assert "schedule-tag" not in put.headers
        reply = anna.propfind(anna.own("calendar/a.ics"), f"{CAL}schedule-tag")
        assert [each.status for each in reply.propstats()] == [404]

    def test_a_change_by_tag_goes_over_answers_that_came_meanwhile(
        self, anna: Device, jonas: Device
    ) -> None:
        tag = anna.put(PATH, meeting(JONAS)).headers["schedule-tag"]
        etag = anna.get(PATH).headers["etag"]
        answer(jonas, "ACCEPTED")

        changed = meeting(JONAS, "LOCATION:Saal")
        assert anna.put(PATH, changed, If_Match=etag).status == 412
        put = anna.put(PATH, changed, If_Schedule_Tag_Match=tag)

        assert put.status == 204
        assert answers(copy_of(anna)[1]) == [{"jonas": "ACCEPTED"}]
        assert anna.put(PATH, changed, If_Schedule_Tag_Match=tag).status == 412
        assert anna.delete(PATH, If_Schedule_Tag_Match='"x"').status == 412

    def test_a_new_revision_has_a_new_tag(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        href = copy_of(jonas)[0]
        tag = jonas.request("GET", href).headers["schedule-tag"]

        anna.put(PATH, meeting(JONAS, "LOCATION:Saal"))

        assert jonas.request("GET", href).headers["schedule-tag"] != tag


class TestRefusals:
    def test_one_organizer(self, anna: Device) -> None:
        other = vevent("ORGANIZER:mailto:jonas@buero.example", SECOND, "DTSTART:20270511T100000Z")

        refused = anna.put(PATH, calendar(vevent(*WEEKLY, JONAS), other))

        assert refused.status == 403
        assert "same-organizer-in-all-components" in refused.conditions

    def test_one_copy(self, anna: Device) -> None:
        anna.request("MKCALENDAR", anna.own("projekt/"))
        anna.put(PATH, meeting(JONAS))

        for refused in (
            anna.put("projekt/a.ics", meeting(JONAS)),
            anna.copy(PATH, "projekt/a.ics"),
        ):
            assert refused.status == 403
            assert "unique-scheduling-object-resource" in refused.conditions

    def test_nobody_invites_in_anothers_name(
        self, groupware: GroupwareOffice, anna: Device, jonas: Device
    ) -> None:
        with groupware.store.write() as unit:
            granting.grant(unit, "jonas", DataRight.WRITE, "/dav/anna/calendar")
        base = jonas.own("")
        [shared] = [each for each in jonas.names("") if "shared-" in each]
        path = shared.removeprefix(base)

        refused = jonas.put(f"{path}a.ics", meeting(JONAS))

        assert refused.status == 403
        assert "need-privileges" in refused.conditions
        assert "schedule-send-invite" in refused.text
        assert "/dav/anna/outbox/" in refused.text
        assert jonas.put(f"{path}b.ics", event("b")).status == 201
        anna.put(PATH, meeting(PETRA))
        assert jonas.delete(f"{path}besprechung.ics").status == 403

    def test_too_many(self, anna: Device) -> None:
        many = [f"ATTENDEE:mailto:k{number}@x.y" for number in range(501)]

        refused = anna.put(PATH, meeting(*many))

        assert refused.status == 403
        assert "max-attendees-per-instance" in refused.conditions
        # Of one's own invitations by others they may be as many as they are.
        other = "ORGANIZER:mailto:chef@example.net"
        assert anna.put(PATH, meeting(other, ANNA, *many)).status == 201

    def test_a_journal_entry_is_no_meeting(self, anna: Device) -> None:
        made = (
            b'<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            b'<C:supported-calendar-component-set><C:comp name="VJOURNAL"/>'
            b"</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
        )
        assert anna.request("MKCALENDAR", anna.own("notizen/"), made).status == 201
        text = meeting(JONAS).replace(b"VEVENT", b"VJOURNAL").replace(b"DTEND", b"X-END")

        assert anna.put("notizen/a.ics", text).status == 201


class TestInboxAndOutbox:
    def test_they_are_found_and_are_no_calendars(self, anna: Device) -> None:
        names = (f"{CAL}schedule-inbox-URL", f"{CAL}schedule-outbox-URL")
        found = anna.propfind("/dav/anna/", *names).found()
        types = anna.propfind("/dav/anna/", f"{DAV}resourcetype", Depth="1")

        for name, local in zip(names, ("inbox", "outbox"), strict=True):
            assert found[name][0].text == f"/dav/anna/{local}/"
            kinds = types.found(f"/dav/anna/{local}/")[f"{DAV}resourcetype"]
            assert [each.tag for each in kinds] == [f"{DAV}collection", f"{CAL}schedule-{local}"]

    def test_default_calendar(self, anna: Device) -> None:
        name = f"{CAL}schedule-default-calendar-URL"

        assert anna.propfind("/dav/anna/inbox/", name).found()[name][0].text == (
            "/dav/anna/calendar/"
        )
        assert name not in anna.propfind("/dav/anna/calendar/", name).found()

    @pytest.mark.parametrize("name", ["inbox", "outbox"])
    def test_nobody_puts_makes_or_deletes_them(self, anna: Device, name: str) -> None:
        assert anna.put(f"{name}/a.ics", event("a")).status == 403
        assert anna.delete(f"{name}/").status == 403
        assert anna.request("MKCALENDAR", anna.own(f"{name}/")).status == 403
        assert anna.names(f"{name}/") == set()

    def test_messages_sync_and_are_taken_away(self, anna: Device, jonas: Device) -> None:
        token = jonas.sync("inbox").token
        anna.put(PATH, meeting(JONAS))

        [href] = jonas.sync("inbox", token).changed
        assert jonas.request("DELETE", href).status == 204

        assert objects(jonas, "inbox/") == {}
        assert has_copy(jonas)

    def test_a_message_stays_where_it_is(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        [href] = objects(jonas, "inbox/")
        name = href.removeprefix("/dav/jonas/")

        assert jonas.move(name, "calendar/neu.ics").status == 403
        assert jonas.copy(name, "calendar/neu.ics").status == 403


def ask(
    device: Device,
    *lines: str,
    organizer: str = "anna",
    days: str = "0504T080000Z/0504T180000Z",
) -> Reply:
    """Ask one's outbox when *lines*, attendees, are busy."""
    begins, _, ends = days.partition("/")
    asked = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//EN",
        "METHOD:REQUEST",
        "BEGIN:VFREEBUSY",
        "UID:frage",
        "DTSTAMP:20260101T000000Z",
        f"DTSTART:2027{begins}",
        f"DTEND:2027{ends}",
        f"ORGANIZER:mailto:{organizer}@buero.example",
        *lines,
        "END:VFREEBUSY",
        "END:VCALENDAR",
        "",
    ]
    body = "\r\n".join(asked).encode()
    return device.request("POST", device.own("outbox/"), body, Content_Type="text/calendar")


class TestFreeBusy:
    def test_colleagues_are_busy_and_nobody_says_why(self, anna: Device, jonas: Device) -> None:
        jonas.put(
            "calendar/a.ics",
            event("a", "Geheim", "CLASS:PRIVATE", start="DTSTART:20270504T090000Z"),
        )
        jonas.put(
            "calendar/b.ics",
            meeting("ORGANIZER:mailto:jonas@buero.example", "CLASS:CONFIDENTIAL", uid="b"),
        )

        reply = ask(anna, "ATTENDEE:mailto:jonas@buero.example", "ATTENDEE:mailto:x@y.example")

        assert reply.status == 200, reply.text
        known, unknown = reply.xml.iterfind(f"{CAL}response")
        assert known.findtext(f"{CAL}recipient/{DAV}href") == "mailto:jonas@buero.example"
        assert known.findtext(f"{CAL}request-status") == "2.0;Success"
        text = known.findtext(f"{CAL}calendar-data") or ""
        assert "METHOD:REPLY" in text
        assert "FREEBUSY;FBTYPE=BUSY:20270504T100000Z/20270504T110000Z" in text
        assert "Geheim" not in text
        assert unknown.findtext(f"{CAL}request-status") == "3.7;Invalid calendar user"
        assert unknown.find(f"{CAL}calendar-data") is None

    def test_what_does_not_count(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(JONAS))
        who = "ATTENDEE:mailto:jonas@buero.example"
        assert "FBTYPE=BUSY-TENTATIVE:20270504T100000Z" in ask(anna, who).text
        answer(jonas, "ACCEPTED")
        assert "FBTYPE=BUSY:20270504T100000Z" in ask(anna, who).text
        masked = ask(anna, who, f"X-CALENDARSERVER-MASK-UID:{UID}")
        assert "FBTYPE" not in masked.text
        answer(jonas, "DECLINED")
        assert "FBTYPE" not in ask(anna, who).text
        answer(jonas, "ACCEPTED")

        body = (
            '<D:propertyupdate xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set>'
            "<D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>"
            "</D:prop></D:set></D:propertyupdate>"
        )
        assert " 200 " in jonas.request("PROPPATCH", jonas.own("calendar/"), body.encode()).text

        assert "FBTYPE" not in ask(anna, who).text
        name = f"{CAL}schedule-calendar-transp"
        assert [
            each.tag for each in jonas.propfind(jonas.own("calendar/"), name).found()[name]
        ] == [f"{CAL}transparent"]

    def test_what_is_no_request(self, anna: Device) -> None:
        who = "ATTENDEE:mailto:jonas@buero.example"
        many = [f"ATTENDEE:mailto:k{number}@example.net" for number in range(101)]

        for reply in (
            ask(anna),
            ask(anna, *many),
            ask(anna, who, days="0504T080000Z/0504T080000Z"),
        ):
            assert reply.status == 400
            assert "valid-scheduling-message" in reply.conditions
        refused = ask(anna, who, organizer="jonas")
        assert refused.status == 403
        assert "valid-organizer" in refused.conditions

    def test_who_is_blocked_is_nobody(self, groupware: GroupwareOffice, anna: Device) -> None:
        with groupware.store.write() as unit:
            users.block(unit, "jonas")

        reply = ask(anna, "ATTENDEE:mailto:jonas@buero.example")

        assert "3.7;Invalid calendar user" in reply.text
