"""Sessions and grants in the database: when they begin, and that they are tidied away."""

import pytest

from auth import people, sessions
from auth.errors import CredentialsError
from auth.sessions import IDLE_US
from jobs.lapsed_links import forget_lapsed
from storage import login_grants
from storage.store import Store
from tests.builders import NOW_US, a_person, with_groups


def test_sessions_and_grants_that_ran_out_are_forgotten(store: Store) -> None:
    with_groups(store)
    with store.write() as unit:
        anna = a_person(unit)
        for began_us in (NOW_US, NOW_US + IDLE_US):
            sessions.begin(unit, anna.id, is_complete=True, address="", agent="", now_us=began_us)
            login_grants.insert(
                unit,
                token_hash=str(began_us),
                user_id=anna.id,
                label="Handy",
                expires_us=began_us + 1,
            )

    assert forget_lapsed(store, now_us=NOW_US + IDLE_US) == 2
    assert forget_lapsed(store, now_us=NOW_US + IDLE_US) == 0
    assert forget_lapsed(store, now_us=NOW_US + 2 * IDLE_US) == 2


def test_no_session_begins_for_somebody_blocked_since_the_password_was_checked(
    store: Store,
) -> None:
    with_groups(store)
    with store.write() as unit:
        anna = a_person(unit)
        people.block(unit, anna.name)

    with pytest.raises(CredentialsError), store.write() as unit:
        sessions.begin(unit, anna.id, is_complete=True, address="", agent="", now_us=NOW_US)
