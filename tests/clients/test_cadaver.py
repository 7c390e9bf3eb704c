"""cadaver: a document is edited under its lock, locked by hand, renamed and deleted."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.conftest import demand
from tests.e2e.dav_client import Client
from tests.e2e.server_process import Device, Office

pytestmark = pytest.mark.clients

Run = Callable[[str], str]


@pytest.fixture
def cadaver(office: Office, device: Device, tmp_path: Path) -> Run:
    """Runs a script of commands in the user's Home; returns what was said."""
    program = demand("cadaver", "cadaver")
    netrc = tmp_path / ".netrc"
    netrc.write_text(f"machine 127.0.0.1 login {device.user_name} password {device.password}\n")
    netrc.chmod(0o600)
    editor = tmp_path / "editor"
    # cadaver looks at the whole seconds of the file's time for whether anything was changed.
    editor.write_text('#!/bin/sh\nprintf " und mehr" >> "$1"\ntouch -d "+1 minute" "$1"\n')
    editor.chmod(0o700)
    (tmp_path / "Brief.txt").write_text("Guten Tag")

    def run(script: str) -> str:
        done = subprocess.run(
            [program, office.url("/files/Home/")],
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "EDITOR": str(editor), "PATH": "/usr/bin:/bin"},
            input=script,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def look(office: Office, device: Device) -> Client:
    return Client(office, "curl/8", device.authorization)


def test_a_document_is_edited_and_renamed(cadaver: Run, look: Client) -> None:
    said = cadaver("put Brief.txt\nedit Brief.txt\nmove Brief.txt Anschreiben.txt\nls\n")

    assert "Locking `Brief.txt': succeeded" in said
    assert "Changes were made" in said
    assert "Unlocking `Brief.txt': succeeded" in said
    assert "failed" not in said
    assert look("GET", "/files/Home/Anschreiben.txt").body == b"Guten Tag und mehr"
    assert look("GET", "/files/Home/Brief.txt").status == 404
    assert "succeeded" in cadaver("delete Anschreiben.txt\n")
    look.close()


def test_a_lock_by_hand_keeps_others_out(cadaver: Run, look: Client) -> None:
    cadaver("put Brief.txt\n")

    said = cadaver("lock Brief.txt\nshowlocks\nput Brief.txt\ndiscover Brief.txt\n")
    assert "failed" not in said
    assert "opaquelocktoken:" in said
    # A program that ends without UNLOCK leaves its lock, and another session has no token.
    assert look("PUT", "/files/Home/Brief.txt", b"other").status == 423
    said = cadaver("steal Brief.txt\nunlock Brief.txt\ndelete Brief.txt\n")

    assert "failed" not in said
    assert look("GET", "/files/Home/Brief.txt").status == 404
    look.close()
