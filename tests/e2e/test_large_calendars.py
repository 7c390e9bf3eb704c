"""Calendars of tens of thousands of events: what a listing, a week and a first sync take."""

import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from office.items import read_calendar_object
from storage.items import Content
from tests.crash.processes import children, pss_bytes
from tests.databases import Postgres
from tests.e2e.dav_client import Client, Heard
from tests.e2e.growing_calendars import (
    filled_office,
    growth,
    plain_events,
    two_sizes,
    work_ns,
)
from tests.e2e.server_process import Variant
from tests.e2e.test_growth import too_much
from tests.groupware_door import event

pytestmark = pytest.mark.soak

ROUNDS, TURNS = 15, 7
FIRST = datetime(2020, 1, 6)  # noqa: DTZ001 - the clock on the wall, a Monday
A_WEEK = 20
ENDLESS = 200
MIB = 1024 * 1024

_ETAGS = b'<D:propfind xmlns:D="DAV:"><D:prop><D:getetag/></D:prop></D:propfind>'
_FIRST_SYNC = (
    b'<D:sync-collection xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:sync-token/>'
    b"<D:sync-level>1</D:sync-level><D:prop><D:getetag/>%s</D:prop></D:sync-collection>"
)
_WEEK = (
    '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>'
    '<D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
    '<C:time-range start="{:%Y%m%dT%H%M%SZ}" end="{:%Y%m%dT%H%M%SZ}"/></C:comp-filter>'
    "</C:comp-filter></C:filter></C:calendar-query>"
)
_XML = {"Content_Type": "application/xml; charset=utf-8"}

log = logging.getLogger(__name__)


def _content(uid: str, begins: datetime, *lines: str) -> Content:
    data = event(uid, "Besichtigung", *lines, start=f"DTSTART:{begins:%Y%m%dT%H%M%SZ}")
    found = read_calendar_object(data, components=frozenset({"VEVENT"}))
    indexed = found.indexed
    return Content(
        uid=uid,
        component="VEVENT",
        etag=sha256(found.text).hexdigest(),
        size=len(found.text),
        starts_us=indexed.starts_us,
        ends_us=indexed.ends_us,
        recurrence=indexed.recurrence,
        summary=indexed.summary,
        text=found.text.decode(),
    )


def busy_years(name: str, members: int) -> Iterator[Content]:
    """Twenty single events in each week, and 200 weekly ones without an end among them."""
    for number in range(ENDLESS):
        begins = FIRST + timedelta(hours=number % 120)
        yield _content(f"{name}-immer-{number}", begins, "RRULE:FREQ=WEEKLY", "DURATION:PT1H")
    for number in range(members - ENDLESS):
        week, which = divmod(number, A_WEEK)
        begins = FIRST + timedelta(weeks=week, hours=5 * which)
        yield _content(f"{name}-{number}", begins, "DURATION:PT1H")


class Cost(NamedTuple):
    """Milliseconds at the median, and of processor time, of one request; and its answer."""

    p50: float
    work: float
    heard: Heard


def cost(
    client: Client,
    pid: int,
    method: str,
    path: str,
    body: bytes,
    depth: str,
    *,
    rounds: int = ROUNDS,
) -> Cost:
    """What a request takes, asked again and again."""

    def ask() -> Heard:
        heard = client(method, path, body, Depth=depth, **_XML)
        assert heard.status == 207, heard.body
        return heard

    heard = ask()
    times = []
    before = work_ns(pid)
    for _ in range(rounds):
        begin = time.perf_counter()
        ask()
        times.append((time.perf_counter() - begin) * 1000)
    return Cost(statistics.median(times), (work_ns(pid) - before) / rounds / 1e6, heard)


def weeks(client: Client, pid: int, wanted: Sequence[tuple[str, int]]) -> list[Cost]:
    """What each of the questions for a week's events takes at the median, asked in turn."""
    costs: list[list[Cost]] = [[] for _ in wanted]
    for _ in range(TURNS):
        for (name, number), each in zip(wanted, costs, strict=True):
            begin = FIRST + timedelta(weeks=number)
            body = _WEEK.format(begin, begin + timedelta(weeks=1)).encode()
            each.append(cost(client, pid, "REPORT", f"/dav/anna/{name}/", body, "1", rounds=5))
    return [
        Cost(
            statistics.median(turn.p50 for turn in each),
            statistics.median(turn.work for turn in each),
            each[-1].heard,
        )
        for each in costs
    ]


def test_a_listing_of_twenty_thousand_takes_a_tenth_of_a_second(tmp_path: Path) -> None:
    calendars = {"gross": plain_events("gross", 20_000)}
    with filled_office(tmp_path, Variant(), calendars) as (office, device, pid):
        client = Client(office, "DAVx5/4.5", device.authorization)
        listed = cost(client, pid, "PROPFIND", "/dav/anna/gross/", _ETAGS, "1")
        synced = cost(
            client, pid, "REPORT", "/dav/anna/gross/", _FIRST_SYNC.replace(b"%s", b""), "0"
        )
        client.close()

    log.info("PROPFIND %.1f ms, %.1f of work", listed.p50, listed.work)
    log.info("first sync %.1f ms, %.1f of work", synced.p50, synced.work)
    assert listed.heard.body.count(b"<D:getetag>") == 20_000
    assert synced.heard.body.count(b"<D:getetag>") == 20_000
    assert listed.work < 100


def test_a_week_takes_what_is_in_it(tmp_path: Path) -> None:
    few, many = 1_200, 10_200
    last = (few - ENDLESS) // A_WEEK - 1
    calendars = {name: busy_years(name, size) for name, size in (("w1", few), ("w10", many))}
    with filled_office(tmp_path, Variant(), calendars) as (office, device, pid):
        client = Client(office, "DAVx5/4.5", device.authorization)
        wanted = (("w1", last), ("w10", 1), ("w10", (many - ENDLESS) // A_WEEK - 1))
        small, start, end = weeks(client, pid, wanted)
        client.close()

    for name, each in (("1,000", small), ("first", start), ("last", end)):
        log.info("a week, %s: %.1f ms, %.1f of work", name, each.p50, each.work)
        assert each.heard.body.count(b"<D:response>") == A_WEEK + ENDLESS
    assert end.work < 20
    assert end.work / small.work < 1.5
    assert end.work / start.work < 1.5


@pytest.mark.parametrize(("kind", "database"), [("uvicorn", "sqlite"), ("cheroot", "postgresql")])
def test_a_hundred_thousand_events(
    kind: str, database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Points take what they take among a thousand; a first sync's memory has a measure."""
    url = None
    if database == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.empty().render_as_string(hide_password=False)
    variant = Variant(kind, database_url=url)
    with filled_office(tmp_path, variant, two_sizes(100_000)) as (office, device, pid):
        client = Client(office, "DAVx5/4.5", device.authorization)
        grown = too_much(growth(client, pid, many=100_000, rounds=4))
        before = _held(pid)
        body = _FIRST_SYNC.replace(b"%s", b"<C:calendar-data/>")
        heard = client("REPORT", "/dav/anna/gross/", body, Depth="0", **_XML)
        held = _held(pid) - before
        client.close()

    log.info("first sync of %d MiB: %d MiB more", len(heard.body) // MIB, held // MIB)
    assert heard.body.count(b"<C:calendar-data>") >= 100_000
    assert held < 100 * MIB
    assert not grown


def _held(pid: int) -> int:
    return max(pss_bytes(each) for each in (pid, *children(pid)))
