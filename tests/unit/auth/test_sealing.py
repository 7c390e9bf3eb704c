import pytest

from auth.sealing import SealBrokenError, seal, unseal

KEY = b"k" * 32


def test_what_is_sealed_comes_back() -> None:
    assert unseal(seal(b"secret", purpose="a", secret_key=KEY), purpose="a", secret_key=KEY) == (
        b"secret"
    )


def test_two_seals_of_one_secret_differ() -> None:
    assert seal(b"x", purpose="a", secret_key=KEY) != seal(b"x", purpose="a", secret_key=KEY)


@pytest.mark.parametrize(
    ("purpose", "key", "change"),
    [("b", KEY, 0), ("a", b"l" * 32, 0), ("a", KEY, 1)],
    ids=["another purpose", "another key", "changed"],
)
def test_nothing_else_opens_it(purpose: str, key: bytes, change: int) -> None:
    sealed = bytearray(seal(b"secret", purpose="a", secret_key=KEY))
    sealed[-1] ^= change

    with pytest.raises(SealBrokenError):
        unseal(bytes(sealed), purpose=purpose, secret_key=key)


def test_what_is_too_short_is_no_seal() -> None:
    with pytest.raises(SealBrokenError):
        unseal(b"short", purpose="a", secret_key=KEY)
