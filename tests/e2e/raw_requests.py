"""Requests byte for byte as an attacker or a broken client sends them."""

import contextlib

from tests.e2e.http_client import read_answer
from tests.e2e.server_process import Device, Office


def signed_head(device: Device, line: str, *fields: str) -> bytes:
    """Return a request's head for a connection of its own: *line* is method and target."""
    lines = [f"{line} HTTP/1.1", "Host: x", f"Authorization: {device.authorization}"]
    return "\r\n".join([*lines, "Connection: close", *fields, "", ""]).encode("latin-1")


def exchange(office: Office, device: Device, line: str, *fields: str, body: bytes = b"") -> bytes:
    """Send a request as it stands, and hear all that comes back."""
    with office.connect() as connection:
        # The answer may come, and the connection end, before all is sent.
        with contextlib.suppress(OSError):
            connection.sendall(signed_head(device, line, *fields) + body)
        return read_answer(connection)


def status_of(answer: bytes) -> int:
    """Return the status of an answer."""
    assert answer.startswith(b"HTTP/1.1 "), answer[:100]
    return int(answer[9:12])
