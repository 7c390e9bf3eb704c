"""The documents door without a socket: a sample office, its people, and what they send.

Identities come from the real credentials of real devices, looked up anew for every request, so
that a block holds from the next request on. The clock stands still until a test moves it.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from lxml import etree

from auth import people as people_rules
from auth.identity import Identity, identify
from config.settings import Settings
from dav_providers.documents.application import WSGIApplication, make_documents
from office import estates, layout, opening, people
from office.command import at_the_machine
from office.layout import Layout
from office.tracking import Note
from office.work import Work
from storage.local_blobs import LocalBlobs
from storage.store import Store
from tests.builders import KEY, NOW_US, a_device, a_person
from wire.bodies import BodyCutError
from wire.clients import classify

DAV = "{DAV:}"
HOST = "office.example"


class Clock:
    """Microseconds since the epoch, moved by hand."""

    def __init__(self, now_us: int = NOW_US) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        self.now_us += int(seconds * 1_000_000)


class Propstat(NamedTuple):
    """The properties of one ``D:response`` that share a status, by Clark name."""

    status: int
    properties: dict[str, etree._Element]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    note: Note

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def conditions(self) -> set[str]:
        """The local names of the precondition elements in a ``D:error`` body."""
        return {etree.QName(each).localname for each in self.xml}

    @property
    def hrefs(self) -> list[str]:
        return [str(each.text) for each in self.xml.iterfind(f"{DAV}response/{DAV}href")]

    def propstats(self, href: str | None = None) -> list[Propstat]:
        """The propstats of the response under *href* (of the first one by default)."""
        for response in self.xml.iterfind(f"{DAV}response"):
            if href is None or response.findtext(f"{DAV}href") == href:
                return [_propstat(each) for each in response.iterfind(f"{DAV}propstat")]
        raise AssertionError(f"no response for {href} in {self.text}")

    def found(self, href: str | None = None) -> dict[str, etree._Element]:
        """The properties with status 200."""
        stats = [each for each in self.propstats(href) if each.status == 200]
        return stats[0].properties if stats else {}

    @property
    def token(self) -> str:
        """The token in ``Lock-Token``."""
        return self.headers["lock-token"].strip("<>")


def _propstat(element: etree._Element) -> Propstat:
    status = str(element.findtext(f"{DAV}status"))
    prop = element.find(f"{DAV}prop")
    assert prop is not None
    return Propstat(int(status.split()[1]), {str(each.tag): each for each in prop})


class CutBody:
    """A body whose client hangs up after the first bytes."""

    def __init__(self, first: bytes) -> None:
        self._first = io.BytesIO(first)

    def read(self, size: int = -1) -> bytes:
        block = self._first.read(size)
        if not block:
            raise BodyCutError("the client hung up")
        return block


@dataclass(slots=True)
class Client:
    """A person at one of their devices."""

    office: "SampleOffice"
    name: str
    device: str
    password: str
    agent: str = "curl/8"

    def on(self, agent: str) -> Self:
        """The same device, with another program."""
        return type(self)(self.office, self.name, self.device, self.password, agent)

    def identity(self) -> Identity:
        """Who this is by the database.

        Raises:
            auth.errors.CredentialsError: Blocked, or the device is retired.
        """
        with self.office.store.read() as unit:
            return identify(unit, self.name, self.password, secret_key=KEY)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | io.BytesIO | CutBody,
        headers: Mapping[str, str],
        *,
        announced: int | None = None,
    ) -> Reply:
        """Send a request.

        Args:
            method: The method.
            path: Below ``/files``, decoded: ``/Home/Notiz.txt``.
            body: The body; a stream is sent chunked, unless a length is *announced*.
            headers: As ``{"If_Match": '"x"'}``.
            announced: Content-Length, if it is not the body's length.
        """
        note = Note()
        environ = {
            **_ENVIRON,
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/files{path}".encode().decode("latin-1"),
            "wsgi.input": io.BytesIO(body) if isinstance(body, bytes) else body,
            "deedbox.rights_revision": self.office.store.rights_revision(),
            "deedbox.identity": self.identity(),
            "deedbox.family": classify(self.agent),
            "deedbox.note": note,
            **{_wsgi_name(name): value for name, value in headers.items()},
        }
        if isinstance(body, bytes) and announced is None:
            announced = len(body) or (0 if method == "PUT" else None)
        elif announced is None:
            environ["HTTP_TRANSFER_ENCODING"] = "chunked"
        if announced is not None:
            environ["CONTENT_LENGTH"] = str(announced)
        return self.office.send(environ, note)

    def request(
        self,
        method: str,
        path: str,
        body: bytes | io.BytesIO | CutBody = b"",
        /,
        **headers: str,
    ) -> Reply:
        """Send a request with *headers* as ``If_Match='"x"'``."""
        return self.send(method, path, body, headers)

    def put(
        self, path: str, body: bytes | io.BytesIO | CutBody = b"x", /, **headers: str
    ) -> Reply:
        return self.send("PUT", path, body, headers)

    def get(self, path: str, /, **headers: str) -> Reply:
        return self.send("GET", path, b"", headers)

    def propfind(self, path: str, /, *names: str, **headers: str) -> Reply:
        """Ask for properties by Clark name; for all of them where none is named. Depth 0."""
        body = prop_body("propfind", names) if names else b""
        return self.send("PROPFIND", path, body, {"Depth": "0", **headers})

    def names(self, path: str) -> list[str]:
        """The hrefs of a folder's members, as a listing shows them."""
        reply = self.propfind(path, f"{DAV}resourcetype", Depth="1")
        assert reply.status == 207, reply.text
        return reply.hrefs[1:]

    def lock(self, path: str, scope: str = "exclusive", /, **headers: str) -> Reply:
        """Lock it; Depth 0 unless told otherwise."""
        return self.send("LOCK", path, LOCKINFO % scope.encode(), {"Depth": "0", **headers})

    def unlock(self, path: str, token: str) -> Reply:
        return self.send("UNLOCK", path, b"", {"Lock_Token": f"<{token}>"})

    def move(self, source: str, target: str, /, **headers: str) -> Reply:
        return self.send("MOVE", source, b"", {"Destination": url(target), **headers})

    def copy(self, source: str, target: str, /, **headers: str) -> Reply:
        return self.send("COPY", source, b"", {"Destination": url(target), **headers})


LOCKINFO = (
    b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:%s/></D:lockscope>'
    b"<D:locktype><D:write/></D:locktype><D:owner>Anna Berg</D:owner></D:lockinfo>"
)

_ENVIRON: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "8080",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": HOST,
    "QUERY_STRING": "",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "https",
    "wsgi.errors": io.StringIO(),
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
    "deedbox.address": "192.0.2.7",
}


def _wsgi_name(header: str) -> str:
    name = header.upper().replace("-", "_")
    return name if name == "CONTENT_TYPE" else f"HTTP_{name}"


def url(path: str) -> str:
    """The absolute URL of a path below ``/files``."""
    return f"https://{HOST}/files{quote(path)}"


def prop_body(root: str, names: Iterable[str]) -> bytes:
    """A ``D:propfind`` for *names*."""
    top = etree.Element(DAV + root, nsmap={"D": "DAV:"})
    prop = etree.SubElement(top, f"{DAV}prop")
    for name in names:
        etree.SubElement(prop, name)
    return etree.tostring(top)


@dataclass(slots=True)
class SampleOffice:
    """The Musterbüro: a store, its door, and what lies in it."""

    store: Store
    blobs: LocalBlobs
    settings: Settings
    layout: Layout
    clock: Clock
    door: WSGIApplication
    clients: dict[str, Client] = field(default_factory=dict)

    def person(self, name: str, group: str = "mitarbeiter", device: str = "Laptop") -> Client:
        """A user of *group*, at a device of theirs."""
        with self.store.write() as unit:
            a_person(unit, name, groups=(group,))
        return self.device(name, device)

    def device(self, name: str, label: str) -> Client:
        """Another device of a user who is there."""
        with self.store.write() as unit:
            enrolment = a_device(unit, name, label)
        client = Client(self, name, label, enrolment.password)
        self.clients.setdefault(name, client)
        return client

    def estate(self, number: str, title: str) -> str:
        """Make a property; its folder's path below ``/files``."""
        with self.store.write() as unit:
            work = Work(unit, at_the_machine(), self.layout, self.clock())
            node = estates.add(work, estates.Label(number, title))
        return f"/{self.layout.names.estates}/{node.name}"

    def block(self, name: str, path: str | None = None) -> None:
        """Close a path below ``/files`` to a user, or everything."""
        with self.store.write() as unit:
            if path is None:
                people_rules.block(unit, name)
            else:
                people.block_on_path(unit, name, path, now_us=self.clock())

    def send(self, environ: dict[str, Any], note: Note) -> Reply:
        """Call the door as a server does, and close its answer."""
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]]) -> Callable[..., Any]:
            assert not said, "answered twice"
            said.append((status, headers))
            return lambda _block: None

        answer = self.door(environ, start_response)
        try:
            body = b"".join(answer)
        finally:
            getattr(answer, "close", lambda: None)()
        [(status, headers)] = said
        lower = {name.lower(): value for name, value in headers}
        assert len(lower) == len(headers), f"a header came twice: {headers}"
        assert_framed(environ["REQUEST_METHOD"], int(status[:3]), lower, body)
        return Reply(int(status[:3]), lower, body, note)


def assert_framed(method: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Every answer's length is what it announces; HEAD, 204 and 304 have no body."""
    if method == "HEAD" or status in {204, 304}:
        assert body == b""
    elif "content-length" in headers:
        assert int(headers["content-length"]) == len(body)


def sample_office(store: Store, folder: Path, *, language: str = "de") -> SampleOffice:
    """An office on *store* with nobody in it; blobs lie below *folder*."""
    opening.prepare_office(store, language, name="Musterbüro", now_us=NOW_US)
    settings = Settings(data_folder=folder)
    settings = settings.model_copy(
        update={
            "storage": settings.storage.model_copy(update={"blobs_folder": folder / "blobs"}),
        }
    )
    blobs = LocalBlobs(folder / "blobs")
    clock = Clock()
    with store.read() as unit:
        facts = layout.load(unit)
    door = make_documents(store, blobs, settings, facts, clock=clock)
    return SampleOffice(store, blobs, settings, facts, clock, door)
