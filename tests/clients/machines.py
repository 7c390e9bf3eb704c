"""vdirsyncer in an environment of its own: its requirements are not ours.

A conftest takes the fixture in.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.server_process import Device, Office

_CONFIG = """
[general]
status_path = "{folder}/status/"
"""
_PAIR = """
[pair {kind}]
a = "{kind}_local"
b = "{kind}_remote"
collections = ["{name}"]
conflict_resolution = "b wins"

[storage {kind}_local]
type = "filesystem"
path = "{folder}/{kind}/"
fileext = "{ending}"

[storage {kind}_remote]
type = "{kind}"
url = "{url}"
username = "{user}"
password = "{password}"
"""


@pytest.fixture(scope="session")
def vdirsyncer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the program is."""
    folder = tmp_path_factory.mktemp("vdirsyncer")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    made = subprocess.run(
        [folder / "bin" / "pip", "install", "--quiet", "vdirsyncer>=0.20,<0.21"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"vdirsyncer can't be installed: {made.stderr[-300:]}")
    return folder / "bin" / "vdirsyncer"


@dataclass(frozen=True, slots=True)
class Machine:
    """A computer with a folder of events and one of contacts, and the program between."""

    program: Path
    folder: Path
    book: str = "contacts"

    @property
    def events(self) -> Path:
        return self.folder / "caldav" / "calendar"

    @property
    def contacts(self) -> Path:
        return self.folder / "carddav" / self.book

    def run(self, *words: str) -> str:
        """Run the program; it must succeed."""
        exit_code, said = self.tries(*words)
        assert exit_code == 0, said
        return said

    def tries(self, *words: str) -> tuple[int, str]:
        """Run the program, and return its exit code and what it said."""
        done = subprocess.run(
            [self.program, "--config", self.folder / "config", *words],
            input="y\n" * 10,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def state(self) -> dict[str, bytes]:
        """All that lies in both folders."""
        files = [*self.events.iterdir(), *self.contacts.iterdir()]
        return {each.name: each.read_bytes() for each in files}


def a_machine(
    program: Path, folder: Path, office: Office, device: Device, book: str = "contacts"
) -> Machine:
    """A computer that syncs a user's calendar and one of their address books."""
    folder.mkdir()
    pairs = (("caldav", "calendar", ".ics"), ("carddav", book, ".vcf"))
    text = _CONFIG.format(folder=folder)
    for kind, name, ending in pairs:
        text += _PAIR.format(
            kind=kind,
            name=name,
            ending=ending,
            folder=folder,
            url=office.url("/"),
            user=device.user_name,
            password=device.password,
        )
    (folder / "config").write_text(text)
    machine = Machine(program, folder, book)
    machine.run("discover")
    machine.events.mkdir(parents=True, exist_ok=True)
    machine.contacts.mkdir(parents=True, exist_ok=True)
    return machine
