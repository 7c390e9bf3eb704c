"""What programs take out of the office book and put back, beside the rules (C4)."""

from tests.documents_door import Reply
from tests.office_arrivals import Arrivals, chosen, has_uid
from tests.office_clients import BOOK, Client

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
        elif user.wish.deletes == "refuse":
            assert reply.status == 403, reply.text
            user.resent[name] = user.resent.get(name, 0) + 1
            return False
        else:
            assert reply.status == 204, reply.text
            if user.wish.deletes == "delete" and user.is_admin:
                self.state.rules.remove(one)
            else:
                user.hidden.add(one.number)
        return True

    def move_out(self, client: Client, which: int, what: int) -> None:
        """A card goes to a book of the user's own: by MOVE, or as DELETE and PUT."""
        name = chosen(client, which)
        if name is None:
            return
        user, held = self.user(client), client.held[name]
        one = self.state.at(user).get(name)
        target = f"mine-{self.state.count}.vcf"
        if what % 2 and not (user.wish.deletes == "delete" and user.is_admin):
            reply = client.device.delete(BOOK + name)
            if not self._deleted(client, name, reply, is_stale=False):
                return
            self.state.compare()
            reply = client.device.put(PERSONAL + target, held.body)
            assert reply.status == (409 if has_uid(user.personal, held.body) else 201), reply.text
            if reply.status == 201:
                user.personal[target] = held.body
            return
        reply = client.device.move(BOOK + name, PERSONAL + target)
        if one is None and name not in user.private:
            assert reply.status == 404, reply.text
        elif user.visibility == "none":
            assert reply.status == 403, reply.text
        elif has_uid(user.personal, one.text if one else user.private[name]):
            assert reply.status == 409, reply.text
        else:
            assert reply.status == 201, reply.text
            user.personal[target] = one.text if one else user.private.pop(name)
            del client.held[name]
            if one:
                user.hidden.add(one.number)

    def move_back(self, client: Client, which: int, what: int) -> None:
        """A card comes out of a book of the user's own: by MOVE, or as PUT and DELETE."""
        user = self.user(client)
        if not user.personal:
            return
        source = sorted(user.personal)[which % len(user.personal)]
        body, name = user.personal[source], f"back-{self.state.count}.vcf"
        is_move = what % 2 == 0
        if is_move:
            reply = client.device.move(PERSONAL + source, BOOK + name)
        else:
            reply = client.device.put(BOOK + name, body)
        if self.come(client, name, body, reply):
            if not is_move:
                assert client.device.delete(PERSONAL + source).status in {204, 404}
            del user.personal[source]
