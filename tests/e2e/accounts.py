"""Calendars and contacts of vera, who has a phone and a computer: what programs sync.

A conftest takes the fixtures in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from auth import devices
from auth.secret_key import secret_key_of
from office import people
from server.installation import now_us
from storage.store import Store, sqlite_url
from tests.e2e.dav_client import Client, Site
from tests.e2e.offices import DIRECT, PROXIED
from tests.e2e.proxy import proxied
from tests.e2e.server_process import Device, Office

EVERY_WAY = pytest.mark.parametrize(
    "office",
    [*DIRECT, *(pytest.param(each, marks=pytest.mark.clients) for each in PROXIED)],
    indirect=True,
    scope="session",
)
"""A module with this mark asks offices by themselves and, as ``make clients`` does, by nginx."""
HOME = "/dav/vera/"
_COMPONENTS = (
    '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
    "<D:displayname>{name}</D:displayname><C:supported-calendar-component-set>"
    '<C:comp name="{component}"/></C:supported-calendar-component-set></D:prop></D:set>'
    "</C:mkcalendar>"
)
_BOOK = (
    '<D:mkcol xmlns:D="DAV:" xmlns:CR="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>'
    "<D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype>"
    "<D:displayname>{name}</D:displayname></D:prop></D:set></D:mkcol>"
)


@dataclass(frozen=True, slots=True)
class Vera:
    """A user with the two devices that the office grants."""

    phone: Device
    computer: Device


Connect = Callable[..., Client]
"""Makes the client of a program, by User-Agent, device and the headers it always sends."""


@pytest.fixture(scope="session")
def vera(office: Office) -> Vera:
    """Made as `deedbox user add` and `deedbox device add` do it, without their seconds."""
    store = Store(office.variant.database_url or sqlite_url(office.data / "deedbox.sqlite3"))
    key = secret_key_of(office.data / "secret.key")
    try:
        with store.write() as unit:
            email = "vera@musterbuero.example"
            people.add_person(unit, "vera", email, groups={"mitarbeiter"}, now_us=now_us())
            made = [
                devices.enrol(
                    unit, user_name="vera", label=label, limit=2, secret_key=key, now_us=now_us()
                )
                for label in ("Telefon", "Rechner")
            ]
    finally:
        store.close()
    return Vera(*(Device("vera", each.password) for each in made))


@pytest.fixture(scope="session")
def site(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Where programs find the office: by itself, or by a proxy if it trusts one."""
    if not office.variant.settings:
        yield office
        return
    # The two ways in which a proxy can tell the name that programs know.
    is_kept = office.variant.is_tls
    with proxied(office, tmp_path_factory.mktemp("nginx"), keeps_host=is_kept) as outer:
        yield outer


@pytest.fixture
def connect(site: Site) -> Iterator[Connect]:
    """Makes clients; all hang up at the end."""
    made: list[Client] = []

    def make(agent: str, device: Device | None = None, **always: str) -> Client:
        client = Client(site, agent, device.authorization if device else None, always)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


_numbers = count(1)


@pytest.fixture
def calendar(connect: Connect, vera: Vera) -> str:
    """The path of a new calendar for appointments."""
    return _made(connect, vera, "MKCALENDAR", _COMPONENTS.replace("{component}", "VEVENT"))


@pytest.fixture
def other_calendar(connect: Connect, vera: Vera) -> str:
    """The path of another one."""
    return _made(connect, vera, "MKCALENDAR", _COMPONENTS.replace("{component}", "VEVENT"))


@pytest.fixture
def task_list(connect: Connect, vera: Vera) -> str:
    """The path of a new calendar for tasks."""
    return _made(connect, vera, "MKCALENDAR", _COMPONENTS.replace("{component}", "VTODO"))


@pytest.fixture
def book(connect: Connect, vera: Vera) -> str:
    """The path of a new address book."""
    return _made(connect, vera, "MKCOL", _BOOK)


def _made(connect: Connect, vera: Vera, method: str, body: str) -> str:
    number = next(_numbers)
    path = f"{HOME}sammlung-{number}/"
    client = connect("test", vera.computer, Content_Type="application/xml")
    made = client(method, path, body.replace("{name}", f"Büro {number}").encode())
    assert made.status == 201, made
    return path


def event(uid: str, summary: str = "Besichtigung", *lines: str) -> bytes:
    """An appointment with its zone, as programs send one; *lines* are added to it."""
    return _joined(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//DE",
        *BERLIN,
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        "DTSTART;TZID=Europe/Berlin:20260504T100000",
        "DTEND;TZID=Europe/Berlin:20260504T110000",
        f"SUMMARY:{summary}",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
    )


def task(uid: str, summary: str = "Schlüssel holen", *lines: str) -> bytes:
    """A reminder; *lines* are added to it."""
    return _joined(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//DE",
        "BEGIN:VTODO",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        f"SUMMARY:{summary}",
        *lines,
        "END:VTODO",
        "END:VCALENDAR",
    )


def card(uid: str, name: str, *lines: str, version: str = "3.0") -> bytes:
    """A contact; *lines* are added to it."""
    return _joined(
        "BEGIN:VCARD",
        f"VERSION:{version}",
        f"UID:{uid}",
        f"FN:{name}",
        f"N:{name.rpartition(' ')[2]};{name.rpartition(' ')[0]};;;",
        *lines,
        "END:VCARD",
    )


BERLIN = (
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "BEGIN:DAYLIGHT",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "DTSTART:19810329T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "END:VTIMEZONE",
)


def _joined(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()
