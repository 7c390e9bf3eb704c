"""Where a request comes from: forwarding headers count only when a trusted proxy sent them.

Every other peer's forwarding headers are deleted, and in any case those by which some proxies
hand on a user's name, so that nothing behind this middleware can read them by mistake. (Header
names with underscores, which would look the same in the environ, never pass the HTTP servers.)
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "deedbox.address"

_FOR = "HTTP_X_FORWARDED_FOR"
_FORWARDED = "HTTP_FORWARDED"
_NEVER_BELIEVED = (
    "REMOTE_USER",
    "HTTP_REMOTE_USER",
    "HTTP_X_REMOTE_USER",
    "HTTP_X_FORWARDED_USER",
    "HTTP_X_AUTHENTICATED_USER",
    "HTTP_X_REAL_IP",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_SERVER",
    "HTTP_X_FORWARDED_PREFIX",
    "HTTP_X_FORWARDED_SSL",
    "HTTP_X_SCRIPT_NAME",
    "HTTP_PROXY",  # CGI programs take it for their own setting
)
_FORWARDING = (_FOR, _FORWARDED, "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")

_HOST = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?"
)
_PAIR = re.compile(r'\s*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*(?:;|$)')
_ELEMENT = re.compile(r'(?:"(?:[^"\\]|\\.)*"|[^",])+')


class Trust:
    """Middleware that settles address, scheme and host, and removes what made them."""

    def __init__(self, app: WSGIApplication, is_trusted: Callable[[str], bool]) -> None:
        """Wrap *app*; *is_trusted* says whether an address is one of the proxies."""
        self._app = app
        self._is_trusted = lru_cache(maxsize=1024)(is_trusted)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Set ``deedbox.address``, and scheme and host where a trusted proxy names them."""
        peer = plain_address(environ.get("REMOTE_ADDR", ""))
        environ[ADDRESS] = peer
        if self._is_trusted(peer):
            self._believe(environ, peer)
        for name in _FORWARDING:
            environ.pop(name, None)
        for name in _NEVER_BELIEVED:
            environ.pop(name, None)
        return self._app(environ, start_response)

    def _believe(self, environ: WSGIEnvironment, peer: str) -> None:
        if _FOR not in environ and _FORWARDED in environ:
            address, proto, host = self._from_forwarded(environ[_FORWARDED], peer)
        else:
            address, proto, host = self._from_x_headers(environ, peer)
        environ[ADDRESS] = address
        if proto.lower() in {"http", "https"}:
            environ["wsgi.url_scheme"] = proto.lower()
        if is_host(host):
            environ["HTTP_HOST"] = host

    def _from_forwarded(self, value: str, peer: str) -> tuple[str, str, str]:
        elements = parse_forwarded(value)
        address, depth = self._client([_hop(each) for each in elements], peer)
        named = elements[-min(depth, len(elements))] if elements else {}
        return address, named.get("proto", ""), named.get("host", "")

    def _from_x_headers(self, environ: WSGIEnvironment, peer: str) -> tuple[str, str, str]:
        hops = environ[_FOR].split(",") if _FOR in environ else []
        address, depth = self._client([node_address(each) for each in hops], peer)
        if _FOR in environ and _FORWARDED in environ:
            other, _, _ = self._from_forwarded(environ[_FORWARDED], peer)
            # A proxy writes one of the two and lets the other pass as the client wrote it:
            # where they disagree neither is believed.
            address = address if other == address else peer
        proto = _nth_last(environ.get("HTTP_X_FORWARDED_PROTO", ""), depth)
        return address, proto, _nth_last(environ.get("HTTP_X_FORWARDED_HOST", ""), depth)

    def _client(self, hops: list[str], peer: str) -> tuple[str, int]:
        """The rightmost hop that is no proxy of ours, and how many proxies stand before it.

        A hop that is no address ends the walk: the proxy that wrote it is the last one known.
        """
        known, depth = peer, 1
        for hop in reversed(hops):
            if not hop:
                break
            known = hop
            if not self._is_trusted(hop):
                break
            depth += 1
        return known, depth


def _nth_last(value: str, depth: int) -> str:
    """The value written by the outermost of *depth* trusted proxies, each adding on the right."""
    values = value.split(",")
    return values[-min(depth, len(values))].strip()


def _hop(element: dict[str, str]) -> str:
    return node_address(element.get("for", ""))


def parse_forwarded(value: str) -> list[dict[str, str]]:
    """Read a Forwarded header into one dict per hop, names lower-cased (RFC 7239 section 4)."""
    return [_pairs(element) for element in _ELEMENT.findall(value) if element.strip()]


def _pairs(element: str) -> dict[str, str]:
    return {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        for name, quoted, bare in _PAIR.findall(element)
    }


def node_address(node: str) -> str:
    """The IP address in a forwarding header's node, without port and brackets; ``""`` if none."""
    node = node.strip()
    if node.startswith("["):
        node = node[1:].partition("]")[0]
    elif node.count(":") == 1:
        node = node.partition(":")[0]
    try:
        ip_address(node)
    except ValueError:
        return ""
    return plain_address(node)


@lru_cache(maxsize=4096)
def plain_address(address: str) -> str:
    """*address* in its one spelling: an IPv4 client of an IPv6 socket gets its IPv4 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(parsed)


@lru_cache(maxsize=256)
def is_host(value: str) -> bool:
    """Say whether *value* can be a Host header (RFC 9110 section 7.2)."""
    return _HOST.fullmatch(value) is not None
