"""Objects and questions made to keep the server busy: each answered at once, nobody disturbed."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import sub
from pathlib import Path

import pytest

from tests.databases import Postgres
from tests.e2e.dav_client import Client
from tests.e2e.hostile_objects import OBJECTS, Sent
from tests.e2e.hostile_questions import QUESTIONS
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant, running_office
from tests.pace import is_within

_SECONDS_A_MB = 0.02  # what was stored is given back, however much it is
_SECONDS_A_POLL = 0.004
_MOST_MB = 120  # more than before: code, caches, what the allocator keeps
_MOST_GROWTH_MB = 30
_POLL_MS = 300
_POLLS = 30
_TICKS = os.sysconf("SC_CLK_TCK")
_POLL = (
    b'<D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><S:getctag/>'
    b"<D:sync-token/></D:prop></D:propfind>"
)
_VARIANTS = {"uvicorn-sqlite": ("uvicorn", False), "cheroot-postgresql": ("cheroot", True)}


@pytest.fixture(scope="module", params=_VARIANTS)
def attacked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """An office of its own: what is sent to it stays there."""
    kind, is_postgres = _VARIANTS[request.param]
    url = None
    if is_postgres:
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    with running_office(tmp_path_factory.mktemp("hostile"), Variant(kind, False, url)) as office:
        yield office


@pytest.fixture(scope="module")
def attacker(attacked: Office) -> Device:
    return attacked.add_device("anna", "Laptop")


@pytest.fixture(scope="module")
def bystander(attacked: Office) -> Device:
    attacked.add_user("jonas")
    return attacked.add_device("jonas", "Telefon")


class Workers:
    """The processes of one server, as the kernel counts for them."""

    def __init__(self, office: Office) -> None:
        mark = str(office.data).encode()
        self._folders = [
            each.parent
            for each in Path("/proc").glob("[0-9]*/cmdline")
            if mark in _read(each) and b"serve" in _read(each)
        ]
        assert len(self._folders) >= 3  # a parent and two workers

    def seconds(self) -> float:
        """The time that processors spent on them so far."""
        fields = [_read(each / "stat").rpartition(b")")[2].split() for each in self._folders]
        return sum(int(each[11]) + int(each[12]) for each in fields) / _TICKS

    def megabytes(self) -> list[float]:
        """The memory that each has now."""
        pages = [int(_read(each / "statm").split()[1]) for each in self._folders]
        return [each * os.sysconf("SC_PAGE_SIZE") / 1_048_576 for each in pages]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


@dataclass
class Poller:
    """Somebody else's phone that asks whether anything is new, all the time."""

    client: Client
    milliseconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def polling(self) -> Iterator["Poller"]:
        """Poll until the end."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield self
        finally:
            self._is_over.set()
            thread.join(60)
            self.client.close()

    def _run(self) -> None:
        while not self._is_over.wait(0.02):
            began = time.monotonic()
            heard = self.client("PROPFIND", "/dav/jonas/calendar/", _POLL, Depth="0")
            self.milliseconds.append((time.monotonic() - began) * 1000)
            if heard.status != 207:
                self.faults.append(f"{heard.status} {heard.body[:200]!r}")

    @property
    def usual_worst(self) -> float:
        """What 95 of 100 polls stay below."""
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.95)]


def _send_all(
    sent: Sequence[Sent], client: Client, workers: Workers, other: Poller | None = None
) -> list[str]:
    """Send each; what was wrong with the answers, or took too much of the processors."""
    faults = []
    for each in sent:
        body = each.body()
        before, polls = workers.seconds(), len(other.milliseconds) if other else 0
        heard = client(each.method, f"/dav/anna/{each.path}", body, Depth="1")
        spent = workers.seconds() - before
        if other is not None:
            spent -= (len(other.milliseconds) - polls) * _SECONDS_A_POLL
        allowed = each.seconds + _SECONDS_A_MB * len(heard.body) / 1_048_576
        is_told = heard.status < 400 or each.says.encode() in heard.body
        if heard.status not in each.statuses or not is_told or not is_within(spent, allowed):
            faults.append(f"{each.name}: {heard.status}, {spent:.2f} s, {heard.body[330:600]!r}")
    return faults


def test_each_is_answered_at_once_and_nobody_is_disturbed(
    attacked: Office, attacker: Device, bystander: Device
) -> None:
    workers = Workers(attacked)
    before = workers.megabytes()
    client = Client(attacked, "curl/8", attacker.authorization)
    alone = Poller(Client(attacked, "iOS/18", bystander.authorization))
    with alone.polling():
        until(lambda: len(alone.milliseconds) > _POLLS, 60)
    other = Poller(Client(attacked, "iOS/18", bystander.authorization))

    with other.polling():
        faults = _send_all((*OBJECTS, *QUESTIONS), client, workers, other)
    after = workers.megabytes()
    client.close()

    told = f"polls {alone.usual_worst:.0f} ms alone, {other.usual_worst:.0f} ms; {before} {after}"
    print(told)  # noqa: T201 - figures for who runs this
    assert not faults, "\n".join(faults)
    assert not other.faults
    assert other.usual_worst < max(_POLL_MS, 3 * alone.usual_worst), told
    assert max(map(sub, after, before)) < _MOST_MB, told


@pytest.mark.soak
def test_their_memory_stays(attacked: Office, attacker: Device) -> None:
    workers = Workers(attacked)
    client = Client(attacked, "curl/8", attacker.authorization)
    grown = []

    for _ in range(4):
        assert not _send_all((*OBJECTS, *QUESTIONS), client, workers)
        grown.append(workers.megabytes())
    client.close()

    # A connection is one worker's: the largest is the one that had most of it so far.
    assert max(grown[-1]) - max(grown[0]) < _MOST_GROWTH_MB, grown
