from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.trust import Trust, is_host, node_address, parse_forwarded
from tests.wsgi import Door, an_environ, call

PROXIES = {"10.0.0.1", "10.0.0.2", "::1"}


def arrived(peer: str, **headers: str) -> dict[str, Any]:
    """What a door sees of a request with these headers (``_`` for ``-``) from *peer*."""
    door = Door()
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    call(Trust(door, PROXIES.__contains__), an_environ(headers=sent, REMOTE_ADDR=peer))
    return door.seen[0]


class TestAStranger:
    def test_cannot_change_its_address(self) -> None:
        seen = arrived("198.51.100.7", X_Forwarded_For="192.0.2.99", Forwarded="for=192.0.2.99")

        assert seen["deedbox.address"] == "198.51.100.7"

    def test_cannot_change_scheme_or_host(self) -> None:
        seen = arrived(
            "198.51.100.7",
            X_Forwarded_Proto="https",
            X_Forwarded_Host="evil.example",
            Forwarded="proto=https;host=evil.example",
        )

        assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == ("http", "testserver")

    def test_leaves_no_forwarding_header_behind(self) -> None:
        seen = arrived(
            "198.51.100.7",
            X_Forwarded_For="192.0.2.99",
            X_Forwarded_Proto="https",
            X_Forwarded_Host="evil.example",
            X_Real_IP="192.0.2.99",
            Forwarded="for=192.0.2.99",
        )

        assert not [key for key in seen if "FORWARDED" in key or "REAL_IP" in key]

    @pytest.mark.parametrize("peer", ["198.51.100.7", "10.0.0.1"])
    def test_cannot_name_a_user_not_even_through_a_proxy(self, peer: str) -> None:
        seen = arrived(peer, X_Remote_User="anna", Remote_User="anna", X_Forwarded_User="anna")

        assert not [key for key in seen if "USER" in key]


class TestATrustedProxy:
    def test_names_the_client(self) -> None:
        assert arrived("10.0.0.1", X_Forwarded_For="192.0.2.9")["deedbox.address"] == "192.0.2.9"

    def test_is_believed_no_further_than_the_first_stranger_from_the_right(self) -> None:
        seen = arrived("10.0.0.1", X_Forwarded_For="1.1.1.1, 192.0.2.9, 10.0.0.2")

        assert seen["deedbox.address"] == "192.0.2.9"

    def test_may_name_scheme_and_host(self) -> None:
        seen = arrived(
            "10.0.0.1",
            X_Forwarded_For="192.0.2.9",
            X_Forwarded_Proto="https",
            X_Forwarded_Host="dav.example.org:8443",
        )

        assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == ("https", "dav.example.org:8443")

    def test_of_two_the_outer_one_says_the_scheme(self) -> None:
        seen = arrived(
            "10.0.0.1", X_Forwarded_For="192.0.2.9, 10.0.0.2", X_Forwarded_Proto="https, http"
        )

        assert seen["wsgi.url_scheme"] == "https"

    def test_a_scheme_the_client_slipped_in_before_the_proxy_is_not_taken(self) -> None:
        seen = arrived("10.0.0.1", X_Forwarded_For="192.0.2.9", X_Forwarded_Proto="https, http")

        assert seen["wsgi.url_scheme"] == "http"

    def test_speaks_rfc_7239_too(self) -> None:
        seen = arrived("10.0.0.1", Forwarded='for="[2001:db8::7]:4711";proto=https;host=d.example')

        assert seen["deedbox.address"] == "2001:db8::7"
        assert (seen["wsgi.url_scheme"], seen["HTTP_HOST"]) == ("https", "d.example")

    def test_that_lets_the_other_kind_pass_is_not_fooled_by_it(self) -> None:
        seen = arrived("10.0.0.1", X_Forwarded_For="203.0.113.5", Forwarded="for=192.0.2.9")

        assert seen["deedbox.address"] == "10.0.0.1"

    def test_whose_word_is_no_address_is_the_last_one_known(self) -> None:
        assert arrived("10.0.0.1", X_Forwarded_For="unknown")["deedbox.address"] == "10.0.0.1"
        assert arrived("10.0.0.1", Forwarded="for=_hidden")["deedbox.address"] == "10.0.0.1"

    def test_cannot_pass_on_a_host_that_is_none(self) -> None:
        seen = arrived("10.0.0.1", X_Forwarded_Host="evil.example/path")

        assert seen["HTTP_HOST"] == "testserver"


def test_an_ipv4_client_of_an_ipv6_socket_has_its_ipv4_address() -> None:
    assert arrived("::ffff:198.51.100.7")["deedbox.address"] == "198.51.100.7"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("example.org", True),
        ("example.org:8080", True),
        ("[2001:db8::1]:443", True),
        ("", False),
        ("a b", False),
        ("example.org/", False),
        ("user@example.org", False),
        ("example.org\r\nX: y", False),
    ],
)
def test_a_host_is_a_name_or_address_with_a_port(value: str, expected: bool) -> None:  # noqa: FBT001
    assert is_host(value) is expected


@given(st.ip_addresses(), st.integers(0, 65_535), st.booleans())
def test_an_address_is_read_from_a_node_with_or_without_port(
    address: Any,
    port: int,
    has_port: bool,  # noqa: FBT001
) -> None:
    bare = f"[{address}]" if address.version == 6 else str(address)
    node = f"{bare}:{port}" if has_port else bare
    expected = getattr(address, "ipv4_mapped", None) or address

    assert ip_address(node_address(node)) == expected


@given(st.text())
def test_no_header_breaks_the_reader(value: str) -> None:
    for element in parse_forwarded(value):
        node_address(element.get("for", ""))


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["for", "by", "host", "proto"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=126)),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_is_quoted_comes_back_as_it_was(hops: list[dict[str, str]]) -> None:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(
        ";".join(f"{name}={quoted(value)}" for name, value in hop.items()) for hop in hops
    )

    assert parse_forwarded(header) == hops
