"""caldav-server-tester: what it finds of the server, line by line.

``docs/compliance.md`` says of each line that is not "full" why. A version of the tester that asks
more, or a server that answers other than before, shows here.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.server_process import Office

pytestmark = pytest.mark.clients

NOT_FULL = {
    # A calendar is made by MKCALENDAR and not by looking at it.
    "create-calendar.auto": "unsupported",
    # With every PUT of its owner the tag changes (RFC 6638 section 3.2.10, rule 3 of attendees).
    "scheduling.schedule-tag.stable-partstat": "unsupported",
    # A property filter of VCALENDAR asks VCALENDAR's own properties (RFC 4791 section 9.7.1).
    "search.text.comp-type-optional": "unsupported",
    # /a@b and /a%40b are one name here: clients write either.
    "url.encode-at.identity": "unsupported",
}
"""What the tester grades other than full."""
NOT_ASKED = {"url.encode-at.literal.principal", "well-known"}
"""What it can't ask here: of user names without ``@``, and of a server on this machine."""


def _colleague(office: Office, folder: Path) -> Path:
    """A configuration of the tester that has a second user, for what takes two."""
    office.add_user("paul")
    device = office.add_device("paul", "Prüfer")
    section = {
        "caldav_url": office.url("/"),
        "caldav_username": device.user_name,
        "caldav_password": device.password,
    }
    path = folder / "caldav.json"
    path.write_text(json.dumps({"colleague": section}), encoding="utf-8")
    return path


def test_its_report_is_what_the_page_says(office: Office, tmp_path: Path) -> None:
    office.add_user("petra")
    device = office.add_device("petra", "Prüfer")
    config = _colleague(office, tmp_path)
    program = Path(sys.executable).with_name("caldav-server-tester")

    done = subprocess.run(
        [
            program,
            *("--caldav-url", office.url("/"), "--format", "hints"),
            *("--caldav-username", device.user_name, "--caldav-password", device.password),
            *("--config-section", "colleague"),
        ],
        env={**os.environ, "CALDAV_CONFIG_FILE": str(config)},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    grades = {
        feature: found["support"]
        for feature, found in _hints(done.stdout).items()
        if "support" in found
    }
    assert len(grades) > 80
    others = {feature: grade for feature, grade in grades.items() if grade != "full"}
    assert {each for each, grade in others.items() if grade == "unknown"} <= NOT_ASKED
    assert {k: v for k, v in others.items() if k not in NOT_ASKED} == NOT_FULL
    assert len([each for each in grades if each.startswith("scheduling")]) > 5


def _hints(said: str) -> dict[str, dict[str, str]]:
    """The report, which is written as Python's literals."""
    found: dict[str, dict[str, str]] = ast.literal_eval(said[said.index("{\n") :])
    return found
