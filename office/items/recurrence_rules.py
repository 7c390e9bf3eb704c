"""Recurrence rules, and their days, month by month (RFC 5545 section 3.3.10).

A rule here has every part filled in that RFC 5545 takes from DTSTART, and no COUNT: that was
turned into the last instance when the rule was read. So it can be asked from any time on without
counting from its beginning.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from office.items.instants import DAY, EPOCH_DAY, LAST_LOCAL
from office.items.rule_days import (
    Parts,
    days_by_day,
    days_by_month,
    days_by_week,
    days_by_year,
)

MOST_EMPTY = {"YEARLY": 100, "MONTHLY": 1_000, "WEEKLY": 1_000, "DAILY": 1_000}
"""A rule that picks no day in so many of its periods in a row is over; DAILY is read by months.

The rarest that people make, 29 February on one weekday, leaves 40 years out.
"""

_BY_FREQUENCY = {
    "YEARLY": days_by_year,
    "MONTHLY": days_by_month,
    "WEEKLY": days_by_week,
    "DAILY": days_by_day,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of FREQ DAILY or slower.

    Attributes:
        frequency: YEARLY, MONTHLY, WEEKLY or DAILY.
        parts: Interval and BY parts that pick days.
        times: Seconds of the day, sorted, at least one.
        positions: BYSETPOS.
        last: The last local time, inclusive, or None.
        until: The last time in UTC, inclusive, or None.
    """

    frequency: str
    parts: Parts
    times: tuple[int, ...]
    positions: tuple[int, ...] = ()
    last: int | None = None
    until: int | None = None

    def locals_from(self, start: int, since: int) -> Iterator[int]:
        """The local times from *since* on, sorted; *start* is the rule's DTSTART.

        It ends at ``last``, at the end of year 9999, or when it picks no more days; it does not
        look at ``until``.
        """
        least = max(start, since)
        last = LAST_LOCAL if self.last is None else self.last
        empty, most_empty = 0, MOST_EMPTY[self.frequency]
        for days in self.periods(start, least):
            found = self.times_of(days)
            empty = 0 if found else empty + 1
            if empty > most_empty:
                return
            for local in found:
                if local > last:
                    return
                if local >= least:
                    yield local

    def has(self, start: int, local: int) -> bool:
        """Whether *local* is one of its times; nothing but the period it lies in is looked at.

        As :meth:`locals_from`, it does not look at ``until``.
        """
        last = LAST_LOCAL if self.last is None else self.last
        if not start <= local <= last:
            return False
        return local in self.times_of(next(self.periods(start, local), []))

    def periods(self, start: int, since: int) -> Iterator[list[int]]:
        """The picked days of each period from the one of *since* on; ordinals, sorted."""
        first = start // DAY + EPOCH_DAY
        return _BY_FREQUENCY[self.frequency](self.parts, first, since // DAY + EPOCH_DAY)

    def times_of(self, days: list[int]) -> list[int]:
        """The local times of one period whose picked days are *days*."""
        times = self.times
        if len(times) == 1:
            time = times[0] - EPOCH_DAY * DAY
            found = [day * DAY + time for day in days]
        else:
            found = [(day - EPOCH_DAY) * DAY + time for day in days for time in times]
        return picked(found, self.positions) if self.positions else found

    def as_json(self) -> dict[str, Any]:
        """The rule for the store; what is missing has its default."""
        content: dict[str, Any] = {"f": self.frequency[0], "t": self.times, **self.parts.as_json()}
        optional = {"s": self.positions, "l": self.last, "u": self.until}
        content.update((key, value) for key, value in optional.items() if value not in (None, ()))
        return content


def rule_from_json(content: dict[str, Any]) -> Rule:
    """What :meth:`Rule.as_json` wrote."""
    return Rule(
        _BY_LETTER[content["f"]],
        Parts.from_json(content),
        tuple(content["t"]),
        tuple(content.get("s", ())),
        content.get("l"),
        content.get("u"),
    )


def picked(found: list[int], positions: tuple[int, ...]) -> list[int]:
    """The entries of *found* at BYSETPOS *positions*, sorted, each once."""
    size = len(found)
    indexes = {at - 1 if at > 0 else size + at for at in positions}
    return [found[at] for at in sorted(indexes) if 0 <= at < size]


_BY_LETTER = {frequency[0]: frequency for frequency in _BY_FREQUENCY}
