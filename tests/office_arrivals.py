"""Cards that come into the office book from a program, in a simulation and in its rules (C3)."""

from tests.documents_door import Reply
from tests.groupware_door import DAV
from tests.office_clients import BOOK, Client, Held
from tests.office_rules import Card, Contact, User, merged, read
from tests.office_state import NOBODY, State


class Arrivals:
    """What there is to know of a card that came."""

    def __init__(self, state: State) -> None:
        self.state = state

    def come(self, client: Client, name: str, body: bytes, reply: Reply) -> bool:
        """A card of any UID comes into the book under a name that nothing has."""
        user, card = self.user(client), read(body)
        if user.visibility == "none":
            assert reply.status == 403, reply.text
            return False
        known = [
            each for each in self.state.rules.of_uid(card.uid) if self.state.rules.sees(user, each)
        ]
        hidden = [each for each in known if each.number in user.hidden]
        there = [each for each in known if self.state.rules.has(user, each, self.state.now_us)]
        if there or has_uid(user.private, body):
            assert 400 <= reply.status < 500, reply.status
            return False
        assert reply.status in {201, 204}, reply.text
        if hidden:
            one = max(hidden, key=lambda each: (user.hidden_us[each.number], int(each.number)))
            self.state.rules.show(user, one.number)
            self._brought(client, one, body)
            one.names[user.name] = name
            client.held[name] = Held(None, body)
            self._notice(user, name)
            return True
        self.lie(user, name, body)
        self.keep(client, name, body, reply)
        return True

    def _brought(self, client: Client, one: Contact, body: bytes) -> None:
        """What was edited in a copy of the user's own is an edit (C5, C6)."""
        user = self.user(client)
        if body in one.texts:
            return
        conflicts = user.wish.conflicts
        if one.written_us <= user.hidden_us[one.number] or conflicts == "device-wins":
            new = merged(one.card, read(body), client.habit.agent)
            self.state.taken(one, new, client.writer_of_program)
        elif conflicts == "both":
            self.copied(user, read(body))

    def copied(self, user: User, sent: Card) -> None:
        """The device's bytes are a second item of the user's."""
        [(name, text)] = self.state.private("office")[user.name].items() - user.private.items()
        copy = read(text)
        assert copy.name.startswith(f"{sent.name} (Konflikt\\, "), copy
        assert copy._replace(uid="", name="") == sent._replace(uid="", name=""), copy
        assert copy.uid != sent.uid
        user.private[name] = text
        user.written_us[name] = self.state.now_us

    def lie(self, user: User, name: str, body: bytes) -> None:
        """A card that the office has not lies in the book; by its category it joins (C3)."""
        card = read(body)
        user.private.pop(name, None)
        if not card.joins:
            user.private[name] = body
            user.written_us[name] = self.state.now_us
            return
        [number] = self.state.look().keys() - self.state.rules.contacts.keys()
        one = Contact(number, card, str(card.kind), user.name, user.name, self.state.now_us)
        for each in self.state.rules.contacts.values():
            if (each.maker, each.maker_name) == (user.name, name):
                each.maker_name = ""  # its maker has given the name to another card
        one.maker_name = name
        self.state.rules.contacts[number] = one

    def keep(self, client: Client, name: str, body: bytes, reply: Reply) -> None:
        """What the program holds after its PUT."""
        etag, user = reply.headers.get("etag"), self.user(client)
        self._notice(user, name)
        if etag is not None and name in self.state.members[user.name]:
            assert self.state.members[user.name][name][0] == body
        client.held[name] = Held(etag, body, self.state.touch_of(user.name, name))

    def _notice(self, user: User, name: str) -> None:
        """What came and is not to be there is something that changed, too."""
        self.state.compare()
        if name not in self.state.members[user.name]:
            self.state.touches[user.name].append(name)

    def user(self, client: Client) -> User:
        """Whose program it is."""
        return self.state.rules.users[client.user]

    def etag(self, client: Client, name: str) -> str | None:
        """The entity tag of the moment, asked for by a program that keeps nothing."""
        device = client.device.on(NOBODY)
        reply = device.propfind(device.own(BOOK + name), f"{DAV}getetag")
        return str(reply.found()[f"{DAV}getetag"].text) if reply.status == 207 else None


def has_uid(cards: dict[str, bytes], text: bytes) -> bool:
    """Whether one of the cards has the UID of *text*."""
    return read(text).uid in {read(each).uid for each in cards.values()}


def chosen(client: Client, which: int) -> str | None:
    """The name of one of the cards that a program holds."""
    names = sorted(client.held)
    return names[which % len(names)] if names else None
