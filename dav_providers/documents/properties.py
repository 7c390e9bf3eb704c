"""The live properties of documents and folders (RFC 4918 section 15, 4331, 3744)."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from auth.identity import Identity
from dav_providers.documents.preconditions import etag
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.live_properties import LiveProperty, LivePropertyRegistry
from dav_providers.multistatus.writer import element, empty_element, href_element, text_element
from office import access
from office.access import Act, Verdict
from office.layout import Role
from office.locks import MICROSECONDS
from storage.locks import LockRow
from storage.tree import NodeRow
from wire.dates import http_date_us, iso_date_us
from wire.media_types import media_type

DAV = "{DAV:}"
Reader = Callable[[NodeRow], bytes | None]


@dataclass(slots=True)
class Listing:
    """What the readers of one PROPFIND need besides the rows: loaded once for all of them.

    Attributes:
        request: Who asks, when.
        names: The path of the collection or document asked about.
        chain: Its nodes from the root on.
        locks: Locks by the node they are on (own ones, not inherited).
        inherited: Deep locks that cover everything in the listing, but for
        unreached: (holder, member) where the member is blocked for the lock's holder.
        space: (used, available) bytes for RFC 4331.
    """

    request: DocumentRequest
    names: tuple[str, ...]
    chain: tuple[NodeRow, ...]
    locks: dict[int, list[LockRow]] = field(default_factory=dict)
    inherited: list[LockRow] = field(default_factory=list)
    unreached: set[tuple[int, int]] = field(default_factory=set)
    lock_roots: dict[int, str] = field(default_factory=dict)
    space: tuple[int, int] = (0, 0)

    @property
    def who(self) -> Identity:
        """The person who asks."""
        return self.request.who

    def chain_of(self, node: NodeRow) -> tuple[NodeRow, ...]:
        """The nodes from the root down to a row of this listing."""
        above = self.chain[-1]
        if node.id == above.id:
            return self.chain
        # The members of /files/ are roots: what holds for that folder is not inherited.
        return (node,) if above.role == Role.TOP else (*self.chain, node)


_COLLECTION = element(f"{DAV}resourcetype", empty_element(f"{DAV}collection"))
_DOCUMENT = empty_element(f"{DAV}resourcetype")


def _resourcetype(node: NodeRow) -> bytes:
    return _COLLECTION if node.is_collection else _DOCUMENT


def _getcontentlength(node: NodeRow) -> bytes | None:
    if node.is_collection:
        return None
    return b"<D:getcontentlength>%d</D:getcontentlength>" % node.size


def _getetag(node: NodeRow) -> bytes | None:
    tag = etag(node)
    return None if tag is None else b"<D:getetag>%s</D:getetag>" % tag.encode()


def _getcontenttype(node: NodeRow) -> bytes | None:
    if node.is_collection:
        return None
    return text_element(f"{DAV}getcontenttype", media_type(node.name, node.content_type))


def _getlastmodified(node: NodeRow) -> bytes:
    text = http_date_us(node.modified_us)
    return b"<D:getlastmodified>%s</D:getlastmodified>" % text.encode()


def _creationdate(node: NodeRow) -> bytes:
    return b"<D:creationdate>%s</D:creationdate>" % iso_date_us(node.created_us).encode()


def _displayname(node: NodeRow) -> bytes:
    return text_element(f"{DAV}displayname", node.name or "files")


def _entry(scope: str) -> bytes:
    return element(
        f"{DAV}lockentry",
        element(f"{DAV}lockscope", empty_element(DAV + scope))
        + element(f"{DAV}locktype", empty_element(f"{DAV}write")),
    )


_SUPPORTEDLOCK = element(f"{DAV}supportedlock", _entry("exclusive") + _entry("shared"))
_NO_LOCKS = empty_element(f"{DAV}supportedlock")


def _supportedlock(listing: Listing) -> Reader:
    def read(node: NodeRow) -> bytes:
        return _SUPPORTEDLOCK if _may(listing, Act.WRITE, node) else _NO_LOCKS

    return read


def active_lock(lock: LockRow, root_href: str, now_us: int) -> bytes:
    """One ``DAV:activelock`` (RFC 4918 section 14.1)."""
    remaining = max(0, -(-(lock.expires_us - now_us) // MICROSECONDS))
    return element(
        f"{DAV}activelock",
        b"".join(
            [
                element(f"{DAV}locktype", empty_element(f"{DAV}write")),
                element(
                    f"{DAV}lockscope",
                    empty_element(DAV + ("exclusive" if lock.is_exclusive else "shared")),
                ),
                text_element(f"{DAV}depth", "infinity" if lock.is_deep else "0"),
                lock.owner_xml,
                text_element(f"{DAV}timeout", f"Second-{remaining}"),
                element(f"{DAV}locktoken", href_element(lock.token)),
                element(f"{DAV}lockroot", href_element(root_href)),
            ]
        ),
    )


def lock_discovery(locks: Iterable[tuple[LockRow, str]], now_us: int) -> bytes:
    """``DAV:lockdiscovery`` of these locks, each with the href of its root."""
    shown = b"".join(active_lock(lock, root, now_us) for lock, root in locks)
    return element(f"{DAV}lockdiscovery", shown)


def _lockdiscovery(listing: Listing) -> Reader:
    now_us = listing.request.now_us

    def root(lock: LockRow, node: NodeRow) -> str:
        if lock.node_id != node.id:
            return listing.lock_roots[lock.node_id]
        is_self = node.id == listing.chain[-1].id
        names = listing.names if is_self else (*listing.names, node.name)
        return href(names, is_collection=bool(node.is_collection))

    def read(node: NodeRow) -> bytes:
        inherited = (
            lock for lock in listing.inherited if (lock.user_id, node.id) not in listing.unreached
        )
        found = [*inherited, *listing.locks.get(node.id, ())]
        live = [(lock, root(lock, node)) for lock in found if lock.expires_us > now_us]
        return lock_discovery(live, now_us)

    return read


def _quota(name: str, index: int) -> LiveProperty[NodeRow, Listing]:
    def bind(listing: Listing) -> Reader:
        shown = text_element(name, str(listing.space[index]))
        return lambda node: shown if node.is_collection else None

    return LiveProperty(name=name, bind=bind, needs=frozenset({"space"}))


_ACT_PRIVILEGES = (
    (Act.READ, ("read", "read-current-user-privilege-set")),
    (Act.WRITE, ("write-content", "write-properties")),
    (Act.ADD, ("bind",)),
    (Act.REMOVE_FROM, ("unbind",)),
)


def _may(listing: Listing, act: Act, node: NodeRow) -> bool:
    return access.decide(listing.who, act, listing.chain_of(node)) is Verdict.ALLOWED


def _privileges(listing: Listing) -> Reader:
    """``current-user-privilege-set``, once for each kind of node in the listing."""
    known: dict[tuple[str, bool, bool], bytes] = {}

    def read(node: NodeRow) -> bytes:
        # Rights depend on the chain above, the role and the kind; blocked ones are not listed.
        key = (node.role, bool(node.is_collection), node.id == listing.chain[-1].id)
        if key not in known:
            names = [
                name
                for act, privileges in _ACT_PRIVILEGES
                if (node.is_collection or act in (Act.READ, Act.WRITE))
                and _may(listing, act, node)
                for name in privileges
            ]
            known[key] = element(
                f"{DAV}current-user-privilege-set",
                b"".join(element(f"{DAV}privilege", empty_element(DAV + name)) for name in names),
            )
        return known[key]

    return read


def _plain(name: str, read: Reader) -> LiveProperty[NodeRow, Listing]:
    return LiveProperty(name=DAV + name, bind=lambda _listing: read, in_allprop=True)


REGISTRY: LivePropertyRegistry[NodeRow, Listing] = LivePropertyRegistry(
    [
        _plain("resourcetype", _resourcetype),
        _plain("displayname", _displayname),
        _plain("getcontentlength", _getcontentlength),
        _plain("getcontenttype", _getcontenttype),
        _plain("getetag", _getetag),
        _plain("getlastmodified", _getlastmodified),
        _plain("creationdate", _creationdate),
        LiveProperty(name=f"{DAV}supportedlock", bind=_supportedlock, in_allprop=True),
        LiveProperty(
            name=f"{DAV}lockdiscovery",
            bind=_lockdiscovery,
            in_allprop=True,
            needs=frozenset({"locks"}),
        ),
        _quota(f"{DAV}quota-used-bytes", 0),
        _quota(f"{DAV}quota-available-bytes", 1),
        LiveProperty(name=f"{DAV}current-user-privilege-set", bind=_privileges),
    ]
)


class DiskSpace:
    """Used and available bytes of the disk, looked up at most every few seconds."""

    def __init__(self, look: Callable[[], tuple[int, int]], *, keep_seconds: float = 5) -> None:
        self._look = look
        self._keep_seconds = keep_seconds
        self._at = float("-inf")
        self._known = (0, 0)

    def __call__(self) -> tuple[int, int]:
        """(used, available) in bytes."""
        return self._known if time.monotonic() - self._at <= self._keep_seconds else self.now()

    def now(self) -> tuple[int, int]:
        """The same, looked up in any case."""
        self._known, self._at = self._look(), time.monotonic()
        return self._known
