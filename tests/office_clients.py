"""Programs that keep the office book by token alone, each with its habits.

They hold just what the answers said: the bytes that they fetched or that were taken as they were
sent, each with its entity tag.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from config.settings import Tracking
from server.access_log import AccessLog
from storage.store import Store
from tests.documents_door import Reply
from tests.groupware_door import CAL, CARD, CS, DAV, Device, GroupwareOffice, changes_in
from tests.office_rules import ANDROID, EVOLUTION, IOS

BOOK, BIRTHDAYS = "office/", "birthdays/"
_BATCH = 3
_DATA = {
    BOOK: (f"{CARD}address-data", "carddav", "addressbook"),
    BIRTHDAYS: (f"{CAL}calendar-data", "caldav", "calendar"),
}


class Journal:
    """The access log around an office's door; what was asked is written when told to."""

    def __init__(self, office: GroupwareOffice) -> None:
        self._store: Store = office.store
        self._door: WSGIApplication = office.door
        self._log: AccessLog | None = None
        office.door = self._ask

    def write(self) -> None:
        """Have the horizons written of all that was asked."""
        if self._log is not None:
            self._log.close()
            self._log = None

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._log is None:
            self._log = AccessLog(self._store, Tracking(batch_seconds=60.0))
        return self._log.around(self._door)(environ, start_response)


class Held(NamedTuple):
    """An object on a device; without *etag* the device knows that it has to be fetched.

    ``touch`` says which of its changes this is, by the simulation's count.
    """

    etag: str | None
    body: bytes
    touch: int = 0


class Habit(NamedTuple):
    """How a program goes about it."""

    agent: str
    device: int
    names_states: bool = True
    limit: int | None = None
    lists_every: int = 0
    """So many syncs, then one complete listing; 0: never."""


HABITS = (
    Habit(ANDROID, 0, limit=2),
    Habit(EVOLUTION, 0, names_states=False, lists_every=4),
    Habit(IOS, 1, names_states=False),
)


@dataclass(slots=True)
class Client:
    """One program on one device of somebody."""

    device: Device
    habit: Habit
    path: str = BOOK
    token: str = ""
    held: dict[str, Held] = field(default_factory=dict)
    position: int = 0
    """Of the simulation's count of changes, where this one synced last."""
    told: set[str] = field(default_factory=set)
    """What the answers of the last sync spoke of."""
    syncs: int = 0

    @property
    def user(self) -> str:
        """Whose it is."""
        return self.device.name

    @property
    def writer(self) -> str:
        """The device that it is on."""
        return f"{self.user}/{self.habit.device}/"

    @property
    def writer_of_program(self) -> str:
        """The same, and which program there."""
        return f"{self.writer}{self.habit.agent}"

    def sync(self, touch_of: Callable[[str], int]) -> None:
        """Fetch what is new, by token or, now and then, by a complete listing."""
        self.syncs += 1
        self.told = set()
        habit = self.habit
        if self.token and habit.lists_every and self.syncs % habit.lists_every == 0:
            found = self._listed()
        else:
            found = self._changed(habit.limit)
        stale = [each for each, etag in found.items() if self._lacks(each, etag)]
        self._fetch(stale, touch_of)

    def forget(self) -> None:
        """The collection is gone: so is all of it, and its token."""
        self.token, self.held = "", {}

    def _lacks(self, href: str, etag: str) -> bool:
        return href not in self.held or self.held[href].etag != etag

    def _changed(self, limit: int | None) -> dict[str, str]:
        """What a device is told that shows its token, until there is no more."""
        found: dict[str, str] = {}
        is_first, is_truncated = not self.token, True
        while is_truncated:
            reply = self.device.sync_reply(self.path, self.token, limit)
            assert reply.status == 207, reply.text
            changes = changes_in(reply)
            changed = {name_of(href): etag for href, etag in changes.changed.items()}
            gone = {name_of(each) for each in changes.gone}
            assert changed.keys().isdisjoint(gone)
            assert limit is None or len(changed) + len(gone) <= limit
            for each in gone:
                self.held.pop(each, None)
                found.pop(each, None)
            found |= changed
            self.told |= changed.keys() | gone
            assert not changes.is_truncated or changes.token != self.token
            self.token, is_truncated = changes.token, changes.is_truncated
        if is_first:
            self._drop_all_but(found)
        return found

    def _listed(self) -> dict[str, str]:
        """All that is there, with the token of that moment."""
        names = (f"{DAV}getetag", f"{DAV}sync-token")
        own = self.device.own(self.path)
        reply = self.device.propfind(own, *names, Depth="1")
        assert reply.status == 207, reply.text
        self.token = str(reply.found(own)[names[1]].text)
        found = {
            name_of(each): str(reply.found(each)[names[0]].text)
            for each in reply.hrefs
            if each != own
        }
        self._drop_all_but(found)
        return found

    def _drop_all_but(self, names: Collection[str]) -> None:
        self.held = {name: each for name, each in self.held.items() if name in names}

    def _fetch(self, names: list[str], touch_of: Callable[[str], int]) -> None:
        for begin in range(0, len(names), _BATCH):
            batch = names[begin : begin + _BATCH]
            reply = self._multiget(batch)
            for name in batch:
                found = reply.found(self.device.own(self.path + name))
                body = str(found[_DATA[self.path][0]].text).encode()
                etag = str(found[f"{DAV}getetag"].text)
                assert name not in self.held or self.held[name].etag != etag
                self.held[name] = Held(etag, body, touch_of(name))

    def _multiget(self, names: list[str]) -> Reply:
        _, space, word = _DATA[self.path]
        data = _DATA[self.path][0].rpartition("}")[2]
        hrefs = "".join(f"<D:href>{self.device.own(self.path + each)}</D:href>" for each in names)
        reply = self.device.report(
            self.path,
            f'<C:{word}-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:{space}">'
            f"<D:prop><D:getetag/><C:{data}/></D:prop>{hrefs}</C:{word}-multiget>".encode(),
        )
        assert reply.status == 207, reply.text
        return reply


def marks(client: Client) -> tuple[str, str]:
    """The sync-token and the ctag of a client's collection."""
    names = (f"{DAV}sync-token", f"{CS}getctag")
    found = client.device.propfind(client.device.own(client.path), *names).found()
    return str(found[names[0]].text), str(found[names[1]].text)


def name_of(href: str) -> str:
    """The last part of an href."""
    return href.rpartition("/")[2]
