"""Objects as their single instances (``expand``, RFC 4791 section 9.6.5)."""

from collections.abc import Iterable
from datetime import tzinfo

from lxml import etree

from dav_providers.groupware.filter_xml import invalid, read_range
from dav_providers.groupware.names import CAL, CALENDAR_DATA, DAV
from office.items import Budget, expanded
from storage.items import Candidate, ItemRow

_MOST_INSTANCES = 5_000
_MOST_CHARACTERS = 16 * 1024 * 1024
_SECOND = 1_000_000


def asked_for(root: etree._Element) -> tuple[int, int] | None:
    """The time, in microseconds, whose instances a report wants; None: objects as they are stored.

    Raises:
        RefusedError: It lacks a beginning or an end.
    """
    element = root.find(f"{DAV}prop/{CALENDAR_DATA}/{CAL}expand")
    if element is None:
        return None
    within = read_range(element)
    if within.start is None or within.end is None:
        raise invalid("expand must have a start and an end.")
    return within.start * _SECOND, within.end * _SECOND


def rows(found: Iterable[Candidate], within_us: tuple[int, int], zone: tzinfo) -> list[ItemRow]:
    """The objects, loaded with their text, with their instances in it; none: an empty text.

    Raises:
        TooManyInstancesError: There are more than are given out at once.
    """
    budget = Budget(_MOST_INSTANCES, _MOST_CHARACTERS)
    return [
        each.item._replace(text=expanded(each.item.text, each, within_us, budget, zone=zone))
        for each in found
    ]
