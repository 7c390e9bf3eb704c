"""What an attendee's change means: what they may change, and the answer that it is.

RFC 6638 sections 3.2.2 and 4.2, RFC 5546 section 3.2.3.
"""

from office.items.errors import InvalidItemError, Precondition
from office.meetings.meeting import Instance, Meeting, answer_of, sequence_of
from office.meetings.parts import Line, Part
from office.meetings.views import stamp

_TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "STATUS", "PRIORITY", "GEO", "URL", "RESOURCES")
"""What the organizer says in words."""
_RULES = ("RRULE", "RDATE", "EXRULE")
_FORCE = "SCHEDULE-FORCE-SEND"
_ANSWERED = "2.0"
_SAID = (
    "UID",
    "SEQUENCE",
    "ORGANIZER",
    "SUMMARY",
    "DTSTART",
    "DTEND",
    "DUE",
    "DURATION",
    "COMMENT",
)

Answers = dict[Instance, str]
"""By instance: the participation status that the attendee told."""


def check(before: Meeting, after: Meeting, keys: frozenset[str]) -> None:
    """See to it that an attendee changed only what is theirs (section 3.2.2.1).

    Raises:
        InvalidItemError: ``allowed-attendee-scheduling-object-change``.
    """
    for at, part in after.instances.items():
        earlier = before.of(at)
        if earlier is None:
            raise _not_theirs("an instance that the organizer has not")
        _check_part(before, after, earlier, part)
    left_out = after.gone
    gone = before.instances.keys() - after.instances.keys()
    if any(at is None or at not in left_out for at in gone):
        raise _not_theirs("an instance is missing")
    if not after.has(keys):
        raise _not_theirs("they themselves are missing")


def _check_part(before: Meeting, after: Meeting, earlier: Part, part: Part) -> None:
    if before.starts(earlier) != after.starts(part):
        raise _not_theirs("DTSTART")
    if before.lasts(earlier) != after.lasts(part):
        raise _not_theirs("the end")
    for name in _RULES:
        if _values(earlier, name) != _values(part, name):
            raise _not_theirs(name)
    if before.left_out(earlier) - after.left_out(part):
        raise _not_theirs("EXDATE")
    for name in _TEXTS:
        if _told(earlier, name) != _told(part, name):
            raise _not_theirs(name)
    if sequence_of(earlier) != sequence_of(part):
        raise _not_theirs("SEQUENCE")
    named = [
        frozenset(key for key, _ in of)
        for of in (before.attendees(earlier), after.attendees(part))
    ]
    if named[0] != named[1]:
        raise _not_theirs("ATTENDEE")


def _values(part: Part, name: str) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(each.value.strip().upper().split(";")) for each in part.all(name))


def _told(part: Part, name: str) -> str:
    """The words of a line; how a program breaks lines says nothing."""
    value = part.value(name).replace("\\r", "").replace("\\n", " ").replace("\\N", " ")
    plain = " ".join(value.replace("\\", "").split())
    return plain.upper() if name == "STATUS" else plain


def _not_theirs(what: str) -> InvalidItemError:
    return InvalidItemError(
        Precondition.ATTENDEE_CHANGE,
        f"Only the organizer may change that ({what}); attendees answer and set their alarms.",
    )


def restore_others(before: Meeting, after: Meeting, keys: frozenset[str]) -> None:
    """Let the other attendees and the organizer stand as the server knows them (3.2.10.1)."""
    for at, part in after.instances.items():
        earlier = before.of(at)
        if earlier is None:
            continue
        known = {key: line for key, line in before.attendees(earlier) if key not in keys}
        after.change_attendees(part, known)


def answers(before: Meeting | None, after: Meeting, keys: frozenset[str]) -> Answers:
    """What the attendee answers anew: by instance, their participation status."""
    found: Answers = {}
    for at, part in after.instances.items():
        line = after.attendee(part, keys)
        if line is None:
            continue
        earlier = before.of(at) if before else None
        known = before.attendee(earlier, keys) if before and earlier else None
        was = answer_of(known) or "NEEDS-ACTION"
        organizer = part.first("ORGANIZER")
        is_forced = (
            bool(organizer)
            and organizer is not None
            and (organizer.parameter(_FORCE).upper() == "REPLY")
        )
        if answer_of(line) != was or is_forced:
            found[at] = answer_of(line)
    if before is not None:
        found |= dict.fromkeys(_left_out(before, after, keys), "DECLINED")
    return found


def _left_out(before: Meeting, after: Meeting, keys: frozenset[str]) -> list[int]:
    """Instances that the attendee took out of the series: they declined them."""
    old, new = before.instances.get(None), after.instances.get(None)
    if old is None or new is None:
        return []
    dates = after.left_out(new) - before.left_out(old)
    found: list[int] = []
    for at in sorted(dates):
        part = before.of(at)
        line = before.attendee(part, keys) if part else None
        if part is not None and line is not None and answer_of(line) != "DECLINED":
            found.append(at)
    return found


def refusals(meeting: Meeting, keys: frozenset[str]) -> Answers:
    """What deleting their copy says: no, to all that they have not declined (3.2.2.4)."""
    found: Answers = {}
    for at, part in meeting.instances.items():
        line = meeting.attendee(part, keys)
        is_over = part.value("STATUS").upper() == "CANCELLED"
        if line is not None and not is_over and answer_of(line) != "DECLINED":
            found[at] = "DECLINED"
    return found


def spoken(
    meeting: Meeting, known: Meeting | None, told: Answers, keys: frozenset[str], *, now_us: int
) -> dict[Instance, Part]:
    """What the attendee says of each instance (RFC 5546 section 3.2.3).

    Args:
        meeting: Their copy.
        known: As it was before: what they took out is told of as it was.
        told: Their answers.
        keys: Of their addresses.
        now_us: The time.
    """
    there: dict[Instance, Part] = {}
    for at, answer in told.items():
        part = meeting.of(at) or (known.of(at) if known else None)
        line = meeting.attendee(part, keys) if part else None
        if part is None or line is None:
            continue
        made = Part(part.name, [stamp(now_us), *part.all(*_SAID, "RECURRENCE-ID")])
        made.lines = [
            each.with_parameter("SCHEDULE-STATUS", None).with_parameter(_FORCE, None)
            for each in made.lines
        ]
        made.lines.append(line.with_parameter("PARTSTAT", answer).with_parameter("RSVP", None))
        there[at] = made
    return there


def take_in(
    organizers: Meeting, there: dict[Instance, Part], keys: frozenset[str]
) -> dict[Instance, Part]:
    """Write *there*, of :func:`spoken`, into the organizer's object (section 4.2).

    Returns:
        What is something to it: an instance that the organizer has not, or has left out, is
        nothing, and neither is one that is not the attendee's.
    """
    return {at: part for at, part in there.items() if _is_taken_in(organizers, part, keys)}


def _is_taken_in(organizers: Meeting, told: Part, keys: frozenset[str]) -> bool:
    at = organizers.instance(told)
    part = organizers.of(at)
    if part is None or organizers.attendee(part, keys) is None:
        return False
    if at not in organizers.instances:
        organizers.add(at, part)
    answer = answer_of(told.first("ATTENDEE"))
    lines = {
        key: line.with_parameter("PARTSTAT", answer)
        .with_parameter("SCHEDULE-STATUS", _ANSWERED)
        .with_parameter("RSVP", None)
        for key, line in organizers.attendees(part)
        if key in keys
    }
    organizers.change_attendees(part, lines)
    return True


def note_delivery(meeting: Meeting, status: str | None) -> None:
    """Say on the ORGANIZER lines what became of the answer (section 7.3); None: none was sent."""
    for part in meeting.instances.values():
        part.lines = [
            _noted(each, status) if each.name.upper() == "ORGANIZER" else each
            for each in part.lines
        ]


def _noted(line: Line, status: str | None) -> Line:
    line = line.with_parameter(_FORCE, None)
    return line if status is None else line.with_parameter("SCHEDULE-STATUS", status)
