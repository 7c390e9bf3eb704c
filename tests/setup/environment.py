"""Make deedbox's own environment, or bring it up to date; called by the Makefile.

Runs on the system's Python before anything is installed, hence the standard library only. It may
be interrupted at any moment: an environment left unfinished is made anew by the next call.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAST_PYTHON = (3, 11)
STAMP = "deedbox-environment.json"
UNFINISHED = "deedbox-unfinished"


def main() -> int:
    """Run the command line; 0 is success, anything else was explained on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venv", type=Path, required=True, help="folder of the environment")
    parser.add_argument("--lock", type=Path, required=True, help="file with pinned requirements")
    arguments = parser.parse_args()
    missing = what_is_missing()
    if missing:
        return complain(missing)
    with Path(__file__).open(encoding="utf-8") as this_file:
        # Two calls of make at once: the second waits, then finds everything done.
        fcntl.flock(this_file, fcntl.LOCK_EX)
        return bring_up_to_date(ROOT / arguments.venv, ROOT / arguments.lock)


def complain(sentence: str) -> int:
    """Tell the person what is wrong."""
    sys.stderr.write(f"deedbox: {sentence}\n")
    return 1


def say(sentence: str) -> None:
    """Tell the person what goes on; at once, since the next step takes a while."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def what_is_missing() -> str:
    """Say what this Python lacks, and how to get it; nothing when it lacks nothing."""
    version = sys.version_info[:2]
    if version < LEAST_PYTHON:
        return (
            f"Python 3.11 or newer is needed; {sys.executable} is {version[0]}.{version[1]}. "
            "Name a newer one: make PYTHON=python3.12 ..."
        )
    # Debian splits ensurepip off; the venv module alone is there and fails late.
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        return "Python's venv module is not installed; on Debian: apt install python3-venv"
    return ""


def bring_up_to_date(venv: Path, lock: Path) -> int:
    """Make, mend or complete the environment so that it has what *lock* pins, and the project."""
    wanted = fingerprint(lock)
    if finished(venv).get(lock.name) == wanted:
        return 0
    if not is_usable(venv):
        say(f"Making the environment in {venv.name}/ ...")
        shutil.rmtree(venv, ignore_errors=True)
        venv.mkdir()
        (venv / UNFINISHED).touch()
        run(sys.executable, "-m", "venv", str(venv))
    (venv / UNFINISHED).touch()
    install(venv, lock)
    stamp(venv, lock, wanted)
    (venv / UNFINISHED).unlink()
    say("The environment is ready.")
    return 0


def is_usable(venv: Path) -> bool:
    """Say whether *venv* is complete, lies where it was made, and its Python still starts."""
    python = venv / "bin" / "python"
    if not python.exists() or (venv / UNFINISHED).exists():
        return False
    home = finished(venv).get("root", str(ROOT))
    return home == str(ROOT) and quiet(str(python), "-m", "pip", "--version")


def install(venv: Path, lock: Path) -> None:
    """Install what *lock* pins, checked by hash, and the project itself as editable."""
    count = sum("==" in line for line in lock.read_text("utf-8").splitlines())
    say(f"Installing {count} pinned packages (a minute or two the first time) ...")
    pip = (str(venv / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "install", "--quiet", "--require-hashes", "-r", str(lock))
    # hatchling is in the lock, so nothing unpinned is fetched to build the project.
    run(*pip, "install", "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT))


def fingerprint(lock: Path) -> str:
    """Return what stands for this lock, this project file and this Python."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (lock, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def finished(venv: Path) -> "dict[str, str]":
    """Read which locks the environment holds; an unreadable stamp stands for none."""
    if (venv / UNFINISHED).exists():
        return {}
    try:
        stamps = json.loads((venv / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def stamp(venv: Path, lock: Path, wanted: str) -> None:
    """Note that *lock* is installed; the development lock holds all that the other one pins."""
    stamps = {"root": str(ROOT), lock.name: wanted}
    if lock.name == "requirements-dev.lock":
        stamps["requirements.lock"] = fingerprint(ROOT / "requirements.lock")
    (venv / STAMP).write_text(json.dumps(stamps), "utf-8")


def run(*command: str) -> None:
    """Run a step; its own complaints are shown as they come."""
    subprocess.run(command, check=True)


def quiet(*command: str) -> bool:
    """Say whether *command* ends well; what it prints is of no interest."""
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        complain("interrupted; call make again to go on")
        sys.exit(130)
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        complain(f"this step failed, its reason stands above: {command}")
        sys.exit(1)
