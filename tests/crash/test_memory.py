"""Memory under large transfers: what a worker holds does not grow with the file."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.crash.conftest import Say
from tests.crash.processes import children, kill_group, pss_bytes
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant

MIB = 1024 * 1024
GROWTH_BYTES = 50 * MIB
_SAMPLE_SECONDS = 0.05
_BLOCK = bytes(range(256)) * 1024


class Transfers:
    """An office that runs, and what goes in and out of it at once."""

    def __init__(self, office: Office, device: Device, parent: int) -> None:
        self._office = office
        self._headers = {"Authorization": device.authorization}
        self._parent = parent

    def pss(self) -> dict[int, int]:
        """What each of the server's processes holds, in bytes."""
        return {pid: pss_bytes(pid) for pid in (self._parent, *children(self._parent))}

    def put(self, name: str, size: int) -> None:
        """Send a document of *size* bytes; no two have the same."""
        connection = self._office.http(120)
        connection.putrequest("PUT", f"/files/Home/{name}")
        for key, value in {**self._headers, "Content-Length": str(size)}.items():
            connection.putheader(key, value)
        connection.endheaders()
        connection.send(name.encode().ljust(len(_BLOCK)))
        for _ in range(size // len(_BLOCK) - 1):
            connection.send(_BLOCK)
        assert connection.getresponse().status in {201, 204}
        connection.close()

    def get(self, name: str, size: int) -> None:
        """Fetch a document to its end."""
        connection = self._office.http(120)
        connection.request("GET", f"/files/Home/{name}", headers=self._headers)
        answer = connection.getresponse()
        received = 0
        while block := answer.read(MIB):
            received += len(block)
        assert received == size
        connection.close()


@contextmanager
def _running(folder: Path, kind: str) -> Iterator[Transfers]:
    office = Office(folder, Variant(kind))
    office.add_user("anna", "--admin")
    device = office.add_device("anna", "Dienst-PC")
    process = office.start()
    try:
        until(office.is_ready, 20)
        yield Transfers(office, device, process.pid)
    finally:
        kill_group(process)
        # pytest keeps the folders of some runs; not a gigabyte each.
        shutil.rmtree(office.data)


def _peaks(transfers: Transfers, acts: list[Callable[[], None]]) -> dict[int, int]:
    """Do all *acts* at once; return the most that each process held meanwhile."""
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    peaks = transfers.pss()
    for thread in threads:
        while thread.is_alive():
            thread.join(_SAMPLE_SECONDS)
            peaks = {pid: max(held, peaks[pid]) for pid, held in transfers.pss().items()}
    return peaks


def _check(folder: Path, kind: str, size: int, say: Say) -> None:
    done: list[str] = []

    def transfer(act: Callable[[str, int], None], name: str) -> Callable[[], None]:
        def run() -> None:
            act(name, size)
            done.append(name)

        return run

    with _running(folder, kind) as transfers:
        transfers.put("herab", size)
        warm = [transfer(transfers.get, "herab") for _ in range(2)]
        _peaks(transfers, [*warm, lambda: transfers.put("warm", MIB)])
        done.clear()
        idle = transfers.pss()
        acts = [transfer(transfers.put, f"hinauf{number}") for number in range(4)]
        acts += [transfer(transfers.get, "herab") for _ in range(4)]
        peaks = _peaks(transfers, acts)

    figures = ", ".join(f"{idle[pid] / MIB:.1f} -> {peaks[pid] / MIB:.1f}" for pid in sorted(idle))
    say(f"{kind}: PSS in MiB, idle -> under eight transfers of {size // MIB} MiB: {figures}")
    assert len(done) == 8
    for pid, held in peaks.items():
        assert held - idle[pid] < GROWTH_BYTES


@pytest.mark.parametrize("kind", ["uvicorn", "cheroot"])
class TestTransfers:
    def test_eight_at_once_stay_within_50_mib_of_idle(
        self, kind: str, tmp_path: Path, say: Say
    ) -> None:
        _check(tmp_path, kind, 40 * MIB, say)

    @pytest.mark.soak
    def test_eight_of_200_mib_stay_within_50_mib_of_idle(
        self, kind: str, tmp_path: Path, say: Say
    ) -> None:
        _check(tmp_path, kind, 200 * MIB, say)
