"""A copy of a vCard that tells where it comes from."""

from datetime import UTC, datetime

from office.items.card_lines import escaped, read_card, written


def conflict_copy(text: str, *, uid: str, word: str, device_name: str, now_us: int) -> str:
    """A card with another UID whose name says that it was in conflict.

    Args:
        text: A vCard that was read and found good.
        uid: Of the copy.
        word: What the office calls a conflict.
        device_name: Whose state it is.
        now_us: When, in microseconds.
    """
    day = datetime.fromtimestamp(now_us / 1_000_000, UTC).date().isoformat()
    ending = escaped(f" ({word}, {device_name}, {day})")
    made = []
    for line, raw in read_card(text):
        if line.name == "UID":
            made.append(written(line._replace(value=escaped(uid))))
        elif line.name == "FN":
            made.append(written(line._replace(value=f"{line.value}{ending}")))
        else:
            made.append(raw)
    return "".join(made)
