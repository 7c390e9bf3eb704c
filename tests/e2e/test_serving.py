import os
import re
import socket
import subprocess
from pathlib import Path

from tests.e2e.http_client import until
from tests.e2e.server_process import DEEDBOX, Office, Variant
from tests.pace import is_within

_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """What the process and its children that ended have computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _CLOCK_TICKS


def links(office: Office) -> list[str]:
    return re.findall(r"http\S+/setup/\S+", office.log.read_text())


def test_an_empty_folder_is_ready_with_less_than_2_seconds_of_work(tmp_path: Path) -> None:
    """The promise is 2 seconds; on a busy machine only the work can be counted."""
    office = Office(tmp_path, Variant())
    with office.log.open("wb") as log:
        process = subprocess.Popen(
            [DEEDBOX, "serve", "--data", office.data, "--port", str(office.port)],
            env=office.environment,
            stdout=log,
            stderr=log,
        )
    try:
        until(office.is_ready, 30)
        worked = cpu_seconds(process.pid)
    finally:
        process.terminate()
        process.wait(30)

    assert is_within(worked, 2)


def test_the_link_is_printed_at_each_start_until_somebody_is_in(tmp_path: Path) -> None:
    office = Office(tmp_path, Variant())
    with office.serving():
        pass
    with office.serving():
        pass
    office.add_user("anna", "--admin")
    with office.serving():
        pass

    found = links(office)
    assert len(found) == len(set(found)) == 2


def test_a_folder_for_the_bytes_that_is_there_already_is_taken(tmp_path: Path) -> None:
    """As where it is a disk of its own; ``serving`` waits for ``/health/ready``."""
    office = Office(tmp_path, Variant())
    (office.data / "blobs").mkdir(parents=True)

    with office.serving():
        assert office.temporary_files() == set()


def test_links_name_the_public_address(tmp_path: Path) -> None:
    settings = {"DEEDBOX_SERVER__PUBLIC_URL": "https://dav.musterbuero.example"}
    office = Office(tmp_path, Variant(settings=settings))
    with office.serving():
        pass

    assert links(office)[0].startswith("https://dav.musterbuero.example/setup/")
    assert f"Listening on http://127.0.0.1:{office.port}/\n" in office.log.read_text()


def test_a_port_that_is_taken_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [DEEDBOX, "serve", "--data", tmp_path / "data", "--port", port],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"Cannot listen on 127.0.0.1 port {port}: another program does" in done.stderr
    assert "--port or server.port" in done.stderr
    assert not (tmp_path / "data").exists()
