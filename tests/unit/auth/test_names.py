import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.errors import InvalidValueError
from auth.identity import folded_username
from auth.names import checked_email, checked_label, checked_name, email_key


@pytest.mark.parametrize("name", ["a", "anna", "anna.berg", "7-eleven_x", "a" * 63])
def test_what_can_be_a_name(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Anna", "a b", "-a", ".a", "_a", "ä", "a" * 64, "a\n", "a/b", "a@b", "\u0131"]
)
def test_what_cannot_be_a_name(name: str) -> None:
    with pytest.raises(InvalidValueError, match="lower case"):
        checked_name(name)


@pytest.mark.parametrize(
    "email", ["anna@buero.example", "a.b+c@x.y.z", "jürgen@büro.example", "o'neil@x.example"]
)
def test_what_can_be_an_address(email: str) -> None:
    assert checked_email(f"  {email} ") == email


@pytest.mark.parametrize(
    "email",
    ["", "anna", "@x.example", "anna@", "a@b@c", "a b@c.example", "a@b c", "a@.example", "a@b.",
     "a@b..c", "Anna <a@b.example>", "a@b.example,c@d.example", "a\x00@b.example",
     "x" * 65 + "@b.c"],
)  # fmt: skip
def test_what_cannot_be_an_address(email: str) -> None:
    with pytest.raises(InvalidValueError, match=r"name@example\.org"):
        checked_email(email)


def test_spellings_of_one_address_have_one_key() -> None:
    spellings = ["Straße@Büro.example", "STRASSE@BÜRO.EXAMPLE", " strasse@bu\u0308ro.example "]

    assert len({email_key(each) for each in spellings}) == 1


def test_a_label_with_what_nobody_sees_is_told_so() -> None:
    for label in ("Lap\x07top", "Lap\u202etop"):
        with pytest.raises(InvalidValueError, match="control characters"):
            checked_label(label)
    with pytest.raises(InvalidValueError, match="1 to 64"):
        checked_label(" ")


@given(st.text())
def test_a_label_that_passes_has_1_to_64_printable_characters(text: str) -> None:
    try:
        label = checked_label(text)
    except InvalidValueError:
        return
    assert 1 <= len(label) <= 64
    assert label.isprintable()
    assert checked_label(label) == label


@pytest.mark.parametrize(
    ("sent", "folded"),
    [
        ("anna", "anna"),
        ("ANNA", "anna"),
        ("BUERO\\Anna", "anna"),
        (" anna ", "anna"),
        ("JÜRGEN@BU\u0308RO.example", "jürgen@büro.example"),
        ("a\\b\\c", "c"),
    ],
)
def test_a_user_name_without_domain_and_case(sent: str, folded: str) -> None:
    assert folded_username(sent) == folded
