"""The precondition and postcondition elements of the DAV RFCs, with the status each goes with.

An answer with one of them tells a program what was wrong; the ``message`` element beside it, in
deedbox's own namespace, tells a person.
"""

from collections.abc import Iterable
from typing import NamedTuple

from dav_providers.multistatus.writer import (
    DEEDBOX,
    element,
    empty_element,
    href_element,
    text_element,
    xml_document,
)


class Precondition(NamedTuple):
    """A condition element, the status it is answered with, and what it means."""

    name: str  # in Clark's form
    status: int
    sentence: str


def _dav(local: str, status: int, sentence: str) -> Precondition:
    return Precondition(f"{{DAV:}}{local}", status, sentence)


# RFC 4918 section 16
LOCK_TOKEN_MATCHES_REQUEST_URI = _dav(
    "lock-token-matches-request-uri", 409, "The lock token belongs to no lock on this resource."
)
LOCK_TOKEN_SUBMITTED = _dav(
    "lock-token-submitted", 423, "The resource is locked; the lock's token must be sent along."
)
NO_CONFLICTING_LOCK = _dav(
    "no-conflicting-lock", 423, "Another lock stands in the way of this one."
)
NO_EXTERNAL_ENTITIES = _dav(
    "no-external-entities", 403, "The request's XML must not declare entities."
)
PRESERVED_LIVE_PROPERTIES = _dav(
    "preserved-live-properties", 409, "A live property could not be kept at the destination."
)
PROPFIND_FINITE_DEPTH = _dav(
    "propfind-finite-depth", 403, "Ask with Depth 0 or 1; infinite depth is not served."
)
CANNOT_MODIFY_PROTECTED_PROPERTY = _dav(
    "cannot-modify-protected-property", 403, "The server itself keeps this property."
)

# RFC 3253 section 3.6 and RFC 3744 section 7
SUPPORTED_REPORT = _dav("supported-report", 403, "This report is not served here.")
NEED_PRIVILEGES = _dav("need-privileges", 403, "A privilege for this act is missing.")
RECOGNIZED_PRINCIPAL = _dav("recognized-principal", 403, "The principal is not known here.")
ALLOWED_PRINCIPAL = _dav("allowed-principal", 403, "This principal can't be named here.")
NO_PROTECTED_ACE_CONFLICT = _dav(
    "no-protected-ace-conflict", 403, "A protected entry of the access list stands against it."
)
NO_INHERITED_ACE_CONFLICT = _dav(
    "no-inherited-ace-conflict", 403, "An inherited entry of the access list stands against it."
)
NO_ABSTRACT = _dav("no-abstract", 403, "An abstract privilege can't be granted.")
NOT_SUPPORTED_PRIVILEGE = _dav("not-supported-privilege", 403, "The privilege is not known here.")
LIMITED_NUMBER_OF_ACES = _dav("limited-number-of-aces", 403, "The access list is too long.")
GRANT_ONLY = _dav("grant-only", 403, "The access list can only grant.")
NUMBER_OF_MATCHES_WITHIN_LIMITS = _dav(
    "number-of-matches-within-limits", 507, "There are more matches than are given at once."
)

# RFC 4331 section 6
QUOTA_NOT_EXCEEDED = _dav("quota-not-exceeded", 507, "The quota of this folder is used up.")
SUFFICIENT_DISK_SPACE = _dav(
    "sufficient-disk-space", 507, "The server's storage has no room for it."
)

# RFC 5689 section 3.3, RFC 4791 section 5.3.1 and RFC 5995 section 3
RESOURCE_MUST_BE_NULL = _dav("resource-must-be-null", 405, "There is a resource already.")
VALID_RESOURCETYPE = _dav(
    "valid-resourcetype", 403, "A collection of this type can't be made here."
)
ALLOW_CLIENT_DEFINED_URI = _dav(
    "allow-client-defined-uri", 403, "The server chooses the names here; use POST."
)

# RFC 6578 section 3
VALID_SYNC_TOKEN = _dav(
    "valid-sync-token", 403, "The sync token is unknown or too old; start with an empty one."
)
SYNC_TRAVERSAL_SUPPORTED = _dav(
    "sync-traversal-supported", 403, "Changes are told for one level at a time."
)

ALL: tuple[Precondition, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Precondition)
)


def error_element(
    condition: Precondition | None,
    *,
    hrefs: Iterable[str] = (),
    privileges: Iterable[tuple[str, str]] = (),
    message: str = "",
) -> bytes:
    """Return ``D:error`` for a response inside a multistatus.

    Args:
        condition: What was not met; None where no RFC has an element for it.
        hrefs: Percent-encoded hrefs named inside the condition (the locked resources).
        privileges: For ``need-privileges``: href and name of each missing privilege (RFC 3744
            section 7.1.1).
        message: A sentence that says what to do; the condition's own if empty.
    """
    return element("{DAV:}error", _inner(condition, hrefs, privileges, message))


def error_body(
    condition: Precondition | None,
    *,
    hrefs: Iterable[str] = (),
    privileges: Iterable[tuple[str, str]] = (),
    message: str = "",
) -> bytes:
    """Return a whole error document; arguments as for ``error_element``."""
    return xml_document("{DAV:}error", _inner(condition, hrefs, privileges, message))


def _inner(
    condition: Precondition | None,
    hrefs: Iterable[str],
    privileges: Iterable[tuple[str, str]],
    message: str,
) -> bytes:
    sentence = message or (condition.sentence if condition else "")
    told = text_element(f"{{{DEEDBOX}}}message", sentence) if sentence else b""
    if condition is None:
        return told
    details = [href_element(href) for href in hrefs]
    details += [_missing_privilege(href, name) for href, name in privileges]
    return element(condition.name, b"".join(details)) + told


def _missing_privilege(href: str, name: str) -> bytes:
    privilege = element("{DAV:}privilege", empty_element(name))
    return element("{DAV:}resource", href_element(href) + privilege)
