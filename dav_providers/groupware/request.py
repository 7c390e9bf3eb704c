"""A request on calendars and address books, parsed once into values."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from lxml import etree

from auth.identity import renew
from config.settings import Settings
from dav_providers.multistatus.principals import HOMES, user_href
from dav_providers.multistatus.request import DAVRequest
from dav_providers.multistatus.request_xml import read_xml
from office import collections, views
from office.errors import NotFoundError
from office.items import ItemLimits
from office.meetings.desk import Reach
from office.views import BehindError
from office.work import GroupwareWork
from storage.collections import CollectionRow
from storage.store import Store, Unit
from wire.bodies import read_small
from wire.dav_headers import parse_reference
from wire.paths import ResourcePath, quote_segment

Found = TypeVar("Found")

MOST_BEGINNINGS = 20
"""How often something is read anew because views that it needs were behind."""
MOUNT = HOMES
"""The first segment of every home's path."""

_HOME, _COLLECTION, _ITEM = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Services:
    """What the door was given when it was built; *clock* gives the time in microseconds."""

    store: Store
    settings: Settings
    clock: Callable[[], int]
    limits: ItemLimits
    space: Callable[[], tuple[int, int]]


class OutsideError(ValueError):
    """A Destination that does not lie in the caller's home (RFC 4918 section 9.8.5)."""


class GroupwareRequest(DAVRequest):
    """A request on what lies below ``/dav/`` or on ``/principals/``.

    Attributes:
        services: What the door was built with.
        names: The names below the mount: user, collection, object.
    """

    def __init__(self, environ: Mapping[str, Any], services: Services) -> None:
        super().__init__(environ, services.settings, services.clock, services.space)
        self.services = services
        self.names = self.segments[1:]
        self._body: bytes | None = None

    @property
    def is_top(self) -> bool:
        """It is about ``/dav/``, ``/principals/`` or, for a report, ``/``."""
        return not self.names

    @property
    def is_home(self) -> bool:
        """It is about a home, which is its user's principal too."""
        return len(self.names) == _HOME

    @property
    def is_collection(self) -> bool:
        """It is about a calendar, task list or address book."""
        return len(self.names) == _COLLECTION

    @property
    def is_item(self) -> bool:
        """It is about a calendar or address object."""
        return len(self.names) == _ITEM

    @property
    def is_principal(self) -> bool:
        """It is about another user's principal or a group's, if there is one."""
        return self.is_home and self.segments != (MOUNT, self.who.user_name)

    def demand_own_home(self) -> None:
        """See to it that what is below the mount can be there for the caller at all.

        Raises:
            NotFoundError: It is another user's home, or nothing of ours.
        """
        is_known = self.is_top or self.segments[0] == MOUNT
        is_other = bool(self.names) and self.names[0] != self.who.user_name
        # A slash at the end names a collection; PUT has a word of its own for that.
        is_misspelled = self.is_item and self.has_slash and self.method != "PUT"
        if not is_known or is_other or is_misspelled:
            raise NotFoundError("There is nothing here.")

    def names_in(self, reference: str) -> ResourcePath:
        """The names below the mount that a Destination or an href speaks of.

        Raises:
            ForeignHostError: It is on another server.
            PathError: It names nothing.
            OutsideError: It is on this server, but not below the mount.
        """
        path = parse_reference(reference, accepted_hosts=self.accepted_hosts)
        if not path.segments or path.segments[0] != MOUNT:
            raise OutsideError("The destination must lie in one of your own collections.")
        return ResourcePath(path.segments[1:], path.is_collection)

    def collection(self, unit: Unit, name: str | None = None) -> CollectionRow:
        """The collection of this name in the caller's home, or the one that the request is about.

        Raises:
            NotFoundError: It is not there, or not for them.
            office.views.BehindError: It is a view that has to be brought up first.
        """
        found = collections.find(unit, self.who, self.names[1] if name is None else name)
        views.demand_current([found], self.now_us)
        return found

    def current(self, unit: Unit, collection: CollectionRow) -> CollectionRow:
        """*collection* for another transaction: what a view shows may have changed meanwhile."""
        return self.collection(unit, collection.name) if collection.is_view else collection

    def read_again(
        self, collection: CollectionRow, read: Callable[[Unit, CollectionRow], Found]
    ) -> Found:
        """What *read* finds in another transaction, also in the middle of an answer.

        Raises:
            NotFoundError: It is not there, or not for the caller any more.
            office.views.BehindError: It changes all the time.
        """
        for _ in range(MOST_BEGINNINGS):
            try:
                with self.services.store.read() as unit:
                    return read(unit, self.current(unit, collection))
            except BehindError as error:
                behind = error
                views.bring_up(self.services.store, error.collection_ids, now_us=self.now_us)
        raise behind

    def home(self, unit: Unit) -> list[CollectionRow]:
        """All collections in the caller's home.

        Raises:
            office.views.BehindError: Some are views that have to be brought up first.
        """
        found = collections.of_home(unit, self.who)
        views.demand_current(found, self.now_us)
        return found

    def small_body(self, most: int) -> bytes:
        """The whole body, of at most *most* bytes; it is there again when the request begins anew.

        Raises:
            BodyTooLargeError, BodyCutError: It is too large, or not whole.
        """
        if self._body is None:
            self._body = read_small(self.environ, most)
        return self._body

    def read_xml(self) -> etree._Element | None:
        """The body's root element; None where there is no body.

        Raises:
            RequestXMLError: It can't be read.
            BodyTooLargeError, BodyCutError: It is too large, or not whole.
        """
        limits = self.settings.limits
        body = self.small_body(limits.xml_bytes)
        return read_xml(body, max_depth=limits.xml_depth) if body.strip() else None

    @contextmanager
    def change(self) -> Iterator[GroupwareWork]:
        """A transaction that changes, for who still may come in now that the body is here.

        Raises:
            auth.errors.CredentialsError: The device was retired or the user blocked meanwhile.
        """
        with self.services.store.write() as unit:
            self.who = renew(unit, self.who)
            yield GroupwareWork(unit, self.who, self.now_us)

    @cached_property
    def reach(self) -> Reach:
        """What meetings need to know of this installation."""
        has_mail = self.settings.mail.host is not None
        return Reach(self.accepted_hosts, has_mail, self.services.limits)

    def describe(self) -> None:
        """Tell the access log which object this is about."""
        self.note.path = "/".join(self.segments)


def collection_href(user_name: str, collection: CollectionRow) -> str:
    """The path of a collection in the home of *user_name*, encoded."""
    return f"{user_href(user_name)}{quote_segment(collection.name)}/"
