"""Depth, Overwrite, Lock-Token, Timeout and references to other resources."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.dav_headers import (
    Depth,
    ForeignHostError,
    normalise_host,
    parse_depth,
    parse_lock_token,
    parse_overwrite,
    parse_reference,
    parse_timeout,
)
from wire.paths import PathError, ResourcePath

HOSTS = frozenset({"dav.example.org", "127.0.0.1:8080", "[::1]"})


class TestDepth:
    @pytest.mark.parametrize(
        ("text", "depth"),
        [
            ("0", Depth.ZERO),
            ("1", Depth.ONE),
            (" Infinity ", Depth.INFINITY),
            (None, Depth.ONE),
        ],
    )
    def test_it_is_read(self, text: str | None, depth: Depth) -> None:
        assert parse_depth(text, default=Depth.ONE) is depth

    @pytest.mark.parametrize("text", ["", "2", "1,noroot", "infinite"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Depth"):
            parse_depth(text, default=Depth.ONE)


class TestOverwrite:
    def test_it_is_true_unless_f(self) -> None:
        assert parse_overwrite(None)
        assert parse_overwrite("T")
        assert not parse_overwrite(" f ")

    @pytest.mark.parametrize("text", ["", "true", "TF"])
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Overwrite"):
            parse_overwrite(text)


class TestLockToken:
    @pytest.mark.parametrize("text", ["<urn:uuid:1-2>", "urn:uuid:1-2", " <urn:uuid:1-2> "])
    def test_brackets_are_optional_since_the_miniredir_drops_them(self, text: str) -> None:
        assert parse_lock_token(text) == "urn:uuid:1-2"

    @pytest.mark.parametrize(
        "text", ["", "<>", "<urn:a", "urn:a>", "<a>, <b>", "<urn:a b>", "token"]
    )
    def test_what_is_no_token_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="Lock-Token"):
            parse_lock_token(text)


class TestTimeout:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            (None, 600),
            ("", 600),
            ("soon", 600),
            ("Second-", 600),
            ("Second-٣", 600),
            ("Second-3600", 1000),
            ("Second-30", 30),
            ("Second-0", 1),
            ("Second-99999999999999999999", 1000),
            ("Second-" + "9" * 5000, 1000),
            ("Second-00000000000000000000030", 30),
            ("Infinite", 1000),
            ("Infinite, Second-4100000000", 1000),
            ("Extend-5, second-7", 7),
        ],
    )
    def test_the_first_wish_that_can_be_read_is_cut_to_the_limit(
        self, text: str | None, seconds: int
    ) -> None:
        assert parse_timeout(text, default_seconds=600, max_seconds=1000) == seconds

    def test_the_default_is_cut_too(self) -> None:
        assert parse_timeout(None, default_seconds=600, max_seconds=60) == 60


class TestReference:
    @pytest.mark.parametrize(
        "text",
        [
            "http://dav.example.org/files/a%20b",
            "https://DAV.example.org:443/files/a%20b",
            "http://dav.example.org:80/files/a%20b",
            "http://anna@dav.example.org/files/a%20b",
            "http://127.0.0.1:8080/files/a%20b",
            "http://[::1]/files/a%20b",
            "/files/a%20b",
            " /files/a%20b ",
        ],
    )
    def test_our_own_names_are_accepted(self, text: str) -> None:
        path = parse_reference(text, accepted_hosts=HOSTS)

        assert path == ResourcePath(("files", "a b"), is_collection=False)

    @pytest.mark.parametrize(
        "text",
        [
            "http://elsewhere.example/files/a",
            "http://dav.example.org:8080/files/a",
            "http://dav.example.org@elsewhere.example/files/a",
            "http://127.0.0.1/files/a",
        ],
    )
    def test_another_server_is_told_apart(self, text: str) -> None:
        with pytest.raises(ForeignHostError):
            parse_reference(text, accepted_hosts=HOSTS)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "files/a",
            "//dav.example.org/files/a",
            "ftp://dav.example.org/files/a",
            "http:///files/a",
            "http://[::1/files",
            "/files/a b",
            "/files/a\tb",
            "/files/a?b",
            "http://dav.example.org/files/a#b",
            "http://dav.example.org?x",
            "/files/../a",
        ],
    )
    def test_what_names_nothing_is_refused(self, text: str) -> None:
        with pytest.raises(PathError):
            parse_reference(text, accepted_hosts=HOSTS)

    def test_a_host_alone_is_the_root(self) -> None:
        path = parse_reference("http://dav.example.org", accepted_hosts=HOSTS)

        assert path == ResourcePath((), is_collection=True)

    def test_names_that_look_like_syntax_survive(self) -> None:
        path = parse_reference("http://dav.example.org/a%23b%3Fc/100%25/", accepted_hosts=HOSTS)

        assert path == ResourcePath(("a#b?c", "100%"), is_collection=True)

    def test_bare_bytes_are_utf8_or_where_asked_latin1(self) -> None:
        as_header = "/Müller".encode().decode("latin-1")

        assert parse_reference(as_header, accepted_hosts=HOSTS).segments == ("Müller",)
        with pytest.raises(PathError):
            parse_reference("/M\xfcller", accepted_hosts=HOSTS)
        path = parse_reference("/M%FCller", accepted_hosts=HOSTS, latin1_fallback=True)
        assert path.segments == ("Müller",)

    @given(st.text(st.characters(max_codepoint=255), max_size=60))
    def test_any_text_is_a_path_or_a_value_error(self, text: str) -> None:
        for prefix in ("", "/", "http://dav.example.org", "http://"):
            try:
                path = parse_reference(prefix + text, accepted_hosts=HOSTS)
            except ValueError:
                continue
            assert not {"", ".", ".."} & set(path.segments)


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        ("DAV.Example.org", "dav.example.org"),
        ("dav.example.org:443", "dav.example.org"),
        ("dav.example.org:8080", "dav.example.org:8080"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("[fe80::80]", "[fe80::80]"),
    ],
)
def test_a_host_is_compared_without_its_default_port(host: str, normal: str) -> None:
    assert normalise_host(host) == normal
