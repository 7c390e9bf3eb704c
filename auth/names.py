"""Names of users and groups, e-mail addresses and device labels: what may be one, and its key."""

import re
import unicodedata

from auth.errors import InvalidValueError

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")
_LABEL_LIMIT = 64


def checked_name(name: str) -> str:
    """The *name* of a user or group, as it is stored.

    Raises:
        InvalidValueError: It has other characters, none at all, or more than 63.
    """
    if not _NAME.fullmatch(name):
        raise InvalidValueError(
            f"{name!r} cannot be a user name: use 1 to 63 lower case letters a to z, digits, "
            "dots, hyphens and underscores, beginning with a letter or digit."
        )
    return name


def checked_email(email: str) -> str:
    """The address as it was written, without the space around it.

    Only what no mail server could deliver is refused; whether it exists the mail will tell.

    Raises:
        InvalidValueError: It is not of the form name@domain.
    """
    email = unicodedata.normalize("NFC", email.strip())
    domain = email.rpartition("@")[2]
    is_dotted = not domain.startswith(".") and not domain.endswith(".") and ".." not in domain
    if not _EMAIL.fullmatch(email) or not is_dotted or not email.isprintable():
        raise InvalidValueError(
            f"{email!r} is not an e-mail address; it looks like name@example.org."
        )
    return email


def email_key(email: str) -> str:
    """What two spellings of one address have in common: no space around, NFC, case folded."""
    return unicodedata.normalize("NFC", email.strip()).casefold()


def checked_label(label: str) -> str:
    """The *label* of a device, without the space around it.

    Raises:
        InvalidValueError: It is empty, longer than 64 characters, or holds control characters.
    """
    label = unicodedata.normalize("NFC", label.strip())
    if not label.isprintable():
        raise InvalidValueError(
            "A device's label can't hold control characters or others that nobody sees."
        )
    if not 1 <= len(label) <= _LABEL_LIMIT:
        raise InvalidValueError(
            f"A device's label has 1 to {_LABEL_LIMIT} printable characters, such as Laptop."
        )
    return label


def label_key(label: str) -> str:
    """What two spellings of one label have in common: no space around, NFC, case folded."""
    return unicodedata.normalize("NFC", label.strip()).casefold()
