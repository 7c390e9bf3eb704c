"""The copy of a card that tells of a conflict: by both of its names, for programs show either."""

import pytest

from office.items.card_copies import conflict_copy
from tests.builders import NOW_US


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("Berg;Anna;;;", "Berg*;Anna;;;"),
        (";Anna;;;", ";Anna*;;;"),
        ("Berg\\; Keil;Anna;;;", "Berg\\; Keil*;Anna;;;"),
        ("Berg", "Berg*"),
        (";;;;", ";;;;"),
    ],
)
def test_the_mark_is_in_both_names(name: str, marked: str) -> None:
    card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Anna\r\nN:{name}\r\nEND:VCARD\r\n"

    made = conflict_copy(card, uid="2", word="Konflikt", device_name="iPhone", now_us=NOW_US)

    lines = dict(each.split(":", 1) for each in made.replace("\r\n ", "").splitlines())
    ending = lines["FN"].removeprefix("Anna")
    assert ending.startswith(" (Konflikt\\, iPhone\\, ")
    assert (lines["N"], lines["UID"]) == (marked.replace("*", ending), "2")
