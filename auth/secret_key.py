"""The installation's own key, which the devices' secrets are hashed with.

A stolen database alone lets nobody in: the key lies in a file beside it. A database restored
without it knows no device any more, so a backup holds both.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auth.errors import SecretKeyError

_KEY_BYTES = 32


def secret_key_of(file: Path) -> bytes:
    """The 32 bytes in *file* (64 hexadecimal digits), made at the first call.

    Processes that call at once agree on one key. The file is readable for its owner only, and
    on the disk before anybody uses what is in it.

    Raises:
        SecretKeyError: The file cannot be read or made, or holds something else.
    """
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _only_one_in(file.parent):
                if not file.exists():
                    _make(file)
        text = file.read_bytes()
    except OSError as error:
        raise SecretKeyError(f"The secret key {file} cannot be used: {error.strerror}.") from error
    return _parsed(text, file)


def _parsed(text: bytes, file: Path) -> bytes:
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SecretKeyError(
            f"The secret key {file} is damaged: it must hold {2 * _KEY_BYTES} hexadecimal digits. "
            "Put it back from a backup; with a new one every device must be enrolled again."
        )
    return key


def _make(file: Path) -> None:
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)  # left by a process that was killed here
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as out:
        out.write(secrets.token_hex(_KEY_BYTES) + "\n")
        out.flush()
        os.fsync(descriptor)
    draft.rename(file)


@contextmanager
def _only_one_in(folder: Path) -> Iterator[None]:
    """Keep other processes out, and bring the folder's new names to the disk at the end."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
