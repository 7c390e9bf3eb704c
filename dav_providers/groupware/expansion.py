"""Objects as their single instances (``expand``, RFC 4791 section 9.6.5)."""

from collections.abc import Iterable
from datetime import tzinfo

from lxml import etree

from dav_providers.groupware import texts
from dav_providers.groupware.filter_xml import invalid, read_range
from dav_providers.groupware.names import CAL, CALENDAR_DATA, DAV
from dav_providers.groupware.request import GroupwareRequest
from office.items import Budget, expanded, instances
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


def rows(
    request: GroupwareRequest,
    found: Iterable[Candidate],
    within_us: tuple[int, int],
    zone: tzinfo,
) -> list[ItemRow]:
    """The objects with their instances as their text, which is empty where there are none.

    Raises:
        TooManyInstancesError: There are more than are given out at once.
    """
    budget = Budget(_MOST_INSTANCES, _MOST_CHARACTERS)
    # All are counted before the first text is read: too many are refused soon.
    counted = [(each, instances(each, within_us, budget, zone=zone)) for each in found]
    made: list[ItemRow] = []
    for each, at in counted:
        whole = texts.text_of(request, each.item)
        made.append(each.item._replace(text=expanded(whole, each, at, budget, zone=zone)))
    return made
