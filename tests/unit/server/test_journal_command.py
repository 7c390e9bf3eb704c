"""What ``deedbox journal`` shows."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from auth.secret_key import secret_key_of
from office import journaling
from office.prefetches import Listings
from office.tracking import Access, Act
from server.cli import run
from server.cli.invocation import shown
from server.cli.journal import human_bytes, line, parse_since
from storage.store import Store, sqlite_url
from tests.accesses import NOON, SECOND, WINDOW_US, a_piece, an_access
from tests.journals import add_device

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


class TestSince:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("30m", datetime(2026, 3, 10, 11, 30, tzinfo=UTC)),
            ("2h", datetime(2026, 3, 10, 10, tzinfo=UTC)),
            ("7d", datetime(2026, 3, 3, 12, tzinfo=UTC)),
            ("1w", datetime(2026, 3, 3, 12, tzinfo=UTC)),
            ("2026-03-01T12:00+01:00", datetime(2026, 3, 1, 11, tzinfo=UTC)),
        ],
    )
    def test_ages_and_times(self, text: str, expected: datetime) -> None:
        assert parse_since(text, NOW) == expected.timestamp() * 1_000_000

    @pytest.mark.parametrize("text", ["yesterday", "", "2x", "-1d", "999999w"])
    def test_anything_else_is_explained(self, text: str) -> None:
        with pytest.raises(click.BadParameter, match="neither an age"):
            parse_since(text, NOW)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1536, "1.5 KiB"),
        (5 * 2**30, "5.0 GiB"),
        (2**52, "4096.0 TiB"),
    ],
)
def test_bytes_for_people(count: int, text: str) -> None:
    assert human_bytes(count) == text


def test_what_would_steer_the_terminal_is_spelled_out() -> None:
    told = line(
        ["\x1b[2J", "\u202efdp.exe", *("-" for _ in range(7)), "a\nb\u2028\ufeff Öß 👨\u200d👧"]
    )

    assert told.startswith("\\u001b[2J")
    assert "\\u202efdp.exe" in told
    assert told.endswith("a\\u000ab\\u2028\\ufeff Öß 👨\u200d👧")
    assert shown("Plan für Müller.pdf") == "Plan für Müller.pdf"


class TestCommand:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        """An installation in which Anna moved a document, read part of one and walked."""
        assert run(["migrate", "--data", str(tmp_path)]) == 0
        secret_key_of(tmp_path / "secret.key")
        store = Store(sqlite_url(tmp_path / "deedbox.sqlite3"))
        user_id, device_id = add_device(store)
        self.record(
            store,
            [
                an_access(Act.MOVED, path="Home/Plan.pdf", target_path="Objekte/4711/Plan.pdf"),
                a_piece(0, 600, at=10, path="Objekte/4711/Plan.pdf", node_id=8),
                *(
                    an_access(at=2000 + i, node_id=100 + i, path=f"Ressourcen/{i}.pdf")
                    for i in range(20)
                ),
            ],
            user_id,
            device_id,
        )
        store.close()
        return tmp_path

    def record(self, store: Store, accesses: list[Access], user_id: int, device_id: int) -> None:
        mine = [each._replace(user_id=user_id, device_id=device_id) for each in accesses]
        with store.write() as unit:
            journaling.record(unit, mine, Listings(), window_us=WINDOW_US)

    def test_the_table(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()

        assert run(["journal", "--data", str(data)]) == 0

        _, moved, read, walked = capsys.readouterr().out.splitlines()
        assert "anna" in moved
        assert moved.endswith("/files/Home/Plan.pdf → /files/Objekte/4711/Plan.pdf")
        assert " ".join(read.split()[2:]) == (
            "anna Laptop opened 1 600 B part 192.0.2.7 davfs2 /files/Objekte/4711/Plan.pdf"
        )
        assert walked.endswith("/files/Ressourcen (20 documents)")

    def test_json(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        path = "/files/Objekte/4711/"

        assert run(["journal", "--data", str(data), "--json", "--path", path]) == 0

        moved, read = json.loads(capsys.readouterr().out)["journal"]
        assert (moved["action"], moved["target"]) == ("moved", "/files/Objekte/4711/Plan.pdf")
        assert datetime.fromisoformat(read["time"]).timestamp() == NOON / SECOND + 10
        assert (read["user"], read["device"]) == ("anna", "Laptop")
        assert (read["action"], read["version"]) == ("opened", 1)
        assert (read["bytes"], read["size"], read["whole"]) == (600, 1000, False)

    def test_an_unknown_user_is_refused(
        self, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()

        assert run(["journal", "--data", str(data), "--user", "nobody"]) == 1

        assert "There is no user named nobody" in capsys.readouterr().err

    def test_nothing_found_is_said(self, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()

        assert run(["journal", "--data", str(data), "--since", "1h"]) == 0

        assert capsys.readouterr().out == "Nothing was written down that fits.\n"
