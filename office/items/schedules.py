"""When an object happens, in a form the store keeps: every instance can be told from it alone.

The JSON's keys: ``m`` the master, ``r`` its rules, ``p`` further dates, ``x`` dates left out,
``o`` overridden instances, ``z`` zones that only the object describes, ``f`` periods of a
VFREEBUSY. Times are those of ``office.items.instants``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from office.items.custom_zones import CustomZone, zone_from_json
from office.items.recurrence_rules import Rule, rule_from_json
from office.items.zones import UNIVERSAL, Zone, zone_by_name

FLOATING = ""
"""The zone's name of dates and floating times: the asker's."""
OWN = "*"
"""What a zone's name begins with that only the object describes."""
FREE, BUSY, TENTATIVE, UNAVAILABLE = range(4)

_MOST_CACHED = 4_000
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


class Span(NamedTuple):
    """One instance: where it begins, how long it is, how it meets a window.

    Attributes:
        zone: The clock's name.
        start: Local time.
        days: Length by the calendar,
        seconds: and by the clock.
        kind: ``E`` a time from beginning to end, or a row of the table for VTODO in RFC 4791
            section 9.9: ``D`` DTSTART and DURATION, ``T`` DTSTART and DUE, ``U`` DUE,
            ``C`` COMPLETED with or without CREATED, ``N`` CREATED; ``F`` is a VFREEBUSY.
        busy: FREE, BUSY, TENTATIVE.
    """

    zone: str
    start: int
    days: int
    seconds: int
    kind: str
    busy: int


class Date(NamedTuple):
    """A further date (RDATE), with a length if it has one of its own."""

    local: int
    length: tuple[int, int] | None


class Override(NamedTuple):
    """A component with a RECURRENCE-ID.

    Attributes:
        recurrence_id: The instance, by the master's clock; None: there is no master.
        span: What it is instead.
        is_future: So are all after it (RANGE=THISANDFUTURE).
    """

    recurrence_id: int | None
    span: Span
    is_future: bool

    @property
    def shift(self) -> int:
        """By how much the instances after it are moved, on the clock."""
        return self.span.start - (self.recurrence_id or 0)


class Period(NamedTuple):
    """A period of a VFREEBUSY, in seconds UTC."""

    starts: int
    ends: int
    busy: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an object happens; see the module for the parts."""

    master: Span | None = None
    rules: tuple[Rule, ...] = ()
    dates: tuple[Date, ...] = ()
    excluded: frozenset[int] = frozenset()
    overrides: tuple[Override, ...] = ()
    zones: Mapping[str, CustomZone] = field(default_factory=dict)
    periods: tuple[Period, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether its instances have a RECURRENCE-ID."""
        return bool(self.rules or self.dates or self.overrides or self.excluded)

    def clock(self, name: str, asker: Zone) -> Zone:
        """The clock called *name*; *asker* for floating times."""
        if name == FLOATING:
            return asker
        if name == "UTC":
            return UNIVERSAL
        return self.zones[name[1:]] if name.startswith(OWN) else zone_by_name(name)

    def as_json(self) -> str:
        """The schedule for the store."""
        content: dict[str, Any] = {
            "m": self.master,
            "r": [rule.as_json() for rule in self.rules],
            "p": [date.local if date.length is None else date for date in self.dates],
            "x": sorted(self.excluded),
            "o": [(each.recurrence_id, each.span, int(each.is_future)) for each in self.overrides],
            "z": {tzid: zone.as_json() for tzid, zone in self.zones.items()},
            "f": self.periods,
        }
        kept = {key: value for key, value in content.items() if value}
        return _ENCODER.encode(kept)


def schedule_from_json(text: str) -> Schedule:
    """What :meth:`Schedule.as_json` wrote; short ones are kept in memory."""
    return _cached(text) if len(text) <= _MOST_CACHED else _read(text)


def _read(text: str) -> Schedule:
    content: dict[str, Any] = json.loads(text)
    return Schedule(
        master=Span(*content["m"]) if "m" in content else None,
        rules=tuple(rule_from_json(each) for each in content.get("r", ())),
        dates=tuple(_date(each) for each in content.get("p", ())),
        excluded=frozenset(content.get("x", ())),
        overrides=tuple(
            Override(at, Span(*span), bool(future)) for at, span, future in content.get("o", ())
        ),
        zones={tzid: zone_from_json(each) for tzid, each in content.get("z", {}).items()},
        periods=tuple(Period(*each) for each in content.get("f", ())),
    )


def _date(content: Any) -> Date:  # noqa: ANN401 - straight from JSON
    if isinstance(content, int):
        return Date(content, None)
    return Date(content[0], (content[1][0], content[1][1]))


_cached = lru_cache(2048)(_read)
