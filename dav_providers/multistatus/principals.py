"""Principals on the wire (RFC 3744 sections 2, 4 and 5; RFC 5397): users and groups, both doors.

A user's principal is their home, ``/dav/<user>/``, as its owner sees it; others see it with name
and address, and nothing in it. Groups lie in ``/principals/<group>/``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from auth.identity import Identity
from dav_providers.multistatus import privileges
from dav_providers.multistatus.live_properties import LiveProperty, LivePropertyRegistry, Shape
from dav_providers.multistatus.privileges import AUTHENTICATED, DAV, READING, Ace
from dav_providers.multistatus.writer import (
    element,
    empty_element,
    escape,
    href_element,
    text_element,
)
from office.collections import COMPONENTS, Kind
from office.principals import Principal
from wire.paths import quote_path

CAL = "{urn:ietf:params:xml:ns:caldav}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CS = "{http://calendarserver.org/ns/}"

HOMES = "dav"
"""The first segment of users' homes, which are their principals too."""
PRINCIPALS = "principals"
"""The first segment under which Apple's clients look for principals."""
PRINCIPALS_HREF = f"/{PRINCIPALS}/"

Row = TypeVar("Row")
Scope = TypeVar("Scope")


def user_href(name: str) -> str:
    """The path of a user's principal, encoded."""
    return quote_path((HOMES, name), is_collection=True)


def group_href(name: str) -> str:
    """The path of a group's principal, encoded."""
    return quote_path((PRINCIPALS, name), is_collection=True)


def href_of(principal: Principal) -> str:
    """The path of a principal, encoded."""
    return group_href(principal.name) if principal.is_group else user_href(principal.name)


class Top(NamedTuple):
    """``/dav/`` or ``/principals/``, which are the same for everybody."""

    href: str


@dataclass(slots=True)
class PrincipalScope:
    """What the readers of principals need besides the rows; *space* as in ``DAVRequest``."""

    who: Identity
    space: Callable[[], tuple[int, int]]


def link(name: str, *hrefs: str) -> bytes:
    """A property that holds hrefs."""
    return element(name, b"".join(href_element(href) for href in hrefs))


def plain(
    name: str, read: Callable[[Row], bytes | None], *, in_allprop: bool = False
) -> LiveProperty[Row, Scope]:
    """A property that is read from the row alone."""
    return LiveProperty(name=name, bind=lambda _scope: read, in_allprop=in_allprop)


def same(name: str, make: Callable[[Scope], bytes]) -> LiveProperty[Row, Scope]:
    """A property that is the same for all rows of an answer."""

    def bind(scope: Scope) -> Callable[[Row], bytes | None]:
        shown = make(scope)
        return lambda _row: shown

    return LiveProperty(name=name, bind=bind, shape=lambda scope: Shape.same(make(scope)))


def fixed(shown: bytes, name: str) -> LiveProperty[Row, Scope]:
    """A property that is the same for everybody and everything."""
    return same(name, lambda _scope: shown)


_COLLECTION_SET = link(f"{DAV}principal-collection-set", PRINCIPALS_HREF)


def of_everything(
    who: Callable[[Scope], Identity], *, supported: bytes = privileges.SUPPORTED
) -> list[LiveProperty[Row, Scope]]:
    """What every resource tells: who asks, where principals are, which privileges there are."""
    name = f"{DAV}current-user-principal"
    return [
        same(name, lambda scope: link(name, user_href(who(scope).user_name))),
        fixed(_COLLECTION_SET, f"{DAV}principal-collection-set"),
        fixed(supported, f"{DAV}supported-privilege-set"),
        fixed(privileges.RESTRICTIONS, f"{DAV}acl-restrictions"),
        fixed(privileges.INHERITED, f"{DAV}inherited-acl-set"),
    ]


def supported_reports(*names: str) -> bytes:
    """``DAV:supported-report-set`` (RFC 3253 section 3.1.5)."""
    shown = b"".join(
        element(f"{DAV}supported-report", element(f"{DAV}report", empty_element(name)))
        for name in names
    )
    return element(f"{DAV}supported-report-set", shown)


def quota(
    space: Callable[[Scope], Callable[[], tuple[int, int]]], of: Callable[[Scope, Row], bool]
) -> list[LiveProperty[Row, Scope]]:
    """RFC 4331, on the rows that *of* tells."""

    def one(name: str, index: int) -> LiveProperty[Row, Scope]:
        def bind(scope: Scope) -> Callable[[Row], bytes | None]:
            shown = text_element(name, str(space(scope)()[index]))
            return lambda row: shown if of(scope, row) else None

        return LiveProperty(name=name, bind=bind)

    return [one(f"{DAV}quota-used-bytes", 0), one(f"{DAV}quota-available-bytes", 1)]


EXPAND_PROPERTY = f"{DAV}expand-property"
PRINCIPAL_SEARCH = f"{DAV}principal-property-search"
SEARCH_PROPERTIES = f"{DAV}principal-search-property-set"
PRINCIPAL_MATCH = f"{DAV}principal-match"
ACL_PRINCIPALS = f"{DAV}acl-principal-prop-set"
_REPORTS = supported_reports(
    EXPAND_PROPERTY, PRINCIPAL_SEARCH, SEARCH_PROPERTIES, PRINCIPAL_MATCH, ACL_PRINCIPALS
)
_NO_LOCKS = empty_element(f"{DAV}supportedlock")
_DISPLAYNAME, _RESOURCETYPE = f"{DAV}displayname", f"{DAV}resourcetype"

_COLLECTION = empty_element(f"{DAV}collection")
_PRINCIPAL = empty_element(f"{DAV}principal")
_HOME_TYPE = element(_RESOURCETYPE, _COLLECTION + _PRINCIPAL)
_PRINCIPAL_TYPE = element(_RESOURCETYPE, _PRINCIPAL)
_READABLE = privileges.acl([Ace(AUTHENTICATED, READING)])
_READ = privileges.current_user_privilege_set(READING)
_OWN = (*READING, f"{DAV}bind", f"{DAV}unbind")


def component_set(name: str, components: Iterable[str]) -> bytes:
    """A set of ``CALDAV:comp``; attributes are written out, the prefix is bound on every root."""
    shown = b"".join(b'<C:comp name="%s"/>' % escape(each) for each in sorted(components))
    return element(name, shown)


_COMPONENT_SETS = element(
    f"{CAL}supported-calendar-component-sets",
    b"".join(
        component_set(f"{CAL}supported-calendar-component-set", {each})
        for each in sorted(COMPONENTS)
    ),
)
"""Tells Apple's clients that appointments and reminders lie in calendars of their own."""


def _of_self(
    name: str,
    make: Callable[[Principal], bytes],
    otherwise: bytes | None = None,
    *,
    in_allprop: bool = False,
) -> LiveProperty[Principal, PrincipalScope]:
    """A property of one's own principal; others have *otherwise*."""

    def bind(scope: PrincipalScope) -> Callable[[Principal], bytes | None]:
        own = scope.who.user_name
        return lambda row: make(row) if row.name == own else otherwise

    return LiveProperty(name=name, bind=bind, in_allprop=in_allprop)


def _of_users(
    name: str, make: Callable[[Principal], bytes | None]
) -> LiveProperty[Principal, PrincipalScope]:
    return plain(name, lambda row: None if row.is_group else make(row))


def _to_self(name: str) -> Callable[[Principal], bytes]:
    return lambda row: link(name, href_of(row))


def addresses(row: Principal) -> tuple[str, ...]:
    """The calendar user addresses of a user: their mail's, if they have one, and their URL."""
    return (f"mailto:{row.email}", href_of(row)) if row.email else (href_of(row),)


def _addresses(row: Principal) -> bytes:
    return link(f"{CAL}calendar-user-address-set", *addresses(row))


def _to_own(name: str, local: str) -> Callable[[Principal], bytes]:
    """A link to what lies in one's own home under the name *local*."""
    return lambda row: link(name, f"{user_href(row.name)}{local}/")


def _email(row: Principal) -> bytes | None:
    if not row.email:
        return None
    return element(f"{CS}email-address-set", text_element(f"{CS}email-address", row.email))


def _kind(row: Principal) -> bytes:
    return text_element(f"{CAL}calendar-user-type", "GROUP" if row.is_group else "INDIVIDUAL")


def _memberships(row: Principal) -> bytes:
    return link(f"{DAV}group-membership", *(group_href(each) for each in row.groups))


def _members(row: Principal) -> bytes | None:
    if not row.is_group:
        return None
    return link(f"{DAV}group-member-set", *(user_href(each) for each in row.members))


def _own_acl(row: Principal) -> bytes:
    return privileges.acl(
        [Ace(privileges.of_href(href_of(row)), _OWN), Ace(AUTHENTICATED, READING)]
    )


REGISTRY: LivePropertyRegistry[Principal, PrincipalScope] = LivePropertyRegistry(
    [
        *of_everything(lambda scope: scope.who),
        _of_self(_RESOURCETYPE, lambda _row: _HOME_TYPE, _PRINCIPAL_TYPE, in_allprop=True),
        plain(
            _DISPLAYNAME,
            lambda row: text_element(_DISPLAYNAME, row.display_name),
            in_allprop=True,
        ),
        plain(f"{DAV}principal-URL", _to_self(f"{DAV}principal-URL")),
        plain(f"{DAV}owner", _to_self(f"{DAV}owner")),
        _of_self(f"{CAL}calendar-home-set", _to_self(f"{CAL}calendar-home-set")),
        _of_self(f"{CARD}addressbook-home-set", _to_self(f"{CARD}addressbook-home-set")),
        _of_self(f"{CAL}schedule-inbox-URL", _to_own(f"{CAL}schedule-inbox-URL", Kind.INBOX)),
        _of_self(f"{CAL}schedule-outbox-URL", _to_own(f"{CAL}schedule-outbox-URL", Kind.OUTBOX)),
        _of_users(f"{CAL}calendar-user-address-set", _addresses),
        _of_users(f"{CS}email-address-set", _email),
        plain(f"{CAL}calendar-user-type", _kind),
        _of_self(f"{CAL}supported-calendar-component-sets", lambda _row: _COMPONENT_SETS),
        _of_self(
            f"{DAV}current-user-privilege-set",
            lambda _row: privileges.current_user_privilege_set(_OWN),
            _READ,
        ),
        _of_self(f"{DAV}acl", _own_acl, _READABLE),
        fixed(_REPORTS, f"{DAV}supported-report-set"),
        fixed(_NO_LOCKS, f"{DAV}supportedlock"),
        fixed(empty_element(f"{DAV}alternate-URI-set"), f"{DAV}alternate-URI-set"),
        _of_users(f"{DAV}group-membership", _memberships),
        plain(f"{DAV}group-member-set", _members),
        *quota(lambda scope: scope.space, lambda scope, row: row.name == scope.who.user_name),
    ]
)

TOPS: LivePropertyRegistry[Top, PrincipalScope] = LivePropertyRegistry(
    [
        *of_everything(lambda scope: scope.who),
        plain(
            _RESOURCETYPE,
            lambda _row: element(_RESOURCETYPE, _COLLECTION),
            in_allprop=True,
        ),
        fixed(_READ, f"{DAV}current-user-privilege-set"),
        fixed(_READABLE, f"{DAV}acl"),
        fixed(_REPORTS, f"{DAV}supported-report-set"),
        fixed(_NO_LOCKS, f"{DAV}supportedlock"),
    ]
)
