"""A DAV request on documents, parsed once into values."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from auth.identity import renew, renew_and_hold
from config.settings import Settings
from dav_providers.multistatus.disk_space import DiskSpace
from dav_providers.multistatus.request import DAVRequest
from office import past, places
from office.access import Act
from office.errors import Blocked
from office.layout import Layout
from office.past_places import PastPlace
from office.places import Place
from office.standing import Standing
from office.tracking import Act as Noted
from office.work import Work
from storage.blobs import BlobStore
from storage.store import Store, Unit
from storage.tree import NodeRow
from wire.clients import Family
from wire.dav_headers import parse_reference
from wire.paths import ResourcePath, quote_path

MOUNT = "files"
"""The first segment of every path that belongs to this door."""


def system_clock() -> int:
    """The time in microseconds since the epoch."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class Services:
    """What the door was given when it was built; *clock* gives the time in microseconds."""

    store: Store
    blobs: BlobStore
    settings: Settings
    layout: Layout
    space: DiskSpace
    clock: Callable[[], int] = system_clock


class OutsideError(ValueError):
    """A Destination or ``If:`` tag that does not lie in the documents (RFC 4918 section 9.8.5)."""


class DocumentRequest(DAVRequest):
    """A request on documents.

    Attributes:
        services: What the door was built with.
        names: The names below ``/files/``.
    """

    def __init__(self, environ: Mapping[str, Any], services: Services) -> None:
        super().__init__(environ, services.settings, services.clock, services.space)
        self.services = services
        self.names = self.segments[1:]

    @property
    def tokens(self) -> frozenset[str]:
        """The lock tokens that the client submitted."""
        return self.if_header.submitted_tokens if self.if_header else frozenset()

    def names_in(self, reference: str) -> ResourcePath:
        """The path below ``/files/`` that a Destination or an ``If:`` tag speaks of.

        Raises:
            ForeignHostError: It is on another server.
            OutsideError: It is on this server, but not among the documents.
        """
        path = parse_reference(
            reference,
            accepted_hosts=self.accepted_hosts,
            latin1_fallback=self.family is Family.WINDOWS,
        )
        if not path.segments or path.segments[0] != MOUNT:
            raise OutsideError("The destination must lie below /files/.")
        return ResourcePath(path.segments[1:], path.is_collection)

    @contextmanager
    def transaction(self, *, is_lock: bool = False) -> Iterator[Work]:
        """A transaction that changes, for who still may come in now that the body is here.

        A block or retirement while the body was on its way is found by this one read.

        Args:
            is_lock: A lock may be taken: a block waits until it is there to be released.

        Raises:
            auth.errors.CredentialsError: The device was retired or the user blocked meanwhile.
        """
        with self.services.store.write() as unit:
            self.who = (renew_and_hold if is_lock else renew)(unit, self.who)
            yield Work(unit, self.who, self.services.layout, self.now_us, self.tokens)

    @contextmanager
    def change(
        self, *others: Sequence[str], is_lock: bool = False
    ) -> Iterator[tuple[Work, list[Place]]]:
        """:meth:`transaction` with this request's place, and those of *others*, found in it."""
        with self.transaction(is_lock=is_lock) as work:
            found = places.find_for_writing(work.unit, work.who, work.layout, self.names, *others)
            yield work, found

    @contextmanager
    def look(self, *, has_body: bool = False) -> Iterator[tuple[Unit, Place]]:
        """A snapshot with this request's place; *has_body* as in :meth:`transaction`."""
        with self.services.store.read() as unit:
            if has_body:
                self.who = renew(unit, self.who)
            yield unit, past.find(unit, self.who, self.services.layout, self.names)

    def standing(self, act: Act, chain: Sequence[NodeRow]) -> Standing:
        """The right to go on with *act*, as the gate's word on who asks is good for."""
        return Standing(
            self.services.store,
            self.who,
            act,
            chain,
            since=self.environ["deedbox.rights_revision"],
        )

    def describe(self, place: Place) -> None:
        """Tell the access log which document or folder this is about."""
        node = place.node
        self.note.path = "/".join(place.names)
        node_id = node.id if node is not None else 0
        if isinstance(place, PastPlace) and place.document_id is not None:
            node_id = place.document_id  # a version is one of its document
        if node is not None and node_id:
            self.note.node_id, self.note.version, self.note.size = node_id, node.version, node.size

    def refused(self, blocked: Blocked) -> None:
        """Tell the access log which block held; the client hears nothing of it."""
        note = self.note
        note.act, note.node_id = Noted.REFUSED, blocked.node_id
        note.path, note.target_path = "/".join(blocked.names or self.names), ""
        note.version = note.size = None


def href(names: Iterable[str], *, is_collection: bool) -> str:
    """The absolute path of a document or folder, encoded; folders end in a slash."""
    return quote_path((MOUNT, *names), is_collection=is_collection)
