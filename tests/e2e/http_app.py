"""A small WSGI application that shows what a server does, and the program that serves it.

Run as ``python -m tests.e2e.http_app OPTIONS_AS_JSON``; it prints the port when it is ready.
What the application saw is appended to a file, one JSON object a line, so that a test can read
it whatever process and whatever happened to the connection.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

from server.http_servers import ServerOptions
from server.processes import bind, serve
from server.worker import StopEvent
from wire.bodies import BodyCutError

BLOCK = bytes(range(256)) * 1024


class SeenApp:
    """Answers by path; writes what it saw."""

    def __init__(self, seen: Path) -> None:
        self._seen = seen

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        name = environ["PATH_INFO"].strip("/").split("/")[0]
        action: Callable[..., Iterable[bytes]] = getattr(self, f"do_{name or 'empty'}")
        return action(environ, start_response)

    def close(self) -> None:
        self.note(event="app closed")

    def note(self, **what: object) -> None:
        line = json.dumps({"pid": os.getpid(), **what}) + "\n"
        with self._seen.open("a") as file:
            file.write(line)

    def do_empty(self, _environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "0")])
        return []

    def do_pid(self, _environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [str(os.getpid()).encode()]

    def do_environ(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        return [json.dumps({k: v for k, v in environ.items() if isinstance(v, str)}).encode()]

    def do_memory(self, _environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        lines = Path("/proc/self/status").read_text().splitlines()
        sizes = {
            k: int(v.split()[0]) for k, _, v in (x.partition(":") for x in lines) if "kB" in v
        }
        start("200 OK", [])
        return [json.dumps(sizes).encode()]

    def do_put(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Read the body; note its end, whole or cut, and answer its length and hash."""
        digest, length = sha256(), 0
        try:
            while block := environ["wsgi.input"].read(1 << 18):
                digest.update(block)
                length += len(block)
        except BodyCutError:
            self.note(event="body cut", path=environ["PATH_INFO"], length=length)
            raise
        self.note(event="body whole", path=environ["PATH_INFO"], length=length)
        start("201 Created", [("Content-Type", "application/json")])
        return [json.dumps({"length": length, "sha256": digest.hexdigest()}).encode()]

    def do_refuse(self, _environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        start("401 Unauthorized", [("Content-Length", "2")])
        return [b"no"]

    def do_get(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer /get/COUNT blocks; "chunked" in the query leaves the length out."""
        count = int(environ["PATH_INFO"].split("/")[2])
        headers = [("Content-Length", str(count * len(BLOCK)))]
        start("200 OK", [] if environ["QUERY_STRING"] == "chunked" else headers)
        return Blocks(self, environ, count)

    def do_slow(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Answer when the file named in the query is there."""
        self.note(event="slow began")
        while not Path(environ["QUERY_STRING"]).exists():
            time.sleep(0.01)
        start("200 OK", [("Content-Length", "4")])
        return [b"done"]

    def do_fail(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """Break before or after the first bytes."""
        if environ["QUERY_STRING"] == "early":
            raise RuntimeError("broken as asked")
        start("200 OK", [("Content-Length", str(2 * len(BLOCK)))])

        def blocks() -> Iterator[bytes]:
            if environ["QUERY_STRING"] == "late":
                yield BLOCK
            raise RuntimeError("broken as asked")

        return blocks()


class Blocks:
    """The same block again and again; notes its ``close()``."""

    def __init__(self, app: SeenApp, environ: dict[str, Any], count: int) -> None:
        self._app = app
        self._path = environ["PATH_INFO"]
        self._count = count
        self._given = 0

    def __iter__(self) -> Iterator[bytes]:
        while self._given < self._count:
            self._given += 1
            yield BLOCK

    def close(self) -> None:
        self._app.note(event="answer closed", path=self._path, given=self._given)


def main(argument: str) -> int:
    """Serve as *argument*, a JSON object, says."""
    settings = json.loads(argument)
    seen = Path(settings["seen"])
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    paths: dict[str, Any] = {
        k: Path(settings[k]) for k in ("certificate", "private_key") if settings.get(k)
    }
    options = ServerOptions(listening=listening, **paths, **settings.get("options", {}))

    def beside(stopping: StopEvent) -> None:
        SeenApp(seen).note(event="background began")
        stopping.wait()
        SeenApp(seen).note(event="background ended")

    def build() -> SeenApp:
        if settings.get("broken"):
            raise RuntimeError("cannot build, as asked")
        return SeenApp(seen)

    return serve(
        build,
        kind=settings["kind"],
        options=options,
        workers=settings.get("workers", 1),
        background=[beside] if settings.get("background") else [],
        on_ready=lambda: print(port, flush=True),  # noqa: T201 - how the test learns of it
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
