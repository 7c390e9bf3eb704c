"""The host's root as DAV: redirectors walk down from ``/``, so it has to answer (and does little).

It is read-only and lists what lies directly below it. RFC 4918 sections 9.1 and 10.1.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from auth.identity import Identity
from dav_providers.multistatus import preconditions, writer
from dav_providers.multistatus.live_properties import LiveProperty, LivePropertyRegistry, Reader
from dav_providers.multistatus.request_xml import RequestXMLTooComplexError, parse_propfind
from wire.bodies import BodyTooLargeError, read_small
from wire.dav_headers import Depth, parse_depth
from wire.paths import quote_path

_ALLOW = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
DAV_HEADERS = (("DAV", "1, 2, 3"), ("MS-Author-Via", "DAV"))
"""What OPTIONS says about the server as a whole: Windows and Office look for both."""


class Place(NamedTuple):
    """A collection that is the same for everybody."""

    href: str
    name: str


_ROOT = Place("/", "deedbox")
_MEMBERS = (Place("/files/", "files"), Place("/dav/", "dav"), Place("/principals/", "principals"))

_COLLECTION = writer.element("{DAV:}resourcetype", writer.empty_element("{DAV:}collection"))
_PRINCIPALS = writer.element("{DAV:}principal-collection-set", writer.href_element("/principals/"))
_NO_LOCK = writer.empty_element("{DAV:}supportedlock")


def _same(element: bytes) -> Callable[[Identity], Reader[Place]]:
    return lambda _who: lambda _place: element


def _principal(who: Identity) -> Reader[Place]:
    """Where the caller's own calendars and address books are found (RFC 5397)."""
    href = writer.href_element(quote_path(("dav", who.user_name), is_collection=True))
    shown = writer.element("{DAV:}current-user-principal", href)
    return lambda _place: shown


def _name(_who: Identity) -> Reader[Place]:
    return lambda place: writer.text_element("{DAV:}displayname", place.name)


_REGISTRY: LivePropertyRegistry[Place, Identity] = LivePropertyRegistry(
    [
        LiveProperty(name="{DAV:}resourcetype", bind=_same(_COLLECTION), in_allprop=True),
        LiveProperty(name="{DAV:}displayname", bind=_name, in_allprop=True),
        LiveProperty(name="{DAV:}supportedlock", bind=_same(_NO_LOCK), in_allprop=True),
        LiveProperty(name="{DAV:}current-user-principal", bind=_principal),
        LiveProperty(name="{DAV:}principal-collection-set", bind=_same(_PRINCIPALS)),
    ]
)


class Answer(NamedTuple):
    """Status, headers beside Content-Length, and body."""

    status: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def make_root(xml_bytes: int, reports: WSGIApplication) -> WSGIApplication:
    """Make the door of ``/``; a request's XML may have *xml_bytes*.

    Principals are looked for from here, too: *reports* is the door that knows them.
    """

    def root(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "REPORT":
            return reports(environ, start_response)
        status, headers, body = _answer(environ, xml_bytes)
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []

    return root


def _answer(environ: WSGIEnvironment, xml_bytes: int) -> Answer:
    method = environ["REQUEST_METHOD"]
    if method == "OPTIONS":
        return Answer("200 OK", (*DAV_HEADERS, ("Allow", _ALLOW)))
    if method == "PROPFIND":
        return _propfind(environ, xml_bytes)
    return Answer("405 Method Not Allowed", (("Allow", _ALLOW),))


def _propfind(environ: WSGIEnvironment, xml_bytes: int) -> Answer:
    try:
        depth = parse_depth(environ.get("HTTP_DEPTH"), default=Depth.INFINITY)
        propfind = parse_propfind(read_small(environ, xml_bytes))
    except (BodyTooLargeError, RequestXMLTooComplexError) as error:
        return _sentence("413 Content Too Large", str(error))
    except ValueError as error:
        return _sentence("400 Bad Request", str(error))
    if depth is Depth.INFINITY:
        condition = preconditions.PROPFIND_FINITE_DEPTH
        return _xml("403 Forbidden", preconditions.error_body(condition))
    plan = _REGISTRY.compile(propfind, environ["deedbox.identity"])
    places = (_ROOT,) if depth is Depth.ZERO else (_ROOT, *_MEMBERS)
    body = writer.document(plan.response(place.href, place) for place in places)
    return _xml("207 Multi-Status", body)


def _xml(status: str, body: bytes) -> Answer:
    return Answer(status, (("Content-Type", writer.CONTENT_TYPE),), body)


def _sentence(status: str, text: str) -> Answer:
    return Answer(status, (("Content-Type", "text/plain; charset=utf-8"),), f"{text}\n".encode())
