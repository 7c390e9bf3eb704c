from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import basic

_names = st.text(st.characters(exclude_characters=":", exclude_categories=["Cs"]))
_texts = st.text(st.characters(exclude_categories=["Cs"]))


def _header(raw: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {b64encode(raw).decode()}"


@given(_names, _texts)
def test_utf_8_comes_back_as_it_was(username: str, password: str) -> None:
    header = _header(f"{username}:{password}".encode())

    assert basic.parse(header) == (username, password)


def test_latin_1_is_understood_too() -> None:
    assert basic.parse(_header("jürgen:straße".encode("latin-1"))) == ("jürgen", "straße")


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "bAsIc"])
def test_the_schemes_case_does_not_count(scheme: str) -> None:
    assert basic.parse(_header(b"a:b", scheme)) == ("a", "b")


def test_space_and_missing_padding_are_forgiven() -> None:
    assert basic.parse("  Basic   YTpiYw  ") == ("a", "bc")


def test_the_password_may_hold_colons() -> None:
    assert basic.parse(_header(b"a:b:c")) == ("a", "b:c")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Bearer YTpi",
        "Digest username=a",
        "Basic YWJj",
        "Basic \xff",
        "Basic a",
    ],
)
def test_anything_else_is_no_credential(header: str) -> None:
    assert basic.parse(header) is None


@given(st.text())
def test_no_header_raises(header: str) -> None:
    basic.parse(f"Basic {header}")
