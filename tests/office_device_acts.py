"""What programs write into the office book, in a simulation and in its rules (C3, C5, C6)."""

from tests.documents_door import Reply
from tests.office_arrivals import Arrivals, chosen
from tests.office_clients import BOOK, Client, Held
from tests.office_desk_acts import BORN, TAGS
from tests.office_rules import JOINING, Card, Contact, merged, read, written


class Writers(Arrivals):
    """Each act takes a program, a number that says which card, and one that says what."""

    def create(self, client: Client, which: int, what: int) -> None:
        """A card that nobody has."""
        words = frozenset(tag for bit, tag in enumerate(TAGS) if what >> bit & 1)
        if which % 3 == 0:
            words |= {JOINING[what % 2]}
        count = self.state.count
        card = Card(f"uid-{count}", f"Name{count}", "2", BORN[which % 3], "", words, "own")
        href, user = f"{client.user}-{count}.vcf", self.user(client)
        reply = client.device.put(BOOK + href, written(card), If_None_Match="*")
        if user.visibility == "none":
            assert reply.status == 403, reply.text
            return
        assert reply.status == 201, reply.text
        self.lie(user, href, written(card))
        self.keep(client, href, written(card), reply)

    def edit(self, client: Client, which: int, what: int) -> None:
        """A card that it holds, changed as of when it synced last."""
        name = chosen(client, which)
        if name is None:
            return
        held = client.held[name]
        if client.habit.names_states and held.etag is None:
            self.state.sync(client)  # it has nothing to name
            return
        sent = _edited(read(held.body), what, f"Name{self.state.count}")
        self._put(client, name, held, written(sent))

    def _put(self, client: Client, name: str, held: Held, body: bytes) -> None:
        user = self.user(client)
        one, private = self.state.at(user).get(name), user.private.get(name)
        is_current = held.etag == self.etag(client, name)
        if client.habit.names_states:
            reply = client.device.put(BOOK + name, body, If_Match=str(held.etag))
        else:
            self.state.journal.write()
            reply = client.device.put(BOOK + name, body)
        if user.visibility == "none":
            assert reply.status in {403, 412}, reply.text
        elif one is not None:
            stale = (
                not is_current
                if client.habit.names_states
                else self._is_stale(client, held, one, name)
            )
            self._put_over(client, name, one, body, reply, stale=stale)
        elif client.habit.names_states and not is_current:
            assert reply.status == 412, reply.text
        elif private is not None:
            assert reply.status == 204, reply.text
            self.lie(user, name, body)
            self.keep(client, name, body, reply)
        else:
            self._put_where_it_left(client, name, body, reply)

    def _is_stale(self, client: Client, held: Held, one: Contact, name: str) -> bool | None:
        """C6, A3: whether others changed what the program shows to know; None: may be said so."""
        user = client.user
        touches = [i + 1 for i, each in enumerate(self.state.touches[user]) if each == name]
        if not touches or held.touch >= touches[-1] or one.writer == client.writer_of_program:
            return False
        if held.body == one.text or one.writer.startswith(client.writer):
            return None
        return True

    def _put_over(
        self,
        client: Client,
        name: str,
        one: Contact,
        body: bytes,
        reply: Reply,
        *,
        stale: bool | None,
    ) -> None:
        user, sent = self.user(client), read(body)
        conflicts = user.wish.conflicts
        new = merged(one.card, sent, client.habit.agent)
        if stale is None:
            now = read(self.state.look()[one.number].text.encode())
            stale = now != new or now == one.card
        if not stale or conflicts == "device-wins":
            assert reply.status == 204, (reply.text, conflicts, stale, client.held[name], one)
            self.state.taken(one, new, client.writer_of_program)
            self.keep(client, name, body, reply)
            return
        if client.habit.names_states:
            assert reply.status == 412, reply.text
        else:
            assert (reply.status, "etag" in reply.headers) == (204, False), reply.text
            user.resent[name] = user.resent.get(name, 0) + 1
            client.held[name] = Held(None, body)
        if conflicts == "both":
            self.copied(user, sent)

    def _put_where_it_left(self, client: Client, name: str, body: bytes, reply: Reply) -> None:
        """It is no longer there, which the program has not heard: as of any other card."""
        self.come(client, name, body, reply)


def _edited(card: Card, what: int, name: str) -> Card:
    """A card as its user changed it, now called *name*."""
    match what % 8:
        case 0:
            return card._replace(name=name, phone="")
        case 1:
            return card._replace(name=name, born="")
        case 2:
            return card._replace(name=name, born=BORN[what % 3], kept="")
        case 3:
            return card._replace(name=name, role="", tie="")
        case 4:
            return card._replace(name=name, words=frozenset())
        case 5 | 6:
            return card._replace(name=name, words=card.words ^ {TAGS[what % 3]})
        case _:
            return card._replace(name=name, words=card.words | {JOINING[what % 2]})
