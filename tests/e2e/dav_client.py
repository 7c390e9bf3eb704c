"""What a client program says over one connection, header for header, and what it hears."""

import contextlib
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Protocol
from xml.etree import ElementTree as ET

DAV = "{DAV:}"


class Site(Protocol):
    """Where a program was told to find the office: its server, or a proxy before it."""

    @property
    def origin(self) -> str:
        """Scheme, host and port, as the program knows them."""

    def url(self, path: str) -> str:
        """The address of *path*, which is quoted already."""

    def http(self, timeout: float = 30) -> HTTPConnection:
        """Return a connection; nothing is sent yet."""


@dataclass(frozen=True, slots=True)
class Member:
    """One ``DAV:response``: the href and its properties by the status of their propstat."""

    href: str
    found: Mapping[str, ET.Element]
    missing: frozenset[str]

    def text(self, name: str) -> str | None:
        """The text of a property in ``DAV:`` that was found."""
        element = self.found.get(DAV + name)
        return None if element is None else element.text

    @property
    def is_collection(self) -> bool:
        """Whether it is a folder."""
        kind = self.found[f"{DAV}resourcetype"]
        return kind.find(f"{DAV}collection") is not None


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer; header names in lower case."""

    status: int
    reason: str
    version: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Member]:
        """A multistatus by href, checked for what the strictest clients need.

        MiniRedir shows empty folders unless the prefix is ``D:``; Thunderbird compares status
        lines as text.
        """
        assert self.status == 207, (self.status, self.body)
        assert self.headers["content-type"].startswith(("application/xml", "text/xml"))
        start = self.body.split(b"?>", 1)[1].lstrip()
        assert start.startswith(b'<D:multistatus xmlns:D="DAV:"'), self.body[:200]
        root = ET.fromstring(self.body)
        members = [member_of(each) for each in root.iterfind(f"{DAV}response")]
        assert len({each.href for each in members}) == len(members)
        return {each.href: each for each in members}

    @property
    def lock_token(self) -> str:
        """The token of a LOCK's answer, the same in header and body (RFC 4918 section 9.10.1)."""
        token = self.headers["lock-token"]
        assert token.startswith("<opaquelocktoken:")
        assert token.endswith(">")
        assert token[1:-1] == self.active_lock[0]
        return token[1:-1]

    @property
    def active_lock(self) -> tuple[str, str, str]:
        """Token, depth and timeout that a LOCK's answer tells."""
        lock = ET.fromstring(self.body).find(f".//{DAV}activelock")
        assert lock is not None, self.body
        token = lock.findtext(f"{DAV}locktoken/{DAV}href")
        depth, timeout = lock.findtext(f"{DAV}depth"), lock.findtext(f"{DAV}timeout")
        assert token
        assert depth
        assert timeout
        return token, depth, timeout


def member_of(response: ET.Element) -> Member:
    """Read a ``DAV:response`` with propstats, each 200 or 404."""
    href = response.findtext(f"{DAV}href")
    assert href
    assert href.isascii()
    assert " " not in href
    found: dict[str, ET.Element] = {}
    missing: set[str] = set()
    for propstat in response.iterfind(f"{DAV}propstat"):
        line = propstat.findtext(f"{DAV}status")
        assert line in {"HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"}, line
        for each in propstat.iterfind(f"{DAV}prop/*"):
            if "200" in line:
                found[each.tag] = each
            else:
                missing.add(each.tag)
    return Member(href, found, frozenset(missing))


@dataclass
class Client:
    """A program with its User-Agent on one kept connection; it signs in with each request.

    Nothing is added to what a test says but Host, and Content-Length where there is a body or
    the method wants one.
    """

    site: Site
    agent: str
    authorization: str | None = None
    always: Mapping[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        **headers: str,
    ) -> Heard:
        """Send a request; ``If_None_Match`` stands for the header ``If-None-Match``.

        A *body* in parts goes in chunks.
        """
        if self._connection is None:
            self._connection = self.site.http()
        connection = self._connection
        connection.putrequest(method, path, skip_accept_encoding=True)
        if self.agent:
            connection.putheader("User-Agent", self.agent)
        if self.authorization is not None and "Authorization" not in headers:
            connection.putheader("Authorization", self.authorization)
        for name, value in {**self.always, **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        is_chunked = not (body is None or isinstance(body, bytes))
        if is_chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        elif isinstance(body, bytes) or method in {"PUT", "PROPFIND", "LOCK"}:
            length = len(body) if isinstance(body, bytes) else 0
            connection.putheader("Content-Length", str(length))
        # A refusal may come, and the connection end, before all is sent; the answer counts.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            connection.endheaders(body, encode_chunked=is_chunked)
        return self._hear()

    def _hear(self) -> Heard:
        assert self._connection is not None
        answer = self._connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        if answer.will_close:
            self.close()
        return Heard(answer.status, answer.reason, answer.version, headers, body)

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
