"""Questions of somebody who wants the server to work for ever: reports and PROPPATCH."""

from collections.abc import Callable

from tests.e2e.hostile_objects import Sent

_CALENDAR = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_CARDS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
_FIRST, _LAST = "00010101T000000Z", "99991231T235959Z"
_ALWAYS = f'start="{_FIRST}" end="{_LAST}"'


def _report(kind: str, inner: str) -> Callable[[], bytes]:
    namespaces = _CARDS if kind.startswith("addressbook") else _CALENDAR
    return f"<C:{kind} {namespaces}>{inner}</C:{kind}>".encode


def _query(filter_: str, data: str = "<D:getetag/>", more: str = "") -> Callable[[], bytes]:
    return _report(
        "calendar-query", f"<D:prop>{data}</D:prop><C:filter>{filter_}</C:filter>{more}"
    )


def _component(name: str, inner: str) -> str:
    return f'<C:comp-filter name="{name}">{inner}</C:comp-filter>'


def _in(inner: str, component: str = "VEVENT") -> str:
    return _component("VCALENDAR", _component(component, inner))


def _cards(filter_: str, data: str = "<D:getetag/>") -> Callable[[], bytes]:
    return _report("addressbook-query", f"<D:prop>{data}</D:prop><C:filter>{filter_}</C:filter>")


def _text(name: str, text: str, more: str = "") -> str:
    return (
        f'<C:prop-filter name="{name}"><C:text-match{more}>{text}</C:text-match></C:prop-filter>'
    )


def _asked(
    name: str, body: Callable[[], bytes], *statuses: int, says: str = "", path: str = "calendar/"
) -> Sent:
    return Sent(name, "REPORT", path, body, frozenset(statuses or {207}), says)


_LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
_EXPAND = '<C:calendar-data><C:expand start="{}" end="{}"/></C:calendar-data>'
_TEN_YEARS = _EXPAND.format("20260101T000000Z", "20360101T000000Z")
_EVER = f"<C:time-range {_ALWAYS}/>"
_TOO_MUCH = "number-of-matches-within-limits"
_MANY_HREFS = "<D:href>/dav/anna/calendar/{}.ics</D:href>"


def _hrefs(number: int, data: str = "<D:getetag/>") -> Callable[[], bytes]:
    named = "".join(_MANY_HREFS.format(each) for each in range(number))
    return _report("calendar-multiget", f"<D:prop>{data}</D:prop>{named}")


def _patched(inner: str, more: str = "") -> Callable[[], bytes]:
    return (
        f"<D:propertyupdate {_CALENDAR}{more}><D:set><D:prop>{inner}</D:prop></D:set>"
        "</D:propertyupdate>"
    ).encode


def _patch(name: str, body: Callable[[], bytes], *statuses: int) -> Sent:
    return Sent(name, "PROPPATCH", "calendar/", body, frozenset(statuses))


_PARAMETER = (
    '<C:prop-filter name="X-A"><C:param-filter name="A"><C:text-match>b</C:text-match>'
    "</C:param-filter></C:prop-filter>"
)
_SYNC = "<D:sync-token/><D:prop><C:calendar-data/></D:prop>"
_NONSENSE = "<C:timezone>" + "BEGIN:VTIMEZONE\nTZID:" + " " * 500_000 + "x</C:timezone>"
_BLANK_ZONE = (
    f"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:{' ' * 200_000}x\nBEGIN:STANDARD\n"
    "DTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\n"
    "END:VTIMEZONE\nEND:VCALENDAR\n"
)
_DEEP = '<C:comp-filter name="VEVENT">' * 5_000 + "</C:comp-filter>" * 5_000
_WIDE = '<C:prop-filter name="SUMMARY"><C:text-match>x</C:text-match></C:prop-filter>' * 5_000

QUESTIONS: tuple[Sent, ...] = (
    _asked("ten thousand years", _query(_in(_EVER))),
    _asked(
        "all of ten thousand years",
        _query(f'<C:comp-filter name="VCALENDAR">{_EVER}</C:comp-filter>'),
    ),
    _asked(
        "alarms of ten thousand years",
        _query(_in(f'<C:comp-filter name="VALARM">{_EVER}</C:comp-filter>')),
    ),
    _asked(
        "a second in the year 9000",
        _query(_in('<C:time-range start="90000101T000000Z" end="90000101T000001Z"/>')),
    ),
    _asked("ten years expanded", _query(_in(""), _TEN_YEARS), 507, says=_TOO_MUCH),
    _asked(
        "ten thousand years expanded",
        _query(_in(""), _EXPAND.format(_FIRST, _LAST)),
        507,
        says=_TOO_MUCH,
    ),
    _asked(
        "a day expanded",
        _query(_in(""), _EXPAND.format("20260601T000000Z", "20260602T000000Z")),
        207,
        507,
        says=_TOO_MUCH,
    ),
    _asked(
        "expanded by name",
        _report(
            "calendar-multiget",
            f"<D:prop>{_TEN_YEARS}</D:prop><D:href>/dav/anna/calendar/eight-a-day.ics</D:href>",
        ),
        507,
        says=_TOO_MUCH,
    ),
    _asked(
        "expanded for ever",
        _query(_in(""), "<C:calendar-data><C:expand/></C:calendar-data>"),
        403,
        says="valid-filter",
    ),
    _asked("free and busy for ever", _report("free-busy-query", _EVER), 200, 507, says=_TOO_MUCH),
    _asked(
        "free and busy for ten years",
        _report(
            "free-busy-query", '<C:time-range start="20260101T000000Z" end="20360101T000000Z"/>'
        ),
        507,
        says=_TOO_MUCH,
    ),
    _asked("a text in all", _query(_in(_text("SUMMARY", "notar")))),
    _asked("a text that is nowhere", _query(_in(_text("DESCRIPTION", "gibt es nicht")))),
    _asked("no text at all", _query(_in(_text("SUMMARY", "")))),
    _asked(
        "a text that none may hold", _query(_in(_text("SUMMARY", "x", ' negate-condition="yes"')))
    ),
    _asked("a long text", _query(_in(_text("SUMMARY", "x" * 900_000)))),
    _asked("escapes looked for", _query(_in(_text("SUMMARY", "\n" * 1_000)))),
    _asked(
        "an unknown collation",
        _query(_in(_text("SUMMARY", "x", ' collation="i;klingon"'))),
        403,
        says="supported-collation",
    ),
    _asked(
        "a parameter",
        _query(_in(_PARAMETER)),
    ),
    _asked("nested filters", _query(_DEEP), 413),
    _asked("filters side by side", _query(_in(_WIDE)), 403, says="supported-filter"),
    _asked("forty filters", _query(_in(_WIDE[: len(_WIDE) // 5_000 * 40]))),
    _asked("a filter of nothing", _query(""), 403, says="valid-filter"),
    _asked("no such part", _query(_in("<C:comp/>")), 403, says="valid-filter"),
    _asked(
        "a zone of nonsense",
        _query(_in(_EVER), more=_NONSENSE),
        403,
        says="valid-calendar-data",
    ),
    _asked("a thousand names", _query(_in(""), "".join(f"<D:x{i}/>" for i in range(50_000))), 413),
    _asked("20,000 objects by name", _hrefs(20_000)),
    _asked("100,000 objects by name", _hrefs(100_000), 413),
    _asked(
        "names that are none",
        _report("calendar-multiget", "<D:prop/>" + "<D:href>%</D:href>" * 40_000),
    ),
    _asked(
        "the same name",
        _report(
            "calendar-multiget",
            "<D:prop><C:calendar-data/></D:prop>" + _MANY_HREFS.format("eight-a-day") * 20_000,
        ),
    ),
    _asked("all bytes", _query(_in(""), "<C:calendar-data/>")),
    _asked(
        "laughs",
        lambda: _LAUGHS.encode() + _query(_in(_text("SUMMARY", "x")))(),
        403,
        says="no-external-entities",
    ),
    _asked(
        "a sync token of a megabyte",
        lambda: (
            b'<D:sync-collection xmlns:D="DAV:"><D:sync-token>'
            + b"9" * 1_000_000
            + b"</D:sync-token><D:prop/></D:sync-collection>"
        ),
        403,
        says="valid-sync-token",
    ),
    _asked(
        "a sync of all bytes",
        f"<D:sync-collection {_CALENDAR}>{_SYNC}</D:sync-collection>".encode,
    ),
    # Every letter of some 25 MB of cards is folded for these two.
    _asked("cards by text", _cards(_text("FN", "e\u0301")), path="contacts/")._replace(seconds=4),
    _asked(
        "cards by all fields",
        _cards("".join(_text(f"X-{i}", "x") for i in range(40))),
        path="contacts/",
    )._replace(seconds=4),
    _asked(
        "cards by heaps of fields", _cards(_WIDE), 403, says="supported-filter", path="contacts/"
    ),
    _asked(
        "cards by no match type",
        _cards(_text("FN", "x", ' match-type="nearly"')),
        403,
        says="supported-filter",
        path="contacts/",
    ),
    _asked("all cards", _cards("", "<C:address-data/>"), path="contacts/"),
    _asked("no report", lambda: b"<a/>", 403, says="supported-report"),
    _asked(
        "200,000 elements",
        lambda: b"<a>" + b"<b/>" * 200_000 + b"</a>",
        403,
        says="supported-report",
    ),
    _asked("a thousand laughs deep", lambda: b"<a>" * 100_000, 400, 413),
    _patch("a thousand values of 256 KiB", _patched(f"<x>{'y' * 262_144}</x>" * 1_000), 413),
    _patch("a value of 512 KiB", _patched(f"<x>{'y' * 524_288}</x>"), 507),
    _patch("a thousand properties", _patched("".join(f"<x{i}/>" for i in range(1_000))), 413),
    _patch("five hundred properties", _patched("".join(f"<x{i}/>" for i in range(500))), 207),
    _patch(
        "a thousand namespaces",
        _patched("<x/>" * 400, "".join(f' xmlns:n{i}="urn:{i}"' for i in range(1_000))),
        413,
    ),
    _patch("a namespace that is none", _patched('<x xmlns="u"/>'), 400),
    _patch(
        "a zone of blanks",
        _patched(f"<C:calendar-timezone>{_BLANK_ZONE}</C:calendar-timezone>"),
        207,
    ),
    _asked("by a zone of blanks", _query(_in(_EVER))),
)
