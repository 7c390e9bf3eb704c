"""The groupware door without a socket: people with their calendars, and what they send."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from wsgiref.types import WSGIApplication

from lxml import etree

from auth.identity import identify
from config.settings import Settings
from dav_providers.groupware.application import make_groupware
from office import opening
from office.items import ItemLimits
from office.tracking import Note
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person
from tests.documents_door import Clock, Reply, assert_framed
from wire.clients import classify
from wire.streams import CountedBody

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"
CARD = "{urn:ietf:params:xml:ns:carddav}"
CS = "{http://calendarserver.org/ns/}"
HOST = "office.example"
LIMITS = ItemLimits(object_bytes=20_000, card_bytes=10_000)

_ENVIRON: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8080",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": HOST,
    "QUERY_STRING": "",
    "wsgi.url_scheme": "https",
    "wsgi.input_terminated": True,
    "deedbox.address": "192.0.2.7",
}


def event(uid: str, summary: str = "Besichtigung", *lines: str, start: str = "") -> bytes:
    """A calendar object with one VEVENT; *lines* are added to it."""
    begins = start or "DTSTART:20260504T100000Z"
    return _calendar(
        "VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        begins,
        *(() if start else ("DTEND:20260504T110000Z",)),
        f"SUMMARY:{summary}",
        *lines,
    )


def task(uid: str, summary: str = "Anrufen") -> bytes:
    """A calendar object with one VTODO."""
    return _calendar("VTODO", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{summary}")


def card(uid: str, name: str = "Anna Berg", *lines: str) -> bytes:
    """An address object; *lines* are added to it."""
    return _joined(
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{uid}",
        f"FN:{name}",
        f"N:{name};;;;",
        *lines,
        "END:VCARD",
    )


def _calendar(component: str, *lines: str) -> bytes:
    return _joined(
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Test//EN",
        f"BEGIN:{component}",
        *lines,
        f"END:{component}",
        "END:VCALENDAR",
    )


def _joined(*lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sync-collection said."""

    changed: dict[str, str]
    gone: set[str]
    token: str
    is_truncated: bool


@dataclass(slots=True)
class Device:
    """A person at one of their devices."""

    office: "GroupwareOffice"
    name: str
    password: str
    agent: str = "DAVx5/4.5"

    def on(self, agent: str) -> Self:
        """The same device, with another program."""
        return type(self)(self.office, self.name, self.password, agent)

    def request(self, method: str, path: str, body: bytes | Any = b"", /, **headers: str) -> Reply:
        """Send a request to a whole, decoded path, with *headers* as ``If_Match='"x"'``."""
        note = Note()
        return self.office.send(self._environ(method, path, body, note, headers), note)

    def _environ(
        self, method: str, path: str, body: bytes | Any, note: Note, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        with self.office.store.read() as unit:
            who = identify(unit, self.name, self.password, secret_key=KEY)
        environ: dict[str, Any] = {
            **_ENVIRON,
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode().decode("latin-1"),
            "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
            "wsgi.errors": io.StringIO(),
            "deedbox.identity": who,
            "deedbox.family": classify(self.agent),
            "deedbox.note": note,
            **{_wsgi_name(name): value for name, value in headers.items()},
        }
        if isinstance(body, bytes) and (body or method == "PUT"):
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def blocks(self, method: str, path: str, body: bytes, /, **headers: str) -> Iterable[bytes]:
        """Send a request and give its answer's blocks as a server takes them, one by one."""
        environ = self._environ(method, path, body, Note(), headers)
        return self.office.door(environ, lambda *_: lambda _data: None)

    def own(self, path: str) -> str:
        """A path in this person's own home."""
        return f"/dav/{self.name}/{path}"

    def put(self, path: str, body: bytes, /, **headers: str) -> Reply:
        """Store an object at a path in one's own home."""
        return self.request("PUT", self.own(path), body, **headers)

    def get(self, path: str, /, **headers: str) -> Reply:
        return self.request("GET", self.own(path), **headers)

    def delete(self, path: str, /, **headers: str) -> Reply:
        return self.request("DELETE", self.own(path), **headers)

    def move(self, source: str, target: str, /, **headers: str) -> Reply:
        where = f"https://{HOST}{self.own(target)}"
        return self.request("MOVE", self.own(source), Destination=where, **headers)

    def copy(self, source: str, target: str, /, **headers: str) -> Reply:
        where = f"https://{HOST}{self.own(target)}"
        return self.request("COPY", self.own(source), Destination=where, **headers)

    def propfind(self, path: str, /, *names: str, **headers: str) -> Reply:
        """Ask for properties of a whole path by Clark name; Depth 0 unless told otherwise."""
        body = xml_body(f"{DAV}propfind", names) if names else b""
        return self.request("PROPFIND", path, body, **{"Depth": "0", **headers})

    def names(self, path: str) -> set[str]:
        """The hrefs of a collection's members, as a listing shows them."""
        reply = self.propfind(self.own(path), f"{DAV}getetag", Depth="1")
        assert reply.status == 207, reply.text
        return set(reply.hrefs[1:])

    def report(self, path: str, body: bytes, /, **headers: str) -> Reply:
        return self.request("REPORT", self.own(path), body, **{"Depth": "1", **headers})

    def sync_reply(self, path: str, token: str, limit: int | None = None) -> Reply:
        """Ask what changed since *token*, in the bytes of a client."""
        many = f"<D:limit><D:nresults>{limit}</D:nresults></D:limit>" if limit else ""
        body = (
            '<D:sync-collection xmlns:D="DAV:">'
            f"<D:sync-token>{token}</D:sync-token><D:sync-level>1</D:sync-level>{many}"
            "<D:prop><D:getetag/></D:prop></D:sync-collection>"
        )
        return self.report(path, body.encode(), Depth="0")

    def sync(self, path: str, token: str = "", limit: int | None = None) -> Changes:
        """The same, read."""
        reply = self.sync_reply(path, token, limit)
        assert reply.status == 207, reply.text
        return changes_in(reply)


def changes_in(reply: Reply) -> Changes:
    """What a sync-collection's answer says."""
    changed: dict[str, str] = {}
    gone: set[str] = set()
    is_truncated = False
    for response in reply.xml.iterfind(f"{DAV}response"):
        href = str(response.findtext(f"{DAV}href"))
        status = str(response.findtext(f"{DAV}status") or "")
        if "507" in status:
            is_truncated = True
        elif "404" in status:
            gone.add(href)
        else:
            changed[href] = str(response.findtext(f".//{DAV}getetag"))
    return Changes(changed, gone, str(reply.xml.findtext(f"{DAV}sync-token")), is_truncated)


def xml_body(root: str, names: Iterable[str]) -> bytes:
    """An element with a ``D:prop`` of *names*."""
    top = etree.Element(root, nsmap={"D": "DAV:"})
    prop = etree.SubElement(top, f"{DAV}prop")
    for name in names:
        etree.SubElement(prop, name)
    return etree.tostring(top)


def _wsgi_name(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


@dataclass(slots=True)
class GroupwareOffice:
    """The Musterbüro: a store, its groupware door, and the people in it."""

    store: Store
    door: WSGIApplication
    clock: Clock
    people: dict[str, Device]

    def person(self, name: str, group: str = "mitarbeiter") -> Device:
        """A user of *group*, at a device of theirs."""
        with self.store.write() as unit:
            a_person(unit, name, groups=(group,))
            enrolment = a_device(unit, name)
        self.people[name] = Device(self, name, enrolment.password)
        return self.people[name]

    def send(self, environ: dict[str, Any], note: Note) -> Reply:
        """Call the door as a server does, and close its answer."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Any:
            assert not said, "answered twice"
            said.append((status, headers))

        answer = self.door(environ, start_response)
        body = b"".join(answer)
        if isinstance(answer, CountedBody):
            answer.close()
        [(status, headers)] = said
        lower: Mapping[str, str] = {name.lower(): value for name, value in headers}
        assert len(lower) == len(headers), f"a header came twice: {headers}"
        assert_framed(environ["REQUEST_METHOD"], int(status[:3]), lower, body)
        return Reply(int(status[:3]), lower, body, note)


def groupware_office(store: Store, folder: Path, *, language: str = "de") -> GroupwareOffice:
    """An office on *store* with nobody in it."""
    opening.prepare_office(store, language, name="Musterbüro", now_us=NOW_US)
    clock = Clock()
    settings = Settings(data_folder=folder)
    storage = settings.storage.model_copy(update={"blobs_folder": folder})
    settings = settings.model_copy(update={"storage": storage})
    door = make_groupware(store, settings, limits=LIMITS, clock=clock)
    return GroupwareOffice(store, door, clock, {})
