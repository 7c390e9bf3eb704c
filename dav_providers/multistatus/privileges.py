"""RFC 3744 on the wire: privileges, and access lists that only the office changes.

Every entry is protected: rights are groups' and owners', and no client sets them (no ACL method).
Nothing here decides; each door turns what ``office.access`` says into these words.
"""

from collections.abc import Iterable
from typing import NamedTuple

from dav_providers.multistatus.writer import element, empty_element, href_element, text_element

DAV = "{DAV:}"
READ_FREE_BUSY = "{urn:ietf:params:xml:ns:caldav}read-free-busy"

_CAL = "{urn:ietf:params:xml:ns:caldav}"

READING = (f"{DAV}read", f"{DAV}read-acl", f"{DAV}read-current-user-privilege-set")
WRITING = (f"{DAV}write-content", f"{DAV}write-properties", f"{DAV}bind", f"{DAV}unbind")
WRITE = f"{DAV}write"

DELIVERING = tuple(
    f"{_CAL}schedule-{each}"
    for each in ("deliver", "deliver-invite", "deliver-reply", "query-freebusy")
)
SENDING = tuple(
    f"{_CAL}schedule-{each}" for each in ("send", "send-invite", "send-reply", "send-freebusy")
)

AUTHENTICATED = empty_element(f"{DAV}authenticated")
"""As the principal of an entry: whoever is signed in."""


class Ace(NamedTuple):
    """One entry of an access list: the inside of ``DAV:principal``, and what is granted."""

    principal: bytes
    privileges: tuple[str, ...]


def _privilege(name: str) -> bytes:
    return element(f"{DAV}privilege", empty_element(name))


def current_user_privilege_set(names: Iterable[str]) -> bytes:
    """``DAV:current-user-privilege-set`` (section 5.4)."""
    shown = b"".join(_privilege(name) for name in names)
    return element(f"{DAV}current-user-privilege-set", shown)


def acl(entries: Iterable[Ace]) -> bytes:
    """``DAV:acl`` (section 5.5); an entry that grants nothing is left out."""
    shown = b"".join(_ace(each) for each in entries if each.privileges)
    return element(f"{DAV}acl", shown)


def _ace(entry: Ace) -> bytes:
    granted = b"".join(_privilege(name) for name in entry.privileges)
    return element(
        f"{DAV}ace",
        element(f"{DAV}principal", entry.principal)
        + element(f"{DAV}grant", granted)
        + empty_element(f"{DAV}protected"),
    )


def of_href(href: str) -> bytes:
    """The principal of an entry by its href."""
    return href_element(href)


def _supported(name: str, description: str, *parts: bytes, is_abstract: bool = False) -> bytes:
    abstract = empty_element(f"{DAV}abstract") if is_abstract else b""
    # Section 5.3 wants the language; attributes are written out.
    told = text_element(f"{DAV}description", description)
    told = told.replace(b"<D:description>", b'<D:description xml:lang="en">')
    return element(
        f"{DAV}supported-privilege", _privilege(name) + abstract + told + b"".join(parts)
    )


def _supported_set(*more: bytes, besides: bytes = b"") -> bytes:
    reading = _supported(
        READING[0],
        "Read",
        *more,
        _supported(READING[1], "Read the access list"),
        _supported(READING[2], "Read one's own privileges"),
    )
    writing = _supported(
        WRITE,
        "Write",
        _supported(WRITING[0], "Write content"),
        _supported(WRITING[1], "Write properties"),
        _supported(WRITING[2], "Add a member"),
        _supported(WRITING[3], "Take a member away"),
    )
    return element(
        f"{DAV}supported-privilege-set",
        _supported(f"{DAV}all", "Everything", reading, writing, besides, is_abstract=True),
    )


SUPPORTED = _supported_set()
SUPPORTED_ON_CALENDARS = _supported_set(_supported(READ_FREE_BUSY, "Read when one is busy"))


def _aggregate(names: tuple[str, ...], *descriptions: str) -> bytes:
    parts = map(_supported, names[1:], descriptions[1:])
    return _supported(names[0], descriptions[0], *parts)


# RFC 6638 section 6: on each of the two only what is defined for it.
SUPPORTED_ON_INBOXES = _supported_set(
    besides=_aggregate(
        DELIVERING, "Deliver", "Deliver invitations", "Deliver replies", "Ask when one is busy"
    )
)
SUPPORTED_ON_OUTBOXES = _supported_set(
    besides=_aggregate(SENDING, "Send", "Send invitations", "Send replies", "Ask who is busy")
)

RESTRICTIONS = element(
    f"{DAV}acl-restrictions",
    empty_element(f"{DAV}grant-only") + empty_element(f"{DAV}no-invert"),
)
INHERITED = empty_element(f"{DAV}inherited-acl-set")
