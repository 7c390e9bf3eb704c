"""Calendars of two sizes behind a running server, and what requests on them take."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path

from storage import collections, item_changes, people
from storage.collections import NewCollection
from storage.items import Content
from storage.store import Store, sqlite_url
from tests.builders import NOW_US
from tests.crash.processes import children
from tests.e2e.dav_client import Client, Heard
from tests.e2e.server_process import Device, Office, Variant
from tests.groupware_door import event

FEW, MANY = 1_000, 10_000
REQUESTS = 120

POLL = (
    b'<D:propfind xmlns:D="DAV:" xmlns:CS="http://calendarserver.org/ns/"><D:prop>'
    b"<D:resourcetype/><D:displayname/><CS:getctag/><D:sync-token/></D:prop></D:propfind>"
)
_SYNC = (
    '<D:sync-collection xmlns:D="DAV:"><D:sync-token>{}</D:sync-token>'
    "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
)
_XML = {"Content_Type": "application/xml; charset=utf-8"}
_ICS = {"Content_Type": "text/calendar; charset=utf-8"}


@dataclass
class Taken:
    """What requests of one kind took: milliseconds of each, and the servers' processor time."""

    times: list[float] = field(default_factory=list)
    work_ns: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.times)


def work_ns(pid: int) -> int:
    """Nanoseconds that a process and those it started have computed."""
    tasks = [
        int((task / "schedstat").read_text().split()[0])
        for each in (pid, *children(pid))
        for task in Path(f"/proc/{each}/task").iterdir()
    ]
    return sum(tasks)


def plain_events(name: str, members: int) -> Iterator[Content]:
    """So many events of long ago; nothing but their number is of interest."""
    for number in range(members):
        uid = f"{name}-{number}"
        text = event(uid).decode()
        yield Content(uid, "VEVENT", f"{uid:0<64}", len(text), 0, 1, "", "", text)


def fill(store: Store, name: str, contents: Iterable[Content]) -> None:
    """Give anna a calendar with these events, each named by its UID."""
    with store.write() as unit:
        anna = people.find(unit, "anna")
        assert anna is not None
        new = NewCollection(name, "calendar", frozenset({"VEVENT"}))
        collections.create(unit, anna.id, new, now_us=NOW_US)
        collection = collections.find(unit, anna.id, name)
        assert collection is not None
    every = iter(contents)
    # PostgreSQL keeps every state of a row within a transaction, here of the collection's counter.
    while portion := list(islice(every, 500)):
        with store.write() as unit:
            for content in portion:
                item_changes.create(
                    unit, collection.id, f"{content.uid}.ics", content, now_us=NOW_US
                )


@dataclass
class Calendar:
    """One of anna's calendars over a socket."""

    client: Client
    name: str
    members: int
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    made: list[str] = field(default_factory=list)
    token: str = ""
    prefix: str = "neu"

    @property
    def href(self) -> str:
        return f"/dav/anna/{self.name}/"

    def poll(self) -> Heard:
        return self.client("PROPFIND", self.href, POLL, Depth="0", **_XML)

    def sync(self) -> Heard:
        body = _SYNC.format(self.token).encode()
        return self.client("REPORT", self.href, body, Depth="0", **_XML)

    def get(self) -> Heard:
        return self.client("GET", f"{self.href}{self.name}-{self._some()}.ics")

    def change(self) -> Heard:
        uid = f"{self.name}-{self._some()}"
        body = event(uid, f"Stand {next(self.numbers)}")
        return self.client("PUT", f"{self.href}{uid}.ics", body, **_ICS)

    def new(self) -> Heard:
        uid = f"{self.prefix}-{next(self.numbers)}"
        self.made.append(uid)
        return self.client("PUT", f"{self.href}{uid}.ics", event(uid), **_ICS)

    def delete(self) -> Heard:
        return self.client("DELETE", f"{self.href}{self.made.pop()}.ics")

    def _some(self) -> int:
        return next(self.numbers) * 7919 % self.members

    def look(self) -> None:
        """Learn the token of now."""
        body = self.poll().body
        self.token = body.split(b"<D:sync-token>", 1)[1].split(b"<", 1)[0].decode()


def measure(calendar: Calendar, act: Callable[[Calendar], Heard], pid: int, into: Taken) -> None:
    """Do *act* a round's times."""
    calendar.look()
    before = work_ns(pid)
    for _ in range(REQUESTS):
        begin = time.perf_counter()
        heard = act(calendar)
        into.times.append((time.perf_counter() - begin) * 1000)
        assert 200 <= heard.status < 300, (heard.status, heard.body)
    into.work_ns += work_ns(pid) - before


def two_sizes(many: int = MANY) -> dict[str, Iterable[Content]]:
    """A small calendar and a large one."""
    return {"klein": plain_events("klein", FEW), "gross": plain_events("gross", many)}


def growth(
    client: Client, pid: int, *, many: int = MANY, rounds: int = 8
) -> Iterator[tuple[str, float, float]]:
    """How *many* events compare to a few: figures of each act, factors of time and of work."""
    calendars = [Calendar(client, "klein", FEW), Calendar(client, "gross", many)]
    taken = {(act, each.name): Taken() for act in ACTS for each in calendars}
    for calendar in calendars:
        for act in ACTS:
            measure(calendar, act, pid, Taken())
    for _ in range(rounds):
        for act in ACTS:
            for calendar in calendars:
                measure(calendar, act, pid, taken[act, calendar.name])
    for act in ACTS:
        small, large = taken[act, "klein"], taken[act, "gross"]
        slower, harder = large.p50 / small.p50, large.work_ns / small.work_ns
        requests = rounds * REQUESTS * 1e6
        figures = (
            f"{act.__name__}: {small.p50:.2f} to {large.p50:.2f} ms ({slower:.2f}), "
            f"{small.work_ns / requests:.2f} to {large.work_ns / requests:.2f} ms of work "
            f"({harder:.2f})"
        )
        yield figures, slower, harder


ACTS = (Calendar.sync, Calendar.poll, Calendar.get, Calendar.change, Calendar.new, Calendar.delete)


@contextmanager
def filled_office(
    folder: Path, variant: Variant, calendars: Mapping[str, Iterable[Content]]
) -> Iterator[tuple[Office, Device, int]]:
    """An office that serves anna's *calendars*, a device of hers, and the server's process."""
    office = Office(folder, variant)
    office.add_user("anna", "--admin")
    device = office.add_device("anna", "Telefon")
    url = variant.database_url or sqlite_url(office.data / "deedbox.sqlite3")
    store = Store(url)
    try:
        for name, contents in calendars.items():
            fill(store, name, contents)
    finally:
        store.close()
    others = set(children(os.getpid()))
    with office.serving():
        [pid] = set(children(os.getpid())) - others
        yield office, device, pid
