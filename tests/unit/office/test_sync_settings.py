"""What is stored of a profile is read as it was, whatever it is."""

import json
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from office import sync_settings
from office.contacts.kinds import Kind
from office.sync_profiles import DEFAULTS, SyncProfile
from office.sync_settings import (
    ALARM_DAYS,
    MOST_DAYS,
    SETTINGS,
    Conflicts,
    Deletes,
    Notices,
    Where,
)

_TEXTS = st.text(min_size=1, max_size=64).map(str.strip).filter(lambda text: text.isprintable())
_DAYS = st.none() | st.integers(1, MOST_DAYS)
_IDS = st.frozensets(st.integers(1, (1 << 63) - 1), max_size=20)

PROFILES = st.builds(
    SyncProfile,
    office_book=st.sampled_from(Where),
    book_name=_TEXTS,
    kinds=st.frozensets(st.sampled_from(Kind), min_size=1),
    tags=st.frozensets(_TEXTS.filter(bool), max_size=20),
    own_customers_only=st.booleans(),
    brokers=_IDS,
    edited_days=_DAYS,
    birthdays=st.booleans(),
    contract_alarms=st.booleans(),
    contract_alarm_days=st.sampled_from(ALARM_DAYS),
    contract_notices=st.sampled_from(Notices),
    appointments=st.booleans(),
    appointment_days=_DAYS,
    colleagues=_IDS,
    contact_deletes=st.sampled_from(Deletes),
    appointment_deletes=st.sampled_from(Deletes),
    contact_conflicts=st.sampled_from(Conflicts),
    appointment_conflicts=st.sampled_from(Conflicts),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(max_size=5), parts),
    max_leaves=8,
)


def test_each_setting_has_its_check() -> None:
    assert set(SETTINGS) == {each.name for each in fields(SyncProfile)}


def test_the_defaults_can_be_taken() -> None:
    assert sync_settings.faults(DEFAULTS.values) == {}


@given(PROFILES)
def test_is_read_as_it_was_stored(profile: SyncProfile) -> None:
    assert sync_settings.faults(profile.values) == {}
    found = sync_settings.read(sync_settings.stored(profile.values))

    assert found == profile.values
    assert [type(each) for each in found.values()] == [
        type(each) for each in profile.values.values()
    ]


@given(PROFILES, PROFILES)
def test_the_mark_tells_profiles_apart(one: SyncProfile, other: SyncProfile) -> None:
    assert (one.mark == other.mark) is (one == other)


@given(st.dictionaries(st.sampled_from([*SETTINGS, "moon"]), _JSON))
def test_whatever_stands_there_only_what_can_be_taken_is_read(kept: dict[str, object]) -> None:
    found = sync_settings.read(json.dumps(kept))

    assert set(found) <= set(SETTINGS)
    assert sync_settings.faults(found) == {}
    assert sync_settings.faults(SyncProfile(**found).values) == {}


def test_true_is_no_number() -> None:
    assert sync_settings.read('{"edited_days": true, "brokers": [true]}') == {}
