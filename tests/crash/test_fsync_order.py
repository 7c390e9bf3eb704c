"""The order in which a save reaches the disk: bytes, their name, the row, and only then 201.

A kill of processes leaves what the kernel holds; this is what holds when the power goes.
"""

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.database_server import DatabaseServer, database_server
from tests.crash.processes import children, kill_group
from tests.crash.tracing import Call, after, demand_strace, trace_command, tracing
from tests.e2e.dav_client import Client
from tests.e2e.http_client import ROOT, until
from tests.e2e.server_process import Office, Variant

pytestmark = pytest.mark.clients

_WRITES = frozenset({"write", "writev", "pwrite64", "pwritev"})
_SYNCS = frozenset({"fsync", "fdatasync"})
_SENDS = _WRITES | {"sendto", "sendmsg"}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[DatabaseServer | None]:
    demand_strace()
    if request.param == "sqlite":
        yield None
    else:
        with database_server() as server:
            yield server


@pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
class TestSave:
    def test_the_answer_leaves_last(
        self, kind: str, database: DatabaseServer | None, tmp_path: Path
    ) -> None:
        office = Office(tmp_path, Variant(kind, database_url=database.url if database else None))
        office.add_user("anna", "--admin")
        device = office.add_device("anna", "Dienst-PC")
        contents = {201: b"first bytes", 204: b"other bytes"}
        process = office.start()
        client = Client(office, "", device.authorization)
        try:
            until(office.is_ready, 20)
            traced = children(process.pid) + (database.pids() if database else [])
            with tracing(traced, tmp_path) as trace:
                for status, content in contents.items():
                    assert client("PUT", "/files/Home/Expos%C3%A9.pdf", content).status == status
        finally:
            client.close()
            kill_group(process)

        calls = trace.calls()
        for status, content in contents.items():
            _check_save(calls, status, content, office.data / "blobs")


def _check_save(calls: list[Call], status: int, content: bytes, blobs: Path) -> None:
    """Each step begins after the one before it has ended."""
    sha256 = hashlib.sha256(content).hexdigest()
    text = content.decode()

    written = after(
        calls, -1, lambda call: call.name in _WRITES and f'"{text}"' in call.arguments, "bytes"
    )
    temporary = _file(written)
    assert temporary.parent == blobs / "tmp"
    synced = after(calls, written.ended, lambda call: _is_sync(call, temporary), "fsync")
    renamed = after(calls, synced.ended, lambda call: call.name.startswith("rename"), "rename")
    source, target = map(Path, re.findall(r'"(.*?)"', renamed.arguments))
    assert source == temporary
    assert target.name == sha256
    assert target.is_relative_to(blobs)
    named = after(calls, renamed.ended, lambda call: _is_sync(call, target.parent), "folder")
    logged = after(calls, named.ended, _is_log_write, "write to the database's log")
    log = _file(logged)
    kept = after(calls, logged.ended, lambda call: _is_sync(call, log), "fsync of that log")
    answered = after(
        calls,
        -1,
        lambda call: call.name in _SENDS and f'"HTTP/1.1 {status} ' in call.arguments,
        "answer",
    )
    assert kept.ended < answered.began


def _file(call: Call) -> Path:
    found = re.match(r"\d+<(.*?)>", call.arguments)
    assert found, call
    return Path(found[1])


def _is_sync(call: Call, path: Path) -> bool:
    return call.name in _SYNCS and _file(call) == path and call.arguments.endswith("= 0")


def _is_made(call: Call, folder: Path) -> bool:
    arguments = call.arguments
    return call.name == "mkdir" and f'"{folder}' in arguments and arguments.endswith("= 0")


def _is_log_write(call: Call) -> bool:
    if call.name not in _WRITES or "<" not in call.arguments.split(",")[0]:
        return False
    path = _file(call)
    return path.name.endswith("-wal") or path.parent.name == "pg_wal"


class TestFolders:
    def test_they_are_on_the_disk_before_the_first_blob(self, tmp_path: Path) -> None:
        demand_strace()
        blobs = tmp_path / "blobs"
        program = (
            "import pathlib, sys; from storage.local_blobs import LocalBlobs; "
            "LocalBlobs(pathlib.Path(sys.argv[1]))"
        )

        calls = trace_command([sys.executable, "-c", program, blobs], tmp_path, ROOT).calls()

        made = [call for call in calls if _is_made(call, blobs)]
        assert len(made) == 258  # itself, tmp and the folders of blobs
        last = made[-1].ended
        after(calls, last, lambda call: _is_sync(call, blobs), "fsync of the folder")
        after(calls, last, lambda call: _is_sync(call, blobs.parent), "fsync of its parent")
