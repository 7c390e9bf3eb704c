"""Which clock a TZID in one calendar object means."""

from collections.abc import Iterable, Mapping

from office.items.components import Component
from office.items.custom_zones import CustomZone, read_zone
from office.items.instants import DAY, Clock, Moment
from office.items.limits import ItemLimits
from office.items.schedules import FLOATING, OWN
from office.items.zones import UNIVERSAL, Zone, find_zone, iana_name, zone_by_name

_MOST_OWN = 20


class ClockError(Exception):
    """A TZID has no meaning; the text is a sentence."""


class Clocks:
    """The clocks of one calendar object.

    A TZID that is the name of an IANA zone is that zone, whatever the object says about it
    (RFC 7809's reading, and what devices do). Any other is what its VTIMEZONE says, or, without
    one, the IANA zone that it is another name of.
    """

    def __init__(self, components: Iterable[Component], limits: ItemLimits) -> None:
        self._limits = limits
        self._described = {
            each.value("TZID").strip(): each for each in components if each.name == "VTIMEZONE"
        }
        self._names: dict[str, str] = {}
        self._own: dict[str, CustomZone] = {}

    @property
    def own(self) -> Mapping[str, CustomZone]:
        """The zones that were asked for and only the object describes."""
        return self._own

    def name(self, moment: Moment) -> str:
        """The name of *moment*'s clock, as ``office.items.schedules`` keeps it.

        Raises:
            ClockError: Nothing says what the TZID means, or its VTIMEZONE is none.
        """
        if moment.clock is Clock.UTC:
            return "UTC"
        if moment.clock is not Clock.ZONED:
            return FLOATING
        name = self._names.get(moment.tzid)
        if name is None:
            name = self._names[moment.tzid] = self._find(moment.tzid)
        return name

    def zone(self, name: str) -> Zone:
        """The clock called *name*; floating times count as UTC."""
        if name in {FLOATING, "UTC"}:
            return UNIVERSAL
        return self._own[name[1:]] if name.startswith(OWN) else zone_by_name(name)

    def utc(self, moment: Moment) -> int:
        """The seconds UTC of *moment*.

        Raises:
            ClockError: See :meth:`name`.
        """
        return self.zone(self.name(moment)).utc(moment.local)

    def local_on(self, anchor: Moment, moment: Moment) -> int:
        """*moment* by the clock of *anchor*, where a series begins.

        Clients mix dates, UTC and zones in one series.

        Raises:
            ClockError: See :meth:`name`.
        """
        if anchor.clock is Clock.DATE:
            return moment.local // DAY * DAY
        if moment.clock is Clock.DATE:
            return moment.local + anchor.local % DAY
        if anchor.clock is Clock.FLOATING or moment.clock is Clock.FLOATING:
            return moment.local
        name = self.name(anchor)
        if name == self.name(moment):
            return moment.local
        return self.zone(name).local(self.utc(moment))

    def _find(self, tzid: str) -> str:
        if find_zone(tzid) is not None:
            return tzid
        described = self._described.get(tzid)
        if described is not None:
            if len(self._own) == _MOST_OWN:
                raise ClockError(f"more than {_MOST_OWN} time zones that nobody knows.")
            try:
                self._own[tzid] = read_zone(described, self._limits)
            except ValueError as error:
                raise ClockError(f"VTIMEZONE “{tzid}”: {error}") from None
            return OWN + tzid
        name = iana_name(tzid)
        if name is None:
            raise ClockError(f"the time zone “{tzid}” is neither known nor described.")
        return name
