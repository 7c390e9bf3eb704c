"""Contacts, appointments and tasks, filled into one's own collections or into shared ones."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from auth.grants import EVERYBODY
from auth.rights import DataRight
from office import collections, granting, item_store, layout
from office.collections import Kind
from office.errors import ExistsError
from office.filling import item_files
from office.filling.desk import Desk
from office.filling.item_files import Cut
from office.filling.report import REFUSALS, Outcome, Report
from office.item_store import Stored
from office.items import DEFAULT_LIMITS
from office.items.errors import InvalidItemError
from storage import items
from storage.collections import CollectionRow, NewCollection
from storage.items import Content

_AT_ONCE = 50
_AT_ONCE_BYTES = 4 * 1024 * 1024
"""So much goes into one transaction; one object is always taken."""


class Places(NamedTuple):
    """The names of the collections that things go into, in the home of whoever fills."""

    cards: str = "contacts"
    events: str = "calendar"
    tasks: str = "tasks"


class _Ready(NamedTuple):
    name: str
    content: Content


_SHARED = Places(cards="office-contacts", events="office-calendar")
_SHARED_NAMES = {
    "de": {Kind.ADDRESSBOOK: "Büroadressen", Kind.CALENDAR: "Bürokalender"},
    "en": {Kind.ADDRESSBOOK: "Office contacts", Kind.CALENDAR: "Office calendar"},
}


def share(desk: Desk) -> Places:
    """Make an address book and a calendar that everybody in the office reads, if there is none.

    They lie in the home of whoever fills; who else may write in them is a matter of grants.
    """
    wanted = (
        (Kind.ADDRESSBOOK, _SHARED.cards, frozenset[str]()),
        (Kind.CALENDAR, _SHARED.events, frozenset({"VEVENT"})),
    )
    for kind, name, components in wanted:
        with desk.groupware_work() as work:
            shown = _SHARED_NAMES[layout.language(work.unit)][kind]
            try:
                collections.make(work, NewCollection(name, kind, components, shown))
            except ExistsError:
                continue
            path = f"/dav/{work.who.user_name}/{name}"
            granting.grant(work.unit, EVERYBODY, DataRight.READ, path, who=work.who)
    return _SHARED


class ItemFill:
    """Takes files of contacts and of calendars in."""

    def __init__(self, desk: Desk, places: Places, report: Report) -> None:
        self._desk = desk
        self._places = places
        self._report = report

    def take_cards(self, name: str, file: BinaryIO) -> None:
        """Take a file of vCards in; *file* can be read from anywhere."""
        found = item_files.cards(file, most_bytes=DEFAULT_LIMITS.card_bytes)
        self._take(name, found)

    def take_calendar(self, name: str, file: BinaryIO) -> None:
        """Take a calendar's file in; *file* can be read from anywhere."""
        found = item_files.calendar_objects(file, most_bytes=DEFAULT_LIMITS.object_bytes)
        self._take(name, found)

    def _take(self, name: str, cuts: Iterable[Cut]) -> None:
        try:
            for batch in _batches(cuts):
                for place in dict.fromkeys(map(self._place, batch)):
                    here = [each for each in batch if self._place(each) == place]
                    self._store(name, place, here)
        except REFUSALS as error:
            self._report.refuse(name, error)

    def _place(self, cut: Cut) -> str:
        return {"VCARD": self._places.cards, "VTODO": self._places.tasks}.get(
            cut.component, self._places.events
        )

    def _store(self, name: str, place: str, cuts: list[Cut]) -> None:
        with self._desk.store.read() as unit:
            who = self._desk.identity(unit)
            collection = collections.find(unit, who, place)
        ready = [each for cut in cuts if (each := self._read(name, collection, cut))]
        done: list[tuple[str, Stored | Exception]] = []
        with self._desk.groupware_work() as work:
            [held] = collections.hold(work, place)
            for each in ready:
                item = items.find_by_uid(work.unit, held.place, each.content.uid)
                href = item.href if item else _href(each.content)
                try:
                    stored = item_store.put(work, held, item, href, each.content)
                except REFUSALS as error:
                    done.append((each.name, error))
                else:
                    done.append((each.name, stored))
        # Only what is committed is told.
        for shown, outcome in done:
            if isinstance(outcome, Exception):
                self._report.refuse(shown, outcome)
            else:
                self._report.tell(_outcome(outcome), shown)

    def _read(self, name: str, collection: CollectionRow, cut: Cut) -> _Ready | None:
        """The object, read; None if it was refused."""
        shown = f"{name}: {cut.name}"
        try:
            return _Ready(shown, item_store.read(collection, cut.text, DEFAULT_LIMITS).content)
        except InvalidItemError as error:
            line = None if error.line is None else cut.line_of_file(error.line)
            self._report.refuse(shown, error, line=line)
        except REFUSALS as error:
            self._report.refuse(shown, error)
        return None


def _batches(cuts: Iterable[Cut]) -> Iterator[list[Cut]]:
    batch: list[Cut] = []
    size = 0
    for each in cuts:
        batch.append(each)
        size += len(each.text)
        if len(batch) >= _AT_ONCE or size >= _AT_ONCE_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _href(content: Content) -> str:
    ending = "vcf" if content.component == "VCARD" else "ics"
    return f"{sha256(content.uid.encode()).hexdigest()[:32]}.{ending}"


def _outcome(stored: Stored) -> Outcome:
    if stored.is_new:
        return Outcome.CREATED
    return Outcome.CHANGED if stored.has_changed else Outcome.SAME
