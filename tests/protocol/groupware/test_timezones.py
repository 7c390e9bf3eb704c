"""The zone in which a calendar's floating times are (RFC 4791 sections 5.2.2, 5.3.1.1, 7.8)."""

import pytest

from tests.documents_door import Reply
from tests.groupware_door import CAL, DAV, Device, event

CALENDAR = "/dav/anna/calendar/"
NAME = f"{CAL}calendar-timezone"
_PREFIXES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_THREE_HOURS_AHEAD = (
    "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\n"
)


def timezone(tzid: str, inner: str = _THREE_HOURS_AHEAD, *, times: int = 1) -> str:
    zone = f"BEGIN:VTIMEZONE\nTZID:{tzid}\n{inner}END:VTIMEZONE\n"
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Test//EN\n{zone * times}END:VCALENDAR\n"


INVALID = {
    "words": "Europe/Berlin",
    "a zone alone": timezone("Europe/Berlin").partition("\n")[2],
    "cut off": timezone("Europe/Berlin")[:60],
    "none": timezone("x", times=0),
    "two": timezone("Europe/Berlin", times=2),
    "an event": event("a").decode(),
    "no name": timezone(""),
    "a name without end": timezone("x" * 1_001),
    "no offsets": timezone("Europe/Berlin", ""),
    "a bad offset": timezone("Eigene", _THREE_HOURS_AHEAD.replace("+0300", "drei")),
}


def proppatch(device: Device, text: str) -> Reply:
    body = (
        f"<D:propertyupdate {_PREFIXES}><D:set><D:prop><C:calendar-timezone>{text}"
        "</C:calendar-timezone><D:displayname>Neu</D:displayname></D:prop></D:set>"
        "</D:propertyupdate>"
    )
    return device.request("PROPPATCH", CALENDAR, body.encode())


def mkcalendar(device: Device, text: str) -> Reply:
    body = (
        f"<C:mkcalendar {_PREFIXES}><D:set><D:prop><C:calendar-timezone>{text}"
        "</C:calendar-timezone></D:prop></D:set></C:mkcalendar>"
    )
    return device.request("MKCALENDAR", device.own("team"), body.encode())


def between(start: str, end: str, zone: str = "") -> bytes:
    """What happens on 4 May 2026 between two times UTC."""
    told = f"<C:timezone>{zone}</C:timezone>" if zone else ""
    return (
        f"<C:calendar-query {_PREFIXES}><D:prop><D:getetag/></D:prop><C:filter>"
        '<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="20260504T{start}00Z" end="20260504T{end}00Z"/>'
        f"</C:comp-filter></C:comp-filter></C:filter>{told}</C:calendar-query>"
    ).encode()


@pytest.mark.parametrize("text", INVALID.values(), ids=INVALID.keys())
def test_what_is_no_zone_is_refused_by_its_precondition(anna: Device, text: str) -> None:
    made = mkcalendar(anna, text)
    changed = proppatch(anna, text)
    asked = anna.report("calendar", between("0900", "1000", text))

    assert made.status == 403
    assert "valid-calendar-data" in made.conditions
    assert anna.propfind("/dav/anna/team/").status == 404
    stats = [(each.status, set(each.properties)) for each in changed.propstats()]
    assert stats == [(403, {NAME}), (424, {f"{DAV}displayname"})]
    assert "valid-calendar-data" in changed.text
    assert asked.status == 403
    assert "valid-calendar-data" in asked.conditions


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        (timezone("Europe/Berlin"), "0800", "0900"),
        (timezone("W. Europe Standard Time"), "0700", "0800"),
        (timezone("Büro"), "0700", "0800"),
        (timezone("Büro").replace("\n", "&#13;\n"), "0700", "0800"),
    ],
)
def test_floating_times_are_those_of_the_zone(
    anna: Device, text: str, start: str, end: str
) -> None:
    anna.put("calendar/a.ics", event("a", start="DTSTART:20260504T100000\r\nDURATION:PT1H"))
    later = f"{int(end) + 100:04}"

    hits = [
        anna.report("calendar", between(start, end, text)).hrefs,
        anna.report("calendar", between(end, later, text)).hrefs,
    ]
    assert proppatch(anna, text).status == 207
    hits += [
        anna.report("calendar", between(start, end)).hrefs,
        anna.report("calendar", between(end, later)).hrefs,
    ]

    there = [f"{CALENDAR}a.ics"]
    assert hits == [there, [], there, []]


def test_a_zone_is_kept_as_it_was_sent_and_taken_away_again(anna: Device) -> None:
    assert mkcalendar(anna, timezone("Europe/Berlin")).status == 201

    assert anna.propfind("/dav/anna/team/", NAME).found()[NAME].text == timezone("Europe/Berlin")
