"""Programs that sync calendars and contacts: how each writes its XML, and what it reads back.

Names are short here: ``CS:getctag`` for ``{http://calendarserver.org/ns/}getctag``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.e2e.dav_client import DAV, Client, Heard, Member, member_of

NAMESPACES = MappingProxyType(
    {
        "D": "DAV:",
        "C": "urn:ietf:params:xml:ns:caldav",
        "CR": "urn:ietf:params:xml:ns:carddav",
        "CS": "http://calendarserver.org/ns/",
        "A": "http://apple.com/ns/ical/",
        "ME": "http://me.com/_namespace/",
        "MM": "urn:mobileme:davservices",
        "P": "https://bitfire.at/webdav-push",
    }
)
_SHORT = {uri: short for short, uri in NAMESPACES.items()}


def clark(name: str) -> str:
    """The whole form of a short name."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


def short(name: str) -> str:
    """The short form of a name in Clark's."""
    uri, _, local = name[1:].partition("}")
    return f"{_SHORT[uri]}:{local}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a program writes XML.

    Attributes:
        head: What stands before the root, as it writes it.
        prefixes: Its prefix for each namespace by short name; ``""`` is the default namespace.
        is_inline: It declares each namespace where it is used, as Apple's library does.
    """

    head: str
    prefixes: Mapping[str, str]
    is_inline: bool = False

    def element(self, name: str, /, *inner: str, **attributes: str) -> str:
        """An element within a document."""
        return self._element(name, "".join(inner), attributes, [])

    def document(self, name: str, *inner: str) -> bytes:
        """A whole document."""
        declared = [] if self.is_inline else [*self.prefixes]
        return (self.head + self._element(name, "".join(inner), {}, declared)).encode()

    def empty(self, names: Iterable[str]) -> str:
        """Elements with nothing in them."""
        return "".join(self.element(name) for name in names)

    def hrefs(self, hrefs: Iterable[str]) -> str:
        """Each in a ``D:href``."""
        return "".join(self.element("D:href", escape(href)) for href in hrefs)

    def propfind(self, names: Iterable[str]) -> bytes:
        """A PROPFIND for properties by name."""
        return self.document("D:propfind", self.element("D:prop", self.empty(names)))

    def sync(self, token: str, names: Iterable[str], *more: str) -> bytes:
        """A sync-collection; *more* stands between its level and its properties."""
        return self.document(
            "D:sync-collection",
            self.element("D:sync-token", escape(token)),
            self.element("D:sync-level", "1"),
            *more,
            self.element("D:prop", self.empty(names)),
        )

    def multiget(self, name: str, hrefs: Iterable[str], *wanted: str) -> bytes:
        """A multiget of this name; *wanted* are ready elements."""
        return self.document(name, self.element("D:prop", *wanted), self.hrefs(hrefs))

    def calendar_query(self, component: str, *within: str, names: Iterable[str]) -> bytes:
        """A calendar-query for a component; *within* are ready elements of its filter."""
        inner = self.element("C:comp-filter", *within, name=component)
        outer = self.element("C:comp-filter", inner, name="VCALENDAR")
        prop = self.element("D:prop", self.empty(names))
        return self.document("C:calendar-query", prop, self.element("C:filter", outer))

    def proppatch(self, **values: str) -> bytes:
        """A PROPPATCH; ``CS__me_card`` stands for ``CS:me-card``, values are ready content."""
        shown = [
            self.element(name.replace("__", ":").replace("_", "-"), value)
            for name, value in values.items()
        ]
        prop = self.element("D:prop", *shown)
        return self.document("D:propertyupdate", self.element("D:set", prop))

    def _element(
        self, name: str, inner: str, attributes: Mapping[str, str], declared: list[str]
    ) -> str:
        namespace, _, local = name.partition(":")
        tag = self._qualified(namespace, local)
        uses = [namespace] if self.is_inline else declared
        written = [self._declaration(each) for each in uses]
        written += [f'{key}="{value}"' for key, value in attributes.items()]
        opening = " ".join([tag, *written])
        return f"<{opening}>{inner}</{tag}>" if inner else f"<{opening}/>"

    def _qualified(self, namespace: str, local: str) -> str:
        prefix = self.prefixes[namespace]
        return f"{prefix}:{local}" if prefix else local

    def _declaration(self, namespace: str) -> str:
        prefix = self.prefixes[namespace]
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        return f'{name}="{NAMESPACES[namespace]}"'


@dataclass(frozen=True, slots=True)
class Changes:
    """What a sync-collection told."""

    changed: Mapping[str, Member]
    gone: frozenset[str]
    token: str

    @property
    def tags(self) -> dict[str, str | None]:
        """The entity tags of what changed, by href."""
        return {href: member.text("getetag") for href, member in self.changed.items()}


def _all_of(heard: Heard) -> tuple[dict[str, Member], set[str], ET.Element]:
    """Members, those that are not there, and the root of a multistatus."""
    assert heard.status == 207, (heard.status, heard.body)
    root = ET.fromstring(heard.body)
    there: dict[str, Member] = {}
    gone: set[str] = set()
    for response in root.iterfind(f"{DAV}response"):
        status = response.findtext(f"{DAV}status")
        if status is None:
            member = member_of(response)
            there[member.href] = member
        else:
            # CalDav Synchronizer takes no other, and Thunderbird reads it as text.
            assert status == "HTTP/1.1 404 Not Found", status
            gone.add(response.findtext(f"{DAV}href") or "")
    assert len(there) + len(gone) == len(root.findall(f"{DAV}response"))
    return there, gone, root


def changes_in(heard: Heard) -> Changes:
    """Read the answer to a sync-collection."""
    there, gone, root = _all_of(heard)
    token = root.findtext(f"{DAV}sync-token")
    assert token
    return Changes(there, frozenset(gone), token)


def value(member: Member, name: str) -> str:
    """The text of a property that has to be there."""
    return member.found[clark(name)].text or ""


def hrefs_in(member: Member, name: str) -> list[str]:
    """The hrefs in a property that has to be there."""
    return [each.text or "" for each in member.found[clark(name)].iterfind(f"{DAV}href")]


def href_in(member: Member, name: str) -> str:
    """The one href in a property that has to be there."""
    [href] = hrefs_in(member, name)
    assert href.startswith("/"), href
    return href


def kinds_of(member: Member) -> set[str]:
    """What the resource is, by short names."""
    return {short(each.tag) for each in member.found[clark("D:resourcetype")]}


def components_of(member: Member) -> set[str | None]:
    """What a calendar takes."""
    found = member.found[clark("C:supported-calendar-component-set")]
    return {each.get("name") for each in found.iterfind(clark("C:comp"))}


def privileges_of(member: Member) -> set[str]:
    """What the reader may do."""
    found = member.found[clark("D:current-user-privilege-set")]
    return {short(each.tag) for each in found.iterfind(f"{DAV}privilege/*")}


def reports_of(member: Member) -> set[str]:
    """Which reports are served."""
    found = member.found[clark("D:supported-report-set")]
    path = f"{DAV}supported-report/{DAV}report/*"
    return {short(each.tag) for each in found.iterfind(path)}


def classes_of(heard: Heard) -> set[str]:
    """The compliance classes in ``DAV``."""
    return {each.strip() for each in heard.headers["dav"].split(",")}


def outcomes_in(heard: Heard) -> dict[str, str]:
    """The status of each property of a PROPPATCH, by short name."""
    assert heard.status == 207, (heard.status, heard.body)
    return {
        short(each.tag): (propstat.findtext(f"{DAV}status") or "").split(" ")[1]
        for propstat in ET.fromstring(heard.body).iter(f"{DAV}propstat")
        for each in propstat.iterfind(f"{DAV}prop/*")
    }


def conditions_in(heard: Heard) -> set[str]:
    """The preconditions that a refusal names."""
    root = ET.fromstring(heard.body)
    assert root.tag == f"{DAV}error"
    return {short(each.tag) for each in root if each.tag[1:].partition("}")[0] in _SHORT}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that runs on a device.

    Attributes:
        client: Its connection.
        dialect: How it writes XML.
        xml_headers: What it sends along with XML.
    """

    client: Client
    dialect: Dialect
    xml_headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Heard:
        """Send a request that has no XML, or XML of its own."""
        return self.client(method, path, body, **headers)

    def url(self, path: str) -> str:
        """The address of a path, as the program knows it."""
        return self.client.site.url(path)

    def asks(self, path: str, depth: int, *names: str) -> Heard:
        """PROPFIND, heard but not read."""
        body = self.dialect.propfind(names)
        return self.client("PROPFIND", path, body, Depth=str(depth), **self.xml_headers)

    def finds(self, path: str, *names: str) -> Member:
        """PROPFIND of one resource."""
        [member] = self.asks(path, 0, *names).members.values()
        return member

    def lists(self, path: str, *names: str) -> dict[str, Member]:
        """PROPFIND of a collection and its members; the collection itself comes first."""
        members = self.asks(path, 1, *names).members
        assert next(iter(members)) == path
        return members

    def follows(self, path: str, *names: str) -> str:
        """PROPFIND of an address that leads elsewhere; the path it leads to.

        The address must be absolute, and of the scheme and host that the program has come by:
        no program follows one from https to http, nor to a name that it can't resolve.
        """
        heard = self.asks(path, 0, *names)
        assert heard.status == 301, heard
        where = urlsplit(heard.headers["location"])
        assert f"{where.scheme}://{where.netloc}" == self.client.site.origin
        return where.path

    def options(self, path: str) -> set[str]:
        """The classes that OPTIONS tells."""
        heard = self.client("OPTIONS", path)
        assert heard.status == 200
        return classes_of(heard)

    def reports(self, path: str, body: bytes, depth: int = 1, **headers: str) -> Heard:
        """REPORT, heard but not read."""
        return self.client(
            "REPORT", path, body, **{"Depth": str(depth), **self.xml_headers, **headers}
        )

    def syncs(self, path: str, token: str, *names: str, depth: int = 1) -> Changes:
        """REPORT sync-collection."""
        names = names or ("D:getetag",)
        return changes_in(self.reports(path, self.dialect.sync(token, names), depth))

    def fetches(
        self, path: str, hrefs: Iterable[str], *more: str, depth: int = 1
    ) -> dict[str, Member]:
        """REPORT calendar-multiget or addressbook-multiget, as the path's members want it."""
        hrefs = list(hrefs)
        is_card = hrefs[0].endswith(".vcf")
        name = "CR:addressbook-multiget" if is_card else "C:calendar-multiget"
        wanted = ["D:getetag", *more, "CR:address-data" if is_card else "C:calendar-data"]
        body = self.dialect.multiget(name, hrefs, self.dialect.empty(wanted))
        members = self.reports(path, body, depth).members
        assert set(members) == set(hrefs)
        return members

    def saves(self, href: str, body: bytes, kind: str, **headers: str) -> str:
        """PUT, 201 or 204; the entity tag that it was answered with."""
        heard = self.client("PUT", href, body, Content_Type=kind, **headers)
        assert heard.status == (201 if headers.get("If_None_Match") == "*" else 204), heard
        tag = heard.headers["etag"]
        assert tag.startswith('"')
        return tag


def data_of(member: Member) -> bytes:
    """The object's bytes, its line ends as they were stored."""
    [data] = [
        element.text or ""
        for tag, element in member.found.items()
        if short(tag) in {"C:calendar-data", "CR:address-data"}
    ]
    return data.encode()
