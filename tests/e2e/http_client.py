"""Sockets, certificates and processes for the tests of the HTTP servers."""

import json
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any, TypeVar

from tests.certificates import a_certificate

ROOT = Path(__file__).parents[2]
T = TypeVar("T")


def until(look: Callable[[], T], seconds: float = 10.0) -> T:
    """Return what *look* finds as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not seen within {seconds} s")
        time.sleep(0.01)
    return found


@dataclass
class Served:
    """A running `tests.e2e.http_app`."""

    process: subprocess.Popen[str]
    port: int
    seen: Path
    log: Path
    is_tls: bool

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """Return a connected socket, with TLS where the server speaks it."""
        plain = self.connect_plain(receive_buffer=receive_buffer)
        return _context().wrap_socket(plain) if self.is_tls else plain

    def connect_plain(self, *, receive_buffer: int | None = None) -> socket.socket:
        """Return a connected socket on which nothing was sent."""
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(20)
        plain.connect(("127.0.0.1", self.port))
        return plain

    def http(self, timeout: float = 20) -> HTTPConnection:
        """Return an HTTP connection."""
        if self.is_tls:
            return HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=_context())
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Answer's status and body of one request on a connection of its own."""
        connection = self.http()
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def events(self, event: str) -> list[dict[str, Any]]:
        """Return what the application noted so far under *event*."""
        if not self.seen.exists():
            return []
        lines = [json.loads(line) for line in self.seen.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]

    def stop(self) -> int:
        """Stop in order; return the exit code."""
        self.process.terminate()
        return self.process.wait(30)


def tls_settings(folder: Path) -> dict[str, str]:
    """Return the settings that let `served` speak TLS."""
    certificate, private_key = a_certificate(folder, "server")
    return {"certificate": str(certificate), "private_key": str(private_key)}


@contextmanager
def served(folder: Path, kind: str, **settings: Any) -> Iterator[Served]:
    """Serve the test's application; end it and show its log at the end."""
    seen, log = folder / "seen", folder / "log"
    settings |= {"kind": kind, "seen": str(seen)}
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.http_app", json.dumps(settings)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        port = int(line) if line else 0
        yield Served(process, port, seen, log, "certificate" in settings)
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.stdout.close()
            sys.stderr.write(log.read_text())


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def read_answer(connection: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    parts = []
    try:
        while part := connection.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def head(method: str, path: str, *fields: str) -> bytes:
    """Return a request's head with the header *fields*."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *fields, "", ""]).encode()
