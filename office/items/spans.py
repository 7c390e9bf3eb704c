"""One component's dates as a span: what begins when, and how long it is (RFC 5545 section 3.6)."""

from office.items.clocks import ClockError, Clocks
from office.items.components import Component, Fault, Line
from office.items.content_lines import parameters
from office.items.errors import shown
from office.items.instants import DAY, Clock, Length, Moment, read_length, read_moment
from office.items.schedules import BUSY, FREE, TENTATIVE, Span

_UTC = "UTC"
_BUSY = {"CANCELLED": FREE, "TENTATIVE": TENTATIVE}


class SpanReader:
    """Reads the dates of components of one object."""

    def __init__(self, clocks: Clocks, fault: Fault) -> None:
        self.clocks = clocks
        self.fault = fault
        self._known: dict[tuple[int, str], Moment] = {}

    def span(self, component: Component) -> Span | None:
        """When *component*, without its rules, is; None: it has no date."""
        match component.name:
            case "VEVENT":
                return self._event(component)
            case "VTODO":
                return self._todo(component)
            case "VJOURNAL":
                return self._journal(component)
            case _:
                return self._free_busy(component)

    def line(self, component: Component, name: str) -> Line | None:
        """The one line of that name.

        Raises:
            InvalidItemError: There are several.
        """
        found = component.all(name)
        if len(found) > 1:
            raise self.fault.at(found[1][2], f"a second {name} in one {component.name}.")
        return found[0] if found else None

    def moment(self, line: Line | None) -> Moment | None:
        """The date or time of *line*, whose clock is known.

        Raises:
            InvalidItemError: There is no such day or time, or its zone is not known.
        """
        return None if line is None else self.moment_of(line, line[1])

    def moment_of(self, line: Line, text: str) -> Moment:
        """The date or time *text*, one of those in *line*; see :meth:`moment`."""
        key = (line[2], text)
        known = self._known.get(key)
        if known is not None:
            return known
        tzid = parameters(line[0]).get("TZID", "").strip()
        try:
            moment = read_moment(text.strip(), tzid)
            self.clocks.name(moment)
        except ValueError:
            raise self.fault.at(line[2], f"“{shown(text)}” is no date or time.") from None
        except ClockError as error:
            raise self.fault.at(line[2], str(error)) from None
        self._known[key] = moment
        return moment

    def length_of(self, line: Line, text: str) -> Length:
        """The duration *text* in *line*.

        Raises:
            InvalidItemError: It is none, or negative.
        """
        try:
            length = read_length(text.strip())
        except ValueError:
            raise self.fault.at(line[2], f"“{shown(text)}” is no duration.") from None
        if length.days < 0 or length.seconds < 0:
            raise self.fault.at(line[2], "a duration that goes backwards.")
        return length

    def between(self, start: Moment, end: Moment) -> Length | None:
        """How long it is from *start* to *end*; None: the end comes first."""
        if start.clock is Clock.DATE and end.clock is Clock.DATE:
            days = (end.local - start.local) // DAY
            return Length(days, 0) if days >= 0 else None
        seconds = self.clocks.utc(end) - self.clocks.utc(start)
        if seconds < 0 and self.clocks.name(start) == self.clocks.name(end):
            # The end lies in an hour that a zone leaves out.
            seconds = 0 if end.local >= start.local else seconds
        return Length(0, seconds) if seconds >= 0 else None

    def _event(self, component: Component) -> Span:
        start = self.moment(self.line(component, "DTSTART"))
        if start is None:
            raise self.fault.at(component.first, "a VEVENT without DTSTART.")
        length = self._length(component, start, "DTEND")
        if length is None:
            length = Length(1, 0) if start.clock is Clock.DATE else Length(0, 0)
        if start.clock is Clock.DATE and length == (0, 0):
            length = Length(1, 0)  # DTEND on the day of DTSTART: what people mean is that day
        busy = _busy(component)
        return Span(self.clocks.name(start), start.local, *length, "E", busy)

    def _length(self, component: Component, start: Moment, name: str) -> Length | None:
        end_line, length_line = self.line(component, name), self.line(component, "DURATION")
        if end_line is not None and length_line is not None:
            raise self.fault.at(end_line[2], f"{name} and DURATION exclude each other.")
        if length_line is not None:
            return self.length_of(length_line, length_line[1])
        end = self.moment(end_line)
        if end is None or end_line is None:
            return None
        if name == "DTEND" and (end.clock is Clock.DATE) != (start.clock is Clock.DATE):
            raise self.fault.at(end_line[2], "DTSTART and DTEND: one is a date, the other a time.")
        length = self.between(start, end)
        if length is None and name == "DTEND":
            raise self.fault.at(end_line[2], "DTEND comes before DTSTART.")
        return length or Length(0, 0)

    def _todo(self, component: Component) -> Span | None:
        start = self.moment(self.line(component, "DTSTART"))
        due = self.moment(self.line(component, "DUE"))
        if start is not None:
            length = self._length(component, start, "DUE")
            name = self.clocks.name(start)
            if length is None:
                return Span(name, start.local, 0, 0, "E", FREE)
            return Span(name, start.local, *length, "D" if due is None else "T", FREE)
        if due is not None:
            return Span(self.clocks.name(due), due.local, 0, 0, "U", FREE)
        completed = self.moment(self.line(component, "COMPLETED"))
        created = self.moment(self.line(component, "CREATED"))
        begin = created or completed
        if begin is None:
            return None
        if completed is None:
            return Span(_UTC, self.clocks.utc(begin), 0, 0, "N", FREE)
        seconds = self.clocks.utc(completed) - self.clocks.utc(begin)
        return Span(_UTC, self.clocks.utc(begin), 0, seconds, "C", FREE)

    def _journal(self, component: Component) -> Span | None:
        start = self.moment(self.line(component, "DTSTART"))
        if start is None:
            return None
        days = 1 if start.clock is Clock.DATE else 0
        return Span(self.clocks.name(start), start.local, days, 0, "E", FREE)

    def _free_busy(self, component: Component) -> Span | None:
        start = self.moment(self.line(component, "DTSTART"))
        end = self.moment(self.line(component, "DTEND"))
        if start is None or end is None:
            return None
        length = self.between(start, end)
        if length is None:
            raise self.fault.at(component.first, "DTEND comes before DTSTART.")
        return Span(self.clocks.name(start), start.local, *length, "F", FREE)


def _busy(component: Component) -> int:
    """RFC 4791 section 7.10 and RFC 5545 section 3.8.2.7."""
    if component.value("TRANSP").strip().upper() == "TRANSPARENT":
        return FREE
    return _BUSY.get(component.value("STATUS").strip().upper(), BUSY)
