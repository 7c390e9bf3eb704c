"""rclone: a tree of 200 files up, checked, moved, copied, deleted and down again."""

import hashlib
import os
import subprocess
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.clients.conftest import demand
from tests.e2e.server_process import Device, Office

pytestmark = pytest.mark.clients

_FILES = 200
_LARGE_BYTES = 200 * 1_000_000
_NAMES = (
    "Exposé Müller & Söhne",
    "Straße 5, 2. OG links",
    "Grundriß (alt) #2",
    "100 % [neu]",
    "日本",
)
_FOLDERS = ("Fotos", "Pläne und Skizzen", "Korrespondenz/2026/Käufer Ärger", "Verträge+Anlagen")
_A_DAY = 86_400

Run = Callable[..., str]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 files: umlauts, spaces, signs that URLs use, an empty one and one of 200 MB."""
    top = tmp_path_factory.mktemp("tree") / "Objekt"
    for number, (folder, name) in enumerate(
        islice(zip(cycle(_FOLDERS), cycle(_NAMES), strict=False), _FILES - 2)
    ):
        path = top / folder / f"{name} {number}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(number * 37))
        os.utime(path, times=(0, 1_700_000_000 + number * _A_DAY))
    (top / "leer.txt").touch()
    block = os.urandom(1_000_000)
    with (top / "Film über die Wohnung.mp4").open("wb") as large:
        for number in range(_LARGE_BYTES // len(block)):
            large.write(number.to_bytes(8) + block[8:])
    return top


@pytest.fixture
def rclone(office: Office, device: Device, tmp_path: Path) -> Run:
    """Runs rclone with a remote `office:` whose root is the user's Home; returns what it said."""
    program = demand("rclone", "rclone")
    secret = subprocess.run(
        [program, "obscure", device.password], capture_output=True, text=True, check=True
    )
    config = tmp_path / "rclone.conf"
    config.write_text(
        f"[office]\ntype = webdav\nurl = {office.url('/files/Home')}\nvendor = owncloud\n"
        f"user = {device.user_name}\npass = {secret.stdout.strip()}\n"
    )

    def run(*words: object) -> str:
        done = subprocess.run(
            [program, "--config", config, "--retries", "1", *map(str, words)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    return run


def _sums(top: Path) -> dict[str, str]:
    sums = {}
    for path in top.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                sums[str(path.relative_to(top))] = hashlib.file_digest(file, "sha256").hexdigest()
    return sums


def test_a_tree_goes_up_and_comes_down_the_same(
    rclone: Run, office: Office, tree: Path, tmp_path: Path
) -> None:
    began = time.monotonic()
    rclone("copy", tree, "office:Objekt")
    uploaded = time.monotonic() - began
    rclone("check", "--download", tree, "office:Objekt")
    # Times are kept: nothing is left to do for a second run.
    assert "There was nothing to transfer" in rclone("sync", "-v", tree, "office:Objekt")

    rclone("moveto", "office:Objekt", "office:Objekt verschoben")
    rclone("copyto", "office:Objekt verschoben", "office:Ä/Kopie")
    rclone("check", "--download", tree, "office:Ä/Kopie")
    # A copy brings no bytes with it.
    blobs = [path for path in office.blob_files() if path.stat().st_size == _LARGE_BYTES]
    assert len(blobs) == 1
    rclone("moveto", "office:Ä/Kopie/leer.txt", "office:Ä/Kopie/noch leer.txt")
    rclone("deletefile", "office:Ä/Kopie/noch leer.txt")
    rclone("copy", "office:Ä/Kopie", tmp_path / "copy")
    rclone("purge", "office:Ä")
    rclone("copy", "office:Objekt verschoben", tmp_path / "down")

    sums = _sums(tree)
    assert len(sums) == _FILES
    assert _sums(tmp_path / "down") == sums
    assert _sums(tmp_path / "copy") == {k: v for k, v in sums.items() if k != "leer.txt"}
    for path in tree.rglob("*.pdf"):
        arrived = tmp_path / "down" / path.relative_to(tree)
        assert int(arrived.stat().st_mtime) == int(path.stat().st_mtime)
    listed = rclone("lsf", "office:").split("\n")
    assert "Objekt verschoben/" in listed
    assert not {"Objekt/", "Ä/"} & set(listed)
    rclone("purge", "office:Objekt verschoben")
    print(f"{_FILES} files up in {uploaded:.1f} s")  # noqa: T201 - a figure for who runs this
