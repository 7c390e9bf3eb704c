"""What a client shows to know of a calendar or address book, as a door saw it.

A client knows what it presents in a sync token, and what it was told in a complete listing; of
what it fetched beyond that it knows as well. From this follows how far a device is in step.
"""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from office.sync_tokens import Known
from storage.collections import CollectionRow


class Fetched(Protocol):
    """A member that was sent, or that the client itself put there or took away."""

    @property
    def href(self) -> str:
        """Its name."""

    @property
    def modseq(self) -> int:
        """The number of its change."""


class Change(NamedTuple):
    """A change of a member, and nothing else of it."""

    href: str
    modseq: int


class Knowledge(NamedTuple):
    """What one request showed of what its client knows of a collection.

    Attributes:
        presented: By its token; holds however the answer ends.
        told: By the answer, if it was sent whole.
        fetched: Members that the answer brings, likewise.
    """

    collection_id: int
    epoch: int
    presented: Known | None = None
    told: Known | None = None
    fetched: Iterable[Fetched] = ()


def presented(
    collection: CollectionRow, known: Known, fetched: Iterable[Fetched] = ()
) -> Knowledge:
    """The client presented a token, and perhaps fetched what changed since."""
    return Knowledge(collection.id, collection.epoch, presented=known, fetched=fetched)


def listed(collection: CollectionRow) -> Knowledge:
    """The client is told of every member that there is."""
    everything = Known(collection.modseq, collection.modseq)
    return Knowledge(collection.id, collection.epoch, told=everything)


def fetched(collection: CollectionRow, members: Iterable[Fetched]) -> Knowledge:
    """The client is sent these members, or did this to them itself."""
    return Knowledge(collection.id, collection.epoch, fetched=members)
