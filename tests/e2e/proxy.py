"""nginx before an office, with TLS and under another name than the office has by itself."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

from tests.certificates import a_certificate
from tests.clients.conftest import demand
from tests.e2e.http_client import until
from tests.e2e.server_process import Office, free_port, trusting

NAME = "dav.musterbuero.example"
_STOP_SECONDS = 20
_KEEPS_HOST = "proxy_set_header Host $http_host;"
# nginx sends the address of proxy_pass as Host unless it is told otherwise.
_TELLS_HOST = "proxy_set_header X-Forwarded-Host $http_host;"
_CONFIG = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/log warn;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name {name};
        ssl_certificate {certificate};
        ssl_certificate_key {key};
        proxy_http_version 1.1;
        {host}
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme;
        client_max_body_size 0;
        location / {{
            proxy_pass {origin};
        }}
        location /files {{
            proxy_pass {origin};
            proxy_request_buffering off;
            proxy_buffering off;
        }}
    }}
}}
"""


class _Named(HTTPSConnection):
    """A connection to a name that no name server knows: it goes to this machine."""

    def __init__(self, name: str, port: int, timeout: float, listening: int) -> None:
        super().__init__(name, port, timeout=timeout, context=trusting())
        self._listening = listening

    def connect(self) -> None:
        """Connect to where the proxy listens, and name the host in TLS."""
        plain = socket.create_connection(("127.0.0.1", self._listening), self.timeout)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = trusting().wrap_socket(plain, server_hostname=self.host)


@dataclass(frozen=True, slots=True)
class Outer:
    """An office as programs outside know it.

    Attributes:
        port: The port that they are told.
        listening: The port where the proxy really is.
    """

    port: int
    listening: int

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"https://{NAME}" if self.port == 443 else f"https://{NAME}:{self.port}"

    def url(self, path: str) -> str:
        """The address of *path*, which is quoted already."""
        return self.origin + path

    def http(self, timeout: float = 30) -> HTTPConnection:
        """Return a connection; nothing is sent yet."""
        return _Named(NAME, self.port, timeout, self.listening)


@contextmanager
def proxied(office: Office, folder: Path, *, keeps_host: bool) -> Iterator[Outer]:
    """Run nginx before a running office.

    Args:
        office: What is behind it.
        folder: For its files.
        keeps_host: It passes ``Host`` on as it came; else it tells it in ``X-Forwarded-Host``.
            The first is seen on a port of its own, the other on 443.
    """
    program = demand("nginx", "nginx")
    listening = free_port()
    certificate, key = a_certificate(folder, "proxy")
    config = folder / "nginx.conf"
    config.write_text(
        _CONFIG.format(
            folder=folder,
            port=listening,
            name=NAME,
            certificate=certificate,
            key=key,
            origin=office.origin,
            host=_KEEPS_HOST if keeps_host else _TELLS_HOST,
        )
    )
    process = subprocess.Popen(
        [program, "-c", config, "-p", folder, "-e", folder / "log"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        until(lambda: process.poll() is not None or _answers(listening))
        assert process.poll() is None, (folder / "log").read_text()
        yield Outer(8443 if keeps_host else 443, listening)
    finally:
        process.terminate()
        process.wait(_STOP_SECONDS)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
