"""What reading an object yields: the bytes to keep, and what the store keeps beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class IndexColumns(Protocol):
    """What the evaluator needs of an object: an :class:`Indexed` or a row of the database."""

    @property
    def component(self) -> str:
        """VEVENT, VTODO, VJOURNAL, VFREEBUSY or VCARD."""

    @property
    def starts_us(self) -> int | None:
        """No part of it lies before; None: undated."""

    @property
    def ends_us(self) -> int | None:
        """No part of it lies after; None: undated, or for ever."""

    @property
    def recurrence(self) -> str:
        """What ``office.items.schedules`` wrote; empty: one busy instance, bounds exact."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the store keeps beside an object's bytes.

    Attributes:
        uid: The UID, as it was sent.
        component: VEVENT, VTODO, VJOURNAL, VFREEBUSY or VCARD.
        starts_us: Outer bound in microseconds UTC: nothing of it happens earlier. None: undated.
        ends_us: Outer bound: nothing of it happens later. None: undated, or for ever.
        recurrence: Compact JSON from which every instance can be told without the text. Empty:
            a single busy instance whose bounds are exact.
        summary: SUMMARY or FN, unescaped.
        fields: What clients search, folded by ``office.items.fold``; calendars have CLASS.
    """

    uid: str
    component: str
    starts_us: int | None
    ends_us: int | None
    recurrence: str
    summary: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CalendarObject:
    """A calendar object that every device can read.

    Attributes:
        indexed: What the store keeps beside it.
        text: The bytes to keep: what was sent, unless *was_changed*.
        was_changed: Something was mended; the client has to fetch it (RFC 4791 section 5.3.4).
    """

    indexed: Indexed
    text: bytes
    was_changed: bool


@dataclass(frozen=True, slots=True)
class AddressObject:
    """A vCard that every device can read; the attributes are those of CalendarObject."""

    indexed: Indexed
    text: bytes
    was_changed: bool
