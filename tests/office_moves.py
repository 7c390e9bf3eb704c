"""What programs take out of the office book and put back, beside the rules (C4)."""

from tests.documents_door import Reply
from tests.office_arrivals import Arrivals, chosen, has_uid
from tests.office_clients import BOOK, Client
from tests.office_rules import MINUTE_US, Contact, Deleted, User, read, written

PERSONAL = "contacts/"


class Movers(Arrivals):
    """Each act takes a program, a number that says which card, and one that says how."""

    def delete(self, client: Client, which: int, _: int) -> None:
        """A card goes, which its program does not expect to see again."""
        name = chosen(client, which)
        if name is None:
            return
        held = client.held[name]
        is_named = client.habit.names_states and held.etag is not None
        is_current = held.etag == self.etag(client, name)
        headers = {"If_Match": str(held.etag)} if is_named else {}
        self._deleted(
            client,
            name,
            client.device.delete(BOOK + name, **headers),
            is_stale=is_named and not is_current,
        )

    def _deleted(self, client: Client, name: str, reply: Reply, *, is_stale: bool) -> bool:
        """Whether it was there for the program to delete, which may have been refused."""
        user = self.user(client)
        one = self.state.at(user).get(name)
        if one is None and name not in user.private:
            assert reply.status in ({404, 412} if is_stale else {404}), reply.text
            return False
        if user.visibility == "none":
            assert reply.status in ({403, 412} if is_stale else {403}), reply.text
            return False
        if is_stale:
            assert reply.status == 412, reply.text
            return False
        del client.held[name]
        if one is None:
            assert reply.status == 204, reply.text
            del user.private[name]
        else:
            self._taken_off(user, name, one, reply)
        return True

    def _taken_off(self, user: User, name: str, one: Contact, reply: Reply) -> None:
        """By the policy, unless it was half a move."""
        rules, now_us = self.state.rules, self.state.now_us
        if rules.has_moved(user, one.card.uid, now_us):
            assert reply.status == 204, reply.text
            rules.hide(user, one, now_us)
        elif user.wish.deletes == "refuse":
            assert reply.status == 403, reply.text
            user.resent[name] = user.resent.get(name, 0) + 1
            user.deleted[one.number] = Deleted(now_us, is_to_go=False)
        else:
            assert reply.status == 204, reply.text
            rules.hide(user, one, now_us)
            if user.wish.deletes == "delete" and user.is_admin:
                user.deleted[one.number] = Deleted(now_us, is_to_go=True)

    def move_out(self, client: Client, which: int, what: int) -> None:
        """A card goes to a book of the user's own: by MOVE, as DELETE and PUT, or PUT first."""
        name = chosen(client, which)
        if name is None:
            return
        target = f"mine-{self.state.count}.vcf"
        body, is_slow = client.held[name].body, which % 4 == 0
        if what % 3 == 0:
            self._move(client, name, target)
        elif what % 3 == 1:
            reply = client.device.delete(BOOK + name)
            if self._deleted(client, name, reply, is_stale=False):
                self._meanwhile(is_slow=is_slow)
                self._put_personal(client, target, body)
        elif self._put_personal(client, target, body):
            self._meanwhile(is_slow=is_slow)
            self._deleted(client, name, client.device.delete(BOOK + name), is_stale=False)

    def _meanwhile(self, *, is_slow: bool) -> None:
        """Between two halves others see the office; a slow device takes longer than a minute."""
        self.state.compare()
        if is_slow:
            self.state.office.clock.now_us += MINUTE_US + 1

    def _put_personal(self, client: Client, target: str, body: bytes) -> bool:
        user = self.user(client)
        reply = client.device.put(PERSONAL + target, body)
        assert reply.status == (409 if has_uid(user.personal, body) else 201), reply.text
        if reply.status == 201:
            user.personal[target] = body
            user.written_us[target] = self.state.now_us
            self.state.rules.moved(user, read(body).uid, self.state.now_us)
        return reply.status == 201

    def _move(self, client: Client, name: str, target: str) -> None:
        user = self.user(client)
        one = self.state.at(user).get(name)
        reply = client.device.move(BOOK + name, PERSONAL + target)
        if one is None and name not in user.private:
            assert reply.status == 404, reply.text
        elif user.visibility == "none":
            assert reply.status == 403, reply.text
        elif has_uid(user.personal, one.text if one else user.private[name]):
            assert reply.status == 409, reply.text
        else:
            assert reply.status == 201, reply.text
            user.written_us[target] = self.state.now_us if one else user.written_us[name]
            user.personal[target] = one.text if one else user.private.pop(name)
            del client.held[name]
            if one:
                self.state.rules.hide(user, one, self.state.now_us)

    def move_back(self, client: Client, which: int, what: int) -> None:
        """A card comes out of a book of the user's own: by MOVE, or by PUT and DELETE."""
        user = self.user(client)
        if not user.personal:
            return
        source = sorted(user.personal)[which % len(user.personal)]
        name = f"back-{self.state.count}.vcf"
        if what % 5 == 0:  # it was changed meanwhile, where nobody else looks
            card = read(user.personal[source])
            user.personal[source] = written(card._replace(name=f"Name{self.state.count}"))
            user.written_us[source] = self.state.now_us
            reply = client.device.put(PERSONAL + source, user.personal[source])
            assert reply.status == 204, reply.text
            self.state.rules.moved(user, card.uid, self.state.now_us)
        body = user.personal[source]
        if what % 3 == 2 and user.visibility != "none":
            del user.personal[source]
            assert client.device.delete(PERSONAL + source).status == 204
            self._meanwhile(is_slow=False)
            self.come(client, name, body, client.device.put(BOOK + name, body))
            return
        is_move = what % 3 == 0
        if is_move:
            reply = client.device.move(PERSONAL + source, BOOK + name)
        else:
            reply = client.device.put(BOOK + name, body)
        if self.come(client, name, body, reply):
            if not is_move:
                assert client.device.delete(PERSONAL + source).status == 204
            del user.personal[source]
