"""Collations (RFC 4790 section 9, RFC 5051)."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from office.items.collations import Collation, fold, latin

OCTET, ASCII, UNICODE = Collation.OCTET, Collation.ASCII, Collation.UNICODE
TRICKY = "aAbß ssSKkiIéÉe\u0301üu\u0308ộô\u0323²2½가각\u11a8\u0345"
TRICKY += "\u017f\u212a\u0131\u0130\ufb01\ufb03\u03a3\u03c2\u03c3\u01c6\u01c5\u03b9\u0390"


class TestEquality:
    @pytest.mark.parametrize(
        ("one", "other", "collations"),
        [
            ("Notar", "Notar", {OCTET, ASCII, UNICODE}),
            ("Notar", "NOTAR", {ASCII, UNICODE}),
            ("Müller", "MÜLLER", {UNICODE}),
            ("Müller", "Mu\u0308ller", {UNICODE}),
            ("Müller", "Muller", set()),
            ("Straße", "Strasse", set()),  # RFC 5051 goes by titlecase, which “ß” has none of
            ("m²", "m2", {UNICODE}),
            ("\u03a3\u0391\u03a3", "\u03c3\u03b1\u03c2", {UNICODE}),
            ("\u212aeil", "keil", {UNICODE}),
            ("Istanbul", "\u0131stanbul", {UNICODE}),
            ("각", "\u1100\u1161\u11a8", set()),  # UnicodeData.txt decomposes no syllables
        ],
    )
    def test_who_takes_what_for_the_same(
        self, one: str, other: str, collations: set[Collation]
    ) -> None:
        assert {each for each in Collation if each.key(one) == each.key(other)} == collations

    def test_ascii_leaves_all_other_letters_alone(self) -> None:
        assert ASCII.key("grün & Grün") == "GRüN & GRüN"

    @given(st.text(), st.text())
    def test_a_part_stays_a_part(self, before: str, after: str) -> None:
        for each in Collation:
            assert each.key(before + after) == each.key(before) + each.key(after)


class TestFolding:
    def test_no_collation_sees_more_than_it_in_any_letter(self) -> None:
        self.check(range(0x3100))

    @pytest.mark.soak
    def test_nor_in_any_character(self) -> None:
        self.check(range(0x3100, sys.maxunicode + 1))

    def check(self, codes: range) -> None:
        for each in map(chr, codes):
            if not "\ud800" <= each <= "\udfff":
                bare = fold(each)
                assert fold(UNICODE.key(each)) == bare
                assert latin(UNICODE.key(each)) == latin(each)
                assert fold(fold(each)) == bare

    @given(
        st.text(st.sampled_from(TRICKY), max_size=5),
        st.text(st.sampled_from(TRICKY), min_size=1, max_size=3),
        st.text(st.sampled_from(TRICKY), max_size=5),
    )
    def test_what_is_found_is_found_in_the_folded_column(
        self, before: str, text: str, after: str
    ) -> None:
        assert fold(text) in fold(before + text + after)
        assert latin(text) in latin(before + text + after)
