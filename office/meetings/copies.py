"""An attendee's copy of a meeting: as its organizer has it, with what is the attendee's own."""

from office.meetings.meeting import Instance, Meeting, answer_of
from office.meetings.organizing import Notice
from office.meetings.parts import Line, Part
from office.meetings.views import cancelled, stored

_OWN = ("TRANSP", "PERCENT-COMPLETE", "COMPLETED")


def new_copy(
    sent: Meeting, notice: Notice, known: Meeting | None, keys: frozenset[str], *, now_us: int
) -> Part | None:
    """What is to lie in the attendee's calendar; None where nothing has to be there.

    Args:
        sent: The organizer's object, whose zones are needed.
        notice: What the attendee is told.
        known: Their copy as it is.
        keys: Of the attendee's addresses.
        now_us: The time.
    """
    if notice.method == "CANCEL":
        return _cancelled_copy(known, notice, now_us=now_us) if known else None
    if known is None and _is_let_go(sent, notice, keys):
        return None  # they declined it and deleted it; nothing asks them anew
    there = {at: part.copy() for at, part in notice.there.items()}
    gone = _kept_cancelled(sent, known, there) if known else {}
    gone |= {at: part.copy() for at, part in notice.lost.items()}
    master = there.get(None)
    if gone and master is not None:
        _without_dates(sent, master, frozenset(at for at in gone if at is not None))
    if known is not None:
        for at, part in there.items():
            _keep_own(known.of(at) or known.instances.get(None), part)
    return stored(sent, there | gone, now_us=now_us)


def _cancelled_copy(known: Meeting, notice: Notice, *, now_us: int) -> Part:
    """All of it as cancelled, with the revision of the message."""
    least = max((int(part.value("SEQUENCE") or 0) for part in notice.there.values()), default=0)
    there: dict[Instance, Part] = {}
    for at, part in known.instances.items():
        made = cancelled(part, least_sequence=least)
        made.put(Line("SEQUENCE", "", str(least)))
        made.parts = [each.copy() for each in part.parts if each.name != "VALARM"]
        there[at] = made
    return stored(known, there, now_us=now_us)


def _is_let_go(sent: Meeting, notice: Notice, keys: frozenset[str]) -> bool:
    if notice.is_new or notice.is_forced:
        return False
    answers = {answer_of(sent.attendee(part, keys)) for part in notice.there.values()}
    return answers == {"DECLINED"}


def _kept_cancelled(
    sent: Meeting, known: Meeting, there: dict[Instance, Part]
) -> dict[Instance, Part]:
    """Instances that were cancelled before, as long as the series left them out."""
    master = there.get(None)
    if master is None:
        return {}
    left_out = sent.left_out(master)
    return {
        at: part.copy()
        for at, part in known.instances.items()
        if at in left_out and at not in there and part.value("STATUS").upper() == "CANCELLED"
    }


def _without_dates(meeting: Meeting, master: Part, told: frozenset[int]) -> None:
    """Take instances out of EXDATE that stand there as cancelled."""
    kept: list[Line] = []
    for line in master.all("EXDATE"):
        values = [value for at, value in meeting.named(line).items() if at not in told]
        if values:
            kept.append(line.with_value(",".join(values)))
    master.drop("EXDATE")
    master.lines += kept


def _keep_own(known: Part | None, part: Part) -> None:
    """What an attendee may change stays theirs (RFC 6638 section 3.2.2.1)."""
    if known is None:
        return
    part.drop(*_OWN)
    part.lines += known.all(*_OWN)
    part.parts += [each.copy() for each in known.parts if each.name == "VALARM"]
