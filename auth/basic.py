"""The Authorization header of the Basic scheme (RFC 7617)."""

import binascii
from typing import NamedTuple


class BasicCredentials(NamedTuple):
    """User-id and password as a client sent them; not yet believed."""

    username: str
    password: str


def parse(header: str) -> BasicCredentials | None:
    """Read an ``Authorization`` value; None for another scheme or one that cannot be read.

    We ask for UTF-8 (RFC 7617 section 2.1); older clients send Latin-1 all the same, which
    is told by not being valid UTF-8.
    """
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        # Not strict: some clients leave the padding out or fold the line.
        raw = binascii.a2b_base64(encoded.strip() + "==")
    except ValueError:
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    username, colon, password = text.partition(":")
    if not colon:
        return None
    return BasicCredentials(username, password)
