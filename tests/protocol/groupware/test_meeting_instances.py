"""An instance of a meeting is one that its organizer's series has, whoever names it."""

import re

import pytest

from tests.documents_door import Reply
from tests.groupware_door import Device
from tests.meetings import (
    PATH,
    answer,
    answers,
    attendee,
    calendar,
    copy_of,
    meeting,
    messages,
    objects,
    status_of,
    vevent,
)

JONAS = attendee("jonas")
WEEKLY = ("DTSTART:20270504T100000Z", "DTEND:20270504T110000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
OUT = "EXDATE:20270518T100000Z"
BERLIN = "TZID=Europe/Berlin"
WEDNESDAY = ("RECURRENCE-ID:20270512T100000Z", "DTSTART:20270512T100000Z", "DURATION:PT1H")


def one(*times: str, status: str = "DECLINED") -> str:
    """An instance with Jonas's answer to it."""
    return "\n".join(vevent(*times, attendee("jonas", status)))


def save(device: Device, *changes: tuple[str, str]) -> Reply:
    """Put one's copy back with *changes* of its text."""
    href, text = copy_of(device)
    for was, becomes in changes:
        assert was in text
        text = text.replace(was, becomes, 1)
    return device.request("PUT", href, text.replace("\n", "\r\n").encode())


def add(device: Device, *instances: str) -> Reply:
    """Put one's copy back with further components."""
    return save(device, ("END:VCALENDAR", "\n".join([*instances, "END:VCALENDAR"])))


class TestAttendees:
    @pytest.mark.parametrize(
        "at",
        [
            "20270512T100000Z",  # another day
            "20270511T100001Z",  # another second
            "20270601T100000Z",  # after the last
            "20270427T100000Z",  # before the first
            "20270518T100000Z",  # one that the organizer took out
        ],
    )
    def test_they_add_none_that_the_series_has_not(
        self, anna: Device, jonas: Device, at: str
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, OUT, JONAS))
        before = copy_of(anna), copy_of(jonas)

        refused = add(jonas, one(f"RECURRENCE-ID:{at}", f"DTSTART:{at}", "DURATION:PT1H"))

        assert refused.status == 403
        assert "allowed-attendee-scheduling-object-change" in refused.conditions
        assert (copy_of(anna), copy_of(jonas)) == before
        assert messages(anna) == []

    @pytest.mark.parametrize("at", ["20270512T100000Z", "20270601T100000Z"])
    def test_what_they_take_out_beside_the_series_is_no_answer(
        self, anna: Device, jonas: Device, at: str
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        before = copy_of(anna)

        assert save(jonas, ("END:VEVENT", f"EXDATE:{at}\nEND:VEVENT")).status == 204

        assert copy_of(anna) == before
        assert messages(anna) == []

    def test_what_was_not_taken_in_is_not_told(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(*WEEKLY, OUT, JONAS))
        jonas.request("DELETE", copy_of(jonas)[0], Schedule_Reply="F")
        third = ("RECURRENCE-ID:20270518T100000Z", "DTSTART:20270518T100000Z", "DURATION:PT1H")
        series = vevent(*WEEKLY, attendee("jonas", "ACCEPTED"))
        again = calendar(series, one(*WEDNESDAY).split("\n"), one(*third).split("\n"))

        assert jonas.put("calendar/wieder.ics", again).status == 201

        assert answers(copy_of(anna)[1]) == [{"jonas": "ACCEPTED"}]
        [told] = objects(anna, "inbox/").values()
        assert answers(told) == [{"jonas": "ACCEPTED"}]
        assert "RECURRENCE-ID" not in told

    def test_an_answer_of_which_nothing_is_taken_in_is_not_told(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        jonas.request("DELETE", copy_of(jonas)[0], Schedule_Reply="F")
        before = copy_of(anna)

        jonas.put("calendar/wieder.ics", calendar(one(*WEDNESDAY).split("\n")))

        assert copy_of(anna) == before
        assert messages(anna) == []
        assert "SCHEDULE-STATUS=5.3:mailto:anna" in copy_of(jonas)[1]

    @pytest.mark.parametrize(
        ("series", "named", "kept"),
        [
            pytest.param(
                (f"DTSTART;{BERLIN}:20270504T120000", f"DTEND;{BERLIN}:20270504T130000"),
                "RECURRENCE-ID:20270511T100000Z",
                "RECURRENCE-ID;TZID=Europe/Berlin:20270511T120000",
                id="in UTC",
            ),
            pytest.param(
                ("DTSTART:20270504T100000Z", "DTEND:20270504T110000Z"),
                f"RECURRENCE-ID;{BERLIN}:20270511T120000",
                "RECURRENCE-ID:20270511T100000Z",
                id="in a zone",
            ),
            pytest.param(
                (f"DTSTART;{BERLIN}:20270504T120000", f"DTEND;{BERLIN}:20270504T130000"),
                "RECURRENCE-ID;VALUE=DATE:20270511",
                "RECURRENCE-ID;TZID=Europe/Berlin:20270511T120000",
                id="as a date",
            ),
            pytest.param(
                ("DTSTART:20270504T120000", "DTEND:20270504T130000"),
                "RECURRENCE-ID:20270511T120000",
                "RECURRENCE-ID:20270511T120000",
                id="floating",
            ),
            pytest.param(
                ("DTSTART;VALUE=DATE:20270504", "DTEND;VALUE=DATE:20270505"),
                "RECURRENCE-ID;VALUE=DATE:20270511",
                "RECURRENCE-ID;VALUE=DATE:20270511",
                id="all day",
            ),
            pytest.param(
                ("DTSTART;VALUE=DATE:20270504", "DTEND;VALUE=DATE:20270505"),
                f"RECURRENCE-ID;{BERLIN}:20270511T000000",
                "RECURRENCE-ID;VALUE=DATE:20270511",
                id="all day, as a time",
            ),
            pytest.param(
                (f"DTSTART;{BERLIN}:20270321T023000", f"DTEND;{BERLIN}:20270321T033000"),
                "RECURRENCE-ID:20270328T013000Z",
                "RECURRENCE-ID;TZID=Europe/Berlin:20270328T033000",
                id="in the hour that is left out",
            ),
        ],
    )
    def test_they_name_it_as_their_programs_do(
        self, anna: Device, jonas: Device, series: tuple[str, ...], named: str, kept: str
    ) -> None:
        anna.put(PATH, meeting(*series, "RRULE:FREQ=WEEKLY;COUNT=4", JONAS))
        assert save(jonas, ("END:VEVENT", f"{named}\nEND:VEVENT".replace(*EXDATE))).status == 204

        text = copy_of(anna)[1]
        assert answers(text) == [{"jonas": "NEEDS-ACTION"}, {"jonas": "DECLINED"}]
        assert f"{kept}\n" in text
        [told] = objects(anna, "inbox/").values()
        assert f"{kept}\n" in told

        start = re.sub(r".*?([;:])", r"DTSTART\1", kept, count=1)
        length = "DURATION:P1D" if "DATE:" in kept else "DURATION:PT1H"
        again = calendar(
            vevent(*series, "RRULE:FREQ=WEEKLY;COUNT=4", JONAS),
            one(named, start, length, status="TENTATIVE").split("\n"),
        )
        jonas.request("DELETE", copy_of(jonas)[0], Schedule_Reply="F")
        assert jonas.put("calendar/wieder.ics", again).status == 201
        assert answers(copy_of(anna)[1])[1] == {"jonas": "TENTATIVE"}


EXDATE = ("RECURRENCE-ID", "EXDATE")


class TestOrganizers:
    def test_an_answered_instance_after_the_new_end_is_over(
        self, anna: Device, jonas: Device
    ) -> None:
        endless = (*WEEKLY[:2], "RRULE:FREQ=WEEKLY")
        anna.put(PATH, meeting(*endless, JONAS))
        save(jonas, ("END:VEVENT", "EXDATE:20270608T100000Z\nEND:VEVENT"))
        assert len(answers(copy_of(anna)[1])) == 2

        anna.put(PATH, meeting(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;UNTIL=20270520T100000Z", JONAS))

        assert len(answers(copy_of(anna)[1])) == len(answers(copy_of(jonas)[1])) == 1

    def test_what_they_take_out_beside_the_series_cancels_nothing(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))

        anna.put(PATH, meeting(*WEEKLY, "EXDATE:20270512T100000Z", JONAS))

        assert "CANCELLED" not in copy_of(jonas)[1]
        assert messages(jonas) == ["REQUEST"]

    @pytest.mark.parametrize(
        ("series", "out"),
        [
            (WEEKLY, "EXDATE;VALUE=DATE:20270511"),
            (WEEKLY, f"EXDATE;{BERLIN}:20270511T120000"),
            (WEEKLY, "EXDATE:20270511T100000"),
            (
                ("DTSTART;VALUE=DATE:20270504", "RRULE:FREQ=WEEKLY;COUNT=4"),
                f"EXDATE;{BERLIN}:20270511T000000",
            ),
        ],
    )
    def test_what_they_take_out_is_cancelled_however_it_is_written(
        self, anna: Device, jonas: Device, series: tuple[str, ...], out: str
    ) -> None:
        anna.put(PATH, meeting(*series, JONAS))

        anna.put(PATH, meeting(*series, out, JONAS))

        text = copy_of(jonas)[1]
        assert "STATUS:CANCELLED" in text.split("BEGIN:VEVENT")[2]
        assert re.search(r"^RECURRENCE-ID[^\n]*:20270511(T100000Z)?$", text, re.MULTILINE)
        assert "EXDATE" not in text
        assert messages(jonas) == ["CANCEL"]

    def test_an_instance_that_comes_again_asks_anew(self, anna: Device, jonas: Device) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        answer(jonas, "ACCEPTED")
        anna.put(PATH, meeting(*WEEKLY, OUT, JONAS))
        third = ("RECURRENCE-ID:20270518T100000Z", "DTSTART:20270518T100000Z", "DURATION:PT1H")

        anna.put(PATH, calendar(vevent(*WEEKLY, JONAS), vevent(*third, JONAS)))

        text = copy_of(jonas)[1]
        assert answers(text) == [{"jonas": "ACCEPTED"}, {"jonas": "NEEDS-ACTION"}]
        assert "CANCELLED" not in text
        assert "\nSEQUENCE:1\n" in text.split("BEGIN:VEVENT")[2]
        assert status_of(copy_of(anna)[1], "jonas") == "1.2"

    def test_a_new_instance_has_the_attendees_own_alarms_of_the_series(
        self, anna: Device, jonas: Device
    ) -> None:
        anna.put(PATH, meeting(*WEEKLY, JONAS))
        alarm = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM\n"
        save(jonas, ("END:VEVENT", f"{alarm}END:VEVENT"))
        longer = (*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=5")
        fifth = ("RECURRENCE-ID:20270601T100000Z", "DTSTART:20270601T120000Z", "DURATION:PT1H")

        anna.put(PATH, calendar(vevent(*longer, JONAS), vevent(*fifth, JONAS)))

        assert copy_of(jonas)[1].count("TRIGGER:-PT5M") == 2
