"""What each attendee is told of a meeting: only instances that are theirs (RFC 6638 3.2.6)."""

from datetime import UTC, datetime, timedelta

from office.meetings.meeting import Instance, Meeting, sequence_of
from office.meetings.parts import Line, Part

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PRODUCT = Line("PRODID", "", "-//deedbox//EN")
_OF_SCHEDULING = ("SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND")
_OWN = frozenset({"DTSTAMP", "LAST-MODIFIED", "CREATED", "TRANSP", "ACKNOWLEDGED", "PRODID"})
"""What says nothing to others."""
_SAID_BY_OTHERS = (*_OF_SCHEDULING, "PARTSTAT", "RSVP")


def stamp(now_us: int) -> Line:
    """DTSTAMP (RFC 6638 section 3.2.5)."""
    moment = _EPOCH + timedelta(microseconds=now_us)
    return Line("DTSTAMP", "", f"{moment:%Y%m%dT%H%M%SZ}")


class Views:
    """A meeting as each of its attendees may see it; what they have in common is made once.

    The parts it gives are shared: whoever changes one copies it first.
    """

    def __init__(self, meeting: Meeting | None) -> None:
        self._meeting = meeting
        parts = meeting.instances.items() if meeting else ()
        self._bare = {at: _bare(part) for at, part in parts}
        self._said = {at: _said(meeting, part) for at, part in parts if meeting}
        self._lines = {at: dict(meeting.attendees(part)) for at, part in parts if meeting}
        self._dates = {at: meeting.left_out(part) for at, part in parts if meeting}

    def lines(self, key: str) -> list[Line]:
        """The lines of an attendee, of all instances that are theirs."""
        return [named[key] for named in self._lines.values() if key in named]

    def of(self, key: str) -> dict[Instance, Part]:
        """The instances that have the attendee *key*."""
        there = {at: part for at, part in self._bare.items() if key in self._lines[at]}
        master = there.get(None)
        line = master.first("DTSTART") if master else None
        without = sorted(at for at in self._bare if at is not None and at not in there)
        if master is not None and line is not None and without and self._meeting is not None:
            there[None] = master.copy()
            dates = (self._meeting.written(line, at) for at in without)
            there[None].lines += [Line("EXDATE", each.params, each.value) for each in dates]
        return there

    def said(self, there: dict[Instance, Part]) -> dict[Instance, frozenset[object]]:
        """What *there*, of :meth:`of`, says: when it is the same, there is nothing to send."""
        if self._meeting is None:
            return {}
        told: dict[Instance, frozenset[object]] = {}
        for at, part in there.items():
            is_shared = part is self._bare[at]
            dates = self._dates[at] if is_shared else self._meeting.left_out(part)
            told[at] = self._said[at] | {("EXDATE", dates)}
        return told


def _bare(part: Part) -> Part:
    """*part* without alarms and without what only the server has to know."""
    made = part.copy()
    made.parts = [each for each in made.parts if each.name != "VALARM"]
    made.lines = [_without(each, _OF_SCHEDULING) for each in made.lines]
    made.drop("X-MOZ-LASTACK", "X-MOZ-SNOOZE-TIME")
    return made


def _without(line: Line, parameters: tuple[str, ...]) -> Line:
    for name in parameters:
        line = line.with_parameter(name, None)
    return line


def says_the_same(meeting: Meeting, part: Part, other: Part) -> bool:
    """Whether two parts of *meeting* differ in nothing but what attendees answered."""
    return _said(meeting, part) == _said(meeting, other)


def _said(meeting: Meeting, part: Part) -> frozenset[object]:
    """What *part* tells others, but for EXDATE."""
    told: set[object] = set()
    for each in part.lines:
        name = each.name.upper()
        if name in _OWN or name.startswith("X-"):
            continue
        if name == "EXDATE":
            continue
        if name in {"DTSTART", "DTEND", "DUE"}:
            told.add((name, meeting.second(each, each.value)))
            continue
        line = _without(each, _SAID_BY_OTHERS) if name in {"ATTENDEE", "ORGANIZER"} else each
        told.add((name, frozenset(line.params.upper().split(";")), line.value.strip()))
    return frozenset(told)


def message(meeting: Meeting, method: str, there: dict[Instance, Part], *, now_us: int) -> Part:
    """A scheduling message (RFC 5546 section 3.2) of the instances *there*."""
    made = stored(meeting, there, now_us=now_us)
    made.lines.append(Line("METHOD", "", method))
    return made


def stored(meeting: Meeting, there: dict[Instance, Part], *, now_us: int) -> Part:
    """A calendar object of the instances *there*, with the zones of *meeting*."""
    made = Part("VCALENDAR", [Line("VERSION", "", "2.0"), _PRODUCT])
    if scale := meeting.root.first("CALSCALE"):
        made.lines.append(scale)
    text = "".join(line.params for part in there.values() for line in part.lines)
    made.parts = [
        each.copy()
        for each in meeting.root.parts
        if each.name == "VTIMEZONE" and each.value("TZID") in text
    ]
    for part in there.values():
        part.put(stamp(now_us))
        made.parts.append(part)
    return made


def cancelled(part: Part, *, least_sequence: int = 0) -> Part:
    """*part* as one that does not happen (RFC 5546 section 3.2.5)."""
    made = _bare(part)
    sequence = max(sequence_of(part) + 1, least_sequence)
    made.put(Line("STATUS", "", "CANCELLED"), Line("SEQUENCE", "", str(sequence)))
    return made
