"""The Accept header (RFC 9110 section 12.5.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.accept import Accept


def vcard(header: str | None, version: str) -> float:
    return Accept(header).weight("text", "vcard", version=version)


class TestWeight:
    @pytest.mark.parametrize("header", [None, "", "nonsense", ";q=1", ",,"])
    def test_without_a_word_all_is_welcome(self, header: str | None) -> None:
        assert vcard(header, "4.0") == 1

    @pytest.mark.parametrize(
        ("header", "in_3", "in_4"),
        [
            ("text/vcard; version=4.0", 0, 1),
            ('TEXT/VCARD;VERSION="4.0";q=0.5, */*;q=0.1', 0.1, 0.5),
            # DAVx5 of old
            ("text/vcard;version=4.0, text/vcard;charset=utf-8;q=0.8, */*;q=0.5", 0.8, 1),
            ("text/*;q=0.3, text/vcard;version=3.0;q=0", 0, 0.3),
            ("text/html, */*;q=0.8", 0.8, 0.8),
            ("application/json", 0, 0),
            ("text/vcard;version=2.1", 0, 0),
            ("*/vcard", 0, 0),
        ],
    )
    def test_the_closest_name_counts(self, header: str, in_3: float, in_4: float) -> None:
        assert (vcard(header, "3.0"), vcard(header, "4.0")) == (in_3, in_4)

    def test_a_weight_that_is_none_is_1(self) -> None:
        assert vcard("text/vcard;q=much", "4.0") == 1

    @given(st.text())
    def test_anything_can_be_sent(self, header: str) -> None:
        assert 0 <= vcard(header, "4.0") <= 1
