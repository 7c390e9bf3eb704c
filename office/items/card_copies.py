"""A copy of a vCard that tells where it comes from."""

import re
from datetime import UTC, datetime

from office.items.card_lines import escaped, read_card, written

_PART = re.compile(r"(?:\\.|[^;\\])*", re.DOTALL)


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
        elif line.name == "N" and (told := _marked(line.value, ending)) != line.value:
            made.append(written(line._replace(value=told)))
        else:
            made.append(raw)
    return "".join(made)


def _marked(name: str, ending: str) -> str:
    """N with *ending* at the family name, or else the given one; some programs show only N."""
    family = _PART.match(name)
    end = family.end() if family else 0
    if not name[:end].strip():
        given = _PART.match(name, end + 1)
        end = given.end() if given and given.group().strip() else 0
    return f"{name[:end]}{ending}{name[end:]}" if end else name
