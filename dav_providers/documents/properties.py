"""The live properties of documents and folders (RFC 4918 section 15, 4331, 3744)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from auth.identity import Identity
from dav_providers.documents.preconditions import etag, etag_of
from dav_providers.documents.request import DocumentRequest, href
from dav_providers.multistatus.live_properties import (
    ABSENT,
    Field,
    LiveProperty,
    LivePropertyRegistry,
    Shape,
)
from dav_providers.multistatus.principals import (
    ACL_PRINCIPALS,
    EXPAND_PROPERTY,
    PRINCIPAL_SEARCH,
    SEARCH_PROPERTIES,
    group_href,
    link,
    of_everything,
    plain,
    quota,
    supported_reports,
    user_href,
)
from dav_providers.multistatus.privileges import (
    AUTHENTICATED,
    READING,
    WRITE,
    Ace,
    acl,
    current_user_privilege_set,
    of_href,
)
from dav_providers.multistatus.writer import (
    element,
    empty_element,
    escape,
    href_element,
    text_element,
)
from office import access
from office.access import Act, Verdict
from office.access_lists import NO_HOLDERS, Holder, Holders
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
        tokens: Sync tokens by folder.
        holders: Whom access lists name.
    """

    request: DocumentRequest
    names: tuple[str, ...]
    chain: tuple[NodeRow, ...]
    locks: dict[int, list[LockRow]] = field(default_factory=dict)
    inherited: list[LockRow] = field(default_factory=list)
    unreached: set[tuple[int, int]] = field(default_factory=set)
    lock_roots: dict[int, str] = field(default_factory=dict)
    tokens: dict[int, str] = field(default_factory=dict)
    holders: Holders = NO_HOLDERS

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


def _escaped(names: Iterable[str]) -> Iterable[str]:
    every = list(names)
    joined = "".join(every)
    # One look at all of them: hardly any needs it.
    return (
        every if escape(joined) == joined.encode() else [escape(name).decode() for name in every]
    )


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


def _supportedlock(listing: Listing, node: NodeRow) -> bytes:
    return _SUPPORTEDLOCK if _may(listing, Act.WRITE, node) else _NO_LOCKS


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


_ACT_PRIVILEGES = (
    (Act.READ, READING),
    (Act.WRITE, (f"{DAV}write-content", f"{DAV}write-properties")),
    (Act.ADD, (f"{DAV}bind",)),
    (Act.REMOVE_FROM, (f"{DAV}unbind",)),
)
_OF_DOCUMENTS = frozenset({Act.READ, Act.WRITE})


def _granted(who: Identity, chain: Sequence[NodeRow]) -> tuple[str, ...]:
    """The privileges of *who* on the last node of *chain*, as ``office.access`` decides."""
    asked = [
        (act, names)
        for act, names in _ACT_PRIVILEGES
        if chain[-1].is_collection or act in _OF_DOCUMENTS
    ]
    granted = {act for act, _ in asked if access.decide(who, act, chain) is Verdict.ALLOWED}
    names = [name for act, each in asked if act in granted for name in each]
    if len(granted) == len(asked):
        # RFC 3744 section 5.4: an aggregate stands beside its parts.
        names.insert(len(READING), WRITE)
    return tuple(names)


def _may(listing: Listing, act: Act, node: NodeRow) -> bool:
    return access.decide(listing.who, act, listing.chain_of(node)) is Verdict.ALLOWED


def _once_per_kind(
    make: Callable[[Listing, NodeRow], bytes],
) -> Callable[[Listing], Reader]:
    """A property that is made once for each kind of node in the listing."""

    def bind(listing: Listing) -> Reader:
        known: dict[tuple[str, bool, bool, int], bytes] = {}
        who = listing.who
        alone = {*who.grants, *who.passages, *listing.holders.nodes}

        def read(node: NodeRow) -> bytes:
            # Rights depend on the chain above, role and kind, and on what was granted on the
            # node itself; blocked ones are not listed.
            own = node.id if node.id in alone else 0
            key = (node.role, bool(node.is_collection), node.id == listing.chain[-1].id, own)
            if key not in known:
                known[key] = make(listing, node)
            return known[key]

        return read

    return bind


def _privileges(listing: Listing, node: NodeRow) -> bytes:
    return current_user_privilege_set(_granted(listing.who, listing.chain_of(node)))


def _acl(listing: Listing, node: NodeRow) -> bytes:
    """What groups, and users with rights of their own, may do here; in a Home its owner."""
    chain = listing.chain_of(node)
    if chain[0].role == Role.HOME:
        own = Ace(of_href(user_href(listing.who.user_name)), _granted(listing.who, chain))
        return acl([own])
    return acl(
        Ace(_principal(each), _granted(each.identity, chain)) for each in listing.holders.everybody
    )


def _principal(holder: Holder) -> bytes:
    if not holder.name:
        return AUTHENTICATED
    return of_href(group_href(holder.name) if holder.is_group else user_href(holder.name))


def _owner(listing: Listing) -> Reader:
    """Whose Home it lies in; what is the office's has no owner."""
    own = link(f"{DAV}owner", user_href(listing.who.user_name))
    nobody = empty_element(f"{DAV}owner")

    def read(node: NodeRow) -> bytes:
        return own if listing.chain_of(node)[0].role == Role.HOME else nobody

    return read


def _sync_token(listing: Listing) -> Reader:
    def read(node: NodeRow) -> bytes | None:
        token = listing.tokens.get(node.id)
        return None if token is None else text_element(f"{DAV}sync-token", token)

    return read


SYNC_COLLECTION = f"{DAV}sync-collection"
_REPORTS = (EXPAND_PROPERTY, ACL_PRINCIPALS, PRINCIPAL_SEARCH, SEARCH_PROPERTIES)
_OF_FOLDERS = supported_reports(SYNC_COLLECTION, *_REPORTS)
_OF_OTHERS = supported_reports(*_REPORTS)
_OF_THE_PAST = supported_reports()


def _reports(node: NodeRow) -> bytes:
    if node.role == Role.PAST:
        return _OF_THE_PAST
    return _OF_FOLDERS if node.is_collection else _OF_OTHERS


def _column(local: str, column: str, write: Callable[[Iterable[Any]], Iterable[str]]) -> Shape:
    """The shape of what one column tells of documents."""
    return Shape((f"<D:{local}>", f"</D:{local}>"), (Field(column, write),))


def _of_rows(read: Reader) -> Shape:
    """The shape of what a reader tells of every document."""
    return Shape(
        ("", ""), (Field("", lambda rows: ((read(row) or b"").decode() for row in rows)),)
    )


def _shown(name: str, read: Reader, shape: Shape) -> LiveProperty[NodeRow, Listing]:
    """A property that is read from the row alone."""
    return replace(plain(DAV + name, read, in_allprop=True), shape=lambda _listing: shape)


def _of_all(name: str, bind: Callable[[Listing], Reader]) -> LiveProperty[NodeRow, Listing]:
    """A property that every row has, and not by its columns alone."""
    return LiveProperty(name=DAV + name, bind=bind, shape=lambda listing: _of_rows(bind(listing)))


def _of_folders(each: LiveProperty[NodeRow, Listing]) -> LiveProperty[NodeRow, Listing]:
    """A property that documents never have."""
    return replace(each, shape=lambda _listing: ABSENT)


REGISTRY: LivePropertyRegistry[NodeRow, Listing] = LivePropertyRegistry(
    [
        _shown("resourcetype", _resourcetype, Shape.same(_DOCUMENT)),
        _shown("displayname", _displayname, _column("displayname", "name", _escaped)),
        _shown(
            "getcontentlength",
            _getcontentlength,
            _column("getcontentlength", "size", partial(map, str)),
        ),
        _shown("getcontenttype", _getcontenttype, _of_rows(_getcontenttype)),
        _shown("getetag", _getetag, _column("getetag", "blob_sha256", partial(map, etag_of))),
        _shown(
            "getlastmodified",
            _getlastmodified,
            _column("getlastmodified", "modified_us", partial(map, http_date_us)),
        ),
        _shown(
            "creationdate",
            _creationdate,
            _column("creationdate", "created_us", partial(map, iso_date_us)),
        ),
        replace(_of_all("supportedlock", _once_per_kind(_supportedlock)), in_allprop=True),
        replace(
            _of_all("lockdiscovery", _lockdiscovery), in_allprop=True, needs=frozenset({"locks"})
        ),
        *map(
            _of_folders,
            quota(
                lambda listing: listing.request.space,
                lambda _listing, node: bool(node.is_collection),
            ),
        ),
        _of_all("current-user-privilege-set", _once_per_kind(_privileges)),
        replace(_of_all("acl", _once_per_kind(_acl)), needs=frozenset({"holders"})),
        _of_all("owner", _owner),
        _of_folders(
            LiveProperty(name=f"{DAV}sync-token", bind=_sync_token, needs=frozenset({"tokens"}))
        ),
        _of_all("supported-report-set", lambda _listing: _reports),
        *of_everything(lambda listing: listing.who),
    ]
)
