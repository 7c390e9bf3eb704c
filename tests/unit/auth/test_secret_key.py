import multiprocessing
import stat
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from auth.errors import SecretKeyError
from auth.secret_key import secret_key_of


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "data" / "secret.key"

    key = secret_key_of(file)

    assert len(key) == 32
    assert secret_key_of(file) == key
    assert secret_key_of(tmp_path / "other.key") != key


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    secret_key_of(tmp_path / "secret.key")

    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]


def test_what_a_killed_process_left_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "secret.key.new").write_text("half")

    assert len(secret_key_of(tmp_path / "secret.key")) == 32


@pytest.mark.parametrize("content", ["", "ab" * 31, "xy" * 32, "ab" * 33, "ä"])
def test_a_damaged_key_is_refused_and_left_as_it_is(tmp_path: Path, content: str) -> None:
    (tmp_path / "secret.key").write_text(content)

    with pytest.raises(SecretKeyError, match="backup"):
        secret_key_of(tmp_path / "secret.key")

    assert (tmp_path / "secret.key").read_text() == content


def test_a_folder_in_its_place_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SecretKeyError, match="cannot be used"):
        secret_key_of(tmp_path)


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        start = manager.Barrier(4)
        with ProcessPoolExecutor(4, mp_context=context) as pool:
            asked = [pool.submit(_ask, start, tmp_path / "secret.key") for _ in range(4)]
            keys = {each.result() for each in asked}

    assert len(keys) == 1


def _ask(start: threading.Barrier, file: Path) -> bytes:
    start.wait()
    return secret_key_of(file)
