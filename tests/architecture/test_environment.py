"""The script that makes the environment, as far as it goes without installing anything."""

import json
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.setup import environment


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    file = tmp_path / "requirements-dev.lock"
    file.write_text("a==1\n")
    return file


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for venv and pip, which need minutes: note what would have been run."""
    done: list[str] = []

    def run(*command: str) -> None:
        done.append(command[2])
        if command[2] == "venv":
            python = Path(command[3]) / "bin" / "python"
            python.parent.mkdir()
            python.symlink_to(sys.executable)

    monkeypatch.setattr(environment, "run", run)
    return done


def test_the_second_call_does_nothing(tmp_path: Path, lock: Path, installed: list[str]) -> None:
    environment.bring_up_to_date(tmp_path / "venv", lock)
    first, installed[:] = list(installed), []

    environment.bring_up_to_date(tmp_path / "venv", lock)

    assert first == ["venv", "pip", "pip"]
    assert installed == []


def test_another_lock_is_installed_into_the_same_environment(
    tmp_path: Path, lock: Path, installed: list[str]
) -> None:
    environment.bring_up_to_date(tmp_path / "venv", lock)
    lock.write_text("a==2\n")
    installed.clear()

    environment.bring_up_to_date(tmp_path / "venv", lock)

    assert installed == ["pip", "pip"]


def test_an_interrupted_one_is_made_anew(
    tmp_path: Path, lock: Path, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(environment, "install", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            environment.bring_up_to_date(tmp_path / "venv", lock)
    installed.clear()

    environment.bring_up_to_date(tmp_path / "venv", lock)

    assert installed == ["venv", "pip", "pip"]


def test_one_that_was_moved_is_made_anew(tmp_path: Path, lock: Path, installed: list[str]) -> None:
    venv = tmp_path / "venv"
    environment.bring_up_to_date(venv, lock)
    (venv / environment.STAMP).write_text(json.dumps({"root": "/elsewhere"}))
    installed.clear()

    environment.bring_up_to_date(venv, lock)

    assert installed == ["venv", "pip", "pip"]


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    assert "Python 3.11 or newer is needed" in environment.what_is_missing()


def test_a_missing_ensurepip_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "ensurepip" else 1
    )

    assert "apt install python3-venv" in environment.what_is_missing()
