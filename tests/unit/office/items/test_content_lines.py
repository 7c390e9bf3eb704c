"""Content lines are taken apart and put together again without losing a byte."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from office.items import content_lines
from office.items.content_lines import (
    clean,
    decode,
    find_lines,
    fold_line,
    line_number,
    logical_lines,
    parameters,
    unescape,
    unfold,
)

texts = st.text(st.sampled_from('AB:;=", \t\r\nü€\\'), max_size=60)


@given(text=texts)
def test_logical_lines_joined_are_the_text(text: str) -> None:
    assert "".join(logical_lines(text)) == text


runs = st.lists(
    st.sampled_from(
        ["\r\n", "\n", "\r", " ", "\t", "  ", "\r\n \r\n", "A:1", "B;C=D:2", "x", "ü"]
    ),
    max_size=25,
).map("".join)


@given(text=texts | runs)
@example("A:1\r\n\r\n \r\nB:2\r\n")
@example("\r\n \r\nA:1\r\nB:2\r\n")
@example("A:1\n\n\t\n \n\n  \nB:2")
def test_there_is_one_logical_line_for_each_line_found(text: str) -> None:
    found = find_lines(unfold(text))
    lines = logical_lines(text)

    assert len(lines) == max(len(found), 1)
    assert [each for line in lines for each in find_lines(unfold(line))] == found


def test_many_empty_lines_take_no_time() -> None:
    assert logical_lines("A:" + "x" * 4_000_000 + "\r\n" * 200_000 + "B:1")[1:] == ["B:1"]


@given(text=texts)
def test_unfolding_takes_the_breaks_out_and_nothing_else(text: str) -> None:
    assert unfold(text) == re.sub(r"\n[ \t]", "", text.replace("\r\n", "\n"))


@given(text=st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_a_folded_line_unfolds_to_itself_and_is_narrow(text: str) -> None:
    folded = fold_line(text)

    assert unfold(folded) == text
    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))


class TestFindLines:
    def test_name_parameters_and_value_come_apart(self) -> None:
        found = find_lines('item1.TEL;TYPE="a;b:c",HOME:+49;1:2\nX\n\nB:')

        assert found == [
            ("item1.TEL", ';TYPE="a;b:c",HOME', "+49;1:2", ""),
            ("", "", "", "X"),
            ("B", "", "", ""),
        ]

    def test_a_quote_without_an_end_takes_no_time(self) -> None:
        assert find_lines("A;B=" + '"x' * 100_000 + '"')[0][3]


class TestParameters:
    def test_names_are_capitals_and_quotes_are_gone(self) -> None:
        assert parameters(';tzid="W. Europe";Value=DATE') == {"TZID": "W. Europe", "VALUE": "DATE"}

    def test_a_bare_word_is_a_type(self) -> None:
        assert parameters(";HOME") == {"TYPE": "HOME"}


class TestClean:
    def test_what_no_text_may_hold_is_dropped(self) -> None:
        assert clean(b"\xef\xbb\xbfA:\x00\x0bx\x7f\xef\xbf\xbf\r\n") == b"A:x\r\n"

    def test_bare_returns_of_old_computers_become_line_ends(self) -> None:
        assert clean(b"A:1\rB:2\r") == b"A:1\r\nB:2\r\n"

    def test_good_text_stays_the_same_bytes(self) -> None:
        data = "A:ü\r\n \tx\r\n".encode()

        assert clean(data) == data


def test_a_character_folded_in_two_becomes_whole() -> None:
    value = "ü" * 60
    data = b"A:" + value.encode()[:71] + b"\r\n " + value.encode()[71:] + b"\r\nB:1\r\n"

    text = decode(data)

    assert unfold(text) == f"A:{value}\nB:1\n"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_line_number_counts_as_a_person_does() -> None:
    text = "A:1\r\n 2\r\n\r\nB:3\r\nC:4\r\n"

    assert [line_number(text, index) for index in range(3)] == [1, 4, 5]
    assert [line_number(f"\r\n \r\n{text}", index) for index in range(3)] == [3, 6, 7]


def test_escapes_are_undone() -> None:
    assert unescape(r"a\, b\; c\\n\nd") == "a, b; c\\n\nd"
    assert content_lines.newline("a\nb") == "\n"
