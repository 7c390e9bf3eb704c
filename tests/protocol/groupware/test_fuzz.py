"""Mangled requests and objects through the whole door: answered soon, never with a 500.

What is accepted reads back as it was told, and the questions of real clients over it go well.
``make soak`` goes on for ten minutes.
"""

import logging
import random
import time
from collections.abc import Iterator

import pytest

from tests.groupware_door import Device, card, event, task
from tests.pace import within
from tests.unit.office.items.test_item_fuzz import CARD, PIECES, RICH, TASK

log = logging.getLogger(__name__)

MOST_SECONDS = 1.0
ROUNDS = 200
SOAK_SECONDS = 600

_NS = (
    'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CR="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/"'
)
_WEEK = '<C:time-range start="20260501T000000Z" end="20260601T000000Z"/>'
_EXPANDED = '<C:expand start="20260501T000000Z" end="20260601T000000Z"/>'


def _xml(root: str, inner: str) -> bytes:
    return f'<?xml version="1.0"?><{root} {_NS}>{inner}</{root}>'.encode()


def _calendar_filter(inner: str) -> str:
    return (
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f"{inner}</C:comp-filter></C:comp-filter></C:filter>"
    )


_TAGS = "<D:prop><D:getetag/></D:prop>"
_HREFS = "<D:href>/dav/anna/calendar/0.ics</D:href><D:href>/dav/anna/calendar/no.ics</D:href>"
QUESTIONS: tuple[tuple[str, str, bytes], ...] = (
    ("PROPFIND", "calendar/", _xml("D:propfind", _TAGS)),
    ("PROPFIND", "", _xml("D:propfind", "<D:allprop/><D:include><D:acl/></D:include>")),
    ("PROPFIND", "contacts/", _xml("D:propfind", "<D:propname/>")),
    (
        "PROPPATCH",
        "calendar/",
        _xml(
            "D:propertyupdate",
            "<D:set><D:prop><D:displayname>Büro &amp; Ort</D:displayname></D:prop></D:set>"
            "<D:remove><D:prop><CS:x/></D:prop></D:remove>",
        ),
    ),
    ("REPORT", "calendar/", _xml("C:calendar-query", _TAGS + _calendar_filter(_WEEK))),
    (
        "REPORT",
        "calendar/",
        _xml(
            "C:calendar-query",
            f"<D:prop><C:calendar-data>{_EXPANDED}</C:calendar-data></D:prop>"
            + _calendar_filter(
                '<C:prop-filter name="SUMMARY"><C:text-match collation="i;unicode-casemap" '
                'negate-condition="no">büro</C:text-match><C:param-filter name="LANGUAGE">'
                "<C:is-not-defined/></C:param-filter></C:prop-filter>"
            ),
        ),
    ),
    (
        "REPORT",
        "calendar/",
        _xml(
            "C:calendar-query",
            '<D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/>'
            '<C:comp name="VEVENT"><C:prop name="SUMMARY"/></C:comp></C:comp></C:calendar-data>'
            "</D:prop>"
            + _calendar_filter(f'<C:comp-filter name="VALARM">{_WEEK}</C:comp-filter>'),
        ),
    ),
    ("REPORT", "calendar/", _xml("C:free-busy-query", _WEEK)),
    ("REPORT", "calendar/", _xml("C:calendar-multiget", _TAGS + _HREFS)),
    (
        "REPORT",
        "contacts/",
        _xml(
            "CR:addressbook-query",
            "<D:prop><D:getetag/><CR:address-data/></D:prop>"
            '<CR:filter test="anyof"><CR:prop-filter name="EMAIL"><CR:text-match '
            'match-type="ends-with">example</CR:text-match></CR:prop-filter></CR:filter>'
            "<CR:limit><CR:nresults>5</CR:nresults></CR:limit>",
        ),
    ),
    (
        "REPORT",
        "calendar/",
        _xml(
            "D:sync-collection",
            f"<D:sync-token/><D:sync-level>1</D:sync-level>{_TAGS}"
            "<D:limit><D:nresults>3</D:nresults></D:limit>",
        ),
    ),
    (
        "REPORT",
        "",
        _xml(
            "D:expand-property",
            '<D:property name="owner"><D:property name="displayname"/></D:property>',
        ),
    ),
    (
        "REPORT",
        "",
        _xml(
            "D:principal-property-search",
            "<D:property-search><D:prop><D:displayname/></D:prop><D:match>an</D:match>"
            f"</D:property-search>{_TAGS}",
        ),
    ),
    ("REPORT", "", _xml("D:principal-match", "<D:self/>")),
    (
        "MKCALENDAR",
        "neu/",
        _xml(
            "C:mkcalendar",
            "<D:set><D:prop><D:displayname>Neu</D:displayname>"
            '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
            "</C:supported-calendar-component-set></D:prop></D:set>",
        ),
    ),
)
_XML_PIECES = (
    *(b"<", b">", b"/>", b"</D:prop>", b"<D:prop>", b"&amp;", b"&#0;", b"&x;", b"]]>", b"<!--"),
    *(b'"', b"'", b"\xff", b"\x00", b"\xc3", b"xmlns:D=''", b"<C:x/>", b"<D:getetag/>", b" "),
    *(b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<?pi?>", b"DAV:", b"-1", b"99999999999999999999"),
    *(b"00010101T000000Z", b"99991231T235959Z", b"start", b"name", b"VTODO", b"i;octet"),
)
_LETTERS: tuple[tuple[str, bytes], ...] = (
    ("calendar/{}.ics", RICH),
    ("calendar/{}.ics", event("e", "Büro", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU")),
    ("tasks/{}.ics", TASK),
    ("tasks/{}.ics", task("t")),
    ("contacts/{}.vcf", CARD),
    ("contacts/{}.vcf", card("c", "Anna Berg", "EMAIL:anna@buero.example", "BDAY:1980-02-29")),
)


def mangled(chance: random.Random, data: bytes, pieces: tuple[bytes, ...]) -> bytes:
    """*data* with some pieces put in, taken out, doubled or changed places."""
    for _ in range(chance.randint(0, 4)):
        at, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + 60)
        way = chance.randrange(4)
        if way == 0:
            data = data[:at] + chance.choice(pieces) + data[at:]
        elif way == 1:
            data = data[:at] + data[end:]
        elif way == 2:
            data = data[:end] + data[at:]
        else:
            data = data[:at] + chance.choice(pieces) + data[end:]
    return data


def ask(chance: random.Random, anna: Device) -> None:
    """One question, mangled."""
    method, path, body = chance.choice(QUESTIONS)
    body = mangled(chance, body, _XML_PIECES)
    depth = chance.choice(["0", "1", "infinity", "2"])

    def send() -> None:
        reply = anna.request(method, anna.own(path), body, Depth=depth)
        assert reply.status < 500 or reply.status == 507, (reply.status, method, body)

    with within(MOST_SECONDS):
        send()


def store(chance: random.Random, anna: Device) -> None:
    """One object, mangled; if it is taken, it reads back."""
    path, data = chance.choice(_LETTERS)
    where = path.format(chance.randrange(8))
    data = mangled(chance, data, PIECES)

    def send() -> None:
        reply = anna.put(where, data)
        assert reply.status < 500, (reply.status, data)
        if reply.status not in {201, 204}:
            return
        got = anna.get(where)
        assert got.status == 200
        if "etag" in reply.headers:
            assert got.body == data
            assert got.headers["etag"] == reply.headers["etag"]
        # What was mended once is not mended again.
        again = anna.put(where, got.body)
        assert again.status == 204, (again.status, again.body, data)
        assert anna.get(where).body == got.body

    with within(MOST_SECONDS):
        send()


def look(_chance: random.Random, anna: Device) -> None:
    """The questions that clients ask over all that is there, as they ask them."""
    for method, path, body in QUESTIONS[4:11]:
        reply = anna.request(method, anna.own(path), body, Depth="1" if path else "0")
        assert reply.status in {200, 207, 403, 507}, (reply.status, body, reply.body)


def _for_a_while(seconds: float) -> Iterator[int]:
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield number
        number += 1


def fuzz(anna: Device, seed: int, rounds: Iterator[int]) -> int:
    """Go on for *rounds*; how many there were."""
    chance = random.Random(seed)
    number = 0
    for number in rounds:
        act = chance.choices([ask, store, look], [10, 10, 1])[0]
        try:
            act(chance, anna)
        except BaseException:
            log.exception("seed %d, round %d", seed, number)
            raise
    return number + 1


def test_nothing_is_our_fault(anna: Device) -> None:
    fuzz(anna, 20260504, iter(range(ROUNDS)))


@pytest.mark.soak
def test_nothing_is_for_minutes(anna: Device) -> None:
    seed = random.SystemRandom().randrange(2**32)
    rounds = fuzz(anna, seed, _for_a_while(SOAK_SECONDS / 2))
    log.info("%d rounds of seed %d", rounds, seed)
