"""The processes of a server: started together, replaced when they die, stopped in order."""

import os
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import a_certificate
from tests.e2e.http_client import Served, head, read_answer, served, tls_settings, until


@pytest.fixture(params=["uvicorn", "cheroot"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str, tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, kind, workers=2, background=True) as running:
        yield running


def _pids(server: Served) -> set[int]:
    """Return the processes that answer now, both of two."""
    found: set[int] = set()

    def look() -> bool:
        found.add(int(server.get("/pid")[1]))
        return len(found) > 1

    until(look)
    return found


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class TestStop:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_it_ends_everything_in_order(self, server: Served, number: int) -> None:
        server.get("/")
        until(lambda: server.events("background began"))

        server.process.send_signal(number)

        assert server.process.wait(10) == 0
        assert len(server.events("app closed")) == 2
        assert len(server.events("background ended")) == 1

    def test_a_request_in_flight_is_finished_and_nothing_new_begins(
        self, server: Served, tmp_path: Path
    ) -> None:
        flag = tmp_path / "go"
        answers: list[tuple[int, bytes]] = []
        slow = threading.Thread(target=lambda: answers.append(server.get(f"/slow?{flag}")))
        slow.start()
        until(lambda: server.events("slow began"))

        server.process.terminate()
        until(lambda: _is_refused(server))
        flag.touch()
        slow.join(10)

        assert answers == [(200, b"done")]
        assert server.process.wait(10) == 0

    def test_an_upload_in_flight_is_finished(self, server: Served) -> None:
        with server.connect() as connection:
            connection.sendall(head("PUT", "/put/late", "Content-Length: 200000") + b"x" * 100_000)
            until(lambda: server.get("/")[0] == 200)
            server.process.terminate()
            until(lambda: _is_refused(server))
            connection.sendall(b"x" * 100_000)

            assert b'"length": 200000' in read_answer(connection)

    def test_the_grace_has_an_end(self, kind: str, tmp_path: Path) -> None:
        options = {"shutdown_grace_seconds": 0.5}
        with served(tmp_path, kind, options=options) as server, server.connect() as connection:
            connection.sendall(head("GET", f"/slow?{tmp_path}/never"))
            until(lambda: server.events("slow began"))
            server.process.terminate()

            assert server.process.wait(20) == 0
            assert server.events("app closed")

    def test_a_second_signal_ends_everything_at_once(self, server: Served, tmp_path: Path) -> None:
        with server.connect() as connection:
            connection.sendall(head("GET", f"/slow?{tmp_path}/never"))
            until(lambda: server.events("slow began"))
            server.process.terminate()
            until(lambda: _is_refused(server))
            server.process.terminate()

            assert server.process.wait(5) == 0

    def test_idle_connections_do_not_hold_it_up(self, server: Served) -> None:
        with server.connect() as connection, server.connect():
            connection.sendall(head("GET", "/"))
            connection.recv(1000)
            server.process.terminate()

            assert server.process.wait(5) == 0


def _is_refused(server: Served) -> bool:
    try:
        socket.create_connection(("127.0.0.1", server.port), 5).close()
    except ConnectionRefusedError:
        return True
    return False


class TestSupervision:
    def test_killed_workers_are_replaced(self, server: Served) -> None:
        before = _pids(server)

        for pid in before:
            os.kill(pid, signal.SIGKILL)

        until(lambda: not _pids(server) & before)

    def test_background_work_that_dies_is_replaced(self, server: Served) -> None:
        first = until(lambda: server.events("background began"))[0]["pid"]

        os.kill(first, signal.SIGKILL)

        until(lambda: len(server.events("background began")) == 2)

    def test_workers_end_when_the_parent_is_killed(self, server: Served) -> None:
        pids = _pids(server) | {until(lambda: server.events("background began"))[0]["pid"]}

        server.process.kill()

        until(lambda: all(map(_is_gone, pids)))
        assert len(server.events("app closed")) == 2

    def test_a_worker_that_cannot_start_ends_everything(self, kind: str, tmp_path: Path) -> None:
        with served(tmp_path, kind, workers=2, broken=True) as server:
            assert server.process.wait(10) == 1
            assert server.port == 0
            assert "cannot build, as asked" in server.log.read_text()


class TestCertificate:
    def test_sighup_serves_the_new_one_and_keeps_the_old_one_when_it_is_bad(
        self, kind: str, tmp_path: Path
    ) -> None:
        settings = tls_settings(tmp_path)
        certificate, private_key = map(Path, settings.values())
        with served(tmp_path, kind, workers=2, **settings) as server:
            first = _certificate(server)
            certificate.write_text("not a certificate")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: "not reloaded" in server.log.read_text())
            assert _certificate(server) == first
            # One line for all workers, with the words that a person needs.
            assert server.log.read_text().count("not reloaded") == 1
            assert f"certificate {certificate} and key {private_key}" in server.log.read_text()

            for fresh, served_file in zip(
                a_certificate(tmp_path, "second"), (certificate, private_key), strict=True
            ):
                fresh.rename(served_file)
            server.process.send_signal(signal.SIGHUP)

            until(lambda: all(_certificate(server) != first for _ in range(10)))
            assert server.get("/")[0] == 200


def _certificate(server: Served) -> str:
    return ssl.get_server_certificate(("127.0.0.1", server.port), timeout=10)
