"""An office whose appointments are tied to contacts and properties, for tests through the door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as with_changes

from auth import identity
from auth.visibility import Visibility
from office import estates, layout, sync_profiles
from office.command import at_the_machine
from office.contacts import desk, keeping
from office.contacts.kinds import Kind
from office.work import GroupwareWork, Work
from storage import people as person_rows
from storage import ties
from tests.groupware_door import GroupwareOffice, card


def user_id(office: GroupwareOffice, name: str) -> int:
    with office.store.read() as unit:
        found = person_rows.find_principal(unit, name)
        assert found is not None
        return found


@contextmanager
def work_of(office: GroupwareOffice, name: str) -> Iterator[GroupwareWork]:
    """A change in the office by somebody at the console."""
    user = user_id(office, name)
    with office.store.write() as unit:
        yield GroupwareWork(unit, identity.of_user(unit, user), office.clock())


def add_contact(
    office: GroupwareOffice,
    uid: str,
    *lines: str,
    partner: str = "anna",
    kind: Kind = Kind.CUSTOMER,
    name: str = "Vera Holm",
) -> str:
    """A contact of the office whom *partner* looks after; its number."""
    with work_of(office, partner) as work:
        return desk.add(work, card(uid, name, *lines), kind=kind).row.number


def add_estate(office: GroupwareOffice, number: str, title: str) -> None:
    """A property."""
    with office.store.write() as unit:
        work = Work(unit, at_the_machine(), layout.load(unit), office.clock())
        estates.add(work, estates.Label(number, title))


def see(office: GroupwareOffice, name: str, visibility: Visibility) -> None:
    user = user_id(office, name)
    with office.store.write() as unit:
        person_rows.set_visibility(unit, user, visibility)


def profile(office: GroupwareOffice, name: str, **settings: object) -> None:
    """Let somebody want this."""
    user = user_id(office, name)
    with office.store.write() as unit:
        now = sync_profiles.of_user(unit, user)
        sync_profiles.set_of_user(unit, user, with_changes(now, **settings))  # type: ignore[arg-type]


def item_id(office: GroupwareOffice, owner: str, uid: str) -> int:
    """The object of this UID among somebody's, wherever it lies."""
    with office.store.read() as unit:
        row = unit.row(
            "SELECT i.id FROM item i JOIN collection c ON c.id = i.collection_id"
            " WHERE i.uid = :uid AND c.owner_id = :owner AND c.role <> 'inbox'",
            {"uid": uid, "owner": user_id(office, owner)},
        )
    assert row is not None, uid
    return int(row[0])


def ties_of(office: GroupwareOffice, owner: str, uid: str) -> set[tuple[str, str]]:
    """The numbers that somebody's object is tied to, each with how that was found."""
    item = item_id(office, owner, uid)
    with office.store.read() as unit:
        found = ties.shown(unit, item, None)
    return {(each.number, each.row.origin) for each in found if not each.row.is_undone}


def assign(office: GroupwareOffice, number: str, partner: str) -> None:
    """Let somebody else look after a contact."""
    user = user_id(office, partner)
    with work_of(office, "berta") as work:
        desk.change(work, keeping.get(work.unit, work.who, number), partner_id=user)


def remove_contact(office: GroupwareOffice, number: str) -> None:
    with work_of(office, "berta") as work:
        desk.remove(work, keeping.get(work.unit, work.who, number))


def untie_all(office: GroupwareOffice, item: int) -> None:
    """Let somebody say that an appointment is about nothing that was found."""
    with office.store.write() as unit:
        for each in ties.of_item(unit, item):
            ties.set_state(unit, each.id, each.origin, is_undone=True)
