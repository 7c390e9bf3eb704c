"""Paths are decoded once, and quoted so that they come back the same."""

import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wire.paths import (
    PathError,
    ResourcePath,
    decode_path_info,
    decode_quoted_path,
    is_plain_segment,
    quote_path,
    quote_segment,
    windows_name_fault,
)

names = (
    st.text(
        st.characters(exclude_characters="/", exclude_categories=("Cc", "Cs")),
        min_size=1,
        max_size=40,
    )
    .map(lambda name: unicodedata.normalize("NFC", name))
    .filter(lambda name: name not in {".", ".."})
)


def as_path_info(path: str) -> str:
    """Return *path* as PEP 3333 has it."""
    return path.encode().decode("latin-1")


class TestDecodePathInfo:
    def test_utf8_is_decoded_once(self) -> None:
        path = decode_path_info(as_path_info("/Objekte/Müller 100%25.pdf"))

        assert path == ResourcePath(("Objekte", "Müller 100%25.pdf"), is_collection=False)

    def test_the_names_finder_sends_are_composed(self) -> None:
        path = decode_path_info(as_path_info("/" + unicodedata.normalize("NFD", "Grüße")))

        assert path.segments == ("Grüße",)

    @pytest.mark.parametrize("root", ["", "/"])
    def test_the_root_is_a_collection_without_segments(self, root: str) -> None:
        assert decode_path_info(root) == ResourcePath((), is_collection=True)

    def test_a_slash_at_the_end_is_remembered(self) -> None:
        assert decode_path_info("/a/b/") == ResourcePath(("a", "b"), is_collection=True)

    def test_latin1_is_refused(self) -> None:
        with pytest.raises(PathError, match="UTF-8"):
            decode_path_info("/M\xfcller")

    def test_latin1_is_read_where_the_client_is_known_for_it(self) -> None:
        assert decode_path_info("/M\xfcller", latin1_fallback=True).segments == ("Müller",)

    def test_utf8_comes_before_latin1(self) -> None:
        path = decode_path_info(as_path_info("/Müller"), latin1_fallback=True)

        assert path.segments == ("Müller",)

    @pytest.mark.parametrize(
        "path",
        [
            "//",
            "/a//b",
            "//a",
            "/./a",
            "/a/..",
            "/../a",
            "/a\x00b",
            "/a\nb",
            "/\x7f",
            "a/b",
            "/\u20ac",
        ],
    )
    @pytest.mark.parametrize("latin1_fallback", [True, False])
    def test_what_names_nothing_is_refused(self, path: str, *, latin1_fallback: bool) -> None:
        with pytest.raises(PathError):
            decode_path_info(path, latin1_fallback=latin1_fallback)

    @given(st.text(st.characters(max_codepoint=255), max_size=60), st.booleans())
    def test_every_segment_is_a_name(self, path: str, latin1_fallback: bool) -> None:  # noqa: FBT001 (hypothesis gives it)
        try:
            segments = decode_path_info(path, latin1_fallback=latin1_fallback).segments
        except PathError:
            return

        for segment in segments:
            assert segment not in {"", ".", ".."}
            assert "/" not in segment
            assert unicodedata.is_normalized("NFC", segment)
            assert not any(unicodedata.category(character) == "Cc" for character in segment)


class TestDecodeQuotedPath:
    def test_what_stands_for_syntax_survives_inside_a_name(self) -> None:
        path = decode_quoted_path("/a%23b/c%3Fd/100%25%32%35")

        assert path.segments == ("a#b", "c?d", "100%25")

    @pytest.mark.parametrize("path", ["/a?b", "/a#b", "/a%2Fb", "/a/%2e%2e/b", "/a%00", "", "a"])
    def test_tricks_are_refused(self, path: str) -> None:
        if path == "":
            assert decode_quoted_path(path).segments == ()
            return
        with pytest.raises(PathError):
            decode_quoted_path(path)

    def test_bare_characters_count_as_utf8(self) -> None:
        assert decode_quoted_path("/Müller").segments == ("Müller",)


class TestQuoting:
    @given(st.lists(names, max_size=5), st.booleans())
    def test_a_quoted_path_comes_back(self, segments: list[str], is_collection: bool) -> None:  # noqa: FBT001 (hypothesis gives it)
        quoted = quote_path(segments, is_collection=is_collection)

        decoded = decode_quoted_path(quoted)
        assert decoded.segments == tuple(segments)
        assert decoded.is_collection is (is_collection or not segments)

    @given(names)
    def test_a_segment_is_quoted_as_the_standard_library_does(self, name: str) -> None:
        assert quote_segment(name) == quote(name, safe="@")

    @given(st.one_of(names.map(quote_segment), st.from_regex(r"[!-~]{1,9}", fullmatch=True)))
    def test_a_plain_segment_is_the_name_that_decoding_gives(self, quoted: str) -> None:
        if is_plain_segment(quoted):
            assert decode_quoted_path(f"/{quoted}").segments == (quoted,)

    @pytest.mark.parametrize("quoted", ["", ".", "..", "a/b", "a%20b", "ä", "a?b", "a\x00", "a\n"])
    def test_what_has_to_be_decoded_or_refused_is_not_plain(self, quoted: str) -> None:
        assert not is_plain_segment(quoted)

    def test_most_names_are_plain(self) -> None:
        assert is_plain_segment("4711.ICS~1_@-")

    def test_the_root_is_one_slash(self) -> None:
        assert quote_path((), is_collection=True) == "/"


class TestWindowsNameFault:
    @pytest.mark.parametrize(
        "name",
        [
            "Grundriss.pdf",
            "~$Brief.docx",
            ".DS_Store",
            "CONTRACT",
            "COM",
            "COM10",
            "a.CON",
            "ä" * 127,
            "a\u200bb",
            "Familie 👨\u200d👩\u200d👧.jpg",
            "عقد.pdf",
        ],
    )
    def test_an_ordinary_name_has_none(self, name: str) -> None:
        assert windows_name_fault(name) is None

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("", "empty"),
            ("a:b", "':'"),
            ("a<b", "'<'"),
            ("what?", "'\\?'"),
            ("a\\b", "can't store"),
            ("a\x1fb", "control"),
            ("a.", "dot or a space"),
            ("a ", "dot or a space"),
            ("CON", "device"),
            ("con.txt", "device"),
            ("NUL.tar.gz", "device"),
            ("Lpt1 .x", "device"),
            ("COM¹", "device"),
            ("ä" * 128, "255 bytes"),
            ("\u202efdp.exe", r"U\+202E"),
            ("a\u2066b", r"U\+2066"),
            ("a\u2028b", r"U\+2028"),
            ("\ufeffa", r"U\+FEFF"),
            ("a\uffffb", r"U\+FFFF"),
            ("\u200b", r"U\+200B"),
            ("a\u200b", r"U\+200B"),
            ("\u200ba", r"U\+200B"),
        ],
    )
    def test_what_windows_cannot_hold_is_explained(self, name: str, reason: str) -> None:
        fault = windows_name_fault(name)

        assert fault is not None
        assert re.search(reason, fault)

    @given(st.text(max_size=300))
    def test_any_text_has_an_answer(self, name: str) -> None:
        fault = windows_name_fault(name)
        assume(fault is None)

        assert len(name.encode()) <= 255
        assert not set(name) & set('<>:"/\\|?*')
