"""What the console hands out, taken by the programs it is for: rclone's line, the login flow."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.clients.conftest import demand
from tests.e2e.console_visit import ConsoleVisit
from tests.e2e.server_process import Office

pytestmark = [
    pytest.mark.clients,
    pytest.mark.parametrize(
        "office", ["uvicorn-sqlite", "cheroot-postgresql"], indirect=True, scope="package"
    ),
]


WHO = '<propfind xmlns="DAV:"><prop><current-user-principal/></prop></propfind>'


@pytest.fixture(scope="package")
def emil(office: Office) -> ConsoleVisit:
    office.add_user("emil")
    office.command("user", "limit", "emil", "10")
    return ConsoleVisit(office, "emil")


def test_rclone_takes_the_lines_that_the_page_shows(emil: ConsoleVisit, tmp_path: Path) -> None:
    demand("rclone", "rclone")
    page = emil.send(emil.get("/console/devices/new"), label="Rechner")
    [shown] = [each for each in page.codes if each.startswith("rclone config create")]
    environment = {**os.environ, "RCLONE_CONFIG": str(tmp_path / "rclone.conf")}

    def run(*words: str) -> str:
        done = subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    said = [run(*shlex.split(line)) for line in shown.splitlines()]

    assert {"Home", "Objekte", "Ressourcen"} <= {
        each.split()[-1] for each in said[-1].splitlines()
    }
    (tmp_path / "Notiz.txt").write_text("Schlüssel beim Hausmeister")
    run("rclone", "copy", str(tmp_path / "Notiz.txt"), "deedbox:Home")
    assert run("rclone", "cat", "deedbox:Home/Notiz.txt") == "Schlüssel beim Hausmeister"
    password = shown.partition("pass=")[2].split()[0]
    assert len(password) > len("secret")
    assert password not in (tmp_path / "rclone.conf").read_text()


def test_rclone_takes_the_file_and_its_lines(emil: ConsoleVisit, tmp_path: Path) -> None:
    demand("rclone", "rclone")
    page = emil.send(emil.get("/console/devices/new"), label="Werkstatt")
    [shown] = [each for each in page.codes if each.startswith("rclone --config")]
    (tmp_path / "rclone.conf").write_text(emil.get("/console/devices/rclone.conf").html)

    said = [
        subprocess.run(
            shlex.split(line), cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
        ).stdout
        for line in shown.splitlines()
    ]

    assert {"Home", "Objekte"} <= {each.split()[-1] for each in said[-1].splitlines()}
    password = shown.splitlines()[0].split()[-1]
    assert password not in (tmp_path / "rclone.conf").read_text()


def test_the_login_flow_by_a_script(office: Office, emil: ConsoleVisit) -> None:
    """Nextcloud's documentation, Login flow v2, with the program that it shows."""
    curl = demand("curl", "curl")

    def asks(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [curl, "--silent", "--write-out", "\n%{http_code}", *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        body, _, code = done.stdout.rpartition("\n")
        return int(code), body

    begin = ("-X", "POST", office.url("/index.php/login/v2"), "-A", "DAVx5/4.5.17-ose")
    status, body = asks(*begin)
    assert status == 200
    begun: dict[str, Any] = json.loads(body)
    poll = (begun["poll"]["endpoint"], "-d", f"token={begun['poll']['token']}")
    assert asks(*poll)[0] == 404

    page = emil.get(urlsplit(begun["login"]).path)
    assert "DAVx5/4.5.17-ose" in page.html
    emil.send(page, label="Handy")
    status, body = asks(*poll)

    assert status == 200
    given = json.loads(body)
    assert given["server"] == office.origin
    assert given["loginName"] == "emil"
    assert asks(*poll)[0] == 404
    who = ("-u", f"{given['loginName']}:{given['appPassword']}")
    # DAVx5 goes on from the server's address with this path.
    base = f"{given['server']}/remote.php/dav"
    moved = asks("-X", "PROPFIND", "-H", "Depth: 0", *who, "-o", "/dev/null", "-D", "-", base)
    assert moved[0] in {301, 308}
    [where] = re.findall(r"(?im)^location: (\S+)", moved[1])
    status, body = asks("-X", "PROPFIND", "-H", "Depth: 0", "-d", WHO, *who, where)
    assert status == 207
    assert "<D:href>/dav/emil/</D:href>" in body
    assert asks("-u", f"emil:{given['appPassword'][:-1]}x", office.url("/dav/emil/"))[0] == 401
