"""Hands that write to the same calendars and address book, each under names of its own."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from random import Random

from tests.crash import item_ledger
from tests.crash.hands import Act, Hand
from tests.crash.item_ledger import ADDRESSBOOK, CALENDAR, Book, Home, Item, Place
from tests.e2e.server_process import Office
from tests.groupware_door import card, event

HOME = "/dav/anna/"
_NAMES = 10
_MOST_LINES = 400
_DESCRIPTION = (
    "<D:set><D:prop><D:displayname>{shown}</D:displayname>"
    '<I:calendar-color xmlns:I="http://apple.com/ns/ical/">{color}</I:calendar-color>'
    "</D:prop></D:set>"
)
_MKCALENDAR = (
    '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">'
    f"{_DESCRIPTION}</C:mkcalendar>"
)
_PROPPATCH = f'<D:propertyupdate xmlns:D="DAV:">{_DESCRIPTION}</D:propertyupdate>'

ItemAct = Act[Home]


class ItemHand(Hand[Home]):
    """A client whose objects' and collections' names begin with its label."""

    def __init__(
        self,
        office: Office,
        label: str,
        authorization: str,
        random: Random,
        shared: Mapping[str, str],
    ) -> None:
        super().__init__(office, label, authorization, random, Home(shared))
        self.prefix = f"h{label}-"
        self._made = 0

    @property
    def _draws(self) -> Mapping[Callable[[], ItemAct | None], int]:
        return {
            self._put: 45,
            self._delete: 10,
            self._move: 13,
            self._copy: 10,
            self._mkcalendar: 5,
            self._proppatch: 10,
            self._delete_calendar: 2,
        }

    def _put(self) -> ItemAct:
        kind = self._random.choice((CALENDAR, CALENDAR, ADDRESSBOOK))
        place = self._place(kind)
        old = self.state.items.get(place)
        uid = old.uid if old else self._fresh()
        body = self._text(kind, uid)
        tag = sha256(body).hexdigest()[:32]
        return Act(
            "PUT",
            _href(place),
            item_ledger.stored(self.state, place, Item(uid, tag)),
            frozenset({204 if old else 201}),
            self._condition(old),
            body,
            etag=f'"{tag}"',
        )

    def _delete(self) -> ItemAct | None:
        place = self._existing()
        if place is None:
            return None
        after = item_ledger.removed(self.state, place)
        condition = self._condition(self.state.items[place])
        return Act("DELETE", _href(place), after, frozenset({204}), condition)

    def _move(self) -> ItemAct | None:
        return self._transfer("MOVE", item_ledger.moved)

    def _copy(self) -> ItemAct | None:
        return self._transfer("COPY", item_ledger.copied)

    def _transfer(self, method: str, make: Callable[[Home, Place, Place], Home]) -> ItemAct | None:
        source = self._existing()
        if source is None:
            return None
        target = self._place(self.state.kind(source.book))
        is_move = method == "MOVE"
        has_room = item_ledger.has_room(self.state, source, target, is_move=is_move)
        if target == source or not has_room:
            return None
        status = 204 if target in self.state.items else 201
        after = make(self.state, source, target)
        headers = {"Destination": _href(target)}
        return Act(method, _href(source), after, frozenset({status}), headers)

    def _mkcalendar(self) -> ItemAct:
        name = self._fresh()
        book = self._description()
        body = _MKCALENDAR.format(shown=book.shown, color=book.color).encode()
        after = item_ledger.described(self.state, name, book)
        return Act("MKCALENDAR", f"{HOME}{name}/", after, frozenset({201}), body=body)

    def _proppatch(self) -> ItemAct | None:
        name = self._own_book()
        if name is None:
            return None
        book = self._description()
        body = _PROPPATCH.format(shown=book.shown, color=book.color).encode()
        after = item_ledger.described(self.state, name, book)
        return Act("PROPPATCH", f"{HOME}{name}/", after, frozenset({207}), body=body)

    def _delete_calendar(self) -> ItemAct | None:
        name = self._own_book()
        if name is None:
            return None
        after = item_ledger.without_book(self.state, name)
        return Act("DELETE", f"{HOME}{name}/", after, frozenset({204}))

    def _condition(self, old: Item | None) -> dict[str, str]:
        """What clients send so that they overwrite nothing unseen; not all do."""
        if self._random.random() < 0.4:
            return {}
        return {"If-Match": f'"{old.tag}"'} if old else {"If-None-Match": "*"}

    def _text(self, kind: str, uid: str) -> bytes:
        lines = [
            f"X-NOTIZ:{self._random.getrandbits(200):x}"
            for _ in range(self._random.randint(0, _MOST_LINES))
        ]
        shown = f"Besichtigung {self._random.getrandbits(64)}"
        return card(uid, shown, *lines) if kind == ADDRESSBOOK else event(uid, shown, *lines)

    def _description(self) -> Book:
        shown = f"Kalender {self._random.getrandbits(64)}"
        return Book(shown, f"#{self._random.getrandbits(32):08X}")

    def _place(self, kind: str) -> Place:
        """A place in a collection of this kind, taken or not."""
        book = self._random.choice(self.state.names(kind))
        return Place(book, f"{self.prefix}{self._random.randint(1, _NAMES)}")

    def _existing(self) -> Place | None:
        return self._random.choice(sorted(self.state.items)) if self.state.items else None

    def _own_book(self) -> str | None:
        return self._random.choice(sorted(self.state.books)) if self.state.books else None

    def _fresh(self) -> str:
        """A UID or a collection's name that nothing had."""
        self._made += 1
        return f"{self.prefix}neu-{self._made}"


def _href(place: Place) -> str:
    return HOME + "/".join(place)
