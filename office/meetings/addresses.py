"""Calendar user addresses (RFC 6638 section 2.4.1): whom an ORGANIZER or ATTENDEE names."""

from functools import lru_cache
from urllib.parse import unquote, urlsplit

from auth.names import email_key

_MAIL, _HOMES, _NOBODY = "mailto:", "/dav/", "nobody:"


@lru_cache(maxsize=4096)
def key_of(address: str, hosts: frozenset[str]) -> str:
    """What all spellings of one address have in common: ``mailto:…`` or ``/dav/<user>``.

    One that hides control characters behind percent signs is nobody's: no database takes them
    all, and no letter.

    Args:
        address: A calendar user address as a client wrote it.
        hosts: The hosts under which this server knows itself.
    """
    address = address.strip()
    if address.lower().startswith(_MAIL):
        return _shown(_MAIL + email_key(unquote(address[len(_MAIL) :])), address)
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    is_here = not parts.netloc or parts.netloc.lower() in hosts
    if is_here and parts.scheme.lower() in {"", "http", "https"} and parts.path.startswith(_HOMES):
        return _shown(_HOMES + unquote(parts.path[len(_HOMES) :]).strip("/"), address)
    return address


def _shown(key: str, address: str) -> str:
    return key if key.isprintable() else _NOBODY + address


def email_in(key: str) -> str | None:
    """The key of the e-mail address that *key* names, if it names one."""
    return key[len(_MAIL) :] if key.startswith(_MAIL) else None


def user_in(key: str) -> str | None:
    """The user whom *key* names by their URL, if it does."""
    return key[len(_HOMES) :] if key.startswith(_HOMES) else None


def keys_of(name: str, email: str) -> frozenset[str]:
    """The keys of all addresses of a user."""
    return frozenset({_HOMES + name, *([_MAIL + email_key(email)] if email else ())})
