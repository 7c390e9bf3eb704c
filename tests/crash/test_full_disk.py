"""A disk that runs full: a clear refusal, the old document as it was, and on it goes."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.crash.processes import kill_group
from tests.e2e.dav_client import Client
from tests.e2e.http_client import until
from tests.e2e.server_process import Device, Office, Variant

MIB = 1024 * 1024
DISK_BYTES = 8 * MIB
DOCUMENT = "/files/Home/Teilungserkl%C3%A4rung.pdf"
OTHER = "/files/Home/Neu.pdf"


@pytest.fixture(scope="module", params=["uvicorn", "cheroot"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    """Put a file system of `DISK_BYTES` on *folder*."""
    folder.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can't be mounted here (only root may)")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class FullDisk:
    """An office whose documents (or everything) lie on a small disk, and one that works in it."""

    office: Office
    client: Client
    device: Device
    disk: Path

    @property
    def _filler(self) -> Path:
        return self.disk / "filler"

    def fill(self) -> None:
        """Leave no space at all."""
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink()

    def put(self, path: str, body: bytes | Iterable[bytes]) -> int:
        """Save over a connection of its own; the answer may come before all is sent."""
        connection = self.office.http()
        headers = {"Authorization": self.device.authorization}
        if not isinstance(body, bytes):
            headers["Transfer-Encoding"] = "chunked"
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(
                    "PUT", path, body, headers, encode_chunked=not isinstance(body, bytes)
                )
            return connection.getresponse().status
        finally:
            connection.close()

    def announce(self, path: str, size: int) -> HTTPConnection:
        """Ask whether a save of *size* bytes may come (RFC 9110 section 10.1.1); send none."""
        connection = self.office.http()
        connection.putrequest("PUT", path)
        connection.putheader("Authorization", self.device.authorization)
        connection.putheader("Content-Length", str(size))
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        return connection


@contextmanager
def _on_small_disk(folder: Path, disk: Path, kind: str, reserve: int = 0) -> Iterator[FullDisk]:
    settings = {"DEEDBOX_STORAGE__FREE_SPACE_RESERVE_BYTES": str(reserve)}
    with _small_disk(disk):
        office = Office(folder, Variant(kind, settings=settings))
        office.add_user("anna", "--admin")
        device = office.add_device("anna", "Dienst-PC")
        client = Client(office, "", device.authorization)
        process = office.start()
        try:
            until(office.is_ready, 20)
            yield FullDisk(office, client, device, disk)
        finally:
            client.close()
            kill_group(process)
    assert "Traceback" not in office.log.read_text()


@pytest.fixture(scope="module")
def small_blobs(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullDisk]:
    """The blobs alone on a small disk."""
    folder = tmp_path_factory.mktemp(kind)
    with _on_small_disk(folder, folder / "data" / "blobs", kind) as made:
        yield made


@pytest.fixture
def full(small_blobs: FullDisk) -> FullDisk:
    """One document is there, its bytes are "alt", and no other."""
    small_blobs.client("DELETE", OTHER)
    assert small_blobs.client("PUT", DOCUMENT, b"alt").status in {201, 204}
    return small_blobs


def _pieces(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield os.urandom(MIB // 4)


class TestBlobs:
    def test_what_announces_too_much_is_refused_before_its_body(self, full: FullDisk) -> None:
        connection = full.announce(DOCUMENT, DISK_BYTES + 1)

        assert connection.getresponse().status == 507
        connection.close()
        _demand_unharmed(full)

    def test_what_does_not_announce_is_refused_when_the_disk_is_full(self, full: FullDisk) -> None:
        assert full.put(DOCUMENT, _pieces(40)) == 507
        assert full.put(OTHER, _pieces(40)) == 507

        assert full.client("GET", OTHER).status == 404
        _demand_unharmed(full)

    def test_a_disk_that_fills_meanwhile_refuses_what_fitted(self, full: FullDisk) -> None:
        connection = full.announce(DOCUMENT, 2 * MIB)
        connection.send(bytes(MIB))
        until(full.office.temporary_files)
        full.fill()
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.send(bytes(MIB))

        assert connection.getresponse().status == 507
        connection.close()
        full.free()
        _demand_unharmed(full)

    def test_reading_and_deleting_go_on(self, full: FullDisk) -> None:
        full.fill()

        assert full.put(OTHER, b"neu") == 507
        assert full.client("GET", DOCUMENT).body == b"alt"
        assert full.client("COPY", DOCUMENT, Destination=OTHER).status == 201
        assert full.client("DELETE", DOCUMENT).status == 204
        full.free()
        assert full.client("GET", OTHER).body == b"alt"


def _demand_unharmed(full: FullDisk) -> None:
    """The old document is there, nothing half is, and a save works."""
    assert full.client("GET", DOCUMENT).body == b"alt"
    until(lambda: not full.office.temporary_files())
    content = os.urandom(MIB // 8)
    assert full.client("PUT", DOCUMENT, content).status == 204
    assert full.client("GET", DOCUMENT).body == content
    assert full.office.command("verify")["faults"] == []


class TestReserve:
    def test_it_is_kept_before_any_body(self, kind: str, tmp_path: Path) -> None:
        blobs = tmp_path / "data" / "blobs"
        with _on_small_disk(tmp_path, blobs, kind, reserve=DISK_BYTES - MIB // 2) as full:
            connection = full.announce(DOCUMENT, MIB)
            assert connection.getresponse().status == 507
            connection.close()
            assert full.client("GET", DOCUMENT).status == 404

            assert full.client("PUT", DOCUMENT, bytes(MIB // 4)).status == 201


class TestEverything:
    def test_a_database_without_room_refuses_and_goes_on(self, kind: str, tmp_path: Path) -> None:
        with _on_small_disk(tmp_path, tmp_path / "data", kind) as full:
            client = full.client
            assert client("PUT", DOCUMENT, b"alt").status == 201
            full.fill()

            heard = {
                client("MKCOL", f"/files/Home/Ordner%20{number}").status for number in range(40)
            }
            assert heard <= {201, 503, 507}
            assert heard & {503, 507}
            assert client("PUT", OTHER, bytes(100_000)).status in {503, 507}
            assert client("GET", DOCUMENT).body == b"alt"

            full.free()
            assert client("MKCOL", "/files/Home/danach").status == 201
            assert client("PUT", DOCUMENT, b"neu").status == 204
            assert client("GET", DOCUMENT).body == b"neu"
