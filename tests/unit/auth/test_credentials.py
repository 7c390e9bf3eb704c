import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import credentials
from auth.credentials import NOBODY, DeviceCredential

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_KEY = b"k" * 32

_passwords = st.text(_CROCKFORD, min_size=36, max_size=36)


@st.composite
def _as_typed(draw: st.DrawFn) -> tuple[str, str]:
    """A password's 36 characters, and a way in which somebody could type them."""
    plain = draw(_passwords)
    typed = ""
    for character in plain:
        look_alikes = {"0": "0oO", "1": "1iIlL"}.get(character, character + character.upper())
        typed += draw(st.sampled_from(["", "", "-", " ", "\u2013", "\u00a0"]))
        typed += draw(st.sampled_from(look_alikes))
    return plain, typed + draw(st.sampled_from(["", "\n", " "]))


def test_a_new_password_reads_well_and_is_read_back() -> None:
    made = credentials.new_credential()

    groups = made.password().split("-")

    assert [len(group) for group in groups] == [6] * 6
    assert groups[0] == made.selector
    assert set("".join(groups)) <= set(_CROCKFORD)
    assert credentials.parse(made.password()) == made


def test_the_secret_has_at_least_128_bits() -> None:
    assert len(credentials.new_credential().secret) * 5 >= 128


def test_no_two_are_alike() -> None:
    assert len({credentials.new_credential().secret for _ in range(100)}) == 100


@given(_as_typed())
def test_however_it_is_typed_it_is_the_same(password: tuple[str, str]) -> None:
    plain, typed = password

    assert credentials.parse(typed) == DeviceCredential(plain[:6], plain[6:])


@given(st.text())
def test_any_text_is_a_credential_or_nobodys(text: str) -> None:
    parsed = credentials.parse(text)

    assert parsed == NOBODY or credentials.parse(parsed.password()) == parsed


@pytest.mark.parametrize("text", ["", "u" * 36, "0" * 35, "0" * 37, "\u0660" * 36])
def test_what_cannot_be_one_is_nobodys(text: str) -> None:
    assert credentials.parse(text) is NOBODY


def test_only_the_same_secret_under_the_same_key_is_proven() -> None:
    made, other = credentials.new_credential(), credentials.new_credential()
    stored = credentials.secret_hash(made, _KEY)

    assert credentials.is_proven(made, stored, _KEY)
    assert not credentials.is_proven(other, stored, _KEY)
    assert not credentials.is_proven(made, stored, b"x" * 32)
    assert not credentials.is_proven(NOBODY, stored, _KEY)


def test_a_credential_in_a_log_shows_no_secret() -> None:
    made = credentials.new_credential()

    assert made.secret not in repr(made)
