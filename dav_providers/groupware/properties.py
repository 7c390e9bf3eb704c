"""The live properties of homes, collections and objects (RFC 4791, 6352, 3744, 5397, 6578).

Each kind of resource has a registry of its own; what all of them have is said once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

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
    DISPLAYNAME,
    RESOURCETYPE,
)
from dav_providers.groupware.preconditions import etag_of
from dav_providers.groupware.request import PRINCIPALS, GroupwareRequest, home_href
from dav_providers.multistatus.live_properties import LiveProperty, LivePropertyRegistry
from dav_providers.multistatus.writer import (
    element,
    empty_element,
    escape,
    href_element,
    text_element,
)
from office import access
from office.access import Act, Verdict
from office.collections import COMPONENTS, Kind
from office.sync_tokens import token_of
from storage.collections import CollectionRow
from storage.items import ItemRow
from wire.dates import http_date_us, iso_date_us

Row = TypeVar("Row")
EMAIL = "email"
TEXT = "text"
"""Words for what a property needs to be loaded."""


class Top(NamedTuple):
    """``/dav/`` or ``/principals/``, which are the same for everybody."""

    href: str


class Home(NamedTuple):
    """A user's home, which is their principal too."""

    user_name: str


@dataclass(slots=True)
class Listing:
    """What the readers of one answer need besides the rows.

    Attributes:
        request: Who asks.
        collection: The collection whose members are listed, if it is about one.
        email: The user's address, where it was asked for.
    """

    request: GroupwareRequest
    collection: CollectionRow | None = None
    email: str = ""

    @property
    def home(self) -> str:
        """The path of the caller's home."""
        return home_href(self.request.who.user_name)


def _link(name: str, *hrefs: str) -> bytes:
    return element(name, b"".join(href_element(href) for href in hrefs))


def _same(
    name: str, make: Callable[[Listing], bytes], *, needs: Iterable[str] = ()
) -> LiveProperty[Row, Listing]:
    """A property that is the same for all rows of an answer."""

    def bind(listing: Listing) -> Callable[[Row], bytes | None]:
        shown = make(listing)
        return lambda _row: shown

    return LiveProperty(name=name, bind=bind, needs=frozenset(needs))


def _plain(
    name: str, read: Callable[[Row], bytes | None], *, in_allprop: bool = False
) -> LiveProperty[Row, Listing]:
    """A property that is read from the row alone."""
    return LiveProperty(name=name, bind=lambda _listing: read, in_allprop=in_allprop)


_EVERYBODY = _link(f"{DAV}principal-collection-set", f"/{PRINCIPALS}/")
_NO_LOCKS = empty_element(f"{DAV}supportedlock")


def _general() -> list[LiveProperty[Row, Listing]]:
    """What every resource tells: who asks, and where principals are (RFC 3744, 5397)."""
    return [
        _same(
            f"{DAV}current-user-principal",
            lambda listing: _link(f"{DAV}current-user-principal", listing.home),
        ),
        _same(f"{DAV}principal-collection-set", lambda _listing: _EVERYBODY),
        _same(f"{DAV}owner", lambda listing: _link(f"{DAV}owner", listing.home)),
        _same(f"{DAV}supportedlock", lambda _listing: _NO_LOCKS),
    ]


def _privileges(names: Iterable[str]) -> bytes:
    shown = b"".join(element(f"{DAV}privilege", empty_element(name)) for name in names)
    return element(f"{DAV}current-user-privilege-set", shown)


_READING = (f"{DAV}read", f"{DAV}read-current-user-privilege-set")
_WRITING = (
    (Act.WRITE, (f"{DAV}write-content", f"{DAV}write-properties")),
    (Act.ADD, (f"{DAV}bind",)),
    (Act.REMOVE_FROM, (f"{DAV}unbind",)),
)
_READ_FREE_BUSY = f"{CAL}read-free-busy"


def _collection_privileges(listing: Listing) -> Callable[[CollectionRow], bytes]:
    def read(collection: CollectionRow) -> bytes:
        names = list(_READING)
        if collection.kind != Kind.ADDRESSBOOK:
            names.append(_READ_FREE_BUSY)
        granted = [
            privileges
            for act, privileges in _WRITING
            if access.decide_collection(listing.request.who, act, collection) is Verdict.ALLOWED
        ]
        if len(granted) == len(_WRITING):
            names.append(f"{DAV}write")
        return _privileges([*names, *(name for group in granted for name in group)])

    return read


def _item_privileges(listing: Listing) -> bytes:
    collection = listing.collection
    may_write = collection is not None and (
        access.decide_collection(listing.request.who, Act.WRITE, collection) is Verdict.ALLOWED
    )
    return _privileges((*_READING, f"{DAV}write-content") if may_write else _READING)


_HOME_PRIVILEGES = _privileges((*_READING, f"{DAV}write-properties", f"{DAV}bind", f"{DAV}unbind"))


def _reports(*names: str) -> bytes:
    shown = b"".join(
        element(f"{DAV}supported-report", element(f"{DAV}report", empty_element(name)))
        for name in names
    )
    return element(f"{DAV}supported-report-set", shown)


_SYNC = f"{DAV}sync-collection"
_CALENDAR_REPORTS = _reports(
    _SYNC, f"{CAL}calendar-multiget", f"{CAL}calendar-query", f"{CAL}free-busy-query"
)
_ADDRESSBOOK_REPORTS = _reports(_SYNC, f"{CARD}addressbook-multiget", f"{CARD}addressbook-query")
_PRINCIPAL_REPORTS = _reports(
    f"{DAV}principal-property-search", f"{DAV}principal-search-property-set"
)

_TYPES = {
    Kind.CALENDAR: element(RESOURCETYPE, empty_element(COLLECTION) + empty_element(CALENDAR)),
    Kind.TASKS: element(RESOURCETYPE, empty_element(COLLECTION) + empty_element(CALENDAR)),
    Kind.ADDRESSBOOK: element(
        RESOURCETYPE, empty_element(COLLECTION) + empty_element(ADDRESSBOOK)
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


def _component_set(name: str, components: Iterable[str]) -> bytes:
    shown = b"".join(b'<C:comp name="%s"/>' % escape(each) for each in sorted(components))
    return element(name, shown)


def _is_calendar(collection: CollectionRow) -> bool:
    return collection.kind != Kind.ADDRESSBOOK


def _of_calendars(
    name: str, read: Callable[[CollectionRow], bytes]
) -> LiveProperty[CollectionRow, Listing]:
    return _plain(name, lambda row: read(row) if _is_calendar(row) else None)


def _of_address_books(name: str, shown: bytes) -> LiveProperty[CollectionRow, Listing]:
    return _plain(name, lambda row: None if _is_calendar(row) else shown)


def _largest(name: str, *, is_calendar: bool) -> LiveProperty[CollectionRow, Listing]:
    def bind(listing: Listing) -> Callable[[CollectionRow], bytes | None]:
        limits = listing.request.services.limits
        most = limits.object_bytes if is_calendar else limits.card_bytes
        shown = text_element(name, str(most))
        return lambda row: shown if _is_calendar(row) == is_calendar else None

    return LiveProperty(name=name, bind=bind)


def _displayname(collection: CollectionRow) -> bytes:
    return text_element(DISPLAYNAME, collection.display_name or collection.name)


COLLECTIONS: LivePropertyRegistry[CollectionRow, Listing] = LivePropertyRegistry(
    [
        *_general(),
        _plain(RESOURCETYPE, lambda row: _TYPES[Kind(row.kind)], in_allprop=True),
        LiveProperty(
            name=DISPLAYNAME,
            bind=lambda _listing: _displayname,
            in_allprop=True,
            is_protected=False,
        ),
        _plain(
            f"{DAV}creationdate",
            lambda row: text_element(f"{DAV}creationdate", iso_date_us(row.created_us)),
            in_allprop=True,
        ),
        _plain(f"{CS}getctag", lambda row: text_element(f"{CS}getctag", token_of(row))),
        _plain(f"{DAV}sync-token", lambda row: text_element(f"{DAV}sync-token", token_of(row))),
        LiveProperty(name=f"{DAV}current-user-privilege-set", bind=_collection_privileges),
        _plain(
            f"{DAV}supported-report-set",
            lambda row: _CALENDAR_REPORTS if _is_calendar(row) else _ADDRESSBOOK_REPORTS,
        ),
        _of_calendars(COMPONENT_SET, lambda row: _component_set(COMPONENT_SET, row.components)),
        _of_calendars(f"{CAL}supported-calendar-data", lambda _row: _CALENDAR_TYPES),
        _of_calendars(f"{CAL}supported-collation-set", lambda _row: _COLLATIONS[CAL]),
        _largest(f"{CAL}max-resource-size", is_calendar=True),
        _of_address_books(f"{CARD}supported-address-data", _ADDRESS_TYPES),
        _of_address_books(f"{CARD}supported-collation-set", _COLLATIONS[CARD]),
        _largest(f"{CARD}max-resource-size", is_calendar=False),
    ]
)


def _getetag(item: ItemRow) -> bytes:
    return b"<D:getetag>%s</D:getetag>" % etag_of(item.etag).encode()


def content_type(item: ItemRow) -> str:
    """The media type of an object (RFC 4791 section 5.3.4 asks for ``component``)."""
    if item.component == "VCARD":
        return "text/vcard; charset=utf-8"
    return f"text/calendar; charset=utf-8; component={item.component.lower()}"


def _data(name: str, *, is_card: bool) -> LiveProperty[ItemRow, Listing]:
    """The bytes themselves, which only a report may ask for."""

    def read(item: ItemRow) -> bytes | None:
        if not item.text or is_card != (item.component == "VCARD"):
            return None
        return text_element(name, item.text)

    return LiveProperty(name=name, bind=lambda _listing: read, needs=frozenset({TEXT}))


ITEMS: LivePropertyRegistry[ItemRow, Listing] = LivePropertyRegistry(
    [
        _plain(f"{DAV}getetag", _getetag, in_allprop=True),
        _plain(
            f"{DAV}getcontenttype",
            lambda row: text_element(f"{DAV}getcontenttype", content_type(row)),
            in_allprop=True,
        ),
        _plain(
            f"{DAV}getcontentlength",
            lambda row: b"<D:getcontentlength>%d</D:getcontentlength>" % row.size,
            in_allprop=True,
        ),
        _plain(
            f"{DAV}getlastmodified",
            lambda row: text_element(f"{DAV}getlastmodified", http_date_us(row.modified_us)),
            in_allprop=True,
        ),
        _plain(RESOURCETYPE, lambda _row: empty_element(RESOURCETYPE), in_allprop=True),
        _data(CALENDAR_DATA, is_card=False),
        _data(ADDRESS_DATA, is_card=True),
        _same(f"{DAV}current-user-privilege-set", _item_privileges),
        *_general(),
    ]
)


def _addresses(name: str) -> Callable[[Listing], bytes]:
    return lambda listing: _link(name, f"mailto:{listing.email}", listing.home)


def _to_home(name: str) -> LiveProperty[Row, Listing]:
    return _same(name, lambda listing: _link(name, listing.home))


def _nothing(name: str) -> LiveProperty[Row, Listing]:
    return _same(name, lambda _listing: empty_element(name))


_HOME_TYPE = element(RESOURCETYPE, empty_element(COLLECTION) + empty_element(f"{DAV}principal"))
_COMPONENT_SETS = element(
    f"{CAL}supported-calendar-component-sets",
    b"".join(_component_set(COMPONENT_SET, {each}) for each in sorted(COMPONENTS)),
)
"""Tells Apple's clients that appointments and reminders lie in calendars of their own."""

HOMES: LivePropertyRegistry[Home, Listing] = LivePropertyRegistry(
    [
        *_general(),
        _plain(RESOURCETYPE, lambda _row: _HOME_TYPE, in_allprop=True),
        _plain(DISPLAYNAME, lambda row: text_element(DISPLAYNAME, row.user_name), in_allprop=True),
        _to_home(f"{DAV}principal-URL"),
        _to_home(f"{CAL}calendar-home-set"),
        _to_home(f"{CARD}addressbook-home-set"),
        _same(
            f"{CAL}calendar-user-address-set",
            _addresses(f"{CAL}calendar-user-address-set"),
            needs={EMAIL},
        ),
        _same(
            f"{CS}email-address-set",
            lambda listing: element(
                f"{CS}email-address-set", text_element(f"{CS}email-address", listing.email)
            ),
            needs={EMAIL},
        ),
        _same(
            f"{CAL}calendar-user-type",
            lambda _listing: text_element(f"{CAL}calendar-user-type", "INDIVIDUAL"),
        ),
        _same(f"{CAL}supported-calendar-component-sets", lambda _listing: _COMPONENT_SETS),
        _same(f"{DAV}current-user-privilege-set", lambda _listing: _HOME_PRIVILEGES),
        _same(f"{DAV}supported-report-set", lambda _listing: _PRINCIPAL_REPORTS),
        _nothing(f"{DAV}alternate-URI-set"),
        _nothing(f"{DAV}group-membership"),
    ]
)

_TOP_TYPE = element(RESOURCETYPE, empty_element(COLLECTION))

TOPS: LivePropertyRegistry[Top, Listing] = LivePropertyRegistry(
    [
        *_general(),
        _plain(RESOURCETYPE, lambda _row: _TOP_TYPE, in_allprop=True),
        _same(f"{DAV}supported-report-set", lambda _listing: _PRINCIPAL_REPORTS),
        _same(f"{DAV}current-user-privilege-set", lambda _listing: _privileges(_READING)),
    ]
)
