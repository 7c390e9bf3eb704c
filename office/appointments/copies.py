"""A copy of an appointment that tells where it comes from (C6)."""

from datetime import UTC, datetime

from office.items.card_lines import escaped
from office.meetings.parts import Line, read, write

_COMPONENTS = frozenset({"VEVENT", "VTODO"})


def conflict_copy(text: str, *, uid: str, word: str, device_name: str, now_us: int) -> str:
    """An appointment with another UID whose title says that it was in conflict.

    Args:
        text: A calendar object that was read and found good.
        uid: Of the copy.
        word: What the office calls a conflict.
        device_name: Whose state it is.
        now_us: When, in microseconds.
    """
    day = datetime.fromtimestamp(now_us / 1_000_000, UTC).date().isoformat()
    ending = f"({word}, {device_name}, {day})"
    top = read(text)
    for part in top.parts:
        if part.name in _COMPONENTS:
            title = part.first("SUMMARY") or Line("SUMMARY", "", "")
            value = f"{title.value} {escaped(ending)}".strip()
            if part.first("ORGANIZER"):
                part.drop("ORGANIZER", "ATTENDEE")  # it invites nobody
            part.put(Line("UID", "", uid), title.with_value(value))
    return write(top)
