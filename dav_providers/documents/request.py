"""A DAV request on documents, parsed once into values."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from config.settings import Settings
from dav_providers.multistatus.request import DAVRequest
from office.layout import Layout
from office.places import Place
from storage.blobs import BlobStore
from storage.store import Store
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
        super().__init__(environ, services.settings, services.clock)
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

    def describe(self, place: Place) -> None:
        """Tell the access log which document or folder this is about."""
        node = place.node
        self.note.path = "/".join(place.names)
        if node is not None and node.id:
            self.note.node_id, self.note.version, self.note.size = node.id, node.version, node.size


def href(names: Iterable[str], *, is_collection: bool) -> str:
    """The absolute path of a document or folder, encoded; folders end in a slash."""
    return quote_path((MOUNT, *names), is_collection=is_collection)
