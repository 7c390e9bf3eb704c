"""A whole office's programs ask at once what is new, while others write: wrk beside four writers.

The figures beside other servers are ``make bench``'s (W23); here nobody may be refused or stuck.
"""

import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest

from tests.clients.conftest import demand
from tests.e2e.dav_client import Client
from tests.e2e.growing_calendars import MANY, POLL, Calendar, filled_office, two_sizes
from tests.e2e.server_process import Device, Office, Variant

pytestmark = pytest.mark.clients

POLLERS, WRITERS, SECONDS = 64, 4, 15
MOST_MS = 2_000
"""For 99 of 100 polls, so far above what is usual that a busy machine decides nothing."""
_SCRIPT = Path(__file__).parents[1] / "bench" / "wrk.lua"


def poll(wrk: str, office: Office, device: Device, folder: Path) -> dict[str, float]:
    """Let wrk poll the large calendar; what it says at its end."""
    (folder / "paths").write_text("/dav/anna/gross/\n")
    (folder / "body").write_bytes(POLL)
    environment = {
        **os.environ,
        "B_METHOD": "PROPFIND",
        "B_AUTH": device.authorization,
        "B_DEPTH": "0",
        "B_BODY": str(folder / "body"),
        "B_PATHS": str(folder / "paths"),
    }
    words = [wrk, "-t1", f"-c{POLLERS}", f"-d{SECONDS}s", "--timeout", "30s", "-s", str(_SCRIPT)]
    done = subprocess.run(
        [*words, office.origin], env=environment, capture_output=True, text=True, check=True
    )
    found = re.search(r"JSON(\{.*\})", done.stdout)
    assert found, done.stdout + done.stderr
    return dict(json.loads(found[1]))


def write(office: Office, device: Device, number: int, stop: threading.Event) -> list[int]:
    """Put new events until *stop*; the statuses that came."""
    client = Client(office, "DAVx5/4.5", device.authorization)
    calendar = Calendar(client, "gross", MANY, prefix=f"von-{number}")
    statuses = []
    while not stop.is_set():
        statuses.append(calendar.new().status)
    client.close()
    return statuses


@pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
def test_64_pollers_and_4_writers_are_all_served(kind: str, tmp_path: Path) -> None:
    wrk = demand("wrk", "wrk")
    statuses: list[int] = []
    stop = threading.Event()
    with filled_office(tmp_path, Variant(kind), two_sizes()) as (office, device, _):
        writers = [
            threading.Thread(
                target=lambda n=number: statuses.extend(write(office, device, n, stop))
            )
            for number in range(WRITERS)
        ]
        for each in writers:
            each.start()
        try:
            said = poll(wrk, office, device, tmp_path)
        finally:
            stop.set()
            for each in writers:
                each.join()

    assert set(statuses) == {201}
    assert said["n"] > 0
    assert (said["bad_status"], said["socket_errors"], said["timeouts"]) == (0, 0, 0)
    assert said["p99"] < MOST_MS
