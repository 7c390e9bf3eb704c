"""The script that fetches the browsers' files, with a stand-in for npm."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from tests.setup import web_files
from tests.setup.web_files import WebFilesError

ROOT = Path(__file__).resolve().parents[2]


def an_archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


ARCHIVE = an_archive(script=b"let x = 1", LICENSE=b"free")


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An npm that puts ``archive.tgz`` where it is told to, and counts."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "archive.tgz").write_bytes(ARCHIVE)
    program = tmp_path / "bin" / "npm"
    program.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n'
        f'while [ "$1" != --pack-destination ]; do shift; done\ncp {tmp_path}/archive.tgz "$2"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path / "calls"


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(ARCHIVE).digest()).decode()
    file = tmp_path / "web.lock"
    files = "    script small.js\n    LICENSE small.txt\n"
    file.write_text(f"# why\nsmall 1.2.3 {integrity}\n{files}")
    return file


def test_the_files_are_taken_under_our_names(lock: Path, npm: Path, tmp_path: Path) -> None:
    web_files.fetch(lock, tmp_path / "into")

    assert (tmp_path / "into" / "small.js").read_bytes() == b"let x = 1"
    assert (tmp_path / "into" / "small.txt").read_bytes() == b"free"
    assert "pack small@1.2.3 --silent --ignore-scripts" in npm.read_text()


def test_the_second_call_does_nothing(lock: Path, npm: Path, tmp_path: Path) -> None:
    web_files.fetch(lock, tmp_path / "into")
    npm.unlink()

    web_files.fetch(lock, tmp_path / "into")

    assert not npm.exists()


@pytest.mark.usefixtures("npm")
def test_what_another_lock_took_is_gone(lock: Path, tmp_path: Path) -> None:
    web_files.fetch(lock, tmp_path / "into")
    lock.write_text(lock.read_text().replace("small.js", "other.js"))

    web_files.fetch(lock, tmp_path / "into")

    assert sorted(each.name for each in (tmp_path / "into").iterdir() if each.suffix) == [
        "other.js",
        "small.txt",
    ]


@pytest.mark.usefixtures("npm")
def test_another_archive_than_the_pinned_one_is_refused(lock: Path, tmp_path: Path) -> None:
    (tmp_path / "archive.tgz").write_bytes(an_archive(script=b"steal()", LICENSE=b"free"))

    with pytest.raises(WebFilesError, match="not what the lock pins"):
        web_files.fetch(lock, tmp_path / "into")

    assert not (tmp_path / "into").exists()


@pytest.mark.usefixtures("npm")
def test_a_file_that_is_not_in_it_is_told(lock: Path, tmp_path: Path) -> None:
    lock.write_text(lock.read_text() + "    missing missing.js\n")

    with pytest.raises(WebFilesError, match="small has no file missing"):
        web_files.fetch(lock, tmp_path / "into")


def test_a_missing_npm_names_the_package_to_install(
    lock: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(WebFilesError, match="apt install npm"):
        web_files.fetch(lock, tmp_path / "into")


@pytest.mark.parametrize("name", ["web.lock", "web-dev.lock"])
def test_our_locks_pin_by_hash_and_name_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")

    packages = web_files.parse(text)

    assert packages
    assert "://" not in text
    assert all(each.integrity.startswith("sha512-") and each.files for each in packages)
