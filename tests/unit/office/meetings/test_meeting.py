"""A meeting as those see it who take part."""

import pytest

from office.meetings.meeting import answer_of
from office.meetings.parts import Line


@pytest.mark.parametrize(
    ("params", "told"),
    [
        (";PARTSTAT=accepted", "ACCEPTED"),
        (';PARTSTAT="X-LATER"', "X-LATER"),
        ("", "NEEDS-ACTION"),
        (';PARTSTAT="ACCEPTED:mailto:victim@x.example"', "NEEDS-ACTION"),
        (";PARTSTAT=ACCEPTED DECLINED", "NEEDS-ACTION"),
    ],
)
def test_an_answer_is_one_word(params: str, told: str) -> None:
    assert answer_of(Line("ATTENDEE", params, "mailto:anna@buero.example")) == told


def test_who_is_not_there_answers_nothing() -> None:
    assert answer_of(None) == ""
