"""Three colleagues arrange a meeting, each with a program of its own kind, from start to end.

iOS goes by schedule tags and clears its inbox; Thunderbird and Evolution go by entity tags, fetch
what they saved where none was told, and leave the inbox alone.
"""

import re

import pytest

from tests.documents_door import Reply
from tests.groupware_door import CAL, CS, DAV, Device, GroupwareOffice
from tests.meetings import PATH, answers, attendee, calendar, copy_of, meeting, messages, vevent

WEEKLY = ("DTSTART:20270504T100000Z", "DTEND:20270504T110000Z", "RRULE:FREQ=WEEKLY;COUNT=4")
SECOND = "RECURRENCE-ID:20270511T100000Z"
ONE = ("DTSTART:20270511T100000Z", "DTEND:20270511T110000Z")


class Phone:
    """A device that works as iOS 18 does."""

    def __init__(self, device: Device) -> None:
        self.device = device.on("iOS/18.5 (22F76) dataaccessd/1.0")

    def saves(self, href: str, body: bytes) -> Reply:
        """Save by schedule tag what is there, else what is not there yet."""
        there = self.device.request("GET", href)
        tag = there.headers.get("schedule-tag")
        if tag:
            return self.device.request("PUT", href, body, If_Schedule_Tag_Match=tag)
        return self.device.request("PUT", href, body, If_None_Match="*")

    def reads_inbox(self) -> list[str]:
        """Look whether there is news, fetch the messages, and take them away."""
        device, inbox = self.device, self.device.own("inbox/")
        assert f"{CS}getctag" in device.propfind(inbox, f"{CS}getctag").found()
        hrefs = sorted(device.sync("inbox").changed)
        body = (
            '<C:calendar-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
            "<D:getetag/><C:calendar-data/></D:prop>"
            f"{''.join(f'<D:href>{each}</D:href>' for each in hrefs)}</C:calendar-multiget>"
        )
        reply = device.report("inbox/", body.encode())
        texts = [str(each.text) for each in reply.xml.iter(f"{CAL}calendar-data")]
        for href in hrefs:
            assert device.request("DELETE", href).status == 204
        return sorted(
            found[1] for each in texts if (found := re.search(r"METHOD:(\w+)", each)) is not None
        )


class Desktop:
    """A device that works as Thunderbird and Evolution do."""

    def __init__(self, device: Device, agent: str) -> None:
        self.device = device.on(agent)

    def saves(self, href: str, change: dict[str, str]) -> Reply:
        """Change words of what is there, by entity tag; fetch it where none was told."""
        there = self.device.request("GET", href)
        text = there.body.decode().replace("\r\n ", "")
        for was, becomes in change.items():
            changed = re.sub(was, becomes, text, flags=re.MULTILINE)
            assert changed != text, (was, text)
            text = changed
        put = self.device.request("PUT", href, text.encode(), If_Match=there.headers["etag"])
        if put.status in {201, 204} and "etag" not in put.headers:
            assert self.device.request("GET", href).headers["etag"] != there.headers["etag"]
        return put

    def answers(self, status: str) -> Reply:
        """Answer for all of it."""
        who = f"mailto:{self.device.name}@"
        href = copy_of(self.device)[0]
        return self.saves(href, {rf"PARTSTAT=[A-Z-]+([^\r\n]*{who})": rf"PARTSTAT={status}\1"})


@pytest.fixture
def three(groupware: GroupwareOffice) -> tuple[Phone, Desktop, Desktop]:
    petra = groupware.person("petra")
    anna, jonas = groupware.people["anna"], groupware.people["jonas"]
    thunderbird = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0"
    return Phone(anna), Desktop(jonas, thunderbird), Desktop(petra, "Evolution/3.56.1")


def test_from_invitation_to_cancellation(three: tuple[Phone, Desktop, Desktop]) -> None:
    phone, jonas, petra = three
    anna = phone.device
    href = anna.own(PATH)
    named = (attendee("anna", "ACCEPTED"), attendee("jonas"), attendee("petra"))

    assert phone.saves(href, meeting(*WEEKLY, *named)).status == 201
    assert messages(jonas.device) == messages(petra.device) == ["REQUEST"]

    assert jonas.answers("ACCEPTED").status == 204
    assert petra.answers("TENTATIVE").status == 204
    assert phone.reads_inbox() == ["REPLY", "REPLY"]
    assert answers(copy_of(anna)[1]) == [
        {"anna": "ACCEPTED", "jonas": "ACCEPTED", "petra": "TENTATIVE"}
    ]

    # Moved by an hour, by a phone that still has the answers of the beginning.
    later = ("DTSTART:20270504T110000Z", "DTEND:20270504T120000Z", WEEKLY[2])
    assert phone.saves(href, meeting(*later, *named)).status == 204
    for device in (anna, jonas.device, petra.device):
        told = answers(copy_of(device)[1])
        assert told == [{"anna": "ACCEPTED", "jonas": "NEEDS-ACTION", "petra": "NEEDS-ACTION"}]
    assert jonas.answers("ACCEPTED").status == 204
    assert petra.answers("ACCEPTED").status == 204

    # Petra can't come once: Evolution writes the instance beside the series.
    single = "\r\n".join(
        vevent(
            "RECURRENCE-ID:20270511T110000Z",
            "DTSTART:20270511T110000Z",
            "DTEND:20270511T120000Z",
            attendee("anna", "ACCEPTED"),
            attendee("jonas", "ACCEPTED"),
            attendee("petra", "DECLINED"),
            "SEQUENCE:1",
        )
    )
    once = petra.saves(copy_of(petra.device)[0], {"END:VCALENDAR": f"{single}\r\nEND:VCALENDAR"})
    assert once.status == 204, once.text
    assert [each["petra"] for each in answers(copy_of(anna)[1])] == ["ACCEPTED", "DECLINED"]
    assert [each["jonas"] for each in answers(copy_of(anna)[1])] == ["ACCEPTED", "ACCEPTED"]

    # Jonas is no longer needed at all; then it is called off.
    without = meeting(*later, named[0], named[2], "SEQUENCE:1")
    assert phone.saves(href, without).status == 204
    assert "STATUS:CANCELLED" in copy_of(jonas.device)[1]
    assert messages(jonas.device) == ["CANCEL"]
    assert "STATUS:CANCELLED" not in copy_of(petra.device)[1]
    assert [each["petra"] for each in answers(copy_of(petra.device)[1])] == [
        "ACCEPTED",
        "DECLINED",
    ]
    tag = anna.request("GET", href).headers["schedule-tag"]
    assert anna.request("DELETE", href, If_Schedule_Tag_Match=tag).status == 204
    assert "STATUS:CANCELLED" in copy_of(petra.device)[1]
    assert messages(petra.device) == ["CANCEL"]


def test_one_instance_elsewhere_and_one_left_out(three: tuple[Phone, Desktop, Desktop]) -> None:
    phone, jonas, petra = three
    anna = phone.device
    href = anna.own(PATH)
    both = (attendee("jonas"), attendee("petra"))
    phone.saves(href, meeting(*WEEKLY, *both))
    jonas.answers("ACCEPTED")
    petra.answers("ACCEPTED")

    # The second week is an hour later, and Petra need not come.
    one = vevent(SECOND, "DTSTART:20270511T110000Z", "DTEND:20270511T120000Z", both[0])
    assert phone.saves(href, calendar(vevent(*WEEKLY, *both), one)).status == 204

    assert answers(copy_of(jonas.device)[1]) == [
        {"jonas": "ACCEPTED", "petra": "ACCEPTED"},
        {"jonas": "NEEDS-ACTION"},
    ]
    series, cancelled = copy_of(petra.device)[1].split("BEGIN:VEVENT")[1:]
    assert "STATUS" not in series
    assert "STATUS:CANCELLED" in cancelled
    assert SECOND in cancelled


def test_who_comes_too_late_is_told(three: tuple[Phone, Desktop, Desktop]) -> None:
    phone, jonas, _ = three
    anna = phone.device
    phone.saves(anna.own(PATH), meeting(attendee("jonas")))
    href, text = copy_of(jonas.device)
    etag = jonas.device.request("GET", href).headers["etag"]
    phone.saves(anna.own(PATH), meeting(attendee("jonas"), "LOCATION:Saal"))

    late = jonas.device.request("PUT", href, text.replace("\n", "\r\n").encode(), If_Match=etag)

    assert late.status == 412
    assert jonas.answers("DECLINED").status == 204
    found = anna.propfind(anna.own(PATH), f"{DAV}getetag", f"{CAL}schedule-tag").found()
    assert len(found) == 2
