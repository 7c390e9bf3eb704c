"""What is stored of a meeting beside its text, and of messages in inboxes."""

import secrets
from hashlib import sha256

from office.items import ItemLimits, read_calendar_object
from office.items.indexed import Indexed
from office.meetings.meeting import SCHEDULED, Meeting, answer_of
from office.meetings.parts import Line, Part, read, write
from storage.items import Content


def new_tag() -> str:
    """A schedule tag that no state of an object had before."""
    return secrets.token_hex(8)


def content(
    text: str,
    components: frozenset[str],
    limits: ItemLimits,
    *,
    tag: str,
    hosts: frozenset[str] = frozenset(),
    attendee: frozenset[str] = frozenset(),
) -> Content:
    """A meeting as it is to be stored.

    Args:
        text: All of it.
        components: What its calendar takes.
        limits: How large it may be.
        tag: Its schedule tag.
        hosts: As for ``Meeting``.
        attendee: The keys of its owner's addresses where they are an attendee: what they declined
            takes none of their time, and what they did not accept may take it.

    Raises:
        InvalidItemError: It can't be stored.
    """
    found = read_calendar_object(text.encode(), components=components, limits=limits)
    busy = found.indexed
    if attendee:
        shadow = _as_answered(found.text.decode(), hosts, attendee)
        busy = read_calendar_object(shadow.encode(), components=components, limits=limits).indexed
    return _content(found.indexed, busy, found.text, uid=found.indexed.uid, tag=tag)


def message_content(message: Part, key: str, limits: ItemLimits) -> Content:
    """A message as it is to be stored in an inbox, under *key* (RFC 6638 section 4).

    Raises:
        InvalidItemError: It can't be stored.
    """
    plain = message.copy()
    plain.drop("METHOD")
    found = read_calendar_object(write(plain).encode(), components=SCHEDULED, limits=limits)
    return _content(found.indexed, found.indexed, write(message).encode(), uid=key, tag="")


def _as_answered(text: str, hosts: frozenset[str], keys: frozenset[str]) -> str:
    meeting = Meeting(text, hosts)
    for part in meeting.instances.values():
        answer = answer_of(meeting.attendee(part, keys))
        if answer == "DECLINED":
            part.put(Line("TRANSP", "", "TRANSPARENT"))
        elif answer in {"NEEDS-ACTION", "TENTATIVE"} and part.value("STATUS") != "CANCELLED":
            part.put(Line("STATUS", "", "TENTATIVE"))
    return meeting.text


def _content(indexed: Indexed, busy: Indexed, text: bytes, *, uid: str, tag: str) -> Content:
    return Content(
        uid=uid,
        component=indexed.component,
        etag=sha256(text).hexdigest(),
        size=len(text),
        starts_us=busy.starts_us,
        ends_us=busy.ends_us,
        recurrence=busy.recurrence,
        summary=indexed.summary,
        text=text.decode(),
        schedule_tag=tag,
    )


def same_text(text: str) -> str:
    """*text* as :func:`office.meetings.parts.write` gives it where nobody changed a line."""
    return write(read(text))
