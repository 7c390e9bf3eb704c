"""Objects of somebody who wants the server to work for ever, and how each is answered."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.groupware_door import card, event

TEN_MB = 10 * 1024 * 1024
_ROOM = 1_000  # for what stands around the heap in an object of ten megabytes


class Sent(NamedTuple):
    """A request, which of the answers it may have (of a refusal its precondition), and how soon.

    *seconds* are those of the server's processors.
    """

    name: str
    method: str
    path: str
    body: Callable[[], bytes]
    statuses: frozenset[int]
    says: str = ""
    seconds: float = 1.0


def _stored(name: str, body: Callable[[], bytes]) -> Sent:
    path = f"calendar/{name.replace(' ', '-')}.ics"
    return Sent(name, "PUT", path, body, frozenset({201, 204}))


def _refused(name: str, body: Callable[[], bytes], condition: str, path: str = "") -> Sent:
    where = path or f"calendar/{name.replace(' ', '-')}.ics"
    return Sent(name, "PUT", where, body, frozenset({403}), condition)


def _rule(text: str) -> Callable[[], bytes]:
    return lambda: event(text[:200], "Regel", f"RRULE:{text}")


def _many(pattern: str) -> str:
    """As much of *pattern* as fits into ten megabytes."""
    return pattern * ((TEN_MB - _ROOM) // len(pattern.encode()))


def _components(*lines: str) -> bytes:
    inner = "\r\n".join(lines)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y\r\n{inner}\r\nEND:VCALENDAR".encode()


def _override(number: int, *, is_future: bool = False) -> Iterator[str]:
    future = ";RANGE=THISANDFUTURE" if is_future else ""
    yield from ("BEGIN:VEVENT", "UID:u", "DTSTAMP:20260101T000000Z")
    yield f"RECURRENCE-ID{future}:{number + 1900:04}0504T100000Z"
    yield from (f"DTSTART:{9000 - number:04}0504T100000Z", "DURATION:PT1H", "END:VEVENT")


def _series(number: int, *, is_future: bool) -> bytes:
    master = ("BEGIN:VEVENT", "UID:u", "DTSTART:18000504T100000Z", "RRULE:FREQ=DAILY")
    overrides = (line for each in range(number) for line in _override(each, is_future=is_future))
    return _components(*master, "END:VEVENT", *overrides)


def _zone(rules: int) -> bytes:
    lines = ["BEGIN:VTIMEZONE", "TZID:Eigene"]
    for number in range(rules):
        lines += ["BEGIN:STANDARD", f"DTSTART:16{number:02}0128T030000"]
        lines += [f"RRULE:FREQ=YEARLY;BYMONTH={number % 12 + 1};BYDAY=-1SU"]
        lines += ["TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "END:STANDARD"]
    lines += ["END:VTIMEZONE", "BEGIN:VEVENT", f"UID:zone{rules}"]
    lines += ["DTSTART;TZID=Eigene:16050101T100000", "DURATION:PT1H", "RRULE:FREQ=YEARLY"]
    return _components(*lines, "END:VEVENT")


_DATA, _OBJECT, _TIMES = "valid-calendar-data", "valid-calendar-object", "max-instances"
_NUMBERS = ",".join(map(str, range(1, 60)))

OBJECTS: tuple[Sent, ...] = (
    _refused("seconds without end", _rule("FREQ=SECONDLY"), _TIMES),
    _refused("minutes without end", _rule("FREQ=MINUTELY;INTERVAL=7"), _TIMES),
    _refused("hours without end", _rule("FREQ=HOURLY"), _TIMES),
    _refused("hours for years", _rule("FREQ=HOURLY;UNTIL=20360101T000000Z"), _TIMES),
    _refused("30 February", _rule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), _DATA),
    _refused("31 April", _rule("FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31"), _DATA),
    _refused(
        "seconds that never come", _rule("FREQ=SECONDLY;COUNT=9;BYMONTH=1;BYDAY=2MO"), _TIMES
    ),
    _refused("no interval", _rule("FREQ=DAILY;INTERVAL=0"), _DATA),
    _refused("huge interval", _rule("FREQ=DAILY;INTERVAL=99999999999999999999"), _DATA),
    _refused("huge count", _rule("FREQ=DAILY;COUNT=999999999"), _TIMES),
    _refused(
        "every second of a day",
        _rule(f"FREQ=DAILY;BYMINUTE={_NUMBERS};BYSECOND={_NUMBERS}"),
        _TIMES,
    ),
    _refused("long list", _rule("FREQ=YEARLY;BYYEARDAY=" + "1," * 100_000 + "1"), _DATA),
    _refused("list of weekdays", _rule("FREQ=MONTHLY;BYDAY=" + "MO," * 500_000 + "MO"), _DATA),
    _stored("until far away", _rule("FREQ=DAILY;UNTIL=99991231T235959Z")),
    _stored(
        "each day of years", _rule("FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(1, 367))))
    ),
    _stored(
        "once in a long while", _rule("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;INTERVAL=97")
    ),
    _stored("a thousand hours", _rule("FREQ=HOURLY;COUNT=1000")),
    _stored("eight a day", _rule("FREQ=DAILY;BYHOUR=8,9,10,11,12,13,14,15")),
    _stored(
        "96 a day",
        _rule("FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=0,15,30,45"),
    ),
    _stored(
        "free all days",
        lambda: event(
            "free",
            "Frei",
            "RRULE:FREQ=DAILY",
            "TRANSP:TRANSPARENT",
            start="DTSTART;VALUE=DATE:00010101",
        ),
    ),
    _stored(
        "a long instance",
        lambda: event(
            "long",
            "Lang",
            "DURATION:P2000000D",
            "RRULE:FREQ=DAILY",
            start="DTSTART:00010101T000000Z",
        ),
    ),
    _stored(
        "a long date",
        lambda: event(
            "date",
            "Lang",
            "RRULE:FREQ=DAILY",
            "RDATE;VALUE=PERIOD:00020101T000000Z/P2000000D",
            start="DTSTART:00010101T000000Z",
        ),
    ),
    _stored("many changed", lambda: _series(1_900, is_future=False)),
    _stored("many moved far", lambda: _series(1_900, is_future=True).replace(b"UID:u", b"UID:f")),
    _stored("an own zone", lambda: _zone(4)),
    _refused("a zone of rules", lambda: _zone(40), _DATA),
    _refused("too many changed", lambda: _series(2_100, is_future=False), _TIMES),
    _refused(
        "ten megabytes of dates",
        lambda: event("d", "x", "RDATE:" + _many("20260504T100000Z,")),
        _TIMES,
    ),
    _refused(
        "lines of dates", lambda: event("d", "x", *["RDATE:20260504T100000Z"] * 400_000), _DATA
    ),
    _refused(
        "folded dates",
        lambda: event("d", "x", "RDATE:" + _many("20260504T100000Z,\r\n\t")),
        _TIMES,
    ),
    _refused(
        "left out dates",
        lambda: event("d", "x", "RRULE:FREQ=DAILY", "EXDATE:" + _many("20260504T100000Z,")),
        _TIMES,
    ),
    _refused(
        "attendees",
        lambda: event(
            "a", "x", *(f"ATTENDEE;CN=A{i}:mailto:a{i}@x.example" for i in range(100_000))
        ),
        _DATA,
    ),
    _refused("deep", lambda: b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 10_000, _DATA),
    _refused("begin", lambda: _many("BEGIN:VCALENDAR\r\n").encode(), _DATA),
    _refused(
        "alarms",
        lambda: event("a", "x", *["BEGIN:VALARM", "TRIGGER:-PT5M", "END:VALARM"] * 100_000),
        _DATA,
    ),
    _refused("line ends", lambda: _many("\r\n").encode(), _DATA),
    _refused("returns", lambda: _many("\r").encode(), _DATA),
    _refused("only NUL", lambda: _many("\0").encode(), _DATA),
    _refused("Latin-1", lambda: event("l", "Küche").decode().encode("latin-1"), _DATA),
    _refused("UTF-16", lambda: event("u").decode().encode("utf-16"), _DATA),
    _refused("quotes", lambda: event("q", "x", 'X-A;B="' + _many('"')), _DATA),
    _refused("a long UID", lambda: event("u" * 5_000_000), _DATA),
    _refused(
        "a long TZID",
        lambda: event("t", "x", start=f"DTSTART;TZID={'x' * 5_000_000}:20260504T100000"),
        _DATA,
    ),
    _refused("too long", lambda: event("t", "x" * (TEN_MB + 1)), "max-resource-size"),
    _refused("nothing", lambda: b"", _DATA),
    _refused("random bytes", lambda: bytes(range(256)) * 1_000, _DATA),
    _stored("NUL in it", lambda: event("nul", "\0" * 1_000_000 + "Notar")),
    _stored("folded to pieces", lambda: event("folds", "x" + _many("\r\n "))),
    _stored("tabs", lambda: event("tabs", "x" + "\n\t" * 1_000_000)),
    _stored("escapes", lambda: event("escapes", _many("\\n"))),
    _refused("parameters", lambda: event("params", "x", "X-A" + ";A=b" * 500_000 + ":1"), _DATA),
    _stored("most parameters", lambda: event("most", "x", "X-A" + ";A=b" * 16_000 + ":1")),
    _stored(
        "an attachment",
        lambda: event("attached", "x", "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + _many("QUJD")),
    ),
    _refused(
        "a card of 100,000 lines",
        lambda: card("c", "x", *["TEL:1"] * 100_000),
        "valid-address-data",
        "contacts/lines.vcf",
    ),
    _refused("no card", lambda: event("c"), "valid-address-data", "contacts/none.vcf"),
    _refused(
        "too long a card",
        lambda: card("c", "x" * 6_000_000),
        "max-resource-size",
        "contacts/long.vcf",
    ),
    Sent(
        "a photo",
        "PUT",
        "contacts/photo.vcf",
        lambda: card("p", "x", "PHOTO;ENCODING=b:" + "QUJD" * 1_200_000),
        frozenset({201, 204}),
    ),
    Sent(
        "a card of escapes",
        "PUT",
        "contacts/escapes.vcf",
        lambda: card("e", "\\n" * 1_000_000),
        frozenset({201, 204}),
    ),
    Sent(
        "a card in pieces",
        "PUT",
        "contacts/pieces.vcf",
        lambda: card("n", "e\u0301" * 500_000),
        frozenset({201, 204}),
    ),
)
