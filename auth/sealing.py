"""Secrets that have to be read again, sealed with the installation's key (AES-256-GCM).

What is sealed for one purpose and owner opens for no other.
"""

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_SALT = b"deedbox seal "
_NONCE_BYTES = 12


class SealBrokenError(Exception):
    """What was stored was not sealed with this key for this purpose, or was changed."""


def seal(plain: bytes, *, purpose: str, secret_key: bytes) -> bytes:
    """The sealed form of *plain*: a random nonce, then what AES-GCM makes of it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(secret_key).encrypt(nonce, plain, purpose.encode())


def unseal(sealed: bytes, *, purpose: str, secret_key: bytes) -> bytes:
    """What :func:`seal` was given.

    Raises:
        SealBrokenError: It does not fit.
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - see _cipher

    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(secret_key).decrypt(nonce, rest, purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError(purpose) from error


def _cipher(secret_key: bytes) -> "AESGCM":
    # Imported here: every command loads this floor, and few have to do with sealed secrets.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(hmac.digest(secret_key, _SALT, hashlib.sha256().name))
