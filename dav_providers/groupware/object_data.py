"""``calendar-data`` and ``address-data``: objects as a report wants to have them.

Whole, cut to some of their parts, as single instances, or in another version (RFC 4791 section
9.6, RFC 6352 section 10.4). Without a wish for any of that they are the bytes that are stored.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import TypeVar

from lxml import etree

from dav_providers.groupware import preconditions, texts
from dav_providers.groupware.filter_xml import read_range
from dav_providers.groupware.floating_times import zone_of
from dav_providers.groupware.names import ADDRESS_DATA, CAL, CALENDAR_DATA, CARD, DAV
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import RefusedError
from dav_providers.multistatus.request_xml import RequestXMLError
from office.collections import Kind
from office.items import (
    Budget,
    InvalidItemError,
    Occurrence,
    TooManyInstancesError,
    expanded,
    instances,
)
from office.items.card_versions import VERSIONS, in_version
from office.items.partial_data import ComponentPart, Properties, part_of_calendar, part_of_card
from office.items.property_filters import Within
from office.items.recurrence_limits import limited_free_busy, limited_overrides
from storage.collections import CollectionRow
from storage.items import Candidate, ItemRow

_MOST_INSTANCES = 5_000
_MOST_CHARACTERS = 16 * 1024 * 1024
_MOST_PARTS = 500
_SECOND = 1_000_000
_NAME = "name"
_ALL = ComponentPart("VCALENDAR")

log = logging.getLogger("deedbox.groupware")


_Made = TypeVar("_Made")


def _made_of(item: ItemRow, make: Callable[[], _Made]) -> _Made | None:
    """What *make* makes of one object, or None: it must not fail the answer about all."""
    try:
        return make()
    except TooManyInstancesError:
        raise
    except InvalidItemError:
        return None  # it was taken when limits were wider: better all of it than nothing
    except Exception:
        fields = {"collection": item.collection_id, "name": item.href}
        log.exception("an object was given as it is stored", extra={"fields": fields})
        return None


@dataclass(frozen=True, slots=True)
class CalendarData:
    """How calendar objects are wanted.

    Attributes:
        expand: The time whose single instances are wanted instead.
        overrides: The time that overridden instances have to touch.
        free_busy: The time that FREEBUSY periods have to touch.
        part: What of them is wanted.
    """

    expand: Within | None = None
    overrides: Within | None = None
    free_busy: Within | None = None
    part: ComponentPart = _ALL

    @property
    def is_verbatim(self) -> bool:
        """They are wanted as they are stored."""
        return self == _AS_STORED

    @property
    def needs_columns(self) -> bool:
        """When they happen has to be known."""
        return self.expand is not None or self.overrides is not None

    def row(self, item: ItemRow) -> ItemRow:
        """An object as it is wanted; with *needs_columns* `in_time` made it so before."""
        if self.is_verbatim or self.needs_columns or not item.text:
            return item
        text = _made_of(item, lambda: self._cut(item.text))
        return item if text is None else item._replace(text=text)

    def counted(self, candidate: Candidate, budget: Budget) -> list[Occurrence] | None:
        """The single instances that are wanted of an object; None: they can't be told.

        Raises:
            TooManyInstancesError: *budget* is used up.
        """
        if (expand := self.expand) is None:
            return []
        time_us = _time_us(expand)
        return _made_of(
            candidate.item, lambda: instances(candidate, time_us, budget, zone=expand.zone)
        )

    def text_in_time(
        self, text: str, candidate: Candidate, found: list[Occurrence] | None, budget: Budget
    ) -> str:
        """An object as it is wanted; empty where nothing of it is in the time.

        Raises:
            TooManyInstancesError: *budget* is used up.
        """
        made = None
        if found is not None:
            made = _made_of(candidate.item, lambda: self._limited(text, candidate, found, budget))
        if made is None:
            budget.spend(0, len(text))
        return text if made is None else made

    def _limited(
        self, text: str, candidate: Candidate, found: list[Occurrence], budget: Budget
    ) -> str:
        if self.expand is not None:
            text = expanded(text, candidate, found, budget, zone=self.expand.zone)
        elif self.overrides is not None:
            budget.spend(0, len(text))
            text = limited_overrides(text, candidate, self.overrides) if text else ""
        return self._cut(text) if text else ""

    def _cut(self, text: str) -> str:
        if self.free_busy is not None:
            text = limited_free_busy(text, self.free_busy)
        return text if self.part == _ALL else part_of_calendar(text, self.part)


_AS_STORED = CalendarData()


@dataclass(frozen=True, slots=True)
class AddressData:
    """How vCards are wanted.

    Attributes:
        version: The version; None: the one that is stored.
        properties: What of them is wanted; None: all.
    """

    version: str | None = None
    properties: Properties | None = None

    needs_columns: bool = False

    def row(self, item: ItemRow) -> ItemRow:
        """A vCard as it is wanted."""
        if not item.text or (self.version is None and self.properties is None):
            return item
        text = _made_of(item, lambda: self._made(item.text))
        return item if text is None else item._replace(text=text)

    def _made(self, text: str) -> str:
        if self.version is not None:
            text = in_version(text, self.version)
        return text if self.properties is None else part_of_card(text, self.properties)


def object_data(collection: CollectionRow, root: etree._Element) -> CalendarData | AddressData:
    """How a report wants the members of *collection*.

    Raises:
        RefusedError: Another format or version is asked for.
        RequestXMLError: An element is none.
    """
    if collection.kind == Kind.ADDRESSBOOK:
        return address_data(root)
    has_parts = root.find(f"{DAV}prop/{CALENDAR_DATA}/*") is not None
    return calendar_data(root, zone_of(collection, root) if has_parts else UTC)


def calendar_data(root: etree._Element, zone: tzinfo) -> CalendarData:
    """How a report wants calendar objects; *zone* is that of floating times.

    Raises:
        RefusedError: A time is none (``CALDAV:valid-filter``), or another format is asked for.
        RequestXMLError: The element is none.
    """
    element = root.find(f"{DAV}prop/{CALENDAR_DATA}")
    if element is None:
        return _AS_STORED
    told = (element.get("content-type", "text/calendar"), element.get("version", "2.0"))
    if told != ("text/calendar", "2.0"):
        raise RefusedError(
            403, "There is only iCalendar 2.0 here.", preconditions.SUPPORTED_CALENDAR_DATA
        )
    expand, overrides = (
        _time(element, "expand", zone),
        _time(element, "limit-recurrence-set", zone),
    )
    if expand is not None and overrides is not None:
        raise RequestXMLError("Ask either for expand or for limit-recurrence-set.")
    _check_size(element)
    parts = element.findall(f"{CAL}comp")
    if len(parts) > 1 or any(str(each.get(_NAME)).upper() != "VCALENDAR" for each in parts):
        raise RequestXMLError("calendar-data begins with one comp, VCALENDAR.")
    free_busy = _time(element, "limit-freebusy-set", zone)
    return CalendarData(expand, overrides, free_busy, _part(parts[0]) if parts else _ALL)


def address_data(root: etree._Element) -> AddressData:
    """How a report wants vCards.

    Without a word about the version they are given as they were sent. RFC 6352 section 10.4 has
    it be 3.0 then, but Thunderbird keeps what it hears and vdirsyncer compares it: what they
    saved would come back to them as something else.

    Raises:
        RefusedError: Another format or version is asked for.
        RequestXMLError: The element is none.
    """
    element = root.find(f"{DAV}prop/{ADDRESS_DATA}")
    if element is None:
        return AddressData()
    version = None if (told := element.get("version")) is None else str(told)
    if element.get("content-type", "text/vcard") != "text/vcard" or (
        version is not None and version not in VERSIONS
    ):
        raise RefusedError(
            403, "There are vCard 3.0 and 4.0 here.", preconditions.SUPPORTED_CONVERSION
        )
    _check_size(element)
    has_all = element.find(f"{CARD}allprop") is not None
    properties = _properties(element, CARD)
    return AddressData(version, properties if properties and not has_all else None)


def in_time(
    request: GroupwareRequest,
    collection: CollectionRow,
    found: Collection[Candidate],
    data: CalendarData | AddressData,
) -> list[ItemRow]:
    """The objects as they are wanted, if that needs their columns; the others as they are.

    Raises:
        TooManyInstancesError: There are more than are given out at once.
    """
    if not isinstance(data, CalendarData) or not data.needs_columns:
        return [each.item for each in found]
    budget = Budget(_MOST_INSTANCES, _MOST_CHARACTERS)
    # All are counted before the first text is read: too many are refused soon.
    rows = [each.item for each in found]
    counted = [data.counted(each, budget) for each in found]
    told = {row.id: (row.etag, each) for row, each in zip(rows, counted, strict=True)}
    made: list[ItemRow] = []
    for now in texts.candidates(request, collection, rows):
        etag, occurrences = told[now.item.id]
        if now.item.etag != etag:  # changed meanwhile
            occurrences = data.counted(now, budget)
        text = data.text_in_time(now.item.text, now, occurrences, budget)
        made.append(now.item._replace(text=text))
    return made


def _time_us(within: Within) -> tuple[int, int]:
    return (within.start or 0) * _SECOND, (within.end or 0) * _SECOND


def _time(element: etree._Element, name: str, zone: tzinfo) -> Within | None:
    found = element.find(f"{CAL}{name}")
    if found is None:
        return None
    within = read_range(found, zone)
    if within.start is None or within.end is None:
        raise RequestXMLError(f"{name} must have a start and an end.")
    return within


def _part(element: etree._Element) -> ComponentPart:
    """A ``comp`` (RFC 4791 section 9.6.1): without a word on properties it has none of them."""
    components = tuple(_part(each) for each in element.iterfind(f"{CAL}comp"))
    return ComponentPart(
        _name(element),
        None if element.find(f"{CAL}allprop") is not None else _properties(element, CAL),
        None if element.find(f"{CAL}allcomp") is not None else components,
    )


def _properties(element: etree._Element, prefix: str) -> Mapping[str, bool]:
    return {
        _name(each): each.get("novalue") == "yes" for each in element.iterfind(f"{prefix}prop")
    }


def _name(element: etree._Element) -> str:
    name = str(element.get(_NAME) or "").strip().upper()
    if not name:
        raise RequestXMLError(f"A name is missing in {etree.QName(element).localname}.")
    return name


def _check_size(element: etree._Element) -> None:
    if sum(1 for _ in element.iter()) > _MOST_PARTS:
        raise RequestXMLError(f"Ask for at most {_MOST_PARTS} parts of an object.")
