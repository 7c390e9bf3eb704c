import pytest

from auth import totp

SECRET = b"12345678901234567890"
"""The secret of RFC 6238 appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_rfcs_own_codes(seconds: int, code: str) -> None:
    # The RFC's have eight digits; ours are the last six of them.
    assert totp.code_of(SECRET, totp.step_at(seconds * 1_000_000)) == code[-6:]


class TestMatchingStep:
    @pytest.mark.parametrize("off", [-30, 0, 30])
    def test_a_clock_half_a_minute_off_is_taken(self, off: int) -> None:
        now_us = 1_790_000_000_000_000
        step = totp.step_at(now_us + off * 1_000_000)

        assert totp.matching_step(SECRET, totp.code_of(SECRET, step), now_us) == step

    @pytest.mark.parametrize("off", [-60, 60])
    def test_a_minute_is_not(self, off: int) -> None:
        now_us = 1_790_000_000_000_000
        step = totp.step_at(now_us + off * 1_000_000)

        assert totp.matching_step(SECRET, totp.code_of(SECRET, step), now_us) is None

    @pytest.mark.parametrize("typed", ["", "12345", "\u0660" * 6, "1234567", "abcdef"])
    def test_what_is_no_code_fits_nothing(self, typed: str) -> None:
        assert totp.matching_step(SECRET, typed, 59_000_000) is None

    def test_blanks_do_not_count(self) -> None:
        assert totp.matching_step(SECRET, "287 082", 59_000_000) == 1


def test_the_address_names_office_and_account() -> None:
    address = totp.address(SECRET, issuer="Büro & Co", account="anna")

    assert address == (
        "otpauth://totp/B%C3%BCro%20%26%20Co%3Aanna"
        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=B%C3%BCro%20%26%20Co"
    )
