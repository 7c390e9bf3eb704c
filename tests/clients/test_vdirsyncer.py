"""vdirsyncer: two devices with 500 events and 500 contacts, until both have the same."""

from pathlib import Path

import pytest

from tests.clients.machines import Machine, a_machine
from tests.e2e.server_process import Office
from tests.groupware_door import card, event

pytestmark = pytest.mark.clients

MANY = 500
_NOTHING = ("Copying", "Deleting", "Conflict", "error", "warning")


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
