"""When alarms ring, as a query's time-range asks (RFC 4791 section 9.9, RFC 5545 3.8.6)."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from office.items.components import Component
from office.items.content_lines import parameters
from office.items.instants import DAY, Clock, read_length, read_moment
from office.items.property_filters import Within

Instances = Callable[[int | None, int | None], Iterable[tuple[int, int]]]
"""Gives the beginnings and ends of a component's instances that meet a time, in seconds UTC."""

_MOST_REPEATS = 99


class _Rings(NamedTuple):
    """After how many seconds an alarm rings.

    Attributes:
        first: For the first time.
        step: From one time to the next; not negative.
        times: So many times more.
    """

    first: int
    step: int
    times: int

    @property
    def last(self) -> int:
        return self.first + self.step * self.times

    def meet(self, moment: int, within: Within) -> bool:
        """Whether one of them, counted from *moment*, lies in a time."""
        moment += self.first
        number = 0
        if within.start is not None and self.step:
            number = max(-((moment - within.start) // self.step), 0)  # the first since then
        return number <= self.times and within.holds(moment + number * self.step)


def rings(alarm: Component, within: Within, instances: Instances) -> bool:
    """Whether *alarm*, of a component with these *instances*, rings in a time, also again."""
    found = alarm.all("TRIGGER")
    if not found:
        return False
    params, value, _ = found[0]
    try:
        length = read_length(value.strip())
    except ValueError:
        return _rings_at(value, _rings(alarm, 0), within)
    all_ = _rings(alarm, length.days * DAY + length.seconds)
    is_from_end = parameters(params).get("RELATED", "").upper() == "END"
    # An instance that begins or ends within a time meets that time with a second around it.
    met = instances(
        None if within.start is None else within.start - all_.last - 1,
        None if within.end is None else within.end - all_.first + 1,
    )
    return any(all_.meet(ends if is_from_end else starts, within) for starts, ends in met)


def _rings_at(value: str, all_: _Rings, within: Within) -> bool:
    try:
        moment = read_moment(value.strip(), "")
    except ValueError:
        return False
    # RFC 5545 section 3.8.6.3 knows no other clock.
    return moment.clock is Clock.UTC and all_.meet(moment.local, within)


def _rings(alarm: Component, first: int) -> _Rings:
    """From *first* on, and again as REPEAT and DURATION say."""
    try:
        length = read_length(alarm.value("DURATION").strip())
        times = int(alarm.value("REPEAT").strip()[:4])
    except ValueError:
        return _Rings(first, 0, 0)
    step = length.days * DAY + length.seconds
    times = min(max(times, 0), _MOST_REPEATS)
    return _Rings(first + min(step * times, 0), abs(step), times)
