"""The event loop's stop."""

import socket
import time
from typing import Any

import uvloop

from server.http_servers import ServerOptions
from server.http_servers.uvicorn_server import UvicornServer
from server.processes import bind


def _no_app(_environ: dict[str, Any], _start: object) -> list[bytes]:
    raise AssertionError("no request was sent")


def test_a_connection_accepted_as_it_stops_does_not_hold_it_up() -> None:
    listening = bind("127.0.0.1", 0)
    options = ServerOptions(listening=listening, shutdown_grace_seconds=5)
    serving = UvicornServer(_no_app, options)._serving

    async def accept_and_stop() -> None:
        await serving.startup()
        serving._accept()
        await serving.shutdown()

    with socket.create_connection(listening.getsockname()) as client:
        began = time.monotonic()
        uvloop.run(accept_and_stop())

        assert time.monotonic() - began < 4
        assert client.recv(1) == b""
