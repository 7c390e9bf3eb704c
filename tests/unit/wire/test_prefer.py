"""The Prefer header (RFC 7240 section 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.prefer import parse_prefer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("return=minimal", {"return": "minimal"}),
        ("Return = minimal", {"return": "minimal"}),
        ('return="minimal"', {"return": "minimal"}),
        ('x="a\\"b"', {"x": 'a"b'}),
        ("depth-noroot", {"depth-noroot": ""}),
        ("foo=", {"foo": ""}),
        ("respond-async, wait=10", {"respond-async": "", "wait": "10"}),
        ("return=minimal; foo=bar ; baz, wait=1", {"return": "minimal", "wait": "1"}),
        ("return=minimal;", {"return": "minimal"}),
    ],
)
def test_the_forms_of_the_rfc_are_read(text: str, found: dict[str, str]) -> None:
    assert parse_prefer(text) == found


def test_the_first_of_a_name_counts() -> None:
    assert parse_prefer("return=minimal, return=representation") == {"return": "minimal"}


def test_no_other_word_is_taken_for_a_preference() -> None:
    assert parse_prefer('x="return=minimal"') == {"x": "return=minimal"}
    assert "return" not in parse_prefer("xreturn=minimal")


def test_what_can_not_be_read_is_as_if_it_were_not_sent() -> None:
    assert parse_prefer("return=minimal, (, wait=1") == {"return": "minimal"}
    assert parse_prefer(" , wait=1") == {}


@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_nothing_fails_for_a_preference(text: str) -> None:
    parse_prefer(text)


def test_a_long_one_costs_no_time() -> None:
    parse_prefer("a;" + "b=" * 100_000)
    parse_prefer("a" + ";" * 100_000)
