"""How tests drive the office's contacts and look into somebody's office book."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace as with_changes

from auth import identity
from auth.visibility import Visibility
from config.settings import Tracking
from jobs import office_deletes
from office import sync_profiles
from office.contacts import desk
from office.contacts.keeping import Record, get
from office.contacts.kinds import Kind
from office.half_moves import MINUTE_US
from office.work import GroupwareWork
from server.access_log import AccessLog
from storage import contacts
from storage import people as person_rows
from storage.contacts import ListedContact
from storage.store import Unit
from tests.groupware_door import DAV, Device, GroupwareOffice, card

BOOK = "office/"


@contextmanager
def work_of(office: GroupwareOffice, name: str) -> Iterator[GroupwareWork]:
    """A change in the office by somebody at the console."""
    with office.store.write() as unit:
        user_id = person_rows.find_principal(unit, name)
        assert user_id is not None
        yield GroupwareWork(unit, identity.of_user(unit, user_id), office.clock())


def add(
    office: GroupwareOffice,
    uid: str,
    *lines: str,
    partner: str = "anna",
    kind: Kind = Kind.CUSTOMER,
    name: str = "Anna Berg",
) -> str:
    """A contact of the office whom *partner* looks after; its number."""
    with work_of(office, partner) as work:
        return desk.add(work, card(uid, name, *lines), kind=kind).row.number


def record(office: GroupwareOffice, number: str) -> Record:
    """A contact as the office has it."""
    with office.store.read() as unit:
        row = contacts.find_by_number(unit, number)
        assert row is not None
        admin = identity.of_user(unit, person_rows.find_principal(unit, "berta") or 0)
        return get(unit, admin, number)


def profile(office: GroupwareOffice, name: str, **settings: object) -> None:
    """Let somebody want this."""
    with office.store.write() as unit:
        user_id = person_rows.find_principal(unit, name) or 0
        now = sync_profiles.of_user(unit, user_id)
        sync_profiles.set_of_user(unit, user_id, with_changes(now, **settings))  # type: ignore[arg-type]


def see(office: GroupwareOffice, name: str, visibility: Visibility) -> None:
    """Let somebody see so much of the customers."""
    with office.store.write() as unit:
        person_rows.set_visibility(unit, person_rows.find_principal(unit, name) or 0, visibility)


@contextmanager
def logged(office: GroupwareOffice) -> Iterator[None]:
    """What is asked meanwhile passes the access log; at the end it is written."""
    door = office.door
    log = AccessLog(office.store, Tracking(batch_seconds=0.1))
    office.door = log.around(door)
    try:
        yield
    finally:
        office.door = door
        log.close()


def hrefs(device: Device) -> set[str]:
    """The names in the book."""
    return {each.rpartition("/")[2] for each in device.names(BOOK)}


def etag(device: Device, href: str) -> str:
    """The entity tag of a card in the book."""
    return str(
        device.propfind(device.own(BOOK + href), f"{DAV}getetag").found()[f"{DAV}getetag"].text
    )


def user_id(unit: Unit, name: str) -> int:
    """The id of the user of this name."""
    found = person_rows.find_principal(unit, name)
    assert found is not None
    return found


def listed(office: GroupwareOffice) -> list[ListedContact]:
    """The office's contacts, by number."""
    with office.store.read() as unit:
        return contacts.page(unit, most=10)


def assign(office: GroupwareOffice, number: str, name: str) -> None:
    """Let *name* look after a contact."""
    with work_of(office, "berta") as work:
        partner_id = user_id(work.unit, name)
        desk.change(work, get(work.unit, work.who, number), partner_id=partner_id)


def pass_time(office: GroupwareOffice, microseconds: int = MINUTE_US + 1) -> int:
    """Let it pass, and the housekeeper come round; how many contacts went from the office."""
    office.clock.now_us += microseconds
    return office_deletes.carry_out(office.store, now_us=office.clock())
