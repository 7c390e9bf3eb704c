"""Calendars and address books of many long objects, and the reports that ask for all of them."""

from collections.abc import Iterable

from storage import collections, item_changes, people
from storage.collections import NewCollection
from storage.items import Content
from tests.builders import NOW_US
from tests.groupware_door import Device, GroupwareOffice, card, event

TEXT_BYTES = 10 * 1024

_PREFIXES = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:R="urn:ietf:params:xml:ns:carddav"'
)
_EVENTS = "<D:prop><D:getetag/><C:calendar-data/></D:prop>"
_CARDS = "<D:prop><D:getetag/><R:address-data/></D:prop>"
_SYNC = (
    f"<D:sync-collection {_PREFIXES}><D:sync-token/><D:sync-level>1</D:sync-level>{_EVENTS}"
    "</D:sync-collection>"
)


def _calendar_query(inner: str) -> str:
    return (
        f'<C:calendar-query {_PREFIXES}>{_EVENTS}<C:filter><C:comp-filter name="VCALENDAR">'
        f'<C:comp-filter name="VEVENT">{inner}</C:comp-filter></C:comp-filter></C:filter>'
        "</C:calendar-query>"
    )


def _addressbook_query(inner: str) -> str:
    return (
        f"<R:addressbook-query {_PREFIXES}>{_CARDS}<R:filter>{inner}</R:filter>"
        "</R:addressbook-query>"
    )


def _holds(prefix: str, name: str) -> str:
    text = f"<{prefix}:text-match>Lindenallee</{prefix}:text-match>"
    return f'<{prefix}:prop-filter name="{name}">{text}</{prefix}:prop-filter>'


def _multiget(members: int) -> str:
    hrefs = "".join(f"<D:href>/dav/anna/calendar-{members}/{n}</D:href>" for n in range(members))
    return f"<C:calendar-multiget {_PREFIXES}>{_EVENTS}{hrefs}</C:calendar-multiget>"


def questions(members: int) -> Iterable[tuple[str, str]]:
    """The kind of collection and the report that asks for all of it."""
    yield "calendar", _SYNC
    yield "calendar", _calendar_query("")
    yield "calendar", _calendar_query(_holds("C", "SUMMARY"))
    yield "calendar", _calendar_query(_holds("C", "DESCRIPTION"))
    yield "calendar", _multiget(members)
    yield "addressbook", _addressbook_query("")
    yield "addressbook", _addressbook_query(_holds("R", "NOTE"))


def fill(office: GroupwareOffice, owner: Device, kind: str, members: int) -> None:
    """A collection named after its kind and number of objects, each of 10 KiB."""
    new = NewCollection(f"{kind}-{members}", kind, frozenset({"VEVENT"}))
    with office.store.write() as unit:
        person = people.find(unit, owner.name)
        assert person is not None
        collections.create(unit, person.id, new, now_us=NOW_US)
        collection = collections.find(unit, person.id, new.name)
        assert collection is not None
        for number in range(members):
            item_changes.create(
                unit, collection.id, f"{number}", _content(kind, number), now_us=NOW_US
            )


def _content(kind: str, number: int) -> Content:
    uid, words = f"{number}", "Lindenallee 3 " + "x" * TEXT_BYTES
    if kind == "addressbook":
        component, text = "VCARD", card(uid, "Anna Berg", f"NOTE:{words}").decode()
    else:
        component, text = "VEVENT", event(uid, "Lindenallee", f"DESCRIPTION:{words}").decode()
    return Content(uid, component, f"{uid:0>64}", len(text), 0, 1, "", "Lindenallee", text)
