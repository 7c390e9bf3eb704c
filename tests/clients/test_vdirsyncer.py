"""vdirsyncer: two devices with 500 events and 500 contacts, until both have the same.

It lives in an environment of its own, made once per session: its requirements are not ours.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.server_process import Device, Office
from tests.groupware_door import card, event

pytestmark = pytest.mark.clients

MANY = 500
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
_NOTHING = ("Copying", "Deleting", "Conflict", "error", "warning")


@pytest.fixture(scope="session")
def vdirsyncer(tmp_path_factory: pytest.TempPathFactory) -> Path:
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

    @property
    def events(self) -> Path:
        return self.folder / "caldav" / "calendar"

    @property
    def contacts(self) -> Path:
        return self.folder / "carddav" / "contacts"

    def run(self, *words: str) -> str:
        """Run the program; it must succeed."""
        done = subprocess.run(
            [self.program, "--config", self.folder / "config", *words],
            input="y\n" * 10,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return said

    def state(self) -> dict[str, bytes]:
        """All that lies in both folders."""
        files = [*self.events.iterdir(), *self.contacts.iterdir()]
        return {each.name: each.read_bytes() for each in files}


def a_machine(program: Path, folder: Path, office: Office, device: Device) -> Machine:
    folder.mkdir()
    pairs = (("caldav", "calendar", ".ics"), ("carddav", "contacts", ".vcf"))
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
    machine = Machine(program, folder)
    machine.run("discover")
    machine.events.mkdir(parents=True, exist_ok=True)
    machine.contacts.mkdir(parents=True, exist_ok=True)
    return machine


def test_two_devices_end_with_the_same(office: Office, vdirsyncer: Path, tmp_path: Path) -> None:
    office.add_user("vera")
    one, two = (
        a_machine(vdirsyncer, tmp_path / label, office, office.add_device("vera", label))
        for label in ("eins", "zwei")
    )
    for i in range(MANY):
        (one.events / f"e{i}.ics").write_bytes(event(f"e{i}", f"Besichtigung {i}"))
        (two.contacts / f"c{i}.vcf").write_bytes(card(f"c{i}", f"Kundin Nr. {i}"))
    for machine in (one, two, one):
        machine.run("sync")
    assert one.state() == two.state()
    assert len(one.state()) == 2 * MANY

    _change_both_sides(one, two)
    for machine in (one, two, one):
        machine.run("sync")

    assert one.state() == two.state()
    # Who comes first wins; what one changed and the other deleted is kept.
    assert b"Auf eins" in one.state()["c2.vcf"]
    assert b"Auf eins" in one.state()["e2.ics"]
    assert b"Auf zwei" in one.state()["c3.vcf"]
    assert b"Auf zwei" in one.state()["e3.ics"]
    assert len(one.state()) == 2 * MANY - 3 + 2
    for machine in (one, two):
        said = machine.run("sync")
        assert not [word for word in _NOTHING if word in said], said


def _change_both_sides(one: Machine, two: Machine) -> None:
    """Changes, deletions and new objects on each, and objects changed or deleted on both."""
    (one.events / "e0.ics").write_bytes(event("e0", "Verschoben"))
    (one.events / "e1.ics").unlink()
    (one.events / "neu1.ics").write_bytes(event("neu1", "Notartermin"))
    (two.contacts / "c0.vcf").write_bytes(card("c0", "Umbenannt"))
    (two.contacts / "c1.vcf").unlink()
    (two.contacts / "neu2.vcf").write_bytes(card("neu2", "Neue Kundin"))
    (one.contacts / "c2.vcf").write_bytes(card("c2", "Auf eins"))
    (two.contacts / "c2.vcf").write_bytes(card("c2", "Auf zwei"))
    (one.events / "e2.ics").write_bytes(event("e2", "Auf eins"))
    (two.events / "e2.ics").write_bytes(event("e2", "Auf zwei"))
    (one.contacts / "c3.vcf").unlink()
    (two.contacts / "c3.vcf").write_bytes(card("c3", "Auf zwei"))
    (one.events / "e3.ics").unlink()
    (two.events / "e3.ics").write_bytes(event("e3", "Auf zwei"))
    (one.events / "e4.ics").unlink()
    (two.events / "e4.ics").unlink()
