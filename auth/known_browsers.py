"""Browsers that signed in to an account before, told by a cookie that only we can make.

Wrong passwords from elsewhere then never keep their users out (``auth.throttle``). The cookie
opens nothing by itself. It names a random browser, and holds for one account and its present
password: with a new password every browser is new.
"""

import hashlib
import hmac
import secrets

_SALT = b"deedbox known browser"
_NAME_BYTES = 16


def issue(user_id: int, password_hash: str, *, secret_key: bytes) -> str:
    """The cookie's value for a browser that just signed in to this account."""
    name = secrets.token_hex(_NAME_BYTES)
    return f"{name}.{_proof(name, user_id, password_hash, secret_key)}"


def recognised(cookie: str, user_id: int, password_hash: str, *, secret_key: bytes) -> str:
    """The browser's random name, or an empty text if the cookie is not for this account."""
    name, _, proof = cookie.partition(".")
    expected = _proof(name, user_id, password_hash, secret_key)
    is_ours = hmac.compare_digest(proof.encode("utf-8", "replace"), expected.encode())
    return name if name and is_ours else ""


def _proof(name: str, user_id: int, password_hash: str, secret_key: bytes) -> str:
    key = hmac.digest(secret_key, _SALT, hashlib.sha256().name)
    text = f"{name}\x00{user_id}\x00{password_hash}".encode("utf-8", "replace")
    return hmac.digest(key, text, hashlib.sha256().name).hex()
