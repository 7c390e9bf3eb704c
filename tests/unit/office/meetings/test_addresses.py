"""Calendar user addresses: all spellings of one are one."""

import pytest

from office.meetings.addresses import email_in, key_of, keys_of, user_in

HOSTS = frozenset({"dav.example.org", "127.0.0.1:8080"})


@pytest.mark.parametrize(
    "address",
    [
        "mailto:Anna.Berg@Example.org",
        "MAILTO:anna.berg@example.org",
        " mailto:anna.berg%40example.org",
    ],
)
def test_mail_addresses(address: str) -> None:
    assert key_of(address, HOSTS) == "mailto:anna.berg@example.org"
    assert email_in(key_of(address, HOSTS)) == "anna.berg@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "/dav/anna/",
        "/dav/anna",
        "https://dav.example.org/dav/anna/",
        "http://127.0.0.1:8080/dav/anna/",
    ],
)
def test_urls_of_users(address: str) -> None:
    assert key_of(address, HOSTS) == "/dav/anna"
    assert user_in(key_of(address, HOSTS)) == "anna"


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/dav/anna/",
        "urn:uuid:1",
        "/principals/anna/",
        "http://[",
        "mailto:a%00b@example.org",
        "mailto:anna%0A@example.org",
        "/dav/%00",
        "https://dav.example.org/dav/anna%00/",
    ],
)
def test_others_are_nobody_here(address: str) -> None:
    key = key_of(address, HOSTS)

    assert user_in(key) is None
    assert email_in(key) is None


def test_a_user_without_mail_has_their_url_alone() -> None:
    assert keys_of("anna", "") == {"/dav/anna"}
    assert keys_of("anna", "Anna@x.example") == {"/dav/anna", "mailto:anna@x.example"}
