"""Calendar objects for tests, short to write down."""

from datetime import UTC, datetime

from office.items import CalendarObject, Indexed, ItemLimits, occurrences, read_calendar_object

ALL = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})


def calendar(*lines: str) -> bytes:
    """A VCALENDAR of *lines*."""
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Musterbüro//EN", *lines, "END:VCALENDAR", ""]
    ).encode()


def component(*lines: str, kind: str = "VEVENT", uid: str = "1@muster.example") -> list[str]:
    """The lines of one component."""
    return [f"BEGIN:{kind}", f"UID:{uid}", *lines, f"END:{kind}"]


def event(*lines: str) -> bytes:
    """A calendar object with one event."""
    return calendar(*component(*lines))


def read(data: bytes, limits: ItemLimits | None = None) -> CalendarObject:
    """*data* as a calendar object of any kind."""
    return read_calendar_object(data, components=ALL, limits=limits or ItemLimits())


def indexed(*lines: str) -> Indexed:
    """The index of an event with *lines*."""
    return read(event(*lines)).indexed


def us(text: str) -> int:
    """Microseconds of an ISO time, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp()) * 1_000_000


def starts(of: Indexed, start: str, end: str, *, limit: int = 1000) -> list[str]:
    """The beginnings, in UTC, of the instances between *start* and *end*."""
    found = occurrences(of, us(start), us(end), limit=limit)
    return [
        datetime.fromtimestamp(each.starts_us / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")
        for each in found
    ]
