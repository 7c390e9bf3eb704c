"""A device's password: a public selector that finds it and a secret that proves it.

Written as six groups of six characters in Crockford's base32, lower case::

    7k2m9q-x4tzcr-...
    selector  secret (150 random bits)

Case, hyphens and spaces do not count when it is read, and what looks alike is taken as the
same: o for 0, i and l for 1. Only the selector and a keyed hash of the secret are stored.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUP_LENGTH = 6
_LENGTH = 6 * _GROUP_LENGTH
SELECTOR_LENGTH = _GROUP_LENGTH

_READ_AS = str.maketrans(
    dict.fromkeys(" -\t\r\n\u00a0\u2010\u2011\u2013\u2014")
    | dict(zip(_ALPHABET.upper(), _ALPHABET, strict=True))
    | dict.fromkeys("oO", "0")
    | dict.fromkeys("iIlL", "1")
)
_KNOWN = frozenset(_ALPHABET)


@dataclass(frozen=True, slots=True)
class DeviceCredential:
    """A device's password in its two parts."""

    selector: str
    secret: str = field(repr=False)

    def password(self) -> str:
        """The form people copy, hyphenated."""
        text = self.selector + self.secret
        return "-".join(
            text[start : start + _GROUP_LENGTH] for start in range(0, _LENGTH, _GROUP_LENGTH)
        )


NOBODY = DeviceCredential("", "")
"""What an unreadable password is taken for: it finds no device, and costs the same to refuse."""


def new_credential() -> DeviceCredential:
    """A credential of the system's own randomness."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return DeviceCredential(text[:SELECTOR_LENGTH], text[SELECTOR_LENGTH:])


def parse(password: str) -> DeviceCredential:
    """Read a device's password as a client sent it; :data:`NOBODY` if it cannot be one."""
    text = password.translate(_READ_AS)
    if len(text) != _LENGTH or not _KNOWN.issuperset(text):
        return NOBODY
    return DeviceCredential(text[:SELECTOR_LENGTH], text[SELECTOR_LENGTH:])


def secret_hash(credential: DeviceCredential, secret_key: bytes) -> bytes:
    """What is stored of the secret: HMAC-SHA256 under the installation's key, 32 bytes.

    No slow hash: 150 random bits are not to be guessed, and each request pays for this.
    """
    return hmac.digest(secret_key, credential.secret.encode("ascii"), hashlib.sha256().name)


def is_proven(credential: DeviceCredential, stored_hash: bytes, secret_key: bytes) -> bool:
    """Whether the credential's secret is the one of which *stored_hash* was kept."""
    return hmac.compare_digest(secret_hash(credential, secret_key), stored_hash)
