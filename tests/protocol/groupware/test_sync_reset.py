"""A reset of the synchronisation, as the programs of the user's devices see it."""

import pytest

from office import sync_profiles
from storage import people as person_rows
from tests.contact_rows import a_contact
from tests.groupware_door import DAV, Device, GroupwareOffice, event

BOOK, CALENDAR = "office/", "calendar/"


def reset(office: GroupwareOffice, name: str) -> None:
    with office.store.write() as unit:
        user_id = person_rows.find_principal(unit, name)
        assert user_id is not None
        sync_profiles.reset_of_user(unit, user_id)


@pytest.fixture(autouse=True)
def company(groupware: GroupwareOffice) -> None:
    """A contact that everybody sees."""
    with groupware.store.write() as unit:
        a_contact(unit, "Baugesellschaft Ost", kind="company")


def test_refuses_every_token_of_a_view_and_lists_the_same_anew(
    groupware: GroupwareOffice, anna: Device
) -> None:
    before = anna.sync(BOOK)
    assert len(before.changed) == 1

    reset(groupware, "anna")

    refused = anna.sync_reply(BOOK, before.token)
    assert refused.status == 403
    assert refused.xml.find(f"{DAV}valid-sync-token") is not None
    again = anna.sync(BOOK)
    assert again.changed == before.changed
    assert anna.sync(BOOK, again.token).changed == {}


def test_leaves_other_collections_and_other_people_alone(
    groupware: GroupwareOffice, anna: Device, jonas: Device
) -> None:
    anna.put(CALENDAR + "a.ics", event("a"))
    own, others = anna.sync(CALENDAR), jonas.sync(BOOK)

    reset(groupware, "anna")

    assert anna.sync(CALENDAR, own.token).changed == {}
    assert jonas.sync(BOOK, others.token).changed == {}
