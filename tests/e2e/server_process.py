"""The real thing: `deedbox serve` as a process, with people and devices made by its commands."""

import json
import os
import signal
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any

from tests.certificates import a_certificate
from tests.e2e.http_client import ROOT, until

DEEDBOX = ROOT / ".venv" / "bin" / "deedbox"
START_SECONDS = 30
STOP_SECONDS = 40
_TROUBLE = ("Traceback", "level=error", "level=critical")


@dataclass(frozen=True, slots=True)
class Device:
    """A device's credential, as `deedbox device add` printed it."""

    user_name: str
    password: str

    @property
    def authorization(self) -> str:
        """The header's value for Basic authentication."""
        return basic(self.user_name, self.password)


def basic(user_name: str, password: str) -> str:
    """Return ``Authorization`` for Basic authentication (RFC 7617)."""
    return "Basic " + b64encode(f"{user_name}:{password}".encode()).decode()


class CommandError(Exception):
    """A command ended with another exit code than 0; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Variant:
    """How a server is to be run; `database_url` None means SQLite in the data folder."""

    kind: str = "uvicorn"
    is_tls: bool = False
    database_url: str | None = None
    settings: Mapping[str, str] | None = None


class Office:
    """An installation in a data folder, and the commands on it."""

    def __init__(self, folder: Path, variant: Variant) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.variant = variant
        self.port = free_port()
        self.log = folder / "log"
        self.environment = _environment(folder, variant)

    def command(self, *words: str) -> dict[str, Any]:
        """Run `deedbox` with *words* and ``--json``; return what it printed.

        Raises:
            CommandError: It refused.
        """
        done = subprocess.run(
            [DEEDBOX, *words, "--data", self.data, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            raise CommandError(done.stdout + done.stderr)
        return dict(json.loads(done.stdout))

    def add_user(self, name: str, *options: str) -> None:
        """Make a user, active at once."""
        self.command("user", "add", name, "--email", f"{name}@musterbuero.example", *options)

    def add_device(self, user_name: str, label: str) -> Device:
        """Enrol a device of a user."""
        made = self.command("device", "add", user_name, label)
        return Device(made["username"], made["password"])

    def blob_files(self) -> set[Path]:
        """All files that the blobs' folder holds now, temporary ones too."""
        return {path for path in (self.data / "blobs").rglob("*") if path.is_file()}

    def temporary_files(self) -> set[Path]:
        """What uploads that are under way have on disk."""
        return set((self.data / "blobs" / "tmp").iterdir())

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.variant.is_tls else 'http'}://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """The address of *path*, which is quoted already."""
        return self.origin + path

    def http(self, timeout: float = 30) -> HTTPConnection:
        """Return a connection; nothing is sent yet."""
        if self.variant.is_tls:
            return HTTPSConnection("127.0.0.1", self.port, timeout=timeout, context=trusting())
        return HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def connect(self, *, receive_buffer: int | None = None) -> socket.socket:
        """Return a connected socket, with TLS where the server speaks it."""
        plain = socket.socket()
        if receive_buffer is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        plain.settimeout(30)
        plain.connect(("127.0.0.1", self.port))
        return trusting().wrap_socket(plain) if self.variant.is_tls else plain

    def is_ready(self) -> bool:
        """Whether ``/health/ready`` answers 200."""
        connection = self.http(5)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    @contextmanager
    def serving(self) -> Iterator["Office"]:
        """Run the server; at the end it must stop in order and have nothing to complain about."""
        process = self.start()
        try:
            until(lambda: process.poll() is not None or self.is_ready(), START_SECONDS)
            assert process.poll() is None, self.log.read_text()
            yield self
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                exit_code = process.wait(STOP_SECONDS)
            finally:
                process.kill()
        said = self.log.read_text()
        assert exit_code == 0, said
        assert not [word for word in _TROUBLE if word in said], said

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server, which leads a process group; it is not ready yet."""
        words = ["serve", "--data", str(self.data), "--port", str(self.port)]
        # The log stands where the test that fails can show it; two processes, as in an office.
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [DEEDBOX, *words, "--server", self.variant.kind, "--workers", "2"],
                env=self.environment,
                stdout=log,
                stderr=log,
                # A group of its own: all its processes can be killed at once.
                start_new_session=True,
            )


@contextmanager
def running_office(folder: Path, variant: Variant) -> Iterator[Office]:
    """An office with an administrator, anna, whose server runs."""
    office = Office(folder, variant)
    office.add_user("anna", "--admin")
    with office.serving():
        yield office


def _environment(folder: Path, variant: Variant) -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DEEDBOX_")}
    environment |= variant.settings or {}
    if variant.database_url:
        environment["DEEDBOX_DATABASE__URL"] = variant.database_url
    if variant.is_tls:
        certificate, key = a_certificate(folder, "server")
        environment["DEEDBOX_TLS__CERTIFICATE_FILE"] = str(certificate)
        environment["DEEDBOX_TLS__KEY_FILE"] = str(key)
    return environment


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def trusting() -> ssl.SSLContext:
    """TLS that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
