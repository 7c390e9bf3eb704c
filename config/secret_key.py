"""The installation's secret key: 32 random bytes that credentials are hashed with.

It is made once, at the first start, and readable by its owner only. A database restored without it knows
no device any more, so a backup holds both.
"""

import os
import secrets
from pathlib import Path

from config.faults import ConfigError

KEY_BYTES = 32


def ensure_secret_key(file: Path) -> bytes:
    """Return the key in *file*; make it, with mode 0600, when there is none.

    Processes that start at the same time agree on one key: it is written apart and linked in place,
    and the first link wins.

    Raises:
        ConfigError: The file cannot be read or made, or does not hold a key.
    """
    try:
        if not file.exists():
            _make(file)
        text = file.read_bytes().strip()
    except OSError as error:
        raise ConfigError([f"[security] secret_key_file: {file}: {error.strerror}"]) from None
    try:
        key = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            [
                f"[security] secret_key_file: {file} does not hold a key of {2 * KEY_BYTES} hex digits"
            ]
        )
    return key


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(KEY_BYTES) + "\n")
            out.flush()
            os.fsync(out.fileno())
        _link(draft, file)
    finally:
        draft.unlink()
    _sync_folder(file.parent)


def _link(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError:
        return  # another process was first, and its key holds


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
