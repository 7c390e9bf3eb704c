"""Time-based one-time passwords (RFC 6238): six digits, SHA-1, a step of 30 seconds.

These are the parameters that every authenticator application takes.
"""

import base64
import hmac
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
"""RFC 4226 section 4 recommends 160 bits."""

_STEPS_AROUND = (0, -1, 1)
"""A clock that is half a minute off, and a code typed as it changes (RFC 6238 section 5.2)."""


def step_at(now_us: int) -> int:
    """The number of the time step at *now_us* (microseconds since the epoch)."""
    return now_us // (STEP_SECONDS * 1_000_000)


def code_of(secret: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, code: str, now_us: int) -> int | None:
    """The time step around *now_us* that *code* belongs to; None if it belongs to none."""
    plain = "".join(code.split())
    found = None
    for offset in _STEPS_AROUND:
        step = step_at(now_us) + offset
        # All are compared, so that the time taken does not tell which one it was.
        if hmac.compare_digest(code_of(secret, step).encode(), plain.encode()) and found is None:
            found = step
    return found


def typed_form(secret: bytes) -> str:
    """The secret for typing: base32 in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """The ``otpauth:`` address that authenticator applications read from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    query = {"secret": typed_form(secret).replace(" ", ""), "issuer": issuer}
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"
