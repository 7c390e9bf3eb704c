"""When alarms ring, as a query's time-range asks (RFC 4791 section 9.9, RFC 5545 3.8.6)."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from office.items.components import Component
from office.items.content_lines import parameters
from office.items.instants import DAY, read_length, read_moment
from office.items.property_filters import Within

Instances = Callable[[int | None, int | None], Iterable[tuple[int, int]]]
"""Gives the beginnings and ends of an object's instances that meet a time, in seconds UTC."""

_MOST_RINGS = 100


def rings(alarm: Component, within: Within, instances: Instances) -> bool:
    """Whether *alarm* rings, the first time or again, in a time."""
    found = alarm.all("TRIGGER")
    if not found:
        return False
    params, value, _ = found[0]
    again = list(islice(_repeats(alarm), _MOST_RINGS))
    try:
        length = read_length(value.strip())
    except ValueError:
        return _rings_at(value, again, within)
    offset = length.days * DAY + length.seconds
    is_from_end = parameters(params).get("RELATED", "").upper() == "END"
    return any(
        within.holds(moment, moment)
        for each in again
        for starts, ends in instances(
            None if within.start is None else within.start - offset - each - 1,
            None if within.end is None else within.end - offset - each + 1,
        )
        for moment in [(ends if is_from_end else starts) + offset + each]
    )


def _rings_at(value: str, again: Iterable[int], within: Within) -> bool:
    try:
        moment = read_moment(value.strip(), "")
    except ValueError:
        return False
    return any(within.holds(moment.local + each, moment.local + each) for each in again)


def _repeats(alarm: Component) -> Iterator[int]:
    """After how many seconds it rings: at once, and as REPEAT and DURATION say."""
    yield 0
    try:
        length = read_length(alarm.value("DURATION").strip())
        times = int(alarm.value("REPEAT").strip()[:4])
    except ValueError:
        return
    step = length.days * DAY + length.seconds
    yield from (step * number for number in range(1, times + 1))
