"""Whether a certificate and a key can serve together, asked of the library that serves them."""

import ssl
from pathlib import Path


class _EncryptedKeyError(Exception):
    """The key asks for a passphrase."""


def _no_passphrase() -> str:
    raise _EncryptedKeyError


def check_pair(certificate_file: Path, key_file: Path) -> None:
    """Load both files as a TLS server would.

    Raises:
        ValueError: They do not belong together, one is not PEM, or the key has a passphrase.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate_file, key_file, password=_no_passphrase)
    except _EncryptedKeyError:
        raise ValueError(f"key_file has a passphrase: {key_file}; remove it") from None
    except ssl.SSLError as error:
        raise ValueError(_sentence(error, certificate_file, key_file)) from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None


def _sentence(error: ssl.SSLError, certificate_file: Path, key_file: Path) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"key_file {key_file} is not the key of certificate_file {certificate_file}"
    reason = (error.reason or "no PEM data").replace("_", " ").lower()
    return f"certificate_file {certificate_file} and key_file {key_file} cannot be used: {reason}"
