"""What the staff of a running office do to its contacts while programs are connected."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as with_changes
from itertools import count
from typing import Any

from auth import identity
from auth.visibility import Visibility
from office import hiding, sync_profiles
from office.contacts import desk
from office.contacts.keeping import Record, get
from office.contacts.kinds import Kind
from office.work import GroupwareWork
from server.installation import now_us
from storage import people
from storage.store import Store, Unit, sqlite_url
from tests.e2e.accounts import card
from tests.e2e.server_process import Office

_numbers = count(1)


class Staff:
    """Anna, who may do everything, at the office's own database beside its server."""

    def __init__(self, office: Office) -> None:
        url = office.variant.database_url or sqlite_url(office.data / "deedbox.sqlite3")
        self._store = Store(url)

    def close(self) -> None:
        """End it."""
        self._store.close()

    @contextmanager
    def _work(self) -> Iterator[GroupwareWork]:
        with self._store.write() as unit:
            yield GroupwareWork(unit, identity.of_user(unit, _user(unit, "anna")), now_us())

    def add(
        self, *lines: str, partner: str, kind: Kind = Kind.CUSTOMER, name: str = "Änne Groß"
    ) -> str:
        """A contact whose card has these lines, and whom *partner* looks after; its number."""
        with self._work() as work:
            body = card(f"staff-{next(_numbers)}", name, *lines)
            partner_id = _user(work.unit, partner)
            return desk.add(work, body, kind=kind, partner_id=partner_id).row.number

    def contact(self, number: str) -> Record:
        """A contact as the office has it."""
        with self._work() as work:
            return get(work.unit, work.who, number)

    def change(self, number: str, **office: Any) -> None:
        """Say something else of a contact."""
        with self._work() as work:
            desk.change(work, get(work.unit, work.who, number), **office)

    def rename(self, number: str, last_name: str) -> None:
        """Give a contact another name."""
        with self._work() as work:
            now = get(work.unit, work.who, number)
            desk.change_fields(work, now, now.fields._replace(last_name=last_name))

    def made_by(self, name: str) -> list[Record]:
        """The contacts that a user's devices brought."""
        with self._work() as work:
            numbers = work.unit.rows(
                "SELECT number FROM contact WHERE maker_id = :maker AND maker_href <> ''",
                {"maker": _user(work.unit, name)},
            )
            return [get(work.unit, work.who, number) for (number,) in numbers]

    def profile(self, name: str, **settings: Any) -> None:
        """Let a user want this."""
        with self._store.write() as unit:
            user_id = _user(unit, name)
            wanted = with_changes(sync_profiles.of_user(unit, user_id), **settings)
            sync_profiles.set_of_user(unit, user_id, wanted)

    def see(self, name: str, visibility: Visibility) -> None:
        """Let a user see so many customers."""
        with self._store.write() as unit:
            people.set_visibility(unit, _user(unit, name), visibility)

    def start_anew(self, name: str) -> None:
        """Let a user see their own customers, with the profile of their groups, none hidden."""
        self.see(name, Visibility.OWN)
        with self._store.write() as unit:
            sync_profiles.reset_of_user(unit, _user(unit, name))
            hiding.bring_all_back(unit, _user(unit, name))

    def bring_back(self, name: str, number: str) -> bool:
        """Let what a user hid come back."""
        item_id = self.contact(number).item.id
        with self._store.write() as unit:
            return hiding.bring_back(unit, _user(unit, name), item_id)

    def is_hidden(self, name: str, number: str) -> bool:
        """Whether a user hid a contact."""
        item_id = self.contact(number).item.id
        with self._store.read() as unit:
            found = hiding.listed(unit, _user(unit, name), viewer_id=_user(unit, name), most=1_000)
        return item_id in {each.item_id for each in found}

    def has_heard(self, name: str, token: str) -> bool:
        """Whether it is written that some program of a user's has shown this token."""
        epoch, modseq = map(int, token.split("/")[-2:])
        with self._store.read() as unit:
            rows = unit.rows(
                "SELECT h.modseq FROM horizon h JOIN collection c ON c.id = h.collection_id"
                " WHERE c.owner_id = :owner AND c.role = 'office' AND h.epoch = :epoch",
                {"owner": _user(unit, name), "epoch": epoch},
            )
        return any(row[0] >= modseq for row in rows)


def _user(unit: Unit, name: str) -> int:
    found = people.find_principal(unit, name)
    assert found is not None
    return found
