"""Rows for tests: defaults and what the test cares about."""

from auth import devices, rights
from auth.devices import Enrolment
from office import collections, people
from storage.people import PersonRow
from storage.store import Store, WriteUnit

NOW_US = 1_790_000_000_000_000
KEY = b"k" * 32


def with_groups(store: Store) -> Store:
    """The store of an office with its groups, and a place for its records."""
    with store.write() as unit:
        rights.ensure_groups(unit, now_us=NOW_US)
        collections.found_records(unit, now_us=NOW_US)
    return store


def a_person(
    unit: WriteUnit, name: str = "anna", *, groups: tuple[str, ...] = ("mitarbeiter",)
) -> PersonRow:
    """A user with a Home; the groups must be there."""
    return people.add_person(unit, name, f"{name}@buero.example", groups=groups, now_us=NOW_US)


def a_device(
    unit: WriteUnit, user_name: str = "anna", label: str = "Laptop", *, limit: int = 2
) -> Enrolment:
    """A device of a user who is there."""
    return devices.enrol(
        unit, user_name=user_name, label=label, limit=limit, secret_key=KEY, now_us=NOW_US
    )
