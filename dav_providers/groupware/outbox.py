"""POST to one's outbox: when colleagues are busy (RFC 6638 section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from dav_providers.groupware import preconditions
from dav_providers.groupware.free_busy import instant
from dav_providers.groupware.names import CAL, CALENDAR_DATA
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer, RefusedError, xml
from dav_providers.multistatus.preconditions import Precondition
from dav_providers.multistatus.writer import element, href_element, text_element, xml_document
from office.items import BusyInterval
from office.items.calendar_objects import read_text
from office.items.components import Component, Fault, read_components
from office.items.content_lines import parameters
from office.items.errors import Precondition as Condition
from office.items.instants import DAY, read_moment
from office.meetings.addresses import email_in, key_of, keys_of, user_in
from office.meetings.free_busy import busy_times
from office.tracking import Act
from storage import deliveries
from storage.deliveries import PartyRow
from storage.store import Unit
from wire.bodies import BodyTooLargeError, read_small

MOST_ATTENDEES = 100
MOST_DAYS = 366
_SUCCESS, _NOBODY = "2.0;Success", "3.7;Invalid calendar user"
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: of whom, from when to when; the lines that the answers repeat."""

    uid: str
    organizer: str
    attendees: tuple[str, ...]
    start_us: int
    end_us: int
    but_for: str


def answer(request: GroupwareRequest) -> Answer:
    """When each attendee is busy, as a ``schedule-response``."""
    question = _question(_component(request))
    request.note.act = Act.LISTED
    keys = {each: key_of(each, request.accepted_hosts) for each in question.attendees}
    own = key_of(question.organizer, request.accepted_hosts)
    with request.services.store.read() as unit:
        known = _people(unit, [own, *keys.values()])
        organizer = known.get(own)
        if organizer is None or organizer.id != request.who.user_id:
            raise RefusedError(
                403, preconditions.VALID_ORGANIZER.sentence, preconditions.VALID_ORGANIZER
            )
        asked = {known[key] for key in keys.values() if key in known}
        there = [each for each in asked if each.state == "active"]
        busy = busy_times(
            unit, request.who, there, question.start_us, question.end_us, but_for=question.but_for
        )
    responses = []
    for address, key in keys.items():
        person = known.get(key)
        times = busy.get(person.id) if person else None
        responses.append(_response(request, question, address, times))
    body = xml_document(f"{CAL}schedule-response", b"".join(responses))
    return xml(200, body, [("Cache-Control", "no-cache")])


def _people(unit: Unit, keys: Iterable[str]) -> dict[str, PartyRow]:
    emails = {found for each in keys if (found := email_in(each))}
    names = {found for each in keys if (found := user_in(each))}
    rows = deliveries.parties(unit, emails, names)
    return {key: each for each in rows for key in keys_of(each.name, each.email)}


def _component(request: GroupwareRequest) -> Component:
    """The VFREEBUSY of the body.

    Raises:
        RefusedError: It is of another type, or no such request.
        InvalidItemError: It is no iCalendar.
    """
    told = str(request.environ.get("CONTENT_TYPE") or "").partition(";")[0].strip().lower()
    if told not in {"", "text/calendar"}:
        condition = preconditions.SUPPORTED_CALENDAR_DATA
        raise RefusedError(403, "Requests are iCalendar (text/calendar).", condition)
    limits = request.services.limits
    try:
        data = read_small(request.environ, limits.object_bytes)
    except BodyTooLargeError as error:
        condition = Precondition(f"{CAL}max-resource-size", 403, "")
        raise RefusedError(403, str(error), condition) from None
    text = read_text(data, Condition.CALENDAR_DATA)
    fault = Fault(text, Condition.CALENDAR_DATA, "VCALENDAR")
    root = read_components(text, fault, limits)
    found = [each for each in root.children if each.name == "VFREEBUSY"]
    others = {each.name for each in root.children} - {"VFREEBUSY", "VTIMEZONE"}
    is_request = root.value("METHOD").strip().upper() == "REQUEST"
    if root.name != "VCALENDAR" or not is_request or len(found) != 1 or others:
        raise _invalid("The outbox takes one VFREEBUSY with METHOD:REQUEST.")
    return found[0]


def _question(component: Component) -> _Question:
    start_us, end_us = (_time_us(component, name) for name in ("DTSTART", "DTEND"))
    attendees = tuple(dict.fromkeys(line[1].strip() for line in component.all("ATTENDEE")))
    if not component.value("UID").strip() or not component.value("ORGANIZER").strip():
        raise _invalid("The request needs a UID and an ORGANIZER.")
    if not 0 < len(attendees) <= MOST_ATTENDEES:
        raise _invalid(f"Ask for one to {MOST_ATTENDEES} attendees at once.")
    if not 0 < end_us - start_us <= MOST_DAYS * DAY * _SECOND:
        raise _invalid(f"Ask for at most {MOST_DAYS} days, the end after the beginning.")
    return _Question(
        uid=component.value("UID").strip(),
        organizer=component.value("ORGANIZER").strip(),
        attendees=attendees,
        start_us=start_us,
        end_us=end_us,
        # Apple's clients name the meeting that they look for another time for.
        but_for=component.value("X-CALENDARSERVER-MASK-UID").strip(),
    )


def _time_us(component: Component, name: str) -> int:
    lines = component.all(name)
    try:
        moment = read_moment(lines[0][1].strip(), parameters(lines[0][0]).get("TZID", ""))
    except (IndexError, ValueError):
        raise _invalid(f"The request needs a {name} in UTC.") from None
    return moment.local * _SECOND


def _invalid(sentence: str) -> RefusedError:
    condition = preconditions.VALID_SCHEDULING_MESSAGE
    return RefusedError(condition.status, sentence, condition)


def _response(
    request: GroupwareRequest,
    question: _Question,
    address: str,
    busy: list[BusyInterval] | None,
) -> bytes:
    """One attendee's answer; *busy* None: nobody has that address."""
    recipient = element(f"{CAL}recipient", href_element(address))
    status = _NOBODY if busy is None else _SUCCESS
    parts = [recipient, text_element(f"{CAL}request-status", status)]
    if busy is not None:
        parts.append(text_element(CALENDAR_DATA, _reply(request, question, address, busy)))
    return element(f"{CAL}response", b"".join(parts))


def _reply(
    request: GroupwareRequest, question: _Question, address: str, busy: list[BusyInterval]
) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deedbox//EN",
        "METHOD:REPLY",
        "BEGIN:VFREEBUSY",
        f"UID:{question.uid}",
        f"DTSTAMP:{instant(request.now_us)}",
        f"DTSTART:{instant(question.start_us)}",
        f"DTEND:{instant(question.end_us)}",
        f"ORGANIZER:{question.organizer}",
        f"ATTENDEE:{address}",
        *(
            f"FREEBUSY;FBTYPE={each.kind}:{instant(each.starts_us)}/{instant(each.ends_us)}"
            for each in busy
        ),
        "END:VFREEBUSY",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)
