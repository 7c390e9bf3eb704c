"""Fetch the files that browsers are sent, at the version and hash a lock pins; called by make.

They come from npm's registry by its own client, so that proxies and mirrors set for npm hold, and
are not in the repository. Only files are taken out of the archives: nothing of a package is run.
Standard library only, like ``environment.py``; may be interrupted at any moment.
"""

import argparse
import base64
import fcntl
import hashlib
import hmac
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
STAMP = ".lock-sha256"


class Package(NamedTuple):
    """A pinned package: which files of it are taken, and what each is called here."""

    name: str
    version: str
    integrity: str
    files: "tuple[tuple[str, str], ...]"


class WebFilesError(Exception):
    """The files cannot be had; ``str()`` says what to do."""


def main() -> int:
    """Run the command line; 0 is success, anything else was explained on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", type=Path, required=True, help="file with pinned packages")
    parser.add_argument("--into", type=Path, required=True, help="folder of the files")
    arguments = parser.parse_args()
    try:
        with Path(__file__).open(encoding="utf-8") as this_file:
            # Two calls of make at once: the second waits, then finds everything done.
            fcntl.flock(this_file, fcntl.LOCK_EX)
            fetch(ROOT / arguments.lock, ROOT / arguments.into)
    except WebFilesError as error:
        sys.stderr.write(f"deedbox: {error}\n")
        return 1
    return 0


def fetch(lock: Path, into: Path) -> None:
    """Have in *into* what *lock* pins, and nothing else; the second call does nothing.

    Raises:
        WebFilesError: npm is missing or failed, or an archive is not the one that was pinned.
    """
    text = lock.read_text("utf-8")
    wanted = hashlib.sha256(text.encode()).hexdigest()
    packages = parse(text)
    names = [name for package in packages for _, name in package.files]
    if is_there(into, wanted, names):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise WebFilesError("npm is not installed; on Debian: sudo apt install npm")
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=f"{into.name}-") as folder:
        draft = Path(folder) / "files"
        draft.mkdir()
        for package in packages:
            sys.stdout.write(f"Fetching {package.name} {package.version} ...\n")
            sys.stdout.flush()
            take(package, archive_of(package, npm, Path(folder)), draft)
        (draft / STAMP).write_text(wanted, "utf-8")
        shutil.rmtree(into, ignore_errors=True)
        draft.rename(into)


def is_there(into: Path, wanted: str, names: "list[str]") -> bool:
    """Say whether *into* holds what the lock with this hash pins."""
    stamp = into / STAMP
    return (
        stamp.is_file()
        and stamp.read_text("utf-8") == wanted
        and all((into / name).is_file() for name in names)
    )


def parse(text: str) -> "list[Package]":
    """Read a lock: a line for each package, below it, indented, one for each file.

    Raises:
        WebFilesError: A line is neither.
    """
    packages: list[Package] = []
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if line.startswith(" ") and packages and len(words) == len(("file", "name")):
            last = packages[-1]
            packages[-1] = last._replace(files=(*last.files, (words[0], words[1])))
        elif not line.startswith(" ") and len(words) == len(("name", "version", "integrity")):
            packages.append(Package(words[0], words[1], words[2], ()))
        else:
            raise WebFilesError(f"this line of the lock cannot be read: {line.strip()}")
    return packages


def archive_of(package: Package, npm: str, folder: Path) -> bytes:
    """The package's archive, which is the one that was pinned.

    Raises:
        WebFilesError: npm failed, or gave another archive.
    """
    place = Path(tempfile.mkdtemp(dir=folder))
    command = [npm, "pack", f"{package.name}@{package.version}", "--silent", "--ignore-scripts"]
    done = subprocess.run(
        [*command, "--pack-destination", str(place)],
        cwd=place,
        check=False,
        capture_output=True,
        text=True,
    )
    archives = list(place.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise WebFilesError(f"npm could not fetch {package.name}: {done.stderr.strip()}")
    data = archives[0].read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()
    if not hmac.compare_digest(integrity, package.integrity):
        raise WebFilesError(
            f"{package.name} {package.version} is not what the lock pins; nothing was taken"
        )
    return data


def take(package: Package, data: bytes, into: Path) -> None:
    """Copy the wanted files out of a package's archive.

    Raises:
        WebFilesError: One of them is not in it.
    """
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with tarfile.open(fileobj=file, mode="r:gz") as archive:
            for inside, name in package.files:
                try:
                    member = archive.extractfile(f"package/{inside}")
                except KeyError:
                    member = None
                if member is None:
                    raise WebFilesError(f"{package.name} has no file {inside}")
                (into / name).write_bytes(member.read())


if __name__ == "__main__":
    sys.exit(main())
