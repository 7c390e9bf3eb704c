"""free-busy-query (RFC 4791 section 7.10): when its owner is busy, without saying why."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from lxml import etree

from dav_providers.groupware.filter_xml import invalid, read_range
from dav_providers.groupware.filters import bounds_us
from dav_providers.groupware.floating_times import zone_of
from dav_providers.groupware.names import CAL
from dav_providers.groupware.request import GroupwareRequest
from dav_providers.multistatus.answers import Answer
from office.items import Budget, BusyInterval, busy_intervals
from storage import items
from storage.collections import CollectionRow

_MOST_INSTANCES = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def answer(request: GroupwareRequest, collection: CollectionRow, root: etree._Element) -> Answer:
    """One VFREEBUSY with what is busy in the time asked about.

    Raises:
        TooManyInstancesError: More happens in it than is told at once.
    """
    element = root.find(f"{CAL}time-range")
    if element is None:
        raise invalid("A free-busy-query must hold a time-range.")
    within = read_range(element)
    if within.start is None or within.end is None:
        raise invalid("The time-range of a free-busy-query must have a start and an end.")
    start_us, end_us = bounds_us(within)
    with request.services.store.read() as unit:
        collection = request.current(unit, collection)
        found = items.may_happen_in(unit, collection.place, "VEVENT", start_us, end_us)
    zone = zone_of(collection, root)
    busy: list[BusyInterval] = []
    budget = Budget(_MOST_INSTANCES)
    for each in found:
        busy += busy_intervals(each, start_us, end_us, budget=budget, zone=zone)
    text = _vfreebusy(merged(busy), start_us, end_us, request.now_us).encode()
    headers = [
        ("Content-Type", "text/calendar; charset=utf-8; component=vfreebusy"),
        ("Content-Length", str(len(text))),
    ]
    return Answer(200, headers, [text])


def merged(busy: Iterable[BusyInterval]) -> Iterator[BusyInterval]:
    """Intervals of one kind that touch made one, by kind and time."""
    last: BusyInterval | None = None
    for each in sorted(busy, key=lambda each: (str(each.kind), each.starts_us)):
        if last is not None and last.kind == each.kind and each.starts_us <= last.ends_us:
            last = last._replace(ends_us=max(last.ends_us, each.ends_us))
            continue
        if last is not None:
            yield last
        last = each
    if last is not None:
        yield last


def _vfreebusy(busy: Iterable[BusyInterval], start_us: int, end_us: int, now_us: int) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//deedbox//EN",
        "BEGIN:VFREEBUSY",
        f"UID:free-busy-{now_us}",
        f"DTSTAMP:{instant(now_us)}",
        f"DTSTART:{instant(start_us)}",
        f"DTEND:{instant(end_us)}",
        *(
            f"FREEBUSY;FBTYPE={each.kind}:{instant(each.starts_us)}/{instant(each.ends_us)}"
            for each in busy
        ),
        "END:VFREEBUSY",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def instant(time_us: int) -> str:
    """*time_us* as iCalendar writes it in UTC."""
    moment = _EPOCH + timedelta(microseconds=time_us)
    return f"{moment.year:04}{moment:%m%dT%H%M%SZ}"  # %Y writes the year 1 as 1
