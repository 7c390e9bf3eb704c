"""The live properties of homes, collections and objects (RFC 4791, 6352, 3744, 5397, 6578).

Each kind of resource has a registry of its own; what all of them have is said once.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any, TypeVar

from auth.identity import Identity
from dav_providers.groupware import collection_acl
from dav_providers.groupware.names import (
    ADDRESS_DATA,
    ADDRESSBOOK,
    CAL,
    CALENDAR,
    CALENDAR_DATA,
    CARD,
    COLLECTION,
    COMPONENT_SET,
    CS,
    DAV,
    DEFAULT_CALENDAR,
    DISPLAYNAME,
    RESOURCETYPE,
    SCHEDULE_TAG,
    SCHEDULE_TRANSP,
)
from dav_providers.groupware.preconditions import etag_of, schedule_tag_of
from dav_providers.groupware.request import GroupwareRequest, collection_href
from dav_providers.multistatus import privileges
from dav_providers.multistatus.live_properties import (
    Field,
    LiveProperty,
    LivePropertyRegistry,
    Shape,
)
from dav_providers.multistatus.principals import (
    ACL_PRINCIPALS,
    EXPAND_PROPERTY,
    PRINCIPAL_MATCH,
    PRINCIPAL_SEARCH,
    SEARCH_PROPERTIES,
    component_set,
    fixed,
    link,
    of_everything,
    plain,
    quota,
    same,
    supported_reports,
    user_href,
)
from dav_providers.multistatus.writer import element, empty_element, text_element
from office import collections
from office.collections import Kind
from office.sync_tokens import token_of
from storage.collections import CollectionRow
from storage.items import ItemRow
from wire.dates import http_date_us, iso_date_us

Row = TypeVar("Row")
TEXT = "text"
"""A word for what a property needs to be loaded."""


@dataclass(slots=True)
class Listing:
    """What the readers of one answer need besides the rows.

    Attributes:
        request: Who asks.
        collection: The collection whose members are listed, if it is about one.
    """

    request: GroupwareRequest
    collection: CollectionRow | None = None

    @property
    def home(self) -> str:
        """The path of the caller's home."""
        return user_href(self.request.who.user_name)


_NO_LOCKS = empty_element(f"{DAV}supportedlock")


def _general(supported: bytes) -> list[LiveProperty[Row, Listing]]:
    """What every resource tells: who asks, and where principals are (RFC 3744, 5397)."""
    return [
        *of_everything(lambda listing: listing.request.who, supported=supported),
        fixed(_NO_LOCKS, f"{DAV}supportedlock"),
    ]


def _collection_privileges(listing: Listing) -> Callable[[CollectionRow], bytes]:
    who = listing.request.who
    return lambda row: privileges.current_user_privilege_set(collection_acl.granted(who, row))


def _collection_acl(listing: Listing) -> Callable[[CollectionRow], bytes]:
    who = listing.request.who
    return lambda row: collection_acl.acl(who, row, collection_acl.granted)


def _of_its_collection(
    name: str, make: Callable[[Identity, CollectionRow], bytes]
) -> LiveProperty[ItemRow, Listing]:
    """A property of objects that all of one collection share."""

    def shown(listing: Listing) -> bytes:
        if listing.collection is None:
            raise LookupError("objects are listed in their collection")
        return make(listing.request.who, listing.collection)

    return same(name, shown)


_SYNC = f"{DAV}sync-collection"
_OF_ITEMS = (EXPAND_PROPERTY, ACL_PRINCIPALS)
_OF_ALL = (*_OF_ITEMS, PRINCIPAL_MATCH, PRINCIPAL_SEARCH, SEARCH_PROPERTIES)
_CALENDAR_REPORTS = supported_reports(
    _SYNC, f"{CAL}calendar-multiget", f"{CAL}calendar-query", f"{CAL}free-busy-query", *_OF_ALL
)
_ADDRESSBOOK_REPORTS = supported_reports(
    _SYNC, f"{CARD}addressbook-multiget", f"{CARD}addressbook-query", *_OF_ALL
)
_INBOX_REPORTS = supported_reports(
    _SYNC, f"{CAL}calendar-multiget", f"{CAL}calendar-query", *_OF_ALL
)
_REPORTS = {
    Kind.ADDRESSBOOK: _ADDRESSBOOK_REPORTS,
    Kind.INBOX: _INBOX_REPORTS,
    Kind.OUTBOX: supported_reports(*_OF_ALL),
}
_ITEM_REPORTS = supported_reports(*_OF_ITEMS)

_TYPES = {
    Kind.CALENDAR: element(RESOURCETYPE, empty_element(COLLECTION) + empty_element(CALENDAR)),
    Kind.TASKS: element(RESOURCETYPE, empty_element(COLLECTION) + empty_element(CALENDAR)),
    Kind.ADDRESSBOOK: element(
        RESOURCETYPE, empty_element(COLLECTION) + empty_element(ADDRESSBOOK)
    ),
    Kind.INBOX: element(
        RESOURCETYPE, empty_element(COLLECTION) + empty_element(f"{CAL}schedule-inbox")
    ),
    Kind.OUTBOX: element(
        RESOURCETYPE, empty_element(COLLECTION) + empty_element(f"{CAL}schedule-outbox")
    ),
}
# Elements with attributes are written out; the prefixes are bound on every answer's root.
_CALENDAR_TYPES = element(
    f"{CAL}supported-calendar-data",
    b'<C:calendar-data content-type="text/calendar" version="2.0"/>',
)
_ADDRESS_TYPES = element(
    f"{CARD}supported-address-data",
    b'<CR:address-data-type content-type="text/vcard" version="3.0"/>'
    b'<CR:address-data-type content-type="text/vcard" version="4.0"/>',
)
_COLLATIONS = {
    prefix: element(
        f"{prefix}supported-collation-set",
        b"".join(
            text_element(f"{prefix}supported-collation", name)
            for name in ("i;ascii-casemap", "i;octet", "i;unicode-casemap")
        ),
    )
    for prefix in (CAL, CARD)
}


def _is_calendar(collection: CollectionRow) -> bool:
    return collection.kind != Kind.ADDRESSBOOK


def _of_calendars(
    name: str, read: Callable[[CollectionRow], bytes]
) -> LiveProperty[CollectionRow, Listing]:
    return plain(name, lambda row: read(row) if _is_calendar(row) else None)


def _of_address_books(name: str, shown: bytes) -> LiveProperty[CollectionRow, Listing]:
    return plain(name, lambda row: None if _is_calendar(row) else shown)


def _largest(name: str, *, is_calendar: bool) -> LiveProperty[CollectionRow, Listing]:
    def bind(listing: Listing) -> Callable[[CollectionRow], bytes | None]:
        limits = listing.request.services.limits
        most = limits.object_bytes if is_calendar else limits.card_bytes
        shown = text_element(name, str(most))
        return lambda row: shown if _is_calendar(row) == is_calendar else None

    return LiveProperty(name=name, bind=bind)


def _displayname(collection: CollectionRow) -> bytes:
    return text_element(DISPLAYNAME, collection.display_name or collection.name)


def _transparency(listing: Listing) -> Callable[[CollectionRow], bytes | None]:
    """Whether a calendar counts when its owner's time is asked for (RFC 6638 section 9.1).

    What is another's never does.
    """
    own = listing.request.who.user_id

    def read(row: CollectionRow) -> bytes | None:
        if not _is_calendar(row) or row.is_for_meetings:
            return None
        is_transparent = row.is_transparent or row.owner_id != own
        local = "transparent" if is_transparent else "opaque"
        return element(SCHEDULE_TRANSP, empty_element(f"{CAL}{local}"))

    return read


def _default_calendar(listing: Listing) -> Callable[[CollectionRow], bytes | None]:
    """Where invitations go (RFC 6638 section 9.2): on the inbox, looked up only there."""
    request = listing.request

    def read(row: CollectionRow) -> bytes | None:
        if row.kind != Kind.INBOX:
            return None
        with request.services.store.read() as unit:
            found = collections.default_calendar(unit, row.owner_id)
        if found is None:
            return None
        return link(DEFAULT_CALENDAR, collection_href(request.who.user_name, found))

    return read


def _supported_privileges(row: CollectionRow) -> bytes:
    if row.kind == Kind.INBOX:
        return privileges.SUPPORTED_ON_INBOXES
    if row.kind == Kind.OUTBOX:
        return privileges.SUPPORTED_ON_OUTBOXES
    return privileges.SUPPORTED_ON_CALENDARS


def _add_member(listing: Listing) -> Callable[[CollectionRow], bytes | None]:
    """Where to POST a new member (RFC 5995 section 3.2): the collection itself."""
    user_name = listing.request.who.user_name

    def read(row: CollectionRow) -> bytes | None:
        if row.is_for_meetings:
            return None
        return link(f"{DAV}add-member", collection_href(user_name, row))

    return read


_GENERAL: list[LiveProperty[CollectionRow, Listing]] = _general(b"")
_SUPPORTED = f"{DAV}supported-privilege-set"
# Which privileges there are differs by kind.
_OF_ANY = [each for each in _GENERAL if each.name != _SUPPORTED]

COLLECTIONS: LivePropertyRegistry[CollectionRow, Listing] = LivePropertyRegistry(
    [
        *_OF_ANY,
        plain(_SUPPORTED, _supported_privileges),
        LiveProperty(name=SCHEDULE_TRANSP, bind=_transparency, is_protected=False),
        LiveProperty(name=DEFAULT_CALENDAR, bind=_default_calendar, is_protected=False),
        plain(RESOURCETYPE, lambda row: _TYPES[Kind(row.kind)], in_allprop=True),
        LiveProperty(
            name=DISPLAYNAME,
            bind=lambda _listing: _displayname,
            in_allprop=True,
            is_protected=False,
        ),
        plain(
            f"{DAV}creationdate",
            lambda row: text_element(f"{DAV}creationdate", iso_date_us(row.created_us)),
            in_allprop=True,
        ),
        plain(f"{CS}getctag", lambda row: text_element(f"{CS}getctag", token_of(row))),
        plain(f"{DAV}sync-token", lambda row: text_element(f"{DAV}sync-token", token_of(row))),
        LiveProperty(name=f"{DAV}current-user-privilege-set", bind=_collection_privileges),
        LiveProperty(name=f"{DAV}acl", bind=_collection_acl),
        plain(f"{DAV}owner", collection_acl.owner),
        LiveProperty(name=f"{DAV}add-member", bind=_add_member),
        *quota(lambda listing: listing.request.space, lambda _listing, _row: True),
        plain(
            f"{DAV}supported-report-set",
            lambda row: _REPORTS.get(Kind(row.kind), _CALENDAR_REPORTS),
        ),
        _of_calendars(COMPONENT_SET, lambda row: component_set(COMPONENT_SET, row.components)),
        _of_calendars(f"{CAL}supported-calendar-data", lambda _row: _CALENDAR_TYPES),
        _of_calendars(f"{CAL}supported-collation-set", lambda _row: _COLLATIONS[CAL]),
        _largest(f"{CAL}max-resource-size", is_calendar=True),
        _of_address_books(f"{CARD}supported-address-data", _ADDRESS_TYPES),
        _of_address_books(f"{CARD}supported-collation-set", _COLLATIONS[CARD]),
        _largest(f"{CARD}max-resource-size", is_calendar=False),
    ]
)


def _of_column(
    local: str, column: str, write: Callable[[Any], str]
) -> LiveProperty[ItemRow, Listing]:
    """A property that one column tells; *write* gives its text, which XML holds as it stands."""
    before, after = f"<D:{local}>", f"</D:{local}>"
    shape = Shape((before, after), (Field(column, partial(map, write)),))

    def read(item: ItemRow) -> bytes:
        return f"{before}{write(getattr(item, column))}{after}".encode()

    return LiveProperty(
        name=f"{DAV}{local}", bind=lambda _listing: read, in_allprop=True, shape=lambda _: shape
    )


def content_type(item: ItemRow) -> str:
    """The media type of an object."""
    return media_type(item.component)


@lru_cache(maxsize=16)
def media_type(component: str) -> str:
    """The media type of a *component* (RFC 4791 section 5.3.4 asks for it as a parameter)."""
    if component == "VCARD":
        return "text/vcard; charset=utf-8"
    return f"text/calendar; charset=utf-8; component={component.lower()}"


def _data(name: str, *, is_card: bool) -> LiveProperty[ItemRow, Listing]:
    """The bytes themselves, which only a report may ask for."""

    def read(item: ItemRow) -> bytes | None:
        if not item.text or is_card != (item.component == "VCARD"):
            return None
        return text_element(name, item.text)

    return LiveProperty(name=name, bind=lambda _listing: read, needs=frozenset({TEXT}))


def _schedule_tag(item: ItemRow) -> bytes | None:
    """RFC 6638 section 3.2.10: meetings have one."""
    if not item.schedule_tag:
        return None
    return text_element(SCHEDULE_TAG, schedule_tag_of(item.schedule_tag))


ITEMS: LivePropertyRegistry[ItemRow, Listing] = LivePropertyRegistry(
    [
        plain(SCHEDULE_TAG, _schedule_tag),
        _of_column("getetag", "etag", etag_of),
        _of_column("getcontenttype", "component", media_type),
        _of_column("getcontentlength", "size", str),
        _of_column("getlastmodified", "modified_us", http_date_us),
        replace(fixed(empty_element(RESOURCETYPE), RESOURCETYPE), in_allprop=True),
        _data(CALENDAR_DATA, is_card=False),
        _data(ADDRESS_DATA, is_card=True),
        _of_its_collection(
            f"{DAV}current-user-privilege-set",
            lambda who, row: privileges.current_user_privilege_set(
                collection_acl.item_granted(who, row)
            ),
        ),
        _of_its_collection(
            f"{DAV}acl",
            lambda who, row: collection_acl.acl(who, row, collection_acl.item_granted),
        ),
        _of_its_collection(f"{DAV}owner", lambda _who, row: collection_acl.owner(row)),
        fixed(_ITEM_REPORTS, f"{DAV}supported-report-set"),
        *_general(privileges.SUPPORTED),
    ]
)
