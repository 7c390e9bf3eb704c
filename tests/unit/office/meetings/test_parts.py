"""Calendar objects as parts: what nobody touches stays as it came."""

from hypothesis import given
from hypothesis import strategies as st

from office.items.content_lines import unfold
from office.meetings.parts import Line, read, write

VALUES = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], max_codepoint=0x2FFF), max_size=200
)
FOLDED = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Ein Name\r\n"
    '  der umgebrochen ist\r\nATTENDEE;CN="Berg; Anna";PARTSTAT=ACCEPTED:mailto:a@x.example\r\n'
    "BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_what_is_read_is_written_as_it_came() -> None:
    assert write(read(FOLDED)) == FOLDED


def test_only_what_is_changed_is_written_anew() -> None:
    root = read(FOLDED)
    [event] = root.parts
    [line] = event.all("ATTENDEE")

    event.put(line.with_parameter("PARTSTAT", "DECLINED"))

    text = write(root)
    assert "SUMMARY:Ein Name\r\n  der umgebrochen ist\r\n" in text
    assert 'ATTENDEE;CN="Berg; Anna";PARTSTAT=DECLINED:mailto:a@x.example' in unfold(text)


def test_a_parameter_within_quotes_is_none() -> None:
    line = Line("ATTENDEE", ';CN="x;PARTSTAT=ACCEPTED";PARTSTAT=TENTATIVE', "mailto:a@x.example")

    assert line.with_parameter("PARTSTAT", None).params == ';CN="x;PARTSTAT=ACCEPTED"'


def test_a_line_that_does_not_change_stays_folded_as_it_was() -> None:
    [line] = read(FOLDED).parts[0].all("ATTENDEE")

    assert line.with_parameter("PARTSTAT", "ACCEPTED").params == line.params
    assert line.with_parameter("RSVP", None) is line


@given(VALUES)
def test_no_parameter_ends_the_parameters(value: str) -> None:
    root = read(FOLDED)
    [line] = root.parts[0].all("ATTENDEE")
    root.parts[0].put(line.with_parameter("PARTSTAT", value))

    [again] = read(write(root)).parts[0].all("ATTENDEE")

    assert again.value == "mailto:a@x.example"
    assert again.parameter("PARTSTAT") == value.replace('"', "")


def test_control_characters_are_left_out() -> None:
    line = Line("ATTENDEE", "", "mailto:a@x.example")

    made = line.with_parameter("SCHEDULE-STATUS", '2.0"\r\nATTENDEE:mailto:b@x.example')

    assert made.params == ';SCHEDULE-STATUS="2.0ATTENDEE:mailto:b@x.example"'


@given(VALUES)
def test_whatever_a_line_says_comes_back(value: str) -> None:
    root = read(FOLDED)
    root.parts[0].put(Line("SUMMARY", "", value))

    again = read(write(root))

    assert again.parts[0].all("SUMMARY")[0].value == value
