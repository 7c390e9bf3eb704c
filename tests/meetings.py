"""Meetings as three people's programs write and read them, through the groupware door."""

import re
from collections.abc import Iterable

from office.items.content_lines import unfold
from tests.documents_door import Reply
from tests.groupware_door import Device

UID = "besprechung"
PATH = "calendar/besprechung.ics"


def attendee(name: str, answer: str = "NEEDS-ACTION", **more: str) -> str:
    """An ATTENDEE line; *more* are further parameters, as ``SCHEDULE_AGENT="CLIENT"``."""
    address = name if "@" in name else f"{name}@buero.example"
    added = "".join(f";{key.replace('_', '-')}={value}" for key, value in more.items())
    return f"ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT={answer}{added}:mailto:{address}"


def vevent(*lines: str, uid: str = UID, summary: str = "Besprechung") -> list[str]:
    """A VEVENT; the time is Anna's, if *lines* say nothing else."""
    text = "\n".join(lines)
    time = [] if "DTSTART" in text else ["DTSTART:20270504T100000Z", "DTEND:20270504T110000Z"]
    organizer = [] if "ORGANIZER" in text else ["ORGANIZER;CN=Anna:mailto:anna@buero.example"]
    inner = [f"UID:{uid}", "DTSTAMP:20260101T000000Z", *time, f"SUMMARY:{summary}", *organizer]
    return ["BEGIN:VEVENT", *inner, *lines, "END:VEVENT"]


def calendar(*events: Iterable[str]) -> bytes:
    """A calendar object of *events*."""
    inner = [line for event in events for line in event]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *inner, "END:VCALENDAR"]
    return "".join(f"{line}\r\n" for line in lines).encode()


def meeting(*lines: str, uid: str = UID, summary: str = "Besprechung") -> bytes:
    """A calendar object with one VEVENT of Anna's."""
    return calendar(vevent(*lines, uid=uid, summary=summary))


def objects(device: Device, path: str = "calendar/") -> dict[str, str]:
    """The members of one of somebody's own collections by href, unfolded."""
    hrefs = device.names(path)
    return {href: _text(device.request("GET", href)) for href in sorted(hrefs)}


def _text(reply: Reply) -> str:
    assert reply.status == 200, reply.text
    return unfold(reply.body.decode())


def copy_of(device: Device, uid: str = UID, path: str = "calendar/") -> tuple[str, str]:
    """Where somebody's copy of a meeting lies, and its text."""
    found = [(k, v) for k, v in objects(device, path).items() if f"\nUID:{uid}\n" in v]
    assert len(found) == 1, found
    return found[0]


def has_copy(device: Device, uid: str = UID) -> bool:
    """Whether somebody has a copy."""
    return any(f"\nUID:{uid}\n" in each for each in objects(device).values())


def answers(text: str) -> list[dict[str, str]]:
    """Of each event in *text*: the participation status by the name of the attendee."""
    return [
        {
            name: answer
            for answer, name in re.findall(
                r"^ATTENDEE[^\n]*?PARTSTAT=([A-Z-]+)[^\n]*:mailto:([^@\n]+)@", part, re.MULTILINE
            )
        }
        for part in text.split("BEGIN:VEVENT")[1:]
    ]


def messages(device: Device) -> list[str]:
    """The methods of the messages in somebody's inbox."""
    found = [
        re.search(r"^METHOD:(\w+)$", each, re.MULTILINE)
        for each in objects(device, "inbox/").values()
    ]
    return sorted(each[1] for each in found if each)


def answer(device: Device, status: str, uid: str = UID) -> Reply:
    """Answer as a program does: the copy is read and put back with another PARTSTAT."""
    href, text = copy_of(device, uid)
    changed = re.sub(
        rf"(^ATTENDEE[^\n]*?PARTSTAT=)[A-Z-]+([^\n]*:mailto:{device.name}@)",
        rf"\g<1>{status}\g<2>",
        text,
        flags=re.MULTILINE,
    )
    body = changed.replace("\n", "\r\n").encode()
    return device.request("PUT", href, body)


def status_of(text: str, name: str) -> str:
    """The SCHEDULE-STATUS that *text* tells of an attendee."""
    found = re.search(rf"^ATTENDEE([^\n]*):mailto:{name}", text, re.MULTILINE)
    assert found
    status = re.search(r"SCHEDULE-STATUS=([^;:]+)", found[1])
    return status[1] if status else ""


def send_to_outbox(device: Device, *asked: str) -> Reply:
    """Ask when colleagues are busy in May 2026, where the door's sample events are."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//EN",
        "METHOD:REQUEST",
        "BEGIN:VFREEBUSY",
        "UID:frage",
        "DTSTAMP:20260101T000000Z",
        "DTSTART:20260501T000000Z",
        "DTEND:20260531T000000Z",
        f"ORGANIZER:/dav/{device.name}/",
        *(f"ATTENDEE:/dav/{each}/" for each in asked),
        "END:VFREEBUSY",
        "END:VCALENDAR",
    ]
    body = "".join(f"{line}\r\n" for line in lines).encode()
    return device.request("POST", device.own("outbox/"), body, Content_Type="text/calendar")
