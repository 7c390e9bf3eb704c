"""What an organizer's change means: new revisions, answers asked anew, and who is told what.

RFC 6638 sections 3.2.1, 3.2.5 and 3.2.8.
"""

from dataclasses import dataclass

from office.meetings.meeting import (
    Instance,
    Meeting,
    agent_of,
    answer_of,
    sequence_of,
)
from office.meetings.parts import Line, Part
from office.meetings.views import Views, cancelled, says_the_same

_FORCE = "SCHEDULE-FORCE-SEND"
_STATUS = "SCHEDULE-STATUS"
_TIMES = ("RRULE", "RDATE")
_MINOR = frozenset({"EXDATE", "SEQUENCE"})


@dataclass(frozen=True, slots=True)
class Notice:
    """What one attendee is to be told.

    Attributes:
        key: Of the attendee's address.
        method: ``REQUEST`` or ``CANCEL``.
        there: The instances it is about.
        lost: Instances that are no longer theirs while others are, as cancelled.
        is_new: They hear of it for the first time.
        is_forced: Sent because the client said so.
        is_only_lost: Nothing else changed but that instances are lost.
    """

    key: str
    method: str
    there: dict[Instance, Part]
    lost: dict[Instance, Part]
    is_new: bool = False
    is_forced: bool = False
    is_only_lost: bool = False


class Revision:
    """An organizer's object before and after a change; either may be missing."""

    def __init__(
        self,
        before: Meeting | None,
        after: Meeting | None,
        *,
        mine: frozenset[str],
        colleagues: frozenset[str],
    ) -> None:
        """Take the two in.

        Args:
            before: As it was stored.
            after: As it is to be; it is changed.
            mine: The keys of the organizer's addresses.
            colleagues: Those of addresses whose answers come by themselves.
        """
        self._before = before
        self._after = after
        self._mine = mine
        self._colleagues = colleagues
        self.rescheduled: set[Instance] = set()

    def settle(self) -> None:
        """Give changed instances their revision, and attendees the answers that still hold."""
        after = self._after
        if after is None:
            return
        self._keep_answers()
        gone = self._before.gone if self._before else frozenset[int]()
        for at, part in after.instances.items():
            earlier = self._before.of(at) if self._before else None
            is_moved = earlier is None or self._is_moved(earlier, part)
            if is_moved and (earlier is not None or at in gone):
                self.rescheduled.add(at)
                revision = max(sequence_of(earlier) if earlier else 0, self._series_sequence())
                if sequence_of(part) <= revision:
                    part.put(Line("SEQUENCE", "", str(revision + 1)))
            known = dict(self._before.attendees(earlier)) if self._before and earlier else {}
            lines = {
                key: self._settled(key, line, known.get(key), is_moved=is_moved)
                for key, line in after.attendees(part)
                if key not in self._mine and agent_of(line) == "SERVER"
            }
            after.change_attendees(part, lines)

    def _keep_answers(self) -> None:
        """Put instances back that are there only because somebody answered for them alone.

        A program that has not seen the answer yet sends the object without them (3.2.10.1).
        """
        before, after = self._before, self._after
        old = before.instances.get(None) if before else None
        new = after.instances.get(None) if after else None
        if before is None or after is None or old is None or new is None:
            return
        if self._is_moved(old, new):
            return
        for at in sorted(at for at in before.instances if at is not None):
            plain, made = before.derived(at), after.derived(at)
            if at in after.instances or plain is None or made is None:
                continue
            if says_the_same(before, plain, before.instances[at]):
                after.add(at, made)

    def _series_sequence(self) -> int:
        master = self._before.instances.get(None) if self._before else None
        return sequence_of(master) if master else 0

    def _is_moved(self, earlier: Part, part: Part) -> bool:
        """Whether instances that were there are at another time (section 3.2.8)."""
        before, after = self._before, self._after
        assert before is not None  # noqa: S101 - where there is an earlier part, there is this
        assert after is not None  # noqa: S101 - the caller has it
        if before.starts(earlier) != after.starts(part):
            return True
        if before.lasts(earlier) != after.lasts(part):
            return True
        if before.left_out(earlier) - after.left_out(part):
            # An instance that was left out comes again, unless it is told on its own.
            again = before.left_out(earlier) - after.left_out(part)
            return bool(again - {at for at in after.instances if at is not None})
        return any(_rules(earlier, name) != _rules(part, name) for name in _TIMES) and not (
            _is_shorter(earlier, part)
        )

    def _settled(self, key: str, line: Line, known: Line | None, *, is_moved: bool) -> Line:
        """The line of an attendee with the answer that holds; *known* is theirs of before."""
        if known is None and key not in self._colleagues:
            return line  # what the organizer wrote of somebody whose answers come elsewhere
        if is_moved or known is None:
            return line.with_parameter("PARTSTAT", "NEEDS-ACTION")
        if key not in self._colleagues:
            return line
        is_asked_anew = (
            line.parameter(_FORCE).upper() == "REQUEST" and answer_of(line) == "NEEDS-ACTION"
        )
        if is_asked_anew:
            return line
        line = line.with_parameter(_STATUS, known.parameter(_STATUS) or None)
        return line.with_parameter("PARTSTAT", known.parameter("PARTSTAT") or None)

    def notices(self) -> list[Notice]:
        """What each attendee is to be told, by their addresses."""
        before = _served(self._before, self._mine)
        after = _served(self._after, self._mine)
        views = Views(self._before), Views(self._after)
        found = [
            self._notice(key, views[0].of(key) if key in before else {}, views, key in after)
            for key in {**before, **after}
        ]
        return [each for each in found if each is not None]

    def _notice(
        self,
        key: str,
        earlier: dict[Instance, Part],
        views: tuple[Views, Views],
        stays: bool,  # noqa: FBT001 - private
    ) -> Notice | None:
        if not stays:
            gone = {at: cancelled(part) for at, part in earlier.items()}
            return Notice(key, "CANCEL", gone, {}) if gone else None
        there = views[1].of(key)
        is_forced = any(
            each.parameter(_FORCE).upper() == "REQUEST" for each in views[1].lines(key)
        )
        told, tells = views[0].said(earlier), views[1].said(there)
        if told == tells and not is_forced:
            return None
        lost = self._lost(earlier, there)
        is_only_lost = bool(lost) and _stays(told, lost) == _stays(tells, lost)
        return Notice(
            key,
            "REQUEST",
            there,
            lost,
            is_new=not earlier,
            is_forced=is_forced,
            is_only_lost=is_only_lost,
        )

    def _lost(
        self, earlier: dict[Instance, Part], there: dict[Instance, Part]
    ) -> dict[Instance, Part]:
        """Instances that were theirs and are no longer, while the series goes on."""
        before, after, master = self._before, self._after, there.get(None)
        if before is None or after is None or not earlier:
            return {}
        if None in earlier and master is None:
            return {}  # the series itself went; what is left of it is told anew
        gone = {at for at in earlier if at is not None and at not in there}
        if master is not None and None in earlier and None not in self.rescheduled:
            left_out = after.left_out(master) - before.left_out(earlier[None])
            gone = {
                at for at in gone | left_out if at not in there and at in after.left_out(master)
            }
        least = sequence_of(after.main)
        lost = {at: earlier.get(at) or before.derived(at) for at in sorted(gone)}
        return {at: cancelled(part, least_sequence=least) for at, part in lost.items() if part}

    def tidy(self) -> None:
        """Take out what a client asked for once."""
        if self._after is None:
            return
        for part in self._after.instances.values():
            part.lines = [each.with_parameter(_FORCE, None) for each in part.lines]


def _stays(
    told: dict[Instance, frozenset[object]], lost: dict[Instance, Part]
) -> dict[Instance, frozenset[object]]:
    """What is told of all but the *lost* instances."""
    return {
        at: frozenset(each for each in what if not (isinstance(each, tuple) and each[0] in _MINOR))
        for at, what in told.items()
        if at not in lost
    }


def _served(meeting: Meeting | None, mine: frozenset[str]) -> dict[str, Line]:
    """The attendees whom the server tells (section 7.1)."""
    if meeting is None:
        return {}
    found = meeting.everybody().items()
    return {key: line for key, line in found if key not in mine and agent_of(line) == "SERVER"}


def _rules(part: Part, name: str) -> frozenset[frozenset[str]]:
    return frozenset(
        frozenset(each.value.strip().upper().replace(",", ";").split(";"))
        for each in part.all(name)
    )


def _is_shorter(earlier: Part, part: Part) -> bool:
    """Whether the rule only ends sooner: no instance is new or at another time."""
    before, after = earlier.all("RRULE"), part.all("RRULE")
    if len(before) != 1 or len(after) != 1 or _rules(earlier, "RDATE") != _rules(part, "RDATE"):
        return False
    old, new = _parts(before[0].value), _parts(after[0].value)
    ends = [(each.pop("UNTIL", ""), each.pop("COUNT", "")) for each in (old, new)]
    (old_until, old_count), (new_until, new_count) = ends
    if old != new or old_count or new_count or not new_until:
        return False
    return not old_until or new_until[:8] <= old_until[:8]


def _parts(rule: str) -> dict[str, str]:
    pairs = (each.partition("=") for each in rule.strip().upper().split(";"))
    return {name: value for name, _, value in pairs}
