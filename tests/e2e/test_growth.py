"""Ten times as many events in a calendar: what that does to times and processor seconds.

``tests/protocol/groupware/test_growth.py`` counts the same in a short form.
"""

import logging
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.e2e.dav_client import Client
from tests.e2e.growing_calendars import (
    MANY,
    POLL,
    Calendar,
    filled_office,
    growth,
    two_sizes,
)
from tests.e2e.http_client import until
from tests.e2e.server_process import Variant
from tests.groupware_door import event

pytestmark = pytest.mark.soak

ROUNDS = 8
MOST_TIME, MOST_WORK = 2.0, 1.5
LEAST_AHEAD_OF_RADICALE = 500

log = logging.getLogger(__name__)


@pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_ten_times_the_events_take_hardly_more(
    kind: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """At most twice the time at the median, and half as much work again."""
    url = None
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    variant = Variant(kind, database_url=url)
    with filled_office(tmp_path, variant, two_sizes()) as (office, device, pid):
        client = Client(office, "DAVx5/4.5", device.authorization)
        grown = too_much(growth(client, pid))
        client.close()
    assert not grown


def too_much(found: Iterable[tuple[str, float, float]]) -> list[str]:
    """The figures of what takes more than twice the time, or half as much work again."""
    grown = []
    for figures, slower, harder in found:
        log.info("%s", figures)
        if slower > MOST_TIME or harder > MOST_WORK:
            grown.append(figures)
    return grown


@contextmanager
def radicale(folder: Path, members: int) -> Iterator[int]:
    """Radicale on a calendar of so many events; its port."""
    calendar = folder / "collection-root" / "anna" / "gross"
    calendar.mkdir(parents=True)
    (calendar / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    for number in range(members):
        (calendar / f"gross-{number}.ics").write_bytes(event(f"gross-{number}"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    words = ["--config", "", "--hosts", f"127.0.0.1:{port}", "--auth-type", "none"]
    words += ["--storage-filesystem-folder", str(folder), "--logging-level", "error"]
    process = subprocess.Popen([sys.executable, "-m", "radicale", *words])
    try:
        until(lambda: _accepts(port), 30)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _poll_radicale(port: int) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Depth": "0", "Authorization": "Basic YW5uYTp4"}
    try:
        connection.request("PROPFIND", "/anna/gross/", POLL, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _median_seconds(poll: Callable[[], int], times: int) -> float:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        assert poll() == 207
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def test_a_poll_of_10000_events_is_500_times_as_fast_as_radicales(tmp_path: Path) -> None:
    ahead = []
    with (
        filled_office(tmp_path, Variant(), two_sizes()) as (office, device, _),
        radicale(tmp_path / "radicale", MANY) as port,
    ):
        client = Client(office, "DAVx5/4.5", device.authorization)
        calendar = Calendar(client, "gross", MANY)
        assert _poll_radicale(port) == 207  # it reads all objects once
        for _ in range(3):
            # In turn, so that the machine's mood falls on both.
            theirs = _median_seconds(lambda: _poll_radicale(port), 3)
            ours = _median_seconds(lambda: calendar.poll().status, 200)
            ahead.append(theirs / ours)
        client.close()
    log.info("ahead of Radicale: %s", ahead)
    assert statistics.median(ahead) >= LEAST_AHEAD_OF_RADICALE, ahead
